"""Who owns a file: the checks and changes that static declarations, steps and amendments share."""

from __future__ import annotations

from collections.abc import Iterable

from .desk import Desk
from .paths import is_below
from .records import File, Step, Tree
from .refusals import CyclicDependency, GraphConflict, InvalidArgument, InvalidPath
from .states import FileState
from .values import Source

__all__ = (
    "adopt_static",
    "check_inputs",
    "check_not_internal",
    "check_variable_names",
    "circle_refusal",
    "name_of",
    "product_in_tree",
    "use_file",
)

LABELS_MAX = 8
"""How many steps of a circle are named."""


def use_file(desk: Desk, path: str) -> File:
    """Return the file at a path that is about to be an input; in a static tree it becomes static."""
    graph = desk.graph
    file = graph.file_by_path.get(path) or graph.make_file(path)
    if file.detached:
        tree = graph.tree_above(path)
        if tree is not None:
            adopt_static(desk, file, tree)
    return file


def adopt_static(desk: Desk, file: File, owner: Step | Tree) -> None:
    """Make a file static, under a new creator. What was known of its content is kept for comparison.

    Taking a file away from a detached step means that this step can never be skipped again.
    """
    graph = desk.graph
    take_from_owner(desk, file)
    graph.move_file(file, FileState.UNCONFIRMED, file.hash)
    graph.attach(file, owner.id)
    desk.unconfirmed[file.id] = None


def take_from_owner(desk: Desk, file: File) -> None:
    """Cut a file from whoever has it."""
    maker = desk.graph.producer(file)
    if maker is not None:
        maker.input_digest = maker.output_digest = None
        desk.graph.drop_output(file)
    elif file.creator is not None:
        desk.graph.detach(file)


def name_of(step: Step | None) -> str:
    """Return the label of a step; the root has none."""
    return "the root" if step is None else step.label


def check_inputs(desk: Desk, step: Step | None, label: str, paths: Iterable[str], source: Source) -> None:
    """Refuse inputs that cannot be ones, or would let steps wait for each other."""
    graph = desk.graph
    files: list[File] = []
    for path in paths:
        check_not_internal(path, source)
        file = graph.file_by_path.get(path)
        if file is not None:
            files.append(file)
            if file.state is FileState.VOLATILE and not file.detached:
                raise GraphConflict(f"Input ({path}) is a volatile output: it is never compared.", source)
    if step is not None:
        circle = graph.find_circle(step, files, ())
        if circle is not None:
            raise circle_refusal(circle, label, source)


def check_not_internal(path: str, source: Source) -> None:
    """Refuse paths that are ours."""
    if is_below(path, ".stepup"):
        raise InvalidPath(f"Paths under .stepup belong to StepUp itself: {path}", source)


def check_variable_names(names: Iterable[str], source: Source) -> None:
    """Refuse names that no variable can have."""
    for name in names:
        if not name or "=" in name or "\0" in name:
            raise InvalidArgument(f"Not the name of an environment variable: {name!r}", source)


def circle_refusal(circle: list[Step], command: str, source: Source) -> CyclicDependency:
    """Say which steps wait for each other; the same text whichever of them came last."""
    labels = sorted({step.label for step in circle[1:]} | {command})
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
