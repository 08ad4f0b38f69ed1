"""From a command to what is executed: directly by its words where that means the same, by a shell otherwise.

Direct execution saves the shell's own process, which costs as much as a small step. The rule for commands that want a
shell is that of make: only letters that mean nothing to a shell, and a first word that is a program.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ("ByShell", "Direct", "Malformed", "Plan", "plan_execution", "split_words")


class Direct(NamedTuple):
    """Execute these words."""

    words: tuple[str, ...]
    """The program and its arguments; never empty."""


class ByShell(NamedTuple):
    """Let `/bin/sh -c` read it."""

    command: str
    """Verbatim."""


class Malformed(NamedTuple):
    """It cannot be executed."""

    reason: str
    """A sentence for the user."""


Plan = Direct | ByShell | Malformed
"""The three things that can become of a command."""


def plan_execution(command: str, *, shell: bool) -> Plan:
    """Decide how a command is executed."""
    if "\0" in command:
        return Malformed("The command contains a NUL character: remove it.")
    if shell:
        return _plan_shell(command)
    try:
        words = split_words(command)
    except ValueError as error:
        return Malformed(f"The command cannot be split into words: {error}. Quote it as for a shell.")
    if not words:
        return Malformed("The command is empty: give it a program to run.")
    return Direct(words)


def split_words(text: str) -> tuple[str, ...]:
    """Split as a POSIX shell does, without expanding anything; equals `shlex.split`, in linear time.

    Raises
    ------
    ValueError
        A quotation is not closed, or the text ends in a backslash.
    """
    if _PLAIN.fullmatch(text) is not None:
        return tuple(text.split())
    words: list[str] = []
    parts: list[str] | None = None
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(_complaint(text[position]))
        position = match.end()
        kind = match.lastgroup
        if kind == "space":
            if parts is not None:
                words.append("".join(parts))
            parts = None
            continue
        parts = [] if parts is None else parts
        parts.append(_unquoted(kind, match.group()))
    if parts is not None:
        words.append("".join(parts))
    return tuple(words)


_PLAIN = re.compile(r"[ \t\r\n!#-&(-\[\]-~]*")
"""Printable ASCII without quotes and backslash: `str.split` is enough."""

_PART = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    | (?P<plain>[^ \t\r\n'"\\]+)
    | (?P<single>'[^']*')
    | (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<escaped>\\.)""",
    re.VERBOSE | re.DOTALL,
)

_ESCAPED_IN_QUOTES = re.compile(r'\\(["\\])')


def _unquoted(kind: str | None, part: str) -> str:
    match kind:
        case "single":
            return part[1:-1]
        case "double":
            return _ESCAPED_IN_QUOTES.sub(r"\1", part[1:-1])
        case "escaped":
            return part[1:]
        case _:
            return part


def _complaint(character: str) -> str:
    return "it ends in a backslash" if character == "\\" else f"no closing {character}"


_WITHOUT_SHELL = re.compile(r"[ \t]*([A-Za-z0-9_%+,./:@-]+)([ \t]+[A-Za-z0-9_%+,./:@=-]+)*[ \t]*")
"""Nothing in it means anything to a shell; an `=` in the first word would be an assignment."""

_SHELL_WORDS = frozenset(
    (
        ".", ":", "[", "alias", "bg", "break", "case", "cd", "chdir", "command", "continue", "do", "done",
        "echo", "elif", "else", "esac", "eval", "exec", "exit", "export", "false", "fc", "fg", "fi", "for",
        "function", "getopts", "hash", "if", "in", "jobs", "kill", "local", "printf", "pwd", "read",
        "readonly", "return", "select", "set", "shift", "source", "test", "then", "time", "times", "trap",
        "true", "type", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    )
)  # fmt: skip
"""Builtins and keywords of the shells that are commonly found as /bin/sh."""


def _plan_shell(command: str) -> Plan:
    match = _WITHOUT_SHELL.fullmatch(command)
    if match is None or match.group(1) in _SHELL_WORDS:
        return ByShell(command)
    return Direct(tuple(command.split()))
