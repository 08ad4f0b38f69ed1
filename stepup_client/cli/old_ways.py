"""What older releases of StepUp called things, put in the words of today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ("OLD_COMMANDS", "modernized")

OLD_COMMANDS = {
    "boot": ("build",),
    "run": ("rebuild",),
    "watch-update": ("wait", "--update"),
    "watch-delete": ("wait", "--delete"),
}
"""Commands of version 3, and what they are now."""

_WORKERS = re.compile(r"-w[0-9.]+")
_NUMBER = re.compile(r"[0-9.]+")


def modernized(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the arguments in the words of today, and what to tell those who used others."""
    words = list(argv)
    notes: list[str] = []
    if words and words[0] in OLD_COMMANDS:
        new = OLD_COMMANDS[words[0]]
        notes.append(f"Warning: 'stepup {words[0]}' is deprecated; use 'stepup {' '.join(new)}' instead.")
        words[:1] = new
    elif words and (words[0] == "-n" or _WORKERS.fullmatch(words[0])):
        # Version 1 had no commands.
        words[:0] = ["build"]
    if words[:1] == ["build"]:
        words[1:] = _build_options(words[1:])
    return words, notes


def _build_options(words: Sequence[str]) -> Iterator[str]:
    """Translate `-w2` (version 1) and `-n 2` (versions 2 and 3) to `-j2`; `-n` alone (version 1) is how it is now."""
    is_number_next = False
    for position, word in enumerate(words):
        if _WORKERS.fullmatch(word):
            yield f"-j{word[2:]}"
        elif word == "-n":
            is_number_next = _NUMBER.fullmatch("".join(words[position + 1 : position + 2])) is not None
        elif is_number_next:
            is_number_next = False
            yield f"-j{word}"
        else:
            yield word
