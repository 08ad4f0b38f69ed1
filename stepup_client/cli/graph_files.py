"""The files that `stepup graph` writes."""

from __future__ import annotations

from stepup_client.rpc.control_values import GraphTexts

__all__ = ("write_graph",)


def write_graph(prefix: str, graph: GraphTexts) -> None:
    """Write PREFIX.txt, PREFIX_provenance.dot and PREFIX_dependency.dot, and PREFIX.mmd if there is one."""
    for suffix, text in (
        (".txt", graph.text),
        ("_provenance.dot", graph.provenance_dot),
        ("_dependency.dot", graph.dependency_dot),
        (".mmd", graph.mermaid),
    ):
        if not text:
            continue
        with open(f"{prefix}{suffix}", "w", encoding="utf-8") as file:
            file.write(text)
