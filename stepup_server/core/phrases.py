"""Phrases that several parts of the core use to tell people about commands and files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .values import Page, PathKind

__all__ = ("list_page", "one_line", "what_is_wrong_with")

LINES_MAX = 20
"""How many lines a page lists."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SHORT = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e"}


def one_line(command: str) -> str:
    """Return a command as one line that a shell takes for the same command.

    A control character becomes `$'..'`, in front of which an open quote is closed, and opened again behind.
    """
    if _CONTROL.search(command) is None:
        return command
    spelled: list[str] = []
    quote, is_escaped = "", False
    for character in command:
        if _CONTROL.match(character):
            spelled.append(f"{quote}$'\\{_SHORT.get(character, f'x{ord(character):02x}')}'{quote}")
        else:
            spelled.append(character)
            if not is_escaped and character in {"'", '"'} and quote in {"", character}:
                quote = "" if quote else character
        is_escaped = character == "\\" and not is_escaped and quote != "'"
    return "".join(spelled)


def what_is_wrong_with(kind: PathKind) -> str:
    """Add what is at a path instead of a file, unless it is simply missing."""
    return {
        PathKind.DIRECTORY: "  (a directory)",
        PathKind.SPECIAL: "  (not a regular file)",
        PathKind.UNREADABLE: "  (not readable)",
        PathKind.LINK: "  (a symbolic link or behind one: write a file, or grant the directory with --allow-root DIR)",
        PathKind.SPARSE: "  (a sparse file with more than 256 GiB of holes)",
    }.get(kind, "")


def list_page(title: str, lines: Sequence[str]) -> Page:
    """List lines, with a count of those that are left out."""
    shown = list(lines[:LINES_MAX])
    if len(lines) > LINES_MAX:
        shown.append(f"... and {len(lines) - LINES_MAX} more")
    return Page(title, "\n".join(shown))
