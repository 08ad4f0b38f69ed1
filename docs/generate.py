#!/usr/bin/env python3
"""Write the reference pages of the manual from docstrings and command lines; with `--check`, only compare them."""

from __future__ import annotations

import argparse
import ast
import enum
import importlib
import inspect
import itertools
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

from stepup_client.cli.grammar import make_parser
from stepup_client.rendering import make_parser as make_render_parser
from stepup_server.rpc.limits import TABLES, Table
from stepup_server.settings import make_parser as make_director_parser
from stepup_worker.settings import make_parser as make_worker_parser

__all__ = ("find_stale", "main", "pages")

FOLDER = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/generate.py from the code; edit that. -->\n\n"
MODULES = (
    "stepinfo",
    "nglob",
    "call",
    "script",
    "extapi",
    "render_jinja",
    "path",
    "enums",
    "exceptions",
    "interact",
    "tool",
    "pytest",
)
"""What plans, steps and packages import besides the API, as far as it is there."""

_RULE = re.compile(r"^(?P<title>\w[\w ]*)\n-+\n", re.MULTILINE)


def main() -> int:
    """Write or compare; return 1 when something is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page is stale")
    if not parser.parse_args().check:
        FOLDER.mkdir(exist_ok=True)
        for name, text in pages().items():
            (FOLDER / name).write_text(text)
        return 0
    stale = find_stale()
    for name in stale:
        print(f"docs/reference/{name}: stale; run docs/generate.py", file=sys.stderr)
    return 1 if stale else 0


def find_stale() -> list[str]:
    """Return the names of pages that are missing or not what would be written now."""
    there = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    return sorted(name for name, text in pages().items() if there.get(name) != text)


def pages() -> dict[str, str]:
    """Return the text of all pages by their names."""
    return {
        "api.md": api_page(),
        "modules.md": modules_page(),
        "command_line.md": command_line_page(),
        "limits.md": limits_page(),
    }


# Docstrings


class Docstring(NamedTuple):
    """A docstring in its parts."""

    text: str
    """What stands before the first section, and after the last one without a title."""
    sections: dict[str, str]
    """By title."""


def parse_docstring(thing: object) -> Docstring:
    """Divide a docstring of numpy's style."""
    text = inspect.getdoc(thing) or ""
    heads = list(_RULE.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)][: len(heads)]
    sections = {head["title"]: text[head.end() : end].rstrip() for head, end in zip(heads, ends, strict=True)}
    return Docstring(text[: heads[0].start()].rstrip() if heads else text, sections)


def described(thing: object) -> Iterator[str]:
    """Yield the paragraphs of a docstring."""
    docstring = parse_docstring(thing)
    yield docstring.text
    for title, text in docstring.sections.items():
        yield from _SECTIONS.get(title, _plain)(title, text)


def _table(title: str, text: str) -> Iterator[str]:
    """Yield a section with names and what they mean; what is not indented at its end goes below."""
    rows: list[list[str]] = []
    rest: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and rows and not rest:
            rows[-1][1] += f" {line.strip()}"
        elif line and not rest and not (rows and line.endswith((".", ",", ":"))):
            rows.append([line, ""])
        else:
            rest.append(line)
    yield f"| {title} | |\n| --- | --- |\n" + "\n".join(
        f"| {_code(name)} | {meaning.strip()} |".replace("|  |", "| |") for name, meaning in rows
    )
    if rest:
        yield "\n".join(rest).strip()


def _code(names: str) -> str:
    return ", ".join(f"`{name.strip()}`" for name in names.split(","))


def _plain(title: str, text: str) -> Iterator[str]:
    yield f"{title}: {textwrap.dedent(text)[:1].lower()}{textwrap.dedent(text)[1:]}"


def _example(_title: str, text: str) -> Iterator[str]:
    code = re.sub(r"^(?:>>> |\.\.\. ?)", "", text, flags=re.MULTILINE)
    code = re.sub(r"\n(?=def |if )", "\n\n\n", code)
    is_session = any(line and not line.startswith((">>>", "...")) for line in text.splitlines())
    yield f"```python\n{text if is_session else code}\n```"


