"""Scripts that say themselves which steps they are: `script`. What happens inside them: `script_driver`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from stepup_client.core.declarations import Need
from stepup_client.core.options import Resources, with_limits
from stepup_client.core.paths import StrPath, StrPaths
from stepup_client.core.stepinfo import StepInfo
from stepup_client.core.steps import Patience, Reading, StepArguments
from stepup_client.errors import PathError
from stepup_client.rpc.current import caller
from stepup_client.running import declare

__all__ = ("script",)


def script(
    executable: StrPath,
    *,
    step_info: StrPath | None = None,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
    workdir: StrPath = ".",
    optional: bool = False,
    resources: Resources | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
    block: bool = False,
) -> StepInfo:
    """Declare a planning step that runs `EXECUTABLE plan`, which declares the steps of a script with a driver.

    New plans use `call`, which needs no protocol.

    Parameters
    ----------
    executable
        The script, a relative path; it becomes an input. It ends with `driver()` of `stepup.core.script`.
    step_info
        A JSON file that tells which steps the script has declared; `load_step_info` reads it.
    inp, env, out, vol, workdir, resources, duration, where, timeout, retry
        As for `run`, for the planning step.
    optional
        The declared steps are optional; the planning step is not.
    block
        Of version 1, as for `step`.

    Returns
    -------
    The planning step as it was declared.

    Raises
    ------
    PathError
        The script is not a relative path.
    StepUpError, EnvVarError, TypeError, GraphError
        As for `step`.
    """
    me = caller()
    variables = me.variables()
    place = variables.path(workdir)
    inside = variables.enter(place)
    program = _local(inside.path(executable))
    told = [] if step_info is None else [inside.path(step_info)]
    units = with_limits(resources, pool=None, block=block)
    spoken = StepArguments(
        _planning_command(program, told, optional=optional), [program, *inside.paths(inp)], env,
        [*inside.paths(out), *told], inside.paths(vol), place, Need.PLAN, units,
        patience=Patience(duration, timeout, retry), where=where,
    )  # fmt: skip
    return declare(spoken, Reading.VERBATIM, variables.settled())


def _planning_command(program: str, told: list[str], *, optional: bool) -> str:
    """Return the command that declares the steps of a script."""
    words = [program, "plan", *(f"--step-info={path}" for path in told), *(["--optional"] if optional else [])]
    return " ".join(_quoted(word) for word in words)


def _local(program: str) -> str:
    """Return a program of the project with a slash, so that it is not looked for elsewhere."""
    if program.startswith("/"):
        raise PathError(f"Executable is not a relative path: {program}")
    return program if program.startswith(("./", "../")) else f"./{program}"


def _quoted(word: str) -> str:
    """Return a word for a shell; of an option, the value is quoted."""
    option, equals, value = word.partition("=")
    return f"{option}={shlex.quote(value)}" if equals and option.startswith("--") else shlex.quote(word)
