"""What a plan can say: the functions of `stepup.core.api`.

Each function checks its arguments, turns them into a statement and hands it on; nothing here waits unless an answer is
needed. Outside of a build each statement is shown and nothing happens, so that a plan can be tried by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from stepup_client.core.commands import CommandArg, is_directory_plan, quote_paths
from stepup_client.core.declarations import (
    Amendment,
    DirectoryPaths,
    GlobQuery,
    HoldChange,
    Need,
    StaticPaths,
)
from stepup_client.core.getenv import EnvironmentForm, split_value, value_as_path, value_when_unset
from stepup_client.core.globs import NamedGlob, escape
from stepup_client.core.options import Resources, need_of, normalise_names, refuse_later_arguments
from stepup_client.core.paths import StrPath, StrPaths, as_path, as_paths, check_no_directory, make_path_out
from stepup_client.core.static_results import StaticFiles
from stepup_client.core.stepinfo import StepInfo, step_info_of
from stepup_client.core.steps import Reading, StepArguments, declare_step
from stepup_client.core.variables import Variables
from stepup_client.errors import InputNotFoundError, NotYetError
from stepup_client.rpc.current import caller, install_excepthook, job_number

if TYPE_CHECKING:
    from path import Path

__all__ = (
    "CommandArg",
    "InputNotFoundError",
    "Need",
    "StepInfo",
    "amend",
    "call",
    "copy",
    "dumpns",
    "get_info",
    "get_job_i",
    "getenv",
    "glob",
    "graph",
    "hold",
    "loadns",
    "mkdir",
    "plan",
    "pool",
    "render_jinja",
    "run",
    "script",
    "shq",
    "static",
    "step",
    "subs_env_vars",
)

_STATICS_TEXT_MAX = 100_000
"""Characters of paths in one statement, so that messages stay short however long the list is."""


def static(*paths: StrPaths | NamedGlob) -> StaticFiles:
    """Declare files that nobody builds, directories of such files, and patterns of both.

    Returns
    -------
    The declared files and directories, sorted, relative to the current directory; directories with a trailing slash.
    """
    me = caller()
    variables = me.variables()
    texts: list[str] = []
    for path in paths:
        texts += _texts_of_glob(path) if isinstance(path, NamedGlob) else variables.paths(path)
    return StaticFiles([me.declare_static(StaticPaths(part), variables) for part in _parts(texts)], me.line)


def _texts_of_glob(found: NamedGlob) -> list[str]:
    """Return the matches of a pattern, spelled so that they are not taken for patterns themselves."""
    return [escape(str(path)) for path in found.files()]


def _parts(texts: list[str]) -> list[tuple[str, ...]]:
    """Cut a list of paths into parts that are not too long."""
    parts: list[list[str]] = []
    room = 0
    for text in texts:
        room -= len(text)
        if room < 0:
            parts.append([])
            room = _STATICS_TEXT_MAX
        parts[-1].append(text)
    return [tuple(part) for part in parts]


def glob(pattern: StrPath, *more: StrPath, _required: bool = False, _defer: bool = False, **subs: str) -> NamedGlob:
    """Return what matches a pattern now; the calling step runs again when that changes."""
    if more:
        raise NotYetError("glob() with several patterns")
    if _required or _defer:
        raise NotYetError(f"glob({'_required' if _required else '_defer'}=True)")
    me = caller()
    variables = me.variables()
    text = variables.path(pattern)
    me.record(variables)
    return NamedGlob(text, subs, me.session.glob(GlobQuery(text, subs), me.base, me.line()))


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


def mkdir(dirname: StrPath, *, optional: bool = False, pool: str | None = None, block: bool = False) -> None:
    """Create a directory for products, as in version 1; `optional` changes nothing, for it is made at once."""
    del optional
    refuse_later_arguments("mkdir", pool=pool, block=block)
    me = caller()
    variables = me.variables()
    me.declare(DirectoryPaths((variables.path(dirname),), create=True), variables)


def amend(
    *,
    inp: StrPaths = (),
    env: str | Iterable[str] = (),
    out: StrPaths = (),
    vol: StrPaths = (),
) -> None:
    """Add dependencies to the calling step while it runs; return when its inputs can be used.

    Raises
    ------
    InputNotFoundError
        An input is not available yet. The step runs again when it is.
    """
    me = caller()
    variables = me.variables()
    inputs, outputs, volatiles = (variables.paths(paths) for paths in (inp, out, vol))
    check_no_directory((*inputs, *outputs, *volatiles))
    variables.use(normalise_names(env))
    me.record(variables)
    if not (inputs or outputs or volatiles):
        return
    amendment = Amendment(inputs, [], outputs, volatiles)
    answer = me.session.amend(amendment, me.base, me.line())
    if answer.unavailable or answer.unfresh:
        raise InputNotFoundError("Dynamic inputs are not available yet.")


def getenv(
    name: str,
    default: str | None = None,
    *,
    path: bool = False,
    back: bool = False,
    multi: bool = False,
    is_path: bool = False,
) -> str | Path | list[str] | list[Path] | None:
    """Return the value of a variable, on which the calling step depends from now on.

    With `path`, a path; with `back` (in version 1 `is_path`), one that is relative to the root in the variable
    and to the current directory in the answer; with `multi`, a list of what is between colons.
    A variable that is not set and has no default is None, an empty list with `multi`, and an error for a path.
    """
    me = caller()
    variables = me.variables()
    variables.use(normalise_names(name))
    form = EnvironmentForm(path, back or is_path, multi)
    value = os.environ.get(name, default)
    if value is None:
        me.record(variables)
        return value_when_unset(name, form)
    parts = split_value(value) if multi else [value]
    if form.is_path:
        parts = [value_as_path(part, form, variables, me.place) for part in parts]
    me.record(variables)
    if form.is_path:
        return as_paths(parts) if multi else as_path(parts[0])
    return parts if multi else value


def shq(paths: StrPaths) -> str:
    """Return paths as words for a shell command, variables substituted."""
    me = caller()
    variables = me.variables()
    texts = variables.paths(paths)
    me.record(variables)
    return quote_paths(texts)


class subs_env_vars:  # noqa: N801 # used like a function
    """Give a function that substitutes variables in paths; what it used is recorded at the end of the block."""

    def __enter__(self) -> Callable[[StrPath], Path]:
        self._variables = caller().variables()
        return self._substitute

    def __exit__(self, *_: object) -> None:
        caller().record(self._variables)

    def _substitute(self, path: StrPath) -> Path:
        return as_path(self._variables.path(path))


class hold:  # noqa: N801 # used like a function
    """Keep steps that are declared in a block from running before its end."""

    def __enter__(self) -> None:
        caller().declare(HoldChange(open=True))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        caller().declare(HoldChange(open=False))


def get_info() -> StepInfo:
    """Return what was declared for the calling step."""
    me = caller()
    return me.session.step_info(me.line())


def get_job_i() -> int:
    """Return the number of the calling attempt; -1 outside of a build."""
    return job_number()


def graph(prefix: StrPath) -> None:
    """Write the graph to `PREFIX.txt`, `PREFIX_provenance.dot` and `PREFIX_dependency.dot`, relative to the root."""
    me = caller()
    variables = me.variables()
    stem = os.path.join(me.place.root, variables.path(prefix))
    me.record(variables)
    texts = me.session.graph(me.line())
    if texts is None:
        return
    parts = {".txt": texts.text, "_provenance.dot": texts.provenance_dot, "_dependency.dot": texts.dependency_dot}
    for suffix, text in parts.items():
        with open(stem + suffix, "w", encoding="utf-8") as file:
            file.write(text)


def call(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("call()")


def script(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("script()")


def loadns(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("loadns()")


def dumpns(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("dumpns()")


def render_jinja(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("render_jinja()")


def pool(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("pool()")


install_excepthook()