_SECTIONS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "Parameters": _table,
    "Raises": _table,
    "Examples": _example,
}


# The API


def api_page() -> str:
    """Return the page on the functions of a plan."""
    api = importlib.import_module("stepup.core.api")
    exclude = {"CommandArg", "InputNotFoundError", "Need", "StepInfo", "getinfo"}
    names = [name for name in api.__all__ if name not in exclude]
    head = [
        "# Functions of a plan",
        "`from stepup.core.api import run, static`. The same functions are in `stepup_client.api`.",
        "Errors are those of [`stepup.core.exceptions`](modules.md#stepupcoreexceptions).",
        ", ".join(f"[`{name}`](#{name})" for name in names),
    ]
    return _page([*head, *(part for name in names for part in _member(name, getattr(api, name), "##"))])


def modules_page() -> str:
    """Return the page on the other modules."""
    modules = {name: module for name in MODULES if (module := _module(f"stepup.core.{name}")) is not None}
    links = ", ".join(f"[`{name}`](#stepupcore{name.replace('_', '_')})" for name in modules)
    head = ["# Other modules", "What plans, steps and packages import besides the API, all below `stepup.core`:", links]
    return _page([*head, *(part for name, module in modules.items() for part in _module_parts(name, module))])


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def _module_parts(name: str, module: ModuleType) -> Iterator[str]:
    yield f"## stepup.core.{name}"
    yield inspect.getdoc(module) or ""
    members = {one: getattr(module, one) for one in module.__all__}
    if errors := [one for one in members.values() if isinstance(one, type) and issubclass(one, BaseException)]:
        yield "| class | is a | |\n| --- | --- | --- |\n" + "\n".join(_error_row(one) for one in errors)
    for one, thing in members.items():
        if thing not in errors:
            yield from _member(one, thing, "###")


def _error_row(error: type[BaseException]) -> str:
    bases = ", ".join(f"`{base.__name__}`" for base in error.__bases__)
    return f"| `{error.__name__}` | {bases} | {' '.join((inspect.getdoc(error) or '').split())} |"


def _member(name: str, thing: Any, mark: str) -> Iterator[str]:  # a module holds anything
    """Yield what there is to say about one name of a module."""
    if not callable(thing) or thing.__doc__ is None or not hasattr(thing, "__name__"):
        return
    yield f"{mark} {name}"
    if isinstance(thing, enum.EnumMeta):
        yield inspect.getdoc(thing) or ""
        yield _enum_table(cast("type[enum.Enum]", thing))
        return
    yield f"```python\n{name}{_signature(thing)}\n```"
    yield from described(thing)
    if inspect.isclass(thing):
        yield from _methods(thing)


def _methods(thing: type) -> Iterator[str]:
    """Yield a table of what an object of a class has, unless it is only used in `with`."""
    docs = attribute_docs(thing) | {
        name: inspect.getdoc(member) or ""
        for name, member in vars(thing).items()
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    }
    rows = [
        f"| `{name}{_signature(vars(thing)[name]) if inspect.isfunction(vars(thing).get(name)) else ''}` "
        f"| {' '.join(parse_of(text).split())} |"
        for name, text in docs.items()
    ]
    if rows:
        yield "| has | |\n| --- | --- |\n" + "\n".join(rows)


def parse_of(text: str) -> str:
    """Return the first paragraph of a docstring."""
    return text.partition("\n\n")[0]


def _enum_table(thing: type[enum.Enum]) -> str:
    docs = attribute_docs(thing)
    rows = (f"| `{one.name}` | {one.value} | {docs.get(one.name, '')} |" for one in thing)
    return "| name | value | |\n| --- | --- | --- |\n" + "\n".join(rows)


