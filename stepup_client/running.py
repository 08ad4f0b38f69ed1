"""Steps by their commands: `step`, `run`, `plan` and `copy`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stepup_client.core.commands import CommandArg, is_directory_plan, quote_paths
from stepup_client.core.declarations import DirectoryPaths, Need
from stepup_client.core.options import Resources, need_of, refuse_later_arguments
from stepup_client.core.paths import StrPath, StrPaths, make_path_out
from stepup_client.core.stepinfo import StepInfo, step_info_of
from stepup_client.core.steps import Reading, StepArguments, declare_step
from stepup_client.core.variables import Variables
from stepup_client.rpc.current import caller

__all__ = ("copy", "plan", "run", "step")


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
    pool: str | None = None,
    block: bool = False,
) -> StepInfo:
    """Declare a step with a command that is taken as it stands.

    A command with `${inp}`, `${out}` or `${vol}` is one of version 1:
    these stand for the paths, and a shell runs it.
    """
    refuse_later_arguments("step", pool=pool, block=block)
    need = need_of(need, optional=optional)
    arguments = StepArguments(command, inp, env, out, vol, workdir, need, resources, shell, env_overrides, duration)
    return _declare(arguments, Reading.VERBATIM)


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
) -> StepInfo:
    """Declare a step whose first words count.

    `NAME=value` in front sets variables for the step, and a program of the project, such as `./tool.py`, is an input.
    """
    need = need_of(Need.DEFAULT, optional=optional)
    arguments = StepArguments(command, inp, env, out, vol, workdir, need, resources, shell, None, duration)
    return _declare(arguments, Reading.PROGRAM)


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
    pool: str | None = None,
    block: bool = False,
) -> StepInfo:
    """Declare a step that declares more steps: `plan("./plan.py", workdir="sub")`.

    `plan("sub/")`, as in version 1, stands for the `plan.py` in that directory, which may also hold products.
    """
    refuse_later_arguments("plan", pool=pool, block=block)
    arguments = StepArguments(command, inp, env, out, vol, workdir, Need.PLAN, resources, duration=duration)
    if isinstance(command, str) and workdir == "." and is_directory_plan(command):
        return _declare_directory_plan(command, arguments)
    return _declare(arguments, Reading.PLAN)


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
    declaration = declare_step(arguments, Reading.VERBATIM, variables.settled(), moved=bool(me.base))
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
    block: bool = False,
) -> StepInfo:
    """Declare a step that copies a file; a `dst` that ends in a slash is a directory to put it into."""
    refuse_later_arguments("copy", pool=None, block=block)
    need = need_of(Need.DEFAULT, optional=optional)
    variables = caller().variables()
    source = variables.path(src)
    target = make_path_out(source, variables.path(dst))
    command = f"cp -p {quote_paths([source, target])}"
    arguments = StepArguments(command, source, out=target, need=need, resources=resources, duration=duration)
    return _declare(arguments, Reading.VERBATIM, variables.settled())


def _declare(arguments: StepArguments, reading: Reading, variables: Variables | None = None) -> StepInfo:
    """Declare a step and return it as the plan sees it."""
    me = caller()
    variables = variables or me.variables()
    declaration = declare_step(arguments, reading, variables, moved=bool(me.base))
    me.declare(declaration, variables)
    return step_info_of(declaration)
