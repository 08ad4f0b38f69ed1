"""The graph as text for people, and in the DOT language.

The order of the text is that of the places of nodes (see `places`), which no timing can change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .graph import Graph
from .ids import ROOT, NodeId
from .places import in_order
from .records import File, Node, Step, Tree
from .states import FileState
from .values import GlobQuery

__all__ = ("dependency_dot", "graph_text", "provenance_dot", "provenance_text")


def graph_text(graph: Graph) -> str:
    """Return one paragraph per node: its properties, then its relations."""
    order = in_order(graph)
    paragraphs = [_root_text(graph)]
    for node in order:
        lines = [_shown(node)]
        lines += [f"{name:>20} = {value}" for name, value in _properties(node)]
        lines += [f"{name:>20}   {value}" for name, value in _relations(node, graph)]
        paragraphs.append("\n".join(lines))
    return "".join(paragraph + "\n\n" for paragraph in paragraphs)


def _once(name: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name the first of several values and leave the name of the others blank."""
    for value in values:
        yield name, value
        name = ""


def _key(node: Node) -> str:
    """Return the name of a node with its kind."""
    if isinstance(node, Step):
        return f"step:{node.label}"
    if isinstance(node, File):
        return f"file:{node.path}"
    return f"dg:{node.path}" if node.is_pattern else f"st:{node.path}/"


def _shown(node: Node) -> str:
    """Return the name of a node with its kind, in parentheses when it is detached."""
    return f"({_key(node)})" if node.detached else _key(node)


def _root_text(graph: Graph) -> str:
    """Return the paragraph of the root."""
    children = [node for node in _all(graph) if node.creator == ROOT]
    return "\n".join(["root:", *(f"{'product':>20}   {_shown(child)}" for child in sorted(children, key=_key))])


def _all(graph: Graph) -> list[Node]:
    """Return all nodes."""
    return [*graph.files.values(), *graph.steps.values(), *graph.trees.values()]


# Properties


def _properties(node: Node) -> Iterator[tuple[str, str]]:
    """Return what is known of a node."""
    if isinstance(node, Step):
        yield from _step_properties(node)
    elif isinstance(node, File):
        yield "state", node.state.name
        if node.hash is not None and node.state is not FileState.VOLATILE:
            yield "digest", _spaced(node.hash.digest)


def _step_properties(step: Step) -> Iterator[tuple[str, str]]:
    """Return what is known of a step."""
    yield "state", step.state.name
    implied = step.implied or step.need
    yield "need", implied.name + (f" (implied by sinks > {step.need.name})" if implied > step.need else "")
    yield from _once("using_env", (name + _mark(dynamic=dynamic) for name, dynamic in sorted(step.environment.items())))
    yield from _once("env_overrides", (f"{name}={value}" for name, value in sorted(step.environment_overrides)))
    yield from _once("nglob", map(_query_text, step.globs))
    for name, units in sorted(step.resources):
        yield "resource", f"{name}: {units} units"
    if step.where:
        yield "where", step.where
    if step.input_digest is not None and step.output_digest is not None:
        yield "inp_digest", _spaced(step.input_digest)
        yield "out_digest", _spaced(step.output_digest)
        if step.explained:
            yield "explained", "yes"


def _query_text(query: GlobQuery) -> str:
    """Return a pattern with its sub-patterns."""
    named = " ".join(f"{name}={sub}" for name, sub in query.substitutions)
    return f"{query.pattern} ({named})" if named else query.pattern


def _spaced(digest: bytes) -> str:
    """Return a digest as groups of eight digits."""
    text = digest.hex()
    return " ".join(text[start : start + 8] for start in range(0, len(text), 8))


def _mark(*, dynamic: bool) -> str:
    """Mark what was amended."""
    return " [dynamic]" if dynamic else ""


# Relations


def _relations(node: Node, graph: Graph) -> Iterator[tuple[str, str]]:
    """Return how a node is connected: creator, sources, products, sinks; each group sorted."""
    if node.creator is not None:
        yield "creator", "root:" if node.creator == ROOT else _shown(graph.node(node.creator))
    yield from (("source", text) for text in _sources(node, graph))
    yield from (("product", _shown(below)) for below in sorted(_products(node, graph), key=_key))
    yield from (("sink", text) for text in _sinks(node, graph))