def attribute_docs(thing: type) -> dict[str, str]:
    """Return the docstrings that stand below the attributes of a class."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {name: text for one, after in itertools.pairwise(body) for name, text in _documented(one, after)}


def _documented(one: ast.stmt, after: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield a name and its docstring, if the second statement is one."""
    target = one.target if isinstance(one, ast.AnnAssign) else one.targets[0] if isinstance(one, ast.Assign) else None
    if isinstance(target, ast.Name) and not target.id.startswith("_"):
        match after:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield target.id, " ".join(text.split())
            case _:
                pass


def _signature(thing: Callable[..., Any]) -> str:
    """Return the parameters of a function without their types; on several lines if they are long."""
    parameters = [one.replace(annotation=one.empty) for one in inspect.signature(thing).parameters.values()]
    parameters = [one for one in parameters if one.name != "self"]
    signature = inspect.Signature(parameters)
    text = str(signature).replace("<Need.DEFAULT: 32>", "Need.DEFAULT").replace("'", '"')
    width = 90
    if len(text) <= width:
        return text
    return "(\n" + textwrap.fill(text[1:-1], width, initial_indent="    ", subsequent_indent="    ") + "\n)"


# Limits


def limits_page() -> str:
    """Return the page on how large things may be."""
    head = [
        "# Limits",
        (
            "A director takes requests from steps, workers and people, and looks at nothing that is larger than this."
            " Who goes beyond a limit is told the field, its size and the limit; nothing else happens."
            " Plans do not need to know: the client divides what they declare into messages that fit."
        ),
        (
            "A name is that of a field or of a method in the protocol (`proto/stepup_proto`);"
            " what has no such name is in the last table."
        ),
    ]
    return _page([*head, *(part for table in TABLES for part in _limits(table))])


def _limits(table: Table) -> Iterator[str]:
    yield f"## {table.title}"
    head = f"| | at most{f', in {table.unit}' if table.unit else ''} | |\n| --- | ---: | --- |\n"
    yield head + "\n".join(
        f"| {f'`{name}`' if '.' in name else name} | {most:,} | {about} |".replace("|  |", "| |")
        for name, (most, about) in table.rows.items()
    )


# The command line


def command_line_page() -> str:
    """Return the page on the programs."""
    others = {"director": make_director_parser(), "worker": make_worker_parser()}
    commands = {name: others.get(name, parser) for name, parser in _commands(make_parser())}
    parts = ["# Command line", "`sb` is short for `stepup build`; every command explains itself with `--help`."]
    parts.append("\n".join(f"- [`stepup {name}`](#stepup-{name}): {one.description}" for name, one in commands.items()))
    for name, parser in commands.items():
        parts += _command_parts(f"stepup {name}", parser)
    parts += _command_parts("sc-render-jinja", make_render_parser())
    return _page(parts)


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:  # noqa: SLF001 # argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 # as above
            yield from cast("dict[str, argparse.ArgumentParser]", action.choices).items()


def _command_parts(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {name}"
    yield parser.description or ""
    rows = [_argument_row(one) for one in parser._actions if one.help not in {None, argparse.SUPPRESS}]  # noqa: SLF001 # as above
    rows = [row for row in rows if not row.startswith("| `-h`")]
    if rows:
        yield "| argument | |\n| --- | --- |\n" + "\n".join(rows)
    if parser.epilog:
        yield f"```text\n{parser.epilog}\n```"


def _argument_row(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 or isinstance(action, argparse.BooleanOptionalAction) else _value_of(action)
    names = ", ".join(f"`{option}`" for option in action.option_strings)
    text = " ".join((action.help or "").split()).replace("%(default)s", str(action.default)).replace("%%", "%")
    return f"| {names}{' ' if names and value else ''}{value} | {text} |".replace("\\|", "|")


def _value_of(action: argparse.Action) -> str:
    if isinstance(action, argparse._StoreTrueAction):  # noqa: SLF001 # argparse has no other name for it
        return ""
    if action.choices is not None and action.metavar is None:
        return ", ".join(f"`{choice}`" for choice in action.choices)
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return f"`{metavar}`"


def _page(parts: Iterable[str]) -> str:
    return NOTE + "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    sys.exit(main())
