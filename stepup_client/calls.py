"""Steps that are calls of functions in Python scripts: `call`. What happens inside them: `call_driver`."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from stepup_client.conversion import to_json
from stepup_client.core.declarations import Need
from stepup_client.core.options import Resources, need_of
from stepup_client.core.paths import StrPath, StrPaths
from stepup_client.core.stepinfo import StepInfo
from stepup_client.core.steps import Patience, Reading, StepArguments
from stepup_client.errors import PathError, StepUpError
from stepup_client.namespaces import dumpns
from stepup_client.rpc.current import caller
from stepup_client.running import declare

__all__ = ("call",)

_JSON_BYTES_MAX = 128 * 1024
"""What Linux allows for one argument of a program."""


def call(
    executable: StrPath,
    function: str,
    /,
    *,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
    workdir: StrPath = ".",
    optional: bool = False,
    planning: bool = False,
    resources: Resources | None = None,
    args_file: StrPath | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
    **kwargs: object,
) -> StepInfo:
    """Declare a step that calls a function in a Python script, which ends with `driver()` of `stepup.core.call`.

    Parameters
    ----------
    executable, function
        The script, a relative path with a slash, which becomes an input; and the name of the function.
    inp, env, out, vol, workdir, resources, duration, where, timeout, retry, optional
        As for `run`. Lists in `inp` and `out` which are not empty are arguments of the function, if it has them.
    planning
        The function declares more steps.
    args_file
        A JSON or YAML file for the arguments, relative to `workdir`; the calling step writes it as its own output.
        Without it, the arguments are part of the command, as JSON.
    kwargs
        The other arguments of the function.

    Raises
    ------
    PathError
        The script is not a relative path with a slash.
    StepUpError
        The name of the function is none, the arguments are too long for a command, or the step is wrong otherwise.

    Examples
    --------
    >>> call("./tools.py", "count", inp="words.txt", out="count.txt", word="the")
    """
    need = _need(optional=optional, planning=planning)
    patience = Patience(duration, timeout, retry)
    spoken = StepArguments("", inp, env, out, vol, workdir, need, resources, patience=patience, where=where)
    return _declare_call(_Call(executable, function, args_file, kwargs), spoken)


class _Call(NamedTuple):
    """Which function is called, and how."""

    executable: StrPath
    """The script."""
    function: str
    """Its name."""
    args_file: StrPath | None
    """Where the arguments are to be written."""
    arguments: dict[str, object]
    """Without `inp` and `out`."""


def _declare_call(spoken: _Call, step: StepArguments) -> StepInfo:
    """Declare the step that makes a call."""
    variables = caller().variables()
    workdir = variables.path(step.workdir)
    inside = variables.enter(workdir)
    program = inside.path(spoken.executable)
    _check_names(program, spoken.function)
    lists = {"inp": inside.paths(step.inp), "out": inside.paths(step.out)}
    arguments = spoken.arguments | {name: paths for name, paths in lists.items() if paths}
    inputs = [program, *lists["inp"]]
    if spoken.args_file is None:
        word = shlex.quote(_as_json(arguments))
    else:
        inputs.append(inside.path(spoken.args_file))
        word = _as_file(workdir, inputs[-1], arguments)
    step = step._replace(
        command=f"{shlex.quote(program)} {spoken.function} {word}",
        inp=inputs,
        out=lists["out"],
        vol=inside.paths(step.vol),
        workdir=workdir,
    )
    return declare(step, Reading.VERBATIM, variables.settled())


def _need(*, optional: bool, planning: bool) -> Need:
    """Return how much the step is wanted."""
    if optional and planning:
        raise StepUpError("optional and planning are mutually exclusive: a step that declares more steps always runs.")
    return need_of(Need.PLAN if planning else Need.DEFAULT, optional=optional)


def _check_names(program: str, function: str) -> None:
    """Refuse a script that is not one of the project, and what is not the name of a function."""
    from keyword import iskeyword

    if program.startswith("/"):
        raise PathError(f"executable must not be an absolute path, got: {program!r}")
    if "/" not in program:
        raise PathError(f"executable must contain a path separator (e.g. './script.py'), got: {program!r}")
    if not function.isidentifier() or iskeyword(function):
        raise StepUpError(f"function must be a valid Python function name, got: {function!r}")


def _as_json(arguments: dict[str, object]) -> str:
    """Return arguments as a word of the command."""
    text = to_json(arguments)
    if len(text) > _JSON_BYTES_MAX:
        raise StepUpError("serialized call arguments exceed 128 KiB; pass args_file= to use a file instead")
    return text


def _as_file(workdir: str, file: str, arguments: dict[str, object]) -> str:
    """Write arguments to a file and return the word of the command that names it."""
    dumpns(posixpath.normpath(posixpath.join(workdir, file)), arguments)
    return f"--inp={shlex.quote(file)}"
