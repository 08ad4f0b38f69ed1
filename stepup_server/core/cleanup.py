"""What nobody makes or wants any more: found in the graph after a complete build, forgotten, and removed from disk."""

from __future__ import annotations

from collections.abc import Callable

from .causes import Unwanted
from .consequences import undo_execution
from .desk import Desk
from .ids import NodeId
from .phrases import what_is_wrong_with
from .records import File, Node, Step
from .removals import Removal
from .states import FileState, ReturnCode, StepState, Tag
from .values import FileHash, Removed

__all__ = ("clean_up", "why_not_clean")

Removals = dict[str, FileHash | None]
"""Paths to be removed, with the hash that a file must still have; None: in any case."""


def why_not_clean(desk: Desk) -> str | None:
    """Say why a build that has ended is no reason to remove anything; None when it is one."""
    if desk.options.targets:
        return "for a build restricted to targets"
    if desk.return_code & ~ReturnCode.WARNING:
        return "due to incomplete build"
    if not desk.options.clean:
        return "at user's request (--no-clean)"
    return None


def clean_up(desk: Desk, then: Callable[[], None]) -> None:
    """Forget what nobody makes or wants any more, remove it from disk, and say so."""
    removals = _collect_garbage(desk)
    attempt = f"Trying to remove {len(removals)} deletable file(s) and empty director(y|ies)"

    def on_removed(removed: Removed) -> None:
        tell = desk.report if removed.paths else desk.report_detail
        tell(Tag.DIRECTOR, attempt)
        for path in removed.paths:
            desk.report(Tag.REMOVE, path)
        for there in removed.kept:
            desk.report(Tag.WARNING, f"Not removed: {there.path}{what_is_wrong_with(there.kind)}")
        then()

    if removals:
        desk.questions.remove_files(removals, on_removed)
    else:
        on_removed(Removed(()))


def _collect_garbage(desk: Desk) -> tuple[tuple[str, FileHash | None], ...]:
    """Forget detached nodes that nothing refers to, and return the products to be removed from disk."""
    removals: Removals = {}
    going = [_describe(desk, step) for step in desk.graph.steps.values() if step.detached]
    _revert_unwanted(desk, removals)
    _forget_detached(desk, removals)
    _drop_unused_tree_files(desk)
    _forget_detached(desk, removals)
    desk.remember_removals(removal for step, removal in going if step not in desk.graph.steps)
    return tuple(sorted(removals.items()))


def _describe(desk: Desk, step: Step) -> tuple[NodeId, Removal]:
    """Return what is remembered of a step in case that it is forgotten."""
    products = tuple(desk.graph.files[id_].path for id_ in (*step.outputs, *step.volatiles))
    return step.id, Removal(step.label, desk.graph.last_build, products, str(step.source))


def _revert_unwanted(desk: Desk, removals: Removals) -> None:
    """Take back what optional steps have made that nobody wants any more."""
    reverted = marked = 0
    for step in desk.graph.steps.values():
        products = any(file.hash is not None for file in desk.graph.outputs(step))
        made = step.may_be_skipped or products or (step.volatiles and step.attempt_number) or _has_amended(step)
        if step.detached or step.wanted or not (made or step.state is StepState.SUCCEEDED):
            continue
        before = len(removals)
        is_done = step.state is not StepState.PENDING
        if is_done:
            desk.graph.move_step(step, StepState.PENDING)
        desk.graph.forget_success(step, Unwanted())
        undo_execution(desk, step)
        for file in desk.graph.outputs(step):
            if file.hash is not None:
                removals[file.path] = file.hash
            desk.graph.move_file(file, FileState.PLANNED)
        for id_ in step.volatiles:
            removals[desk.graph.files[id_].path] = None
        reverted += is_done
        marked += len(removals) - before
    if reverted:
        desk.report(Tag.WARNING, f"Reverted {reverted} optional step(s) to PENDING.")
    if marked:
        desk.report(Tag.WARNING, f"Marked {marked} output file(s) of reverted step(s) for deletion.")


def _has_amended(step: Step) -> bool:
    """Tell whether an execution has left dependencies behind, though it may not have come to its end."""
    edges = (step.inputs, step.outputs, step.volatiles, step.environment)
    return bool(step.globs) or any(dynamic for some in edges for dynamic in some.values())


def _drop_unused_tree_files(desk: Desk) -> None:
    """Detach files of trees that no step uses."""
    for tree in desk.graph.trees.values():
        for id_ in list(tree.files):
            file = desk.graph.files[id_]
            if not file.consumers:
                desk.graph.detach(file)


def _forget_detached(desk: Desk, removals: Removals) -> None:
    """Forget detached nodes; a file that some step would still use becomes one that nobody declares."""
    _forget_leaves(desk, removals)
    for file in desk.graph.files.values():
        if file.detached and file.state is not FileState.UNDECLARED:
            _note_removal(file, removals)
            _cut_product(desk, file)
            desk.graph.move_file(file, FileState.UNDECLARED)
    _forget_leaves(desk, removals)


def _forget_leaves(desk: Desk, removals: Removals) -> None:
    """Forget detached nodes that nothing refers to, from the leaves upwards."""
    graph = desk.graph
    again = True
    while again:
        again = False
        nodes: list[Node] = [*graph.files.values(), *graph.steps.values(), *graph.trees.values()]
        for node in nodes:
            if node.detached and _is_leaf(node):
                if isinstance(node, File):
                    _note_removal(node, removals)
                    _cut_product(desk, node)
                else:
                    if isinstance(node, Step):
                        desk.clear_globs(node)
                        desk.capacities.forget(node)
                    graph.detach(node)
                graph.forget(node)
                again = True


def _is_leaf(node: Node) -> bool:
    """Tell whether nothing refers to a node."""
    if isinstance(node, File):
        return not node.consumers
    if isinstance(node, Step):
        idle = node.state not in {StepState.RUNNING, StepState.CHECKING}
        return idle and not (node.products or node.outputs or node.volatiles)
    return not node.files


def _cut_product(desk: Desk, file: File) -> None:
    """Cut a file from what made or declared it."""
    if file.is_product:
        desk.graph.drop_output(file)
    else:
        desk.graph.detach(file)


def _note_removal(file: File, removals: Removals) -> None:
    """Put the product of a step on the list."""
    if file.state is FileState.VOLATILE:
        removals[file.path] = None
    elif file.is_output and file.hash is not None:
        removals[file.path] = file.hash
