"""Filling in Jinja2 templates, and the program `sc-render-jinja` that the steps of `render_jinja` run."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, cast

from stepup_client.core.paths import StrPath, coerce_path
from stepup_client.errors import StepUpError, UsageError
from stepup_client.namespaces import load_variables
from stepup_client.templates import RENDER_JINJA_MODES

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ("main", "make_parser", "render_jinja_file", "render_jinja_str")

_LATEX = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
    "comment_start_string": "<#",
    "comment_end_string": "#>",
    "line_statement_prefix": "%==",
}
"""Delimiters that do not get in the way of LaTeX."""


def render_jinja_file(path: StrPath, variables: Mapping[str, Any], *, latex: bool = False) -> str:
    """Fill in a template in a file.

    Parameters
    ----------
    path
        The template.
    variables
        What its names stand for; a name without a value is an error.
    latex
        Use delimiters that do not get in the way of LaTeX, see `render_jinja`.

    Returns
    -------
    The text.

    Raises
    ------
    jinja2.TemplateError
        The template is wrong, or a name has no value.
    """
    name = coerce_path(path)
    with open(name, encoding="utf-8") as file:
        source = file.read()
    return render_jinja_str(source, variables, latex=latex, name=name)


def render_jinja_str(
    source: str, variables: Mapping[str, Any], *, latex: bool = False, name: str = "<template>"
) -> str:
    """Fill in a template; as `render_jinja_file`, with the template itself and a name for it in messages.

    Examples
    --------
    >>> render_jinja_str("Hello {{ name }}!", {"name": "world"})
    'Hello world!'
    """
    environment = _environment(latex=latex)
    code = environment.compile(source, name, name)
    template = environment.template_class.from_code(environment, code, environment.make_globals(None))
    return template.render(**variables)


def _environment(*, latex: bool) -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(
        keep_trailing_newline=True,
        trim_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 # it makes any kind of text, most of it not HTML
        **(cast("dict[str, Any]", _LATEX) if latex else {}),
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run `sc-render-jinja`.

    Parameters
    ----------
    argv
        The arguments of the program; by default those of this process.
    """
    options = make_parser().parse_args(argv)
    if "STEPUP_WORKSPACE" in os.environ:
        _find_imports_elsewhere()
    try:
        _render(options)
    except (UsageError, OSError) as error:
        _fail(str(error))
    except Exception as error:
        _explain(error, options.path_in)
        raise


def make_parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    parser = argparse.ArgumentParser(prog="sc-render-jinja", description="Fill in a Jinja2 template.")
    parser.add_argument("path_in", help="the template")
    parser.add_argument(
        "paths_variables",
        nargs="*",
        help="Python, JSON, TOML or YAML files with variables, of which later ones win; "
        "paths of the package `path` in a Python file are relative to its directory",
    )
    parser.add_argument("path_out", help="the file to be written")
    parser.add_argument("--mode", choices=RENDER_JINJA_MODES, default="auto", help="the style of the delimiters")
    parser.add_argument("--json", help="variables as a JSON object, which win over those in files")
    return parser


def _render(options: argparse.Namespace) -> None:
    """Fill in a template as the command line says; its permissions are those of the template."""
    latex = options.mode == "latex" or (options.mode == "auto" and options.path_in.endswith(".tex"))
    text = render_jinja_file(options.path_in, _variables(options), latex=latex)
    with open(options.path_out, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(options.path_out, stat.S_IMODE(os.stat(options.path_in).st_mode))
    if "STEPUP_DIRECTOR_SOCKET" in os.environ:
        _amend_imports()


def _amend_imports() -> None:
    """Let the calling step depend on what files with variables have imported, as if it were a Python script itself."""
    from stepup_client.amending import amend
    from stepup_client.extapi import get_local_import_paths
    from stepup_client.imports import PATH_FILTER

    amend(inp=get_local_import_paths(), env=PATH_FILTER)


def _find_imports_elsewhere() -> None:
    """Let files with variables import modules of the project, which is elsewhere."""
    from stepup_client.finder import install
    from stepup_client.imports import PATH_FILTER, path_filter

    install(path_filter(os.environ.get(PATH_FILTER), os.environ["STEPUP_ROOT"]))


def _variables(options: argparse.Namespace) -> dict[str, Any]:
    values: dict[str, Any] = {}
    directory = os.path.dirname(options.path_out) or "."
    for file in options.paths_variables:
        values.update(load_variables(file, directory))
    return values | _parsed(options.json or "{}")


def _parsed(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise StepUpError(f"--json: {error}: {text:.80}") from None
    if not isinstance(values, dict):
        raise StepUpError(f"--json must be an object, not {type(values).__name__}: {text:.80}")
    return cast("dict[str, Any]", values)


def _explain(error: Exception, template: str) -> None:
    """Say where in a template a mistake is and end, if it is one of the template."""
    from jinja2 import TemplateError, TemplateSyntaxError

    line = error.lineno if isinstance(error, TemplateSyntaxError) else _line_in(template, error)
    if isinstance(error, TemplateError) or line:
        kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
        _fail(f"{template}:{line}: {kind}{error}" if line else f"{template}: {kind}{error}")


def _line_in(template: str, error: Exception) -> int:
    """Return the line of a template that an error came through; 0 for none."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == template:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _fail(message: str) -> NoReturn:
    sys.stderr.write(f"ERROR: {message}\n")
    sys.exit(1)
