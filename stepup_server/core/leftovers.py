"""Leftovers: what stands from an execution that may be undone. They give way to what is declared now.

A plan that is still to run or to be checked, or stands below one that is, may withdraw what it declared the last time.
Until then that serves those who use it, but it is no claim: another plan may declare the same step or file and takes it
over. The owner must run then, to say for itself whether it still wants it. If it does, it is refused, because by that
time the claim of the other is firm. So a declaration moves from one plan to another in one edit, whoever runs first.

A detached node is a leftover, too: nobody declares it, but a plan that comes back would bring it back.
"""

from __future__ import annotations

from collections.abc import Iterator

from .causes import Cause, GaveWay, TakenOver
from .consequences import make_pending, undo_execution
from .desk import Desk
from .graph import Graph
from .records import File, Node, Step

__all__ = ("counts", "dispossess", "is_leftover", "is_leftover_execution", "loosen", "must_run")


def is_leftover(graph: Graph, node: Node, claimant: Step) -> bool:
    """Tell whether a declared node gives way to a step that claims it.

    What is above both of them makes no difference between them.
    """
    declarers = list(_declarers(graph, node))
    if declarers and declarers[0] is claimant:
        return False
    return node.detached or _may_be_undone(graph, declarers, claimant)


def is_leftover_execution(graph: Graph, step: Step, claimant: Step) -> bool:
    """Tell whether what a step added while it ran gives way to a step that claims it."""
    if step is claimant:
        return False
    return step.detached or _may_be_undone(graph, [step, *graph.creators(step)], claimant)


def _may_be_undone(graph: Graph, steps: list[Step], claimant: Step) -> bool:
    """Tell whether one of the steps will run or be checked in this build, as far as is known."""
    shared = {claimant.id, *(above.id for above in graph.creators(claimant))}
    return any(graph.may_be_undone(step) for step in steps if step.id not in shared)


def _declarers(graph: Graph, node: Node) -> Iterator[Step]:
    """Return the steps by whose executions a node stands, from the nearest upwards."""
    nearest = graph.creator_step(node)
    if nearest is None:
        return
    if not (isinstance(node, File) and node.is_product and _is_declared(nearest, node)):
        yield nearest
    yield from graph.creators(nearest)


def _is_declared(maker: Step, file: File) -> bool:
    """Tell whether a product was declared with its step, not amended by it."""
    return not (maker.outputs.get(file.id) or maker.volatiles.get(file.id))


def dispossess(desk: Desk, node: Node) -> None:
    """Cut a node from its creator. The declarer cannot be skipped or brought back as it was: it must run."""
    graph = desk.graph
    owner = graph.creator_step(node)
    because = TakenOver(node.label if isinstance(node, Step) else node.path)
    if isinstance(node, File) and node.is_product:
        planner = graph.creator_step(owner) if owner is not None and _is_declared(owner, node) else None
        graph.drop_output(node)
        must_run(desk, planner, because)
    elif node.creator is not None:
        graph.detach(node)
    must_run(desk, owner, because)


def loosen(desk: Desk, step: Step, claimant: Step) -> None:
    """Take the dependencies away from a step that stand from an execution which may be undone."""
    if is_leftover(desk.graph, step, claimant):
        desk.graph.forget_success(step, GaveWay(claimant.label))
        undo_execution(desk, step)
        desk.graph.cut_inputs(step)
        must_run(desk, desk.graph.creator_step(step), GaveWay(claimant.label))
        must_run(desk, step, GaveWay(claimant.label))
    elif not counts(desk.graph, step, claimant, dynamic=True):
        desk.graph.forget_success(step, GaveWay(claimant.label))
        undo_execution(desk, step)


def must_run(desk: Desk, step: Step | None, because: Cause) -> None:
    """Let a step run instead of being skipped or left alone."""
    if step is not None:
        desk.graph.forget_success(step, because)
        desk.graph.woken[step.id] = None
        make_pending(desk, step)


def counts(graph: Graph, step: Step, claimant: Step, *, dynamic: bool) -> bool:
    """Tell whether a dependency of a step closes a circle in earnest, or gives way."""
    if step.detached or is_leftover(graph, step, claimant):
        return False
    return not dynamic or step.defer_count > 0 or not graph.may_be_undone(step)
