"""The layers below the options of the command line: configuration files, then variables of the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from stepup_client.cli.configuration.schema import SECTIONS, AnyOption
from stepup_client.cli.failures import UsageError

__all__ = ("Entry", "File", "environment_entries", "find_files", "variable_name")

_PYPROJECT = "pyproject.toml"
_PLACES = (
    ("/etc/stepup.toml", "/etc/stepup.toml"),
    ("~/.config/stepup.toml", "{home}/.config/stepup.toml"),
    (".stepup.toml", "{root}/.stepup.toml"),
    ("./stepup.toml", "{root}/stepup.toml"),
    ("./pyproject.toml", f"{{root}}/{_PYPROJECT}"),
    ("./stepup-local.toml", "{root}/stepup-local.toml"),
)
"""How each file is called, and where it is; what stands further down wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one source says about one option."""

    source: str
    """The file or the variable, as people know it."""
    section: str
    """The section; empty at the top of a file."""
    key: str
    """The name of the option, or what was taken for one."""
    raw: object
    """What was written."""
    option: AnyOption | None = None
    """The option that is meant; None when there is none, which `problem` explains."""
    value: object = None
    """What it means, when there is no problem."""
    problem: str = ""
    """What is wrong, in a sentence; empty when nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A place where configuration may be."""

    name: str
    """As people know it."""
    is_found: bool = False
    """Something is there."""
    problem: str = ""
    """Why nothing in it could be understood."""
    entries: tuple[Entry, ...] = ()
    """What it says, in its own order."""


def find_files(root: str, environ: Mapping[str, str]) -> list[File]:
    """Read all files, the weakest first."""
    home = environ.get("HOME", "")
    return [_find(name, place.format(root=root, home=home)) for name, place in _PLACES]


def environment_entries(environ: Mapping[str, str]) -> Iterator[Entry]:
    """Read the variables that stand for options."""
    for section in SECTIONS.values():
        for option in section.options.values():
            name = variable_name(section.name, option)
            if text := environ.get(name, ""):
                yield _entry(f"${name}", section.name, option, text)


def variable_name(section: str, option: AnyOption) -> str:
    """Return the variable that stands for an option."""
    return f"STEPUP_{section}_{option.key}".upper()


def _find(name: str, path: str) -> File:
    if not os.path.exists(path):
        return File(name=name)
    # Here because most projects have no such file, and the parser takes time to load.
    import tomllib

    try:
        with open(path, "rb") as stream:
            document = tomllib.load(stream)
    except OSError as error:
        return File(name=name, is_found=True, problem=f"cannot be read: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return File(name=name, is_found=True, problem=f"invalid TOML syntax: {error}")
    is_shared = path.endswith(_PYPROJECT)
    entries = _shared_entries(name, document) if is_shared else _document_entries(name, document)
    return File(name=name, is_found=True, entries=tuple(entries))


def _shared_entries(name: str, document: Mapping[str, object]) -> Iterator[Entry]:
    """Read the part of a file of many tools that is ours."""
    tools = _as_table(document.get("tool")) or {}
    ours = _as_table(tools.get("stepup"))
    if ours is not None:
        yield from _document_entries(name, ours, prefix="tool.stepup.")
    elif "stepup" in tools:
        problem = "'tool.stepup' is configured as a value, but a section [tool.stepup] is expected"
        yield Entry(source=name, section="", key="tool.stepup", raw=tools["stepup"], problem=problem)


def _document_entries(name: str, document: Mapping[str, object], prefix: str = "") -> Iterator[Entry]:
    for title, content in document.items():
        table = _as_table(content)
        if title in SECTIONS and table is not None:
            yield from _section_entries(name, title, table, prefix)
        else:
            yield _stranger(name, title, content, prefix)


def _as_table(content: object) -> dict[str, object] | None:
    return cast("dict[str, object]", content) if isinstance(content, dict) else None


def _section_entries(name: str, section: str, content: Mapping[str, object], prefix: str) -> Iterator[Entry]:
    options = SECTIONS[section].options
    for key, raw in content.items():
        option = options.get(key)
        if option is None:
            problem = f"unsupported key {key!r} in section [{prefix}{section}]{_did_you_mean(key, options)}"
            yield Entry(source=name, section=section, key=key, raw=raw, problem=problem)
        else:
            yield _entry(name, section, option, raw, where=f"{key} in section [{prefix}{section}]: ")


def _entry(source: str, section: str, option: AnyOption, raw: object, where: str = "") -> Entry:
    try:
        value = option.kind.read_toml(raw) if where else option.kind.read(str(raw))
    except (ValueError, UsageError) as error:
        return Entry(source=source, section=section, key=option.key, raw=raw, option=option, problem=f"{where}{error}")
    return Entry(source=source, section=section, key=option.key, raw=raw, option=option, value=value)


def _stranger(name: str, title: str, content: object, prefix: str) -> Entry:
    """Say what is wrong with something at the top of a file."""
    if title in SECTIONS:
        problem = f"{title!r} is configured as a value, but a section [{prefix}{title}] is expected"
    elif _as_table(content) is not None:
        problem = f"unknown section [{prefix}{title}]{_did_you_mean(title, SECTIONS)}"
    else:
        homes = [section.name for section in SECTIONS.values() if title in section.options]
        hint = f" (it belongs in section [{prefix}{homes[0]}])" if homes else ""
        problem = f"unsupported key {title!r} at the top level{hint}"
    return Entry(source=name, section="", key=title, raw=content, problem=problem)


def _did_you_mean(word: str, known: Mapping[str, object]) -> str:
    """Return what may have been meant, as an end of a sentence."""
    import difflib

    found = [repr(name) for name in difflib.get_close_matches(word, known, n=3)]
    return f" (did you mean {' or '.join(found)}?)" if found else ""
