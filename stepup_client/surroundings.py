"""What a step finds around it: variables, its own declaration, the whole graph."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, overload

from stepup_client.core.commands import quote_paths
from stepup_client.core.getenv import EnvironmentForm, split_value, value_as_path, value_when_unset
from stepup_client.core.options import normalise_names
from stepup_client.core.paths import StrPath, StrPaths, as_path, as_paths, coerce_path
from stepup_client.core.session import Session
from stepup_client.core.stepinfo import StepInfo
from stepup_client.rpc.current import caller, job_number

if TYPE_CHECKING:
    from path import Path

__all__ = ("get_info", "get_job_i", "get_rpc_client", "getenv", "getinfo", "graph", "shq", "subs_env_vars")


@overload
def getenv(name: str, default: StrPath, *, path: Literal[False] = False, back: Literal[False] = False) -> str: ...
@overload
def getenv(name: str, default: StrPath | None = None, *, path: Literal[True], back: bool = False) -> Path: ...
@overload
def getenv(name: str, default: StrPath | None = None, *, path: bool = False, back: Literal[True]) -> Path: ...
@overload
def getenv(
    name: str, default: StrPath | None = None, *, path: bool = False, back: bool = False, multi: Literal[True]
) -> list[Path]: ...
@overload
def getenv(
    name: str,
    default: StrPath | None = None,
    *,
    path: bool = False,
    back: bool = False,
    multi: bool = False,
    is_path: bool = False,
) -> str | Path | list[Path] | None: ...
def getenv(
    name: str,
    default: StrPath | None = None,
    *,
    path: bool = False,
    back: bool = False,
    multi: bool = False,
    is_path: bool = False,
) -> str | Path | list[Path] | None:
    """Return the value of a variable, on which the calling step depends from now on.

    Parameters
    ----------
    name
        The variable. On HERE and ROOT and others that are set for each step, nothing depends.
    default
        What an unset variable stands for.
    path
        The value is a path; variables in it are substituted.
    back
        The value is a path relative to the root of the project; it is returned relative to the current directory.
    multi
        The value is a list of paths with colons in between.
    is_path
        Of version 1, where `back` was called so.

    Returns
    -------
    The value as text, as a path, or as a list of paths. A variable that is not set and has no default is None, or an
    empty list with `multi`.

    Raises
    ------
    EnvVarError
        A path is wanted and the variable is not set; or a variable in the path is not.

    Examples
    --------
    >>> getenv("LANG", "C")
    'C'
    """
    me = caller()
    variables = me.variables()
    variables.use(normalise_names(name))
    form = EnvironmentForm(path, back or is_path, multi)
    # By hand, nobody has set the two that tell the way.
    ways = {"HERE": me.place.here, "ROOT": me.place.way_to_root}
    value = os.environ.get(name, ways.get(name, None if default is None else coerce_path(default)))
    if value is None:
        me.record(variables)
        return value_when_unset(name, form)
    if not form.is_path:
        me.record(variables)
        return value
    parts = split_value(value) if multi else [value]
    parts = [value_as_path(part, form, variables, me.place) for part in parts]
    me.record(variables)
    return as_paths(parts) if multi else as_path(parts[0])


def shq(paths: StrPaths) -> str:
    """Return paths as words for a shell command.

    Parameters
    ----------
    paths
        One path or several; variables are substituted, and the calling step depends on them.

    Returns
    -------
    The paths with spaces in between, quoted as far as a shell needs it.

    Raises
    ------
    EnvVarError
        A variable is not set.

    Examples
    --------
    >>> shq(["a.txt", "my file.txt"])
    "a.txt 'my file.txt'"
    """
    me = caller()
    variables = me.variables()
    texts = variables.paths(paths)
    me.record(variables)
    return quote_paths(texts)


class subs_env_vars:  # noqa: N801 # used like a function
    """Give a function that substitutes variables in paths; the calling step depends on those it has used.

    Raises
    ------
    EnvVarError
        In the block, when a variable is not set.

    Examples
    --------
    >>> with subs_env_vars() as subs:
    ...     source = subs("${SOURCES}/main.c")
    """

    def __enter__(self) -> Callable[[StrPath], Path]:
        self._variables = caller().variables()
        return self._substitute

    def __exit__(self, *_: object) -> None:
        caller().record(self._variables)

    def _substitute(self, path: StrPath) -> Path:
        return as_path(self._variables.path(path))


def get_info() -> StepInfo:
    """Return what was declared for the calling step, without what it has amended.

    Returns
    -------
    Its command, inputs, variables, outputs, volatile outputs and workdir. Outside of a build there is nothing in it.

    Examples
    --------
    >>> for path in get_info().inp:
    ...     print(path)
    """
    me = caller()
    return me.session.step_info(me.line())


getinfo = get_info
"""The name in version 2 and 3."""


def get_job_i() -> int:
    """Return the number of the calling attempt, which no other attempt ever had; -1 outside of a build."""
    return job_number()


def get_rpc_client() -> Session:
    """Return what carries the words of this step, for debugging.

    Returns
    -------
    A `Session` of `stepup_client.core.session`: in a build it speaks to the director over gRPC, outside of one it shows
    what it is told. Its methods are not those of the client of StepUp 4, and may change.
    """
    return caller().session


def graph(prefix: StrPath) -> None:
    """Write the graph to `PREFIX.txt`, `PREFIX_provenance.dot` and `PREFIX_dependency.dot`.

    Parameters
    ----------
    prefix
        Begins the paths of the three files, relative to the root of the project.

    Examples
    --------
    >>> graph("current_graph")
    """
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
