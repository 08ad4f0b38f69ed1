"""Who owns a file: the checks and changes that static declarations, steps and amendments share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .circles import Counts, find_circle
from .consequences import make_pending
from .desk import Desk
from .graph import Graph
from .leftovers import counts, dispossess, is_leftover, loosen
from .lending import deferred_above, files_matching
from .paths import is_below
from .records import File, Step, Tree
from .refusals import CyclicDependency, GraphConflict, InvalidArgument, InvalidPath
from .states import FileState
from .targeting import check_not_target
from .values import Source

__all__ = (
    "NewEdges",
    "adopt_static",
    "check_circle",
    "check_inputs",
    "check_not_internal",
    "check_variable_names",
    "claim_path",
    "look_again",
    "name_of",
    "open_circles",
    "product_in_tree",
    "take_up",
    "use_file",
)

LABELS_MAX = 8
"""How many steps of a circle are named."""


def use_file(desk: Desk, path: str, claimant: Step) -> File:
    """Return the file at a path that is about to be an input; in a static tree it becomes static."""
    graph = desk.graph
    file = graph.file_by_path.get(path) or graph.make_file(path)
    if file.state is FileState.VOLATILE and is_leftover(graph, file, claimant):
        dispossess(desk, file)
    if file.detached:
        tree = graph.tree_above(path) or next(deferred_above(graph, path), None)
        if tree is not None:
            adopt_static(desk, file, tree)
        elif file.creator is None and file.is_static:
            graph.move_file(file, FileState.UNDECLARED)
    return file


def take_up(desk: Desk, step: Step) -> None:
    """Let trees have what came into use below or beside them while a step was detached, which has just come back.

    Its trees were none while it was detached, and its inputs were nobody's to give.
    """
    graph = desk.graph
    for below in (step, *graph.planned_steps(step)):
        for id_ in tuple(below.inputs):
            if graph.files[id_].detached:
                use_file(desk, graph.files[id_].path, below)
        for tree in [graph.trees[id_] for id_ in below.products if id_ in graph.trees]:
            _collect(desk, tree)


def _collect(desk: Desk, tree: Tree) -> None:
    """Let a tree have the files that are used and belong to nobody."""
    graph = desk.graph
    files = files_matching(graph, tree.path) if tree.is_pattern else list(graph.files_below(tree.path))
    for file in files:
        if file.state is FileState.UNDECLARED and file.consumers:
            adopt_static(desk, file, tree)


def adopt_static(desk: Desk, file: File, owner: Step | Tree) -> None:
    """Make a file static, under a new creator."""
    dispossess(desk, file)
    # Before it is attached, or it would be taken for a product.
    desk.graph.move_file(file, FileState.UNCONFIRMED, file.hash)
    desk.graph.attach(file, owner.id)
    look_again(desk, file)


def look_again(desk: Desk, file: File) -> None:
    """Let a static file be looked at, because it was declared. What was known of its content is kept for comparison.

    Those that use it are pending at once: while it is being looked at, a plan that may have to run again
    must not let the steps run that it may withdraw.
    """
    desk.graph.move_file(file, FileState.UNCONFIRMED, file.hash)
    desk.unconfirmed[file.id] = None
    for step in desk.graph.consumers(file):
        make_pending(desk, step, disturbs=False)


def claim_path(desk: Desk, path: str, claimant: Step) -> None:
    """Let the leftover trees above a path give way."""
    while (tree := next(_leftover_trees_above(desk, path, claimant), None)) is not None:
        dispossess(desk, tree)


def _leftover_trees_above(desk: Desk, path: str, claimant: Step) -> Iterator[Tree]:
    """Return the attached trees that hold a path and give way to a step."""
    return (tree for tree in desk.graph.trees_above(path) if is_leftover(desk.graph, tree, claimant))


def name_of(step: Step | None) -> str:
    """Return the label of a step; the root has none."""
    return "the root" if step is None else step.label


def check_inputs(desk: Desk, claimant: Step, paths: Iterable[str], source: Source) -> None:
    """Refuse inputs that cannot be ones."""
    graph = desk.graph
    for path in paths:
        check_not_internal(path, source)
        file = graph.file_by_path.get(path)
        if (file is None or file.detached) and graph.tree_above(path) is not None:
            check_not_target(graph.targets, path, is_static=True, source=source)
        if file is not None and file.state is FileState.VOLATILE and not is_leftover(graph, file, claimant):
            raise GraphConflict(f"Input ({path}) is a volatile output: it is never compared.", source)


@dataclass(frozen=True, slots=True)
class NewEdges:
    """Dependencies that a step is about to get."""

    step: Step | None
    """The step; None for one that keeps no edge that it may have."""
    claimant: Step
    """Who says so."""
    inputs: Iterable[str]
    outputs: Iterable[str]

    def find_circle(self, graph: Graph, counting: Counts | None) -> list[Step] | None:
        """Return the other steps of a circle that the edges would close."""
        inputs, outputs = (
            [graph.file_by_path[path] for path in paths if path in graph.file_by_path]
            for paths in (self.inputs, self.outputs)
        )
        return find_circle(graph, self.step, inputs, outputs, counting)


def check_circle(desk: Desk, edges: NewEdges, label: str, source: Source) -> bool:
    """Refuse to let steps wait for each other; return whether leftovers must give way first."""
    graph = desk.graph
    if edges.find_circle(graph, None) is None:
        return False
    circle = edges.find_circle(graph, lambda step, dynamic: counts(graph, step, edges.claimant, dynamic=dynamic))
    if circle is not None:
        raise _circle_refusal(circle, label, source)
    return True


def open_circles(desk: Desk, edges: NewEdges) -> None:
    """Let leftovers give way until new edges close no circle."""
    while circle := edges.find_circle(desk.graph, None):
        leftovers = [step for step in circle if is_leftover(desk.graph, step, edges.claimant)]
        for step in leftovers or circle:
            loosen(desk, step, edges.claimant)


def check_not_internal(path: str, source: Source) -> None:
    """Refuse paths that are ours."""
    if is_below(path, ".stepup"):
        raise InvalidPath(f"Paths under .stepup belong to StepUp itself: {path}", source)


def check_variable_names(names: Iterable[str], source: Source) -> None:
    """Refuse names that no variable can have."""
    for name in names:
        if not name or "=" in name or "\0" in name:
            raise InvalidArgument(f"Not the name of an environment variable: {name!r}", source)


def _circle_refusal(circle: list[Step], command: str, source: Source) -> CyclicDependency:
    """Say which steps wait for each other; the same text whichever of them came last."""
    labels = sorted({step.label for step in circle} | {command})
    shown = " <-> ".join(labels[:LABELS_MAX]) + (
        f" and {len(labels) - LABELS_MAX} more" if len(labels) > LABELS_MAX else ""
    )
    return CyclicDependency(f"Cyclic dependency: these steps would wait for each other: {shown}", source)


def product_in_tree(tree: str, path: str, source: Source) -> GraphConflict:
    """Refuse an output in a static tree; the same text whichever came last."""
    return GraphConflict(
        f"Static tree ({tree}/) cannot contain build product ({path}): a static tree is the sole owner of the files"
        " under it. Move the output elsewhere, or narrow the tree.",
        source,
    )
