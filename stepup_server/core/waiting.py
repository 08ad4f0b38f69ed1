"""Why a step that is pending does not run, as far as the graph can tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from .graph import Graph
from .reasons import Reason, limited
from .records import File, Step
from .states import FileState, Need, StepState

__all__ = ("Circumstances", "common_reasons", "waits_for")

FINAL = frozenset({"where", "resource"})
"""Kinds of obstacles that only another worker removes."""

Tell = Callable[[Step], Reason]
"""Explains another step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What there is to know beside the graph."""

    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    """Capacities in the present or last build."""
    targets: tuple[str, ...] = ()
    """What the present or last build was restricted to."""
    is_building: bool = False
    """A build is going on."""
    was_cut_short: bool = False
    """The present or last build starts nothing more."""
    find_obstacle: Callable[[Step], Reason | None] | None = None
    """Says what stands between a step and the workers; None when there are none."""

    def to_json(self) -> str:
        """Return what does not change during a build, as it is stored."""
        return json.dumps({"resources": dict(self.resources), "targets": self.targets})

    @classmethod
    def from_json(cls, text: str, *, was_cut_short: bool) -> Circumstances:
        """Return those of a build that is over."""
        facts = json.loads(text)
        return cls(
            resources=facts.get("resources", {}),
            targets=tuple(facts.get("targets", ())),
            was_cut_short=was_cut_short,
        )


def waits_for(graph: Graph, step: Step, circumstances: Circumstances, tell: Tell) -> tuple[Reason, ...]:
    """Return what a pending step waits for: the nearest things, each with what it waits for itself."""
    if not step.wanted:
        return tuple(_lack_of_demand(graph, step, circumstances))
    reasons = limited(
        (
            *_planners(graph, step, tell),
            *(_input(graph, file, tell) for file in graph.inputs(step) if _is_waited_for(step, file)),
        )
    )
    return reasons or tuple(_what_is_left(graph, step, circumstances))


def common_reasons(graph: Graph, circumstances: Circumstances) -> list[tuple[Reason, list[Step]]]:
    """Return why steps are pending, most frequent first, each with its steps; not that they wait for pending ones."""
    found: dict[str, tuple[Reason, list[Step]]] = {}
    for step in graph.steps.values():
        if step.state is not StepState.PENDING or step.detached or not step.wanted:
            continue
        for reason in waits_for(graph, step, circumstances, _state_of):
            if not any(below.kind == "pending" for below in reason.because):
                found.setdefault(reason.text, (reason, []))[1].append(step)
    return sorted(found.values(), key=lambda entry: (-len(entry[1]), entry[0].text))


def _state_of(step: Step) -> Reason:
    """Tell of another step only what state it is in."""
    return Reason(step.state.name.lower(), step.label, step.label)


def _lack_of_demand(graph: Graph, step: Step, circumstances: Circumstances) -> Iterator[Reason]:
    """Say why nobody needs a step."""
    if step.need is Need.OPTIONAL and not any(graph.files[id_].consumers for id_ in step.outputs):
        yield Reason("optional", "it is optional, and no step uses what it makes", step.label)
    elif circumstances.targets:
        yield Reason("not_a_target", f"the build was restricted to {', '.join(circumstances.targets)}", step.label)
    else:
        yield Reason("optional", "it is optional, and no step that uses what it makes is needed", step.label)


def _planners(graph: Graph, step: Step, tell: Tell) -> Iterator[Reason]:
    """Return the step that created it, if that has to run first or holds it back."""
    above = graph.creator_step(step)
    if above is None:
        return
    if not graph.is_open(above):
        reason = Reason("planner", f"its planner has to succeed first: {above.label}", above.label)
        yield reason.following_from([tell(above)])
    elif above.attempt is not None and above.attempt.holds:
        yield Reason("held", f"its planner holds its steps back: {above.label}", above.label)


def _is_waited_for(step: Step, file: File) -> bool:
    """Tell whether an input keeps a step from running."""
    return file.blocks(dynamic=step.inputs[file.id]) or (step.deferred and not file.is_available)


def _input(graph: Graph, file: File, tell: Tell) -> Reason:
    """Say what is the matter with an input."""
    maker = graph.producer(file)
    if file.detached:
        text = f"nobody declares its input {file.path}"
        return Reason("input_undeclared", text, path=file.path)
    if maker is not None:
        reason = Reason(
            "input_not_made", f"its input {file.path} is to be made by {maker.label}", maker.label, file.path
        )
        return reason.following_from([tell(maker)])
    if file.state is FileState.MISSING:
        return Reason("input_missing", f"its input {file.path} is missing", path=file.path)
    return Reason("input_unconfirmed", f"nobody has looked at its input {file.path} yet", path=file.path)


def _what_is_left(graph: Graph, step: Step, circumstances: Circumstances) -> Iterator[Reason]:
    """Return what a step waits for that has all its inputs."""
    capacities = circumstances.resources
    obstacle = circumstances.find_obstacle(step) if circumstances.find_obstacle is not None else None
    if obstacle is not None and obstacle.kind in FINAL:
        yield obstacle
        return
    for name, units in step.resources:
        if units > capacities.get(name, 0) and (name in capacities or circumstances.find_obstacle is None):
            text = f"it needs {units} of resource {name}, of which there are {capacities.get(name, 0)}"
            yield Reason("resource", text, step.label)
            return
    if any(not file.is_available for file in graph.inputs(step)):
        yield from (
            Reason("input_gone", f"its amended input {file.path} is not there", path=file.path)
            for file in graph.inputs(step)
            if not file.is_available
        )
    elif circumstances.was_cut_short:
        yield from _cut_short(graph)
    elif circumstances.is_building and obstacle is not None:
        yield obstacle
    elif circumstances.is_building:
        yield Reason("turn", "it can run as soon as it has its turn", step.label)
    else:
        yield Reason("next_build", "the next build will check or run it", step.label)


def _cut_short(graph: Graph) -> Iterator[Reason]:
    """Say why a build starts nothing more."""
    failed = [step for step in graph.steps.values() if step.state is StepState.FAILED and not step.detached]
    if failed:
        reasons = (Reason("failed", f"{step.label} failed", step.label) for step in failed)
        text = "the build starts nothing more after a failure (--keep-going would)"
        yield Reason("drained", text).following_from(limited(reasons))
    else:
        yield Reason("drained", "the build was asked to start nothing more")
