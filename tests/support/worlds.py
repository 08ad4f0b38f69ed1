"""Random projects whose whole behaviour stands in their files.

A plan is the list of what it declares; a command says in its own words what it does:
`c3 amend=s1,o2 blur` amends two files, then writes outputs that depend only little on what it has read.
So a build from nothing, by one worker without faults, tells what any other history must lead to.
"""

from __future__ import annotations

import posixpath
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from stepup_server.core.states import Need
from stepup_server.core.values import Assignment, Declaration
from tests.support.builders import a_hold, a_plan, a_static, a_step, a_variable, an_end_of_hold
from tests.support.scripts import Call, Running, Script, content_of

__all__ = ("PLANS", "SOURCES", "STEPS_MAX", "TEXTS", "PlannedStep", "World", "run_command", "script_of")

SOURCES = ("s0", "s1", "t/x", "t/y")
TEXTS = ("", "one", "two", "bad")
PLANS = ("plan.py", "p1.py", "p2.py")
STEPS_MAX = 6


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What a world says about one step."""

    removed: bool
    """No plan declares it."""
    home: int
    """The plan that declares it."""
    inputs: tuple[str, ...]
    amends: tuple[str, ...]
    reads: tuple[str, ...]
    """What it uses without saying so: its worker finds out."""
    optional: bool
    volatile: bool
    amended_output: bool
    resource: int
    uses_variable: bool
    words: str
    extra_output: str | None
    """An output that another step makes as well: a mistake of the author."""
    where: str = ""
    """On which workers it may run."""


@dataclass(frozen=True, slots=True)
class World:
    """What the plans of a project declare."""

    steps: tuple[PlannedStep, ...]
    home: int
    """The plan that declares one of the sources, and the directory `t` or what is in it."""
    tree: bool
    """The directory `t` is declared as one tree."""
    holds: bool
    nested: bool
    """The third plan is declared by the second one, not by the first."""
    batches: int
    """The number of declarations in one message."""

    def texts(self) -> dict[str, str]:
        """Return the plans as files."""
        return {path: repr(self.declarations(index)) for index, path in enumerate(PLANS)}

    def declarations(self, planner: int) -> tuple[Declaration, ...]:
        """Return what a plan declares."""
        found: list[Declaration] = []
        if planner == 0:
            found.append(a_static("s0", "p1.py", "p2.py"))
            found.append(a_plan("p1.py"))
        if planner == self.home:
            found.append(a_static("s1"))
            found.append(a_static("t") if self.tree else a_static("t/x", "t/y"))
        if planner == (1 if self.nested else 0):
            found.append(a_plan("p2.py"))
        found += [a_hold()] if self.holds else []
        for index, step in enumerate(self.steps):
            if step.home == planner and not step.removed:
                found.append(_declaration(index, step))
        found += [an_end_of_hold()] if self.holds else []
        return (*found, a_variable("W")) if planner == 2 else tuple(found)


def _declaration(index: int, step: PlannedStep) -> Declaration:
    """Return the declaration of a step."""
    words = [f"c{index}", step.words]
    words += [f"amend={','.join(step.amends)}"] if step.amends else []
    words += [f"reads={','.join(step.reads)}"] if step.reads else []
    words += [f"makes=m/a{index}"] if step.amended_output else []
    return a_step(
        " ".join(word for word in words if word),
        inputs=step.inputs,
        outputs=(f"o{index}",) if step.extra_output is None else {f"o{index}": 0, step.extra_output: 0},
        volatiles=(f"v{index}",) if step.volatile else (),
        need=Need.OPTIONAL if step.optional else Need.DEFAULT,
        resources={"r": step.resource} if step.resource else {},
        where=step.where,
        environment=("V",) if step.uses_variable else (),
    )


def script_of(world: World) -> dict[str, Script]:
    """Return what the plans of a world do, by the text of their files."""
    return {text: _plan(world, index) for index, text in enumerate(world.texts().values())}


def _plan(world: World, planner: int) -> Script:
    """Return the script of a plan."""

    def script(running: Running) -> Generator[Call, Any, int]:
        left = list(world.declarations(planner))
        while left:
            now, left = left[: world.batches], left[world.batches :]
            yield running.declare(*now)
        return 0

    return script


def run_command(assignment: Assignment) -> Script:
    """Return what a command does by its words."""
    del assignment
    return _run_words


def _run_words(running: Running) -> Generator[Call, Any, int]:
    """Do what the words of the command say."""
    name, *words = running.assignment.command.split()
    settings: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        settings[key] = value
    amended = tuple(settings["amend"].split(",")) if "amend" in settings else ()
    made = tuple(settings["makes"].split(",")) if "makes" in settings else ()
    if amended or made:
        answer = yield running.amend(*amended, outputs=made)
        if answer.unavailable or answer.unfresh:
            return 1
    running.used = tuple(settings["reads"].split(",")) if "reads" in settings else ()
    inputs = [*(seen.path for seen in running.assignment.inputs), *amended, *running.used]
    texts = [running.disk.read(path) for path in inputs]
    if "sensitive" in settings and "bad" in texts:
        return 1
    for path in (*running.assignment.outputs, *running.assignment.volatiles, *made):
        text = content_of(running.disk, running.assignment.command, path, inputs)
        if "blur" in settings:
            text = f"{name} {path} {sum(len(one or '') for one in texts) % 2}"
        running.disk.write(posixpath.normpath(path), text)
    return 1 if "fail" in settings else 0