def provenance_text(file: File, graph: Graph) -> str:
    """Return who declared, makes and uses a file, each with the step that declared it in turn."""
    maker = graph.producer(file)
    related: list[tuple[str, Node]] = []
    if file.creator is not None and file.creator != ROOT:
        related.append(("creator", graph.node(file.creator)))
    related += [] if maker is None else [("source", maker)]
    related += [("sink", step) for step in sorted(graph.consumers(file), key=_key)]
    rows: list[tuple[str, str]] = []
    for name, node in related:
        rows.append((name, _shown(node)))
        if node.creator is not None and node.creator != ROOT:
            rows.append(("declared by", _shown(graph.node(node.creator))))
    return "\n".join(f"{name:>20}   {value}" for name, value in rows)


def _sources(node: Node, graph: Graph) -> list[str]:
    """Return what a node depends on, sorted."""
    if isinstance(node, Step):
        return _files_text(node.inputs, graph)
    maker = graph.producer(node) if isinstance(node, File) else None
    return [] if maker is None else [_shown(maker)]


def _files_text(edges: Mapping[NodeId, bool], graph: Graph) -> list[str]:
    """Return the files at the other ends of edges, sorted; what was amended is marked."""
    files = sorted((graph.files[id_] for id_ in edges), key=_key)
    return [_shown(file) + _mark(dynamic=edges[file.id]) for file in files]


def _products(node: Node, graph: Graph) -> list[Node]:
    """Return what a node created, makes or holds."""
    if isinstance(node, Step):
        return [graph.node(id_) for id_ in (*node.products, *node.outputs, *node.volatiles)]
    return [graph.node(id_) for id_ in node.files] if isinstance(node, Tree) else []


def _sinks(node: Node, graph: Graph) -> list[str]:
    """Return what depends on a node, sorted."""
    if isinstance(node, Step):
        return _files_text({**node.outputs, **node.volatiles}, graph)
    if isinstance(node, Tree):
        return []
    return [_shown(step) for step in sorted(graph.consumers(node), key=_key)]


# DOT


def provenance_dot(graph: Graph) -> str:
    """Return who declared what."""
    order = in_order(graph)
    edges = [("root", str(index)) for index, node in enumerate(order) if node.creator == ROOT]
    numbers = {node.id: str(index) for index, node in enumerate(order)}
    edges += [(numbers[node.id], numbers[below.id]) for node in order for below in _products(node, graph)]
    return _dot("provenance", order, [*edges], root=True)


def dependency_dot(graph: Graph) -> str:
    """Return what depends on what."""
    order: list[Node] = [node for node in in_order(graph) if not isinstance(node, Tree)]
    numbers = {node.id: str(index) for index, node in enumerate(order)}
    edges: list[tuple[str, str]] = []
    for node in order:
        if isinstance(node, Step):
            edges += [
                (numbers[id_], numbers[node.id]) for id_ in sorted(node.inputs, key=lambda id_: int(numbers[id_]))
            ]
            edges += [(numbers[node.id], numbers[id_]) for id_ in (*node.outputs, *node.volatiles)]
    return _dot("dependency", order, edges, root=False)


def _dot(name: str, order: list[Node], edges: list[tuple[str, str]], *, root: bool) -> str:
    """Write a graph in the DOT language: steps as ellipses, files as boxes, trees as folders."""
    lines = [f"strict digraph {name} {{", "  rankdir=BT"]
    if root:
        lines.append('  root [shape=octagon label="root"]')
    for index, node in enumerate(order):
        shape = "ellipse" if isinstance(node, Step) else "box" if isinstance(node, File) else "folder"
        lines.append(f"  {index} [shape={shape} label={_quoted(_key(node).partition(':')[2])}]")
    lines += [f"  {tail} -> {head}" for tail, head in edges]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    """Quote a label."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
