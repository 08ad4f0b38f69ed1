"""From the arguments of `step`, `run` and `plan` to the declaration of a step."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from stepup_client.errors import StepUpError

from .commands import (
    CommandArg,
    ParsedCommand,
    build_command,
    check_plan_program,
    fill_in_paths,
    parse_command,
)
from .declarations import Need, StepDeclaration
from .options import Resources, check_overrides, normalise_duration, normalise_names, normalise_resources
from .paths import StrPath, StrPaths, check_no_directory
from .variables import Variables

__all__ = ("Reading", "StepArguments", "declare_step")


@enum.unique
class Reading(enum.Enum):
    """How the words of a command are read."""

    VERBATIM = "step"
    """Not at all, but for the path lists of version 1."""
    PROGRAM = "run"
    """Variables in front are set, and a program of the project is an input."""
    PLAN = "plan"
    """As PROGRAM, and there must be a program of the project."""


class StepArguments(NamedTuple):
    """What a plan says about a step, as it was written."""

    command: CommandArg
    """What to run, or a function that makes it."""
    inp: StrPaths = ()
    """Inputs, relative to the workdir."""
    env: str | Iterable[str] = ()
    """Names of variables."""
    out: StrPaths = ()
    """Outputs, relative to the workdir."""
    vol: StrPaths = ()
    """Volatile outputs, relative to the workdir."""
    workdir: StrPath = "."
    """Relative to the current directory."""
    need: Need = Need.DEFAULT
    """How much it is wanted."""
    resources: Resources | None = None
    """Units to be held while it runs."""
    shell: bool = False
    """Run it by a shell."""
    overrides: Mapping[str, str] | None = None
    """Variables for this step only."""
    duration: float | None = None
    """In seconds."""


def declare_step(arguments: StepArguments, reading: Reading, variables: Variables, *, moved: bool) -> StepDeclaration:
    """Return the declaration of a step.

    `moved` says that the plan is not where it began, so that the current directory must be named.
    """
    workdir = variables.path(arguments.workdir)
    inside = variables.enter(workdir)
    inputs, outputs, volatiles = (inside.paths(paths) for paths in (arguments.inp, arguments.out, arguments.vol))
    check_no_directory((*inputs, *outputs, *volatiles))
    lists = {"inp": inputs, "out": outputs, "vol": volatiles}
    command, shell = _read_command(build_command(arguments.command, lists), reading, lists, shell=arguments.shell)
    environment = normalise_names(arguments.env)
    overrides = _merged(arguments.overrides, command.overrides)
    if overrides:
        check_overrides(overrides, environment)
    if reading is not Reading.VERBATIM and command.local_program is not None:
        inputs = [command.local_program, *inputs]
    return StepDeclaration(
        command.text,
        "" if workdir in {".", "./"} and not moved else workdir,
        _sorted(inputs),
        _sorted(outputs),
        _sorted(volatiles),
        environment,
        arguments.need,
        normalise_resources(arguments.resources),
        shell,
        overrides,
        normalise_duration(arguments.duration),
    )


def _read_command(
    text: str, reading: Reading, lists: Mapping[str, list[str]], *, shell: bool
) -> tuple[ParsedCommand, bool]:
    """Return the command, and whether a shell runs it."""
    if reading is Reading.VERBATIM:
        filled = fill_in_paths(text, lists)
        if filled is not None:
            return ParsedCommand(filled, {}, None), True
        return ParsedCommand(text, {}, None), shell
    parsed = parse_command(text, shell=shell)
    if reading is Reading.PLAN:
        check_plan_program(parsed)
    return parsed, shell


def _merged(named: Mapping[str, str] | None, leading: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables that are set for a step."""
    if not named:
        return leading
    if both := sorted(named.keys() & leading.keys()):
        raise StepUpError(f"Variable {both[0]} is set both in front of the command and in env_overrides.")
    return {**named, **leading}


def _sorted(paths: list[str]) -> list[str]:
    return sorted(set(paths)) if len(paths) > 1 else paths
