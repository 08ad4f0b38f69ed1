"""Steps by their commands: `step`, `run`, `plan` and `copy`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from stepup_client.core.commands import CommandArg, has_path_lists, is_directory_plan, quote_paths
from stepup_client.core.declarations import DirectoryPaths, Need
from stepup_client.core.options import Resources, need_of, with_limits
from stepup_client.core.paths import StrPath, StrPaths, check_no_directory, make_path_out
from stepup_client.core.stepinfo import StepInfo, step_info_of
from stepup_client.core.steps import Patience, Reading, StepArguments, declare_step
from stepup_client.core.variables import Variables
from stepup_client.rpc.current import caller

__all__ = ("copy", "declare", "plan", "run", "step")


def step(
    command: CommandArg,
    *,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
    workdir: StrPath = ".",
    need: Need = Need.DEFAULT,
    optional: bool = False,
    resources: Resources | None = None,
    shell: bool = False,
    env_overrides: Mapping[str, str] | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
    pool: str | None = None,
    block: bool = False,
) -> StepInfo:
    """Declare a step with a command that is taken as it stands; `run` is more convenient.

    Parameters
    ----------
    command
        As for `run`; what it says is not looked at.
    inp, env, out, vol, workdir, resources, duration, where, timeout, retry
        As for `run`.
    need
        OPTIONAL, DEFAULT or PLAN.
    shell
        Run the command by `/bin/sh -c`; otherwise its words are a program and its arguments.
    env_overrides
        Values of variables for this step only. A change makes the step run again.
    optional, pool, block
        Of version 1: `need=Need.OPTIONAL`, one unit of a resource, and a resource that is nowhere defined.
        A call with one of them, or with `${inp}`, `${out}` or `${vol}` in its command, and without arguments that only
        version 4 knows, is read as in version 1: those stand for the paths, and a shell runs the command.

    Returns
    -------
    The step as it was declared.

    Raises
    ------
    StepUpError, PathError, EnvVarError, TypeError
        An argument is wrong.
    GraphError
        The step contradicts what was declared before. It may be raised by a later call or at the end of the plan.
    """
    given = (one is not None for one in (resources, env_overrides, duration, where or None, timeout, retry or None))
    is_new = shell or need is not Need.DEFAULT or any(given)
    is_old = optional or pool is not None or block or (isinstance(command, str) and has_path_lists(command))
    reading = Reading.VERSION_1 if is_old and not is_new else Reading.VERBATIM
    need = need_of(need, optional=optional)
    units = with_limits(resources, pool=pool, block=block)
    patience = Patience(duration, timeout, retry)
    return declare(
        StepArguments(command, inp, env, out, vol, workdir, need, units, shell, env_overrides, patience, where), reading
    )


def run(
    command: CommandArg,
    *,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
    workdir: StrPath = ".",
    optional: bool = False,
    shell: bool = False,
    resources: Resources | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
) -> StepInfo:
    """Declare a step that runs a command.

    Parameters
    ----------
    command
        What to run, or a function that returns it; the function gets those of the lists `inp`, `out` and `vol` that
        its parameters name. `NAME=value` in front sets variables for the step, unless a shell runs it.
        A program of the project, such as `./tool.py`, becomes an input.
    inp, out, vol
        Files that the command reads, that it makes, and that it makes anew each time and nobody may read. They are
        relative to `workdir`; `$NAME` and `${NAME}` stand for variables, on which the calling step then depends.
    env
        Names of variables that the command reads; a new value makes the step run again.
    workdir
        The directory in which the command runs; it is made if it is not there.
    optional, shell
        Run the step only when its outputs are needed; run the command by `/bin/sh -c` instead of by its words.
    resources
        Units of resources that the step holds while it runs, as `{"gpu": 2}` or as text `"gpu:2,licence"`.
    duration
        How many seconds it may take, until this was measured: long chains of steps begin first.
    where
        Which workers may run it, such as `"gpu and zone == 'west' and memory >= 8G"`: labels of workers, `host`,
        `name`, `cpus` and `memory`, with `and`, `or`, `not` and parentheses. A change does not make it run again.
    timeout, retry
        How many seconds it may run before it is ended; how many more times a build tries it after a failure of its own.

    Returns
    -------
    The step as it was declared; its lists are sorted.

    Raises
    ------
    StepUpError, PathError, EnvVarError, TypeError, GraphError
        As for `step`.

    Examples
    --------
    >>> run("sort -u words.txt -o unique.txt", inp="words.txt", out="unique.txt")
    """
    need, patience = need_of(Need.DEFAULT, optional=optional), Patience(duration, timeout, retry)
    spoken = StepArguments(command, inp, env, out, vol, workdir, need, resources, shell, None, patience, where)
    return declare(spoken, Reading.PROGRAM)


def plan(
    command: CommandArg,
    *,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
    workdir: StrPath = ".",
    resources: Resources | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
    optional: bool = False,
    pool: str | None = None,
    block: bool = False,
) -> StepInfo:
    """Declare a step that declares more steps.

    Parameters
    ----------
    command
        As for `run`, and its program must be a file of the project, such as `./plan.py`; no shell runs it.
        A directory, as in version 1, stands for the `plan.py` in it, and may hold products and static files.
    inp, env, out, vol, workdir, resources, duration, where, timeout, retry
        As for `run`.
    optional, pool, block
        Of version 1, as for `step`; a plan always runs, so `optional` means nothing.

    Returns
    -------
    The step as it was declared.

    Raises
    ------
    PathError
        The program is not a file of the project.
    StepUpError, EnvVarError, TypeError, GraphError
        As for `step`.

    Examples
    --------
    >>> static("sub/plan.py")
    >>> plan("./plan.py", workdir="sub")
    """
    del optional
    units = with_limits(resources, pool=pool, block=block)
    patience = Patience(duration, timeout, retry)
    arguments = StepArguments(command, inp, env, out, vol, workdir, Need.PLAN, units, patience=patience, where=where)
    if isinstance(command, str) and workdir == "." and is_directory_plan(command):
        return _declare_directory_plan(command, arguments)
    return declare(arguments, Reading.PLAN)


def _declare_directory_plan(directory: str, arguments: StepArguments) -> StepInfo:
    """Declare the plan in a directory of version 1."""
    me = caller()
    variables = me.variables()
    workdir = variables.path(directory)
    workdir += "" if workdir.endswith("/") else "/"
    inside = variables.enter(workdir)
    arguments = arguments._replace(
        command="./plan.py",
        workdir=workdir,
        inp=["plan.py", *inside.paths(arguments.inp)],
        out=inside.paths(arguments.out),
        vol=inside.paths(arguments.vol),
    )
    declaration = declare_step(arguments, Reading.DIRECTORY_PLAN, variables.settled(), moved=bool(me.base))
    me.declare(DirectoryPaths((workdir,), create=False), variables)
    me.declare(declaration)
    return step_info_of(declaration)


def copy(
    src: StrPath,
    dst: StrPath,
    *,
    optional: bool = False,
    resources: Resources | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
    block: bool = False,
) -> StepInfo:
    """Declare a step that copies a file with `cp -p`.

    Parameters
    ----------
    src
        The file; variables are substituted.
    dst
        Where to; with a trailing slash, the directory to put it into.
    optional, resources, duration, where, timeout, retry
        As for `run`.
    block
        Of version 1, as for `step`.

    Returns
    -------
    The step as it was declared.

    Raises
    ------
    PathError
        The file is a directory, or would be copied onto itself.
    StepUpError, EnvVarError, TypeError, GraphError
        As for `step`.

    Examples
    --------
    >>> copy("report.pdf", "public/")
    """
    need = need_of(Need.DEFAULT, optional=optional)
    variables = caller().variables()
    source = variables.path(src)
    target = make_path_out(source, variables.path(dst))
    command = f"cp -p {quote_paths([source, target])}"
    units = with_limits(resources, pool=None, block=block)
    patience = Patience(duration, timeout, retry)
    arguments = StepArguments(command, source, out=target, need=need, resources=units, patience=patience, where=where)
    return declare(arguments, Reading.VERBATIM, variables.settled())


def declare(arguments: StepArguments, reading: Reading, variables: Variables | None = None) -> StepInfo:
    """Declare a step and return it as the plan sees it; for the functions of this package."""
    me = caller()
    variables = variables or me.variables()
    declaration = declare_step(arguments, reading, variables, moved=bool(me.base))
    files = (*declaration.inputs, *declaration.outputs, *declaration.volatiles)
    check_no_directory(files, lambda path: os.path.isdir(os.path.join(declaration.workdir, path)))
    me.declare(declaration, variables)
    return step_info_of(declaration)
