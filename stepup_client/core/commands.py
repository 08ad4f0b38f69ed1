"""The words of a command: which variables are set in front of it, and which program it runs."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from stepup_client.errors import PathError, StepUpError

from .paths import SupportsPath, as_paths, is_path_like

if TYPE_CHECKING:
    from path import Path

__all__ = (
    "CommandArg",
    "ParsedCommand",
    "build_command",
    "check_plan_program",
    "command_text",
    "fill_in_paths",
    "has_path_lists",
    "is_directory_plan",
    "parse_command",
    "quote_paths",
)

CommandArg = str | SupportsPath | Callable[..., str | SupportsPath]
"""A command, or a function that makes one of the paths in `inp`, `out` and `vol`, as far as it names them."""

_QUOTED = r"""\\.|'[^']*'|"(?:[^"\\]|\\.)*\""""
_ASSIGNMENT = rf"\s*([A-Za-z_][A-Za-z0-9_]*)=((?:[^\s'\"\\]|{_QUOTED})*)(?:\s+|$)"
_WORD = rf"\s*((?:[^\s'\"\\]|{_QUOTED})+)"
_SHELL_WORD = rf"\s*((?:[^\s'\"\\;&|<>()]|{_QUOTED})+)"
_PATH_LIST = r"\$\{(inp|out|vol)\}"
_EXPANDED_BY_SHELL = frozenset("$`*?[{~#")


class ParsedCommand(NamedTuple):
    """A command with what its first words say."""

    text: str
    """What is to be run, without the variables in front."""
    overrides: dict[str, str]
    """The variables in front, unless a shell sets them."""
    program: str | None
    """The first word; None when only a shell can tell."""

    @property
    def local_program(self) -> str | None:
        """The program, if it is a file of the project."""
        program = self.program
        return program if program is not None and "/" in program and not program.startswith("/") else None


def build_command(command: CommandArg, lists: Mapping[str, list[str]]) -> str:
    """Return the text of a command; a function gets those of the lists that it names."""
    return command_text(command(**_wanted(command, lists)) if callable(command) else command)


def command_text(command: object) -> str:
    """Return the text of a command.

    Raises
    ------
    TypeError
        It is no text.
    StepUpError
        It cannot be run: nothing is in it, or what no program can be told.
    """
    text: object = command.__fspath__() if is_path_like(command) else command
    if not isinstance(text, str):
        raise TypeError(f"A command must be a string, not {type(command).__name__}: {command!r:.80}")
    _check_text(text)
    return str(text)


def _check_text(text: str) -> None:
    if not text.strip():
        raise StepUpError("The command must not be empty.")
    if "\0" in text:
        raise StepUpError(f"A command contains a NUL byte: {text!r:.80}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise StepUpError(f"A command is not valid UTF-8: {text!r:.80}") from None


def _wanted(command: Callable[..., object], lists: Mapping[str, list[str]]) -> dict[str, list[Path]]:
    """Return the lists that a function asks for by the names of its parameters."""
    # Slow to import, and hardly any command is a function.
    from inspect import Parameter, signature

    parameters = signature(command).parameters.values()
    named = {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}
    for parameter in parameters:
        if parameter.kind not in named:
            raise StepUpError(
                "A command callable must declare its parameters by name: *args, **kwargs and positional-only "
                f"parameters are not supported ({parameter.name})."
            )
        if parameter.name not in lists:
            raise StepUpError(
                f"A command callable cannot declare a parameter {parameter.name!r}. "
                "Supported parameters: inp, out, vol."
            )
    return {parameter.name: as_paths(lists[parameter.name]) for parameter in parameters}


def parse_command(text: str, *, shell: bool) -> ParsedCommand:
    """Look at the first words of a command.

    Raises
    ------
    StepUpError
        Quotes do not match, or nothing is left to run.
    """
    if not shell:
        _check_quotes(text)
    overrides: dict[str, str] = {}
    start = 0
    while (match := _matcher(_ASSIGNMENT)(text, start)) is not None:
        overrides[match[1]] = _unquoted(match[2])
        start = match.end()
    if shell:
        return ParsedCommand(text, {}, _shell_program(text, start))
    rest = text[start:] if overrides else text
    word = _matcher(_WORD)(rest)
    if word is None:
        raise StepUpError(f"The command must not be empty: it sets variables but runs nothing: {text}")
    return ParsedCommand(rest, overrides, _unquoted(word[1]))


@functools.cache
def _matcher(pattern: str) -> Callable[..., re.Match[str] | None]:
    """Compile a pattern when it is first used: most plans never need it, and all would wait for it."""
    return re.compile(pattern, re.DOTALL).match


def _check_quotes(text: str) -> None:
    """Refuse quotes without partners."""
    if "'" in text or '"' in text or "\\" in text:
        try:
            shlex.split(text)
        except ValueError as error:
            raise StepUpError(f"Cannot parse command to detect the executable: {text} ({error})") from None


def _unquoted(word: str) -> str:
    return "".join(shlex.split(word)) if "'" in word or '"' in word or "\\" in word else word


def _shell_program(text: str, start: int) -> str | None:
    """Return the first word of a shell command, unless the shell would change it."""
    word = _matcher(_SHELL_WORD)(text, start)
    return None if word is None or _EXPANDED_BY_SHELL & set(word[1]) else _unquoted(word[1])


def check_plan_program(parsed: ParsedCommand) -> None:
    """Refuse a plan whose program is not a file of the project."""
    if parsed.local_program is None:
        raise PathError(
            "The command must be a relative path to a local executable, containing at least one slash, "
            f"e.g. './plan.py'. Got: {parsed.text}"
        )


def is_directory_plan(text: str) -> bool:
    """Tell whether the argument of `plan()` is a directory, as in version 1, and not a command."""
    if text.endswith("/"):
        return True
    return bool(text) and "/" not in text and not text.endswith(".py") and len(text.split()) == 1


def has_path_lists(text: str) -> bool:
    """Tell whether a command contains `${inp}`, `${out}` or `${vol}`, as those of version 1 do."""
    return "${" in text and re.search(_PATH_LIST, text) is not None


def fill_in_paths(text: str, lists: Mapping[str, list[str]]) -> str:
    """Return a command of version 1 with its `${inp}`, `${out}` and `${vol}` filled in."""
    return re.sub(_PATH_LIST, lambda match: quote_paths(lists[match[1]]), text) if "${" in text else text


def quote_paths(paths: list[str]) -> str:
    """Return paths as words of a shell command."""
    return " ".join(shlex.quote(path) for path in paths)
