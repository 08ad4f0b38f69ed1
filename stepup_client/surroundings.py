"""What a step finds around it: variables, its own declaration, the whole graph."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from stepup_client.core.commands import quote_paths
from stepup_client.core.getenv import EnvironmentForm, split_value, value_as_path, value_when_unset
from stepup_client.core.options import normalise_names
from stepup_client.core.paths import StrPath, StrPaths, as_path, as_paths
from stepup_client.core.stepinfo import StepInfo
from stepup_client.rpc.current import caller, job_number

if TYPE_CHECKING:
    from path import Path

__all__ = ("get_info", "get_job_i", "getenv", "graph", "shq", "subs_env_vars")


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
