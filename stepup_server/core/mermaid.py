"""The graph in the language of Mermaid, which many web pages and editors draw: what depends on what."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Graph
from .ids import NodeId
from .places import in_order
from .records import File, Step

__all__ = ("dependency_mermaid",)

_COLOURS = {
    "PENDING": "#eeeeee",
    "CHECKING": "#cfe2f3",
    "RUNNING": "#cfe2f3",
    "SUCCEEDED": "#d9ead3",
    "FAILED": "#f4cccc",
    "MISSING": "#f4cccc",
    "UNDECLARED": "#f4cccc",
}
"""Background by state; the others are white."""
# `#` first, because the others bring it in.
_ENTITIES = (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("\\", "#92;"), ("`", "#96;"))


def dependency_mermaid(graph: Graph) -> str:
    """Return a flow chart of steps and files; what was found while a step ran is dotted."""
    order = [node for node in in_order(graph) if isinstance(node, File | Step)]
    names = {node.id: f"n{index}" for index, node in enumerate(order)}
    lines = ["flowchart LR"]
    lines += [f"  {names[node.id]}{_shape(node)}:::{node.state.name}" for node in order]
    for node in order:
        if isinstance(node, Step):
            lines += _edges(node, names)
    used = {node.state.name for node in order}
    lines += [f"  classDef {state} fill:{_COLOURS.get(state, '#ffffff')}" for state in sorted(used)]
    return "".join(f"{line}\n" for line in lines)


def _shape(node: File | Step) -> str:
    """Return a rounded box for a step, and a plain one for a file."""
    if isinstance(node, Step):
        return f'(["{_text(node.label)}"])'
    return f'["{_text(node.path)}"]'


def _edges(step: Step, names: dict[NodeId, str]) -> Iterator[str]:
    """Yield the arrows to and from a step."""
    here = names[step.id]
    for id_, dynamic in sorted(step.inputs.items(), key=lambda entry: int(names[entry[0]][1:])):
        yield f"  {names[id_]} {_arrow(dynamic=dynamic)} {here}"
    for id_, dynamic in (*step.outputs.items(), *step.volatiles.items()):
        yield f"  {here} {_arrow(dynamic=dynamic)} {names[id_]}"


def _arrow(*, dynamic: bool) -> str:
    return "-.->" if dynamic else "-->"


def _text(label: str) -> str:
    """Write a label so that nothing in it has a meaning for Mermaid."""
    plain = "".join(letter if letter.isprintable() else " " for letter in label)
    for letter, entity in _ENTITIES:
        plain = plain.replace(letter, entity)
    return plain
