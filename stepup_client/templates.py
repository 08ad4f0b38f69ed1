"""Steps that fill in templates: `render_jinja`. What they run: `rendering`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from stepup_client.conversion import to_json
from stepup_client.core.commands import quote_paths
from stepup_client.core.declarations import Need
from stepup_client.core.options import Resources, need_of
from stepup_client.core.paths import StrPath, is_path_like, make_path_out
from stepup_client.core.stepinfo import StepInfo
from stepup_client.core.steps import Patience, Reading, StepArguments
from stepup_client.errors import StepUpError
from stepup_client.rpc.current import caller
from stepup_client.running import declare

__all__ = ("RENDER_JINJA_MODES", "render_jinja")

RENDER_JINJA_MODES = ("auto", "plain", "latex")
"""How a template marks what is to be filled in."""


def render_jinja(
    *args: StrPath | Mapping[str, Any],
    dest: StrPath | None = None,
    mode: str = "auto",
    optional: bool = False,
    resources: Resources | None = None,
    duration: float | None = None,
    where: str = "",
    timeout: float | None = None,
    retry: int = 0,
) -> StepInfo:
    """Declare a step that fills in a Jinja2 template: `render_jinja(template, *variables, destination)`.

    Parameters
    ----------
    args
        The template; one or several files or dictionaries with variables; and the destination, which is a directory
        when it ends in a slash. Files are as for `loadns`. Later files win, and dictionaries win over files.
    dest
        Another way to give the destination.
    mode
        `plain` for the delimiters of Jinja2, `latex` for `<% %>`, `<< >>`, `<# #>` and lines that begin with `%==`,
        `auto` for latex in files that end in `.tex`, and plain in others.
    optional, resources, duration, where, timeout, retry
        As for `run`.

    Returns
    -------
    The step as it was declared.

    Raises
    ------
    TypeError
        Something is missing, or a variable in a dictionary cannot be written as JSON.
    StepUpError
        The mode is unknown, or no variables are given.
    PathError
        The destination is the template.

    Examples
    --------
    >>> render_jinja("letter.txt", "people.yaml", {"year": 2026}, "out/")
    """
    template, files, values, target = _sorted_out([*args, *(() if dest is None else (dest,))])
    if mode not in RENDER_JINJA_MODES:
        known = ", ".join(repr(one) for one in RENDER_JINJA_MODES)
        raise StepUpError(f"Unsupported mode {mode!r}. Must be one of {known}")
    if not files and not values:
        raise StepUpError("At least one file or dictionary with variables is needed.")
    variables = caller().variables()
    source = variables.path(template)
    inputs = [source, *(variables.path(file) for file in files)]
    output = make_path_out(source, variables.path(target))
    options = "" if mode == "auto" else f" --mode={mode}"
    options += f" --json={shlex.quote(to_json(values))}" if values else ""
    command = f"sc-render-jinja {quote_paths([*inputs, output])}{options}"
    need = need_of(Need.DEFAULT, optional=optional)
    spoken = StepArguments(command, inputs, out=output, need=need, resources=resources, where=where)
    spoken = spoken._replace(patience=Patience(duration, timeout, retry))
    return declare(spoken, Reading.VERBATIM, variables.settled())


def _sorted_out(args: list[StrPath | Mapping[str, Any]]) -> tuple[StrPath, list[StrPath], dict[str, Any], StrPath]:
    """Return template, files with variables, variables and destination.

    Raises
    ------
    TypeError
        Something is missing or in the wrong place.
    """
    if len(args) < len(("template", "variables", "destination")):
        raise TypeError(
            "At least three positional arguments must be given: "
            "the template, at least one file or dict with variables, and the destination."
        )
    template, *between, target = args
    if not isinstance(template, str) and not is_path_like(template):
        raise TypeError("The template argument must be a path.")
    if not isinstance(target, str) and not is_path_like(target):
        raise TypeError("The destination argument, the last one, must be a path.")
    files: list[StrPath] = []
    values: dict[str, Any] = {}
    for one in between:
        if isinstance(one, Mapping):
            values.update(one)
        else:
            files.append(one)
    return template, files, values, target
