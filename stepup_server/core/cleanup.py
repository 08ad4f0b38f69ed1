"""What nobody makes or wants any more: found in the graph after a complete build, forgotten, and removed from disk."""

from __future__ import annotations

from .causes import Unwanted
from .consequences import undo_execution
from .desk import Desk
from .records import File, Node, Step
from .states import FileState, StepState
from .values import FileHash

__all__ = ("collect_garbage",)

Removals = dict[str, FileHash | None]
"""Paths to be removed, with the hash that a file must still have; None: in any case."""


def collect_garbage(desk: Desk) -> tuple[tuple[str, FileHash | None], ...]:
    """Forget detached nodes that nothing refers to, and return the products to be removed from disk."""
    removals: Removals = {}
    _revert_unwanted(desk, removals)
    _forget_detached(desk, removals)
    _drop_unused_tree_files(desk)
    _forget_detached(desk, removals)
    return tuple(sorted(removals.items()))


def _revert_unwanted(desk: Desk, removals: Removals) -> None:
    """Take back what optional steps have made that nobody wants any more."""
    for step in desk.graph.steps.values():
        products = any(file.hash is not None for file in desk.graph.outputs(step))
        made = step.may_be_skipped or products or (step.volatiles and step.attempt_number)
        if step.detached or step.wanted or not (made or step.state is StepState.SUCCEEDED):
            continue
        if step.state is not StepState.PENDING:
            desk.graph.move_step(step, StepState.PENDING)
        desk.graph.forget_success(step, Unwanted())
        undo_execution(desk, step)
        for file in desk.graph.outputs(step):
            if file.hash is not None:
                removals[file.path] = file.hash
            desk.graph.move_file(file, FileState.PLANNED)
        for id_ in step.volatiles:
            removals[desk.graph.files[id_].path] = None


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
