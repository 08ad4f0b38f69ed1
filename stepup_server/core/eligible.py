"""Which steps may be checked or run now, as far as the graph alone decides it."""

from __future__ import annotations

from .graph import Graph
from .records import Step
from .states import StepState

__all__ = ("is_eligible",)


def is_eligible(graph: Graph, step: Step) -> bool:
    """Tell whether a step may be checked or run now, apart from slots and resources."""
    if step.state is not StepState.PENDING or step.detached or step.deferred or not step.wanted or step.unready:
        return False
    held = False
    for above in graph.creators(step):
        if not graph.is_open(above):
            return False
        held = held or (above.attempt is not None and above.attempt.holds > 0)
    return (not held or step.may_be_skipped) and not _has_rival(graph, step) and _is_demanded(graph, step)


def _has_rival(graph: Graph, step: Step) -> bool:
    """Tell whether another step is running that had a product of this one until now, and may still write it."""
    return any(graph.files[id_].writer not in {None, step.id} for id_ in (*step.outputs, *step.volatiles))


def _is_demanded(graph: Graph, step: Step) -> bool:
    """Tell whether an optional step is used by one that is sure to stay.

    A planner that is still to run may withdraw what it had declared the last time, and the demand with it.
    """
    seen = {step.id}
    optional = [step] if graph.is_optional(step) else []
    demanded = not optional
    while optional and not demanded:
        for user in graph.users(optional.pop()):
            if user.id in seen or not user.wanted or not _is_sure_to_stay(graph, user):
                continue
            seen.add(user.id)
            demanded = demanded or not graph.is_optional(user)
            optional.append(user)
    return demanded


def _is_sure_to_stay(graph: Graph, step: Step) -> bool:
    """Tell whether all steps that created a step have run, or are running and have declared it."""
    return all(graph.is_open(above) for above in graph.creators(step))
