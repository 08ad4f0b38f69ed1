"""The trivial builder: one step after the other, whoever has what it needs; no graph, no workers, no faults.

It knows the projects of `tests/support/worlds.py` and runs their commands by the same words; it shares nothing with the
director.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

from stepup_server.core.ids import AttemptId, NodeId
from stepup_server.core.states import Need
from stepup_server.core.values import Assignment, Observation, StepDeclaration
from stepup_server.core.values import PathKind as Kind
from tests.support.disk import VirtualDisk
from tests.support.scripts import Running
from tests.support.worlds import PLANS, World, run_command

__all__ = ("Expected", "expect")


class Expected(NamedTuple):
    """What a build must lead to."""

    texts: Mapping[str, str]
    """The content of each product, by path."""
    failed: bool
    """Some step cannot succeed."""


class _Amendment:
    """What the model answers to an amendment: everything asked for is there."""

    unavailable = ()
    unfresh = ()


def expect(world: World, sources: Mapping[str, str]) -> Expected:
    """Build a project, one step at a time."""
    disk = VirtualDisk()
    for path, text in sources.items():
        disk.write(path, text)
    steps = _wanted([one for one in _declared(world) if one.need is not Need.PLAN])
    left, failed = list(steps), False
    while ready := next((one for one in left if _can_run(one, disk)), None):
        left.remove(ready)
        failed |= not _run(ready, disk)
    texts = {path: text for path, text in disk.texts().items() if path not in sources}
    return Expected(texts, failed or bool(left))


def _declared(world: World) -> list[StepDeclaration]:
    """Return all steps of all plans."""
    declarations = (one for index in range(len(PLANS)) for one in world.declarations(index))
    return [one for one in declarations if isinstance(one, StepDeclaration)]


def _wanted(steps: list[StepDeclaration]) -> list[StepDeclaration]:
    """Return the steps that are not optional, and those that make what a wanted one uses."""
    wanted = [one for one in steps if one.need is not Need.OPTIONAL]
    for user in wanted:
        used = set(_uses(user))
        wanted += [one for one in steps if one not in wanted and used.intersection(one.outputs)]
    return wanted


def _uses(step: StepDeclaration) -> Iterable[str]:
    """Return what a step reads, whether it says so at once or while it runs."""
    yield from step.inputs
    for word in step.command.split():
        key, _, value = word.partition("=")
        if key in {"amend", "reads"}:
            yield from value.split(",")


def _can_run(step: StepDeclaration, disk: VirtualDisk) -> bool:
    return all(disk.read(path) is not None for path in _uses(step))


def _run(step: StepDeclaration, disk: VirtualDisk) -> bool:
    """Run a command by its words; leave nothing behind if it fails; tell whether it succeeded."""
    assignment = Assignment(
        command=step.command,
        workdir=".",
        shell=False,
        inputs=tuple(Observation(path, Kind.FILE, None) for path in sorted(step.inputs)),
        outputs=tuple(sorted(step.outputs)),
        volatiles=tuple(sorted(step.volatiles)),
        environment=(),
        need=step.need,
        input_digest="",
    )
    calls = run_command(assignment)(Running(AttemptId(NodeId(1), 1), assignment, disk))
    answer: object = None
    try:
        while True:
            calls.send(answer)
            answer = _Amendment
    except StopIteration as ended:
        if cast("int", ended.value) == 0:
            return True
    for path in step.outputs:
        disk.remove(path)
    return False
