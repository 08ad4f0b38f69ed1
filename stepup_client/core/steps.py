"""From the arguments of `step`, `run` and `plan` to the declaration of a step."""

from __future__ import annotations

import enum
import posixpath
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
from .options import (
    Resources,
    check_overrides,
    normalise_duration,
    normalise_names,
    normalise_resources,
    normalise_retry,
    normalise_timeout,
    normalise_where,
)
from .paths import StrPath, StrPaths, check_no_directory
from .variables import Variables

__all__ = ("Patience", "Reading", "StepArguments", "declare_step")


@enum.unique
class Reading(enum.Enum):
    """How the words of a command are read."""

    VERBATIM = "step"
    """Not at all."""
    PROGRAM = "run"
    """Variables in front are set, and a program of the project is an input."""
    PLAN = "plan"
    """As PROGRAM, and there must be a program of the project."""
    DIRECTORY_PLAN = "plan of version 1"
    """Not at all; it is the plan in a directory that is spelled with its slash."""
    VERSION_1 = "step of version 1"
    """By a shell, after the lists of paths were filled in; directories may be named, and mean nothing."""


_READ = {Reading.PROGRAM, Reading.PLAN}
_SPELLED = {Reading.DIRECTORY_PLAN, Reading.VERSION_1}


class Patience(NamedTuple):
    """How long a step may take, and how often it may fail."""

    duration: float | None = None
    """How many seconds it is expected to run."""
    timeout: float | None = None
    """How many seconds it may run."""
    retry: int = 0
    """How many more times it may be tried."""


NO_PATIENCE = Patience()
"""What most steps have."""


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
    patience: Patience = NO_PATIENCE
    """How long it may take, and how often it may fail."""
    where: str = ""
    """Which workers may run it."""


def declare_step(arguments: StepArguments, reading: Reading, variables: Variables, *, moved: bool) -> StepDeclaration:
    """Return the declaration of a step.

    `moved` says that the plan is not where it began, so that the current directory must be named.
    """
    workdir = _workdir(variables.path(arguments.workdir), reading)
    inside = variables.enter(workdir)
    inputs, outputs, volatiles = (inside.paths(paths) for paths in (arguments.inp, arguments.out, arguments.vol))
    lists = {"inp": inputs, "out": outputs, "vol": volatiles}
    text = build_command(arguments.command, lists)
    if reading is Reading.VERSION_1:
        text = fill_in_paths(text, lists)
        inputs, outputs, volatiles = map(_files, (inputs, outputs, volatiles))
    check_no_directory((*inputs, *outputs, *volatiles))
    command = _read_command(text, reading, shell=arguments.shell)
    environment = normalise_names(arguments.env)
    overrides = _merged(arguments.overrides, command.overrides)
    if overrides:
        check_overrides(overrides, environment)
    if command.local_program is not None:
        inputs = [command.local_program, *inputs]
    duration_s, timeout_s, retries = _patience(arguments.patience)
    return StepDeclaration(
        command.text,
        "" if workdir in {".", "./"} and not moved else workdir,
        _sorted(inputs),
        _sorted(outputs),
        _sorted(volatiles),
        environment,
        arguments.need,
        normalise_resources(arguments.resources),
        arguments.shell or reading is Reading.VERSION_1,
        overrides,
        duration_s,
        normalise_where(arguments.where),
        timeout_s,
        retries,
    )


def _patience(patience: Patience) -> tuple[float, float, int]:
    """Return the patience with a step as it travels."""
    if patience is NO_PATIENCE or patience == NO_PATIENCE:
        return (0.0, 0.0, 0)
    duration, timeout, retry = patience
    return normalise_duration(duration), normalise_timeout(timeout), normalise_retry(retry)


def _workdir(workdir: str, reading: Reading) -> str:
    """Return a workdir as labels show it: version 1 kept the trailing slash."""
    return workdir if reading in _SPELLED else posixpath.normpath(workdir)


def _files(paths: list[str]) -> list[str]:
    return [path for path in paths if not path.endswith("/")]


def _read_command(text: str, reading: Reading, *, shell: bool) -> ParsedCommand:
    """Return a command with what its first words say, as far as they are read."""
    if reading not in _READ:
        return ParsedCommand(text, {}, None)
    parsed = parse_command(text, shell=shell)
    if reading is Reading.PLAN:
        check_plan_program(parsed)
    return parsed


def _merged(named: Mapping[str, str] | None, leading: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables that are set for a step."""
    if not named:
        return leading
    if both := sorted(named.keys() & leading.keys()):
        raise StepUpError(f"Variable {both[0]} is set both in front of the command and in env_overrides.")
    return {**named, **leading}


def _sorted(paths: list[str]) -> list[str]:
    return sorted(set(paths)) if len(paths) > 1 else paths
