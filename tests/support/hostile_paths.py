"""Paths that lead elsewhere, or nowhere, or are only unusual: 500 of them, always the same."""

from __future__ import annotations

import random

__all__ = ("CORPUS",)

_DOTS = "\N{FULLWIDTH FULL STOP}" * 2
_WHOLE = (
    "", ".", "..", "/", "//", "/etc/passwd", "//etc/passwd", "../x", "../../x", "a/../../x", "sub/../../outside/x",
    "./x", "x/", "x/.", "sub//x", "sub/./x", "/proc/self/root/etc/passwd", "/dev/null", "/dev/shm/x", "~/x", "~root/x",
    ".stepup", ".stepup/x", ".stepup/graph.db", "./.stepup/x", "sub/../.stepup/x", ".stepup/../x", ".STEPUP/x",
    ".stepup /x", "y\0", "\0", "y\0/../../outside/secret", "y\nz", "\n", " ", " y ", "y\\..\\z", "..\\y", "C:\\y",
    "%2e%2e/y", f"{_DOTS}/y", "\N{TWO DOT LEADER}/y", "é", "e\u0301", "E\u0301", "É", "ß", "SS", "\u202ey", "\x1b[31my",
    "\r", "y\rz", "-rf", "--", "*", "?", "[a]", "$HOME/y", "`id`", ";y", "|y", "y;rm -rf .", "link/x", "link",
    "link/../x", "sub/link/x", "sub/loop", "sub/loop/x", "fifo", "fifo/x", "dir", "dir/..", "sub/dangling",
    "sub/dangling/x",
    "x" * 255, "x" * 256, "é" * 127, "é" * 128, "/".join(["w" * 250] * 16), "/".join(["w" * 250] * 17),
    "a" * 4096, "a" * 5000, "\udc80", "y\udfff/y", "...", "..y", "y..", ". .", ".. /y",
)  # fmt: skip
_PIECES = (
    "..",
    ".",
    "",
    "a",
    "sub",
    "link",
    "loop",
    ".stepup",
    "outside",
    "é",
    "\0",
    "x" * 256,
    " ",
    "..a",
    "~",
    "fifo",
)


def _corpus() -> tuple[str, ...]:
    chance = random.Random(6)
    paths = dict.fromkeys(_WHOLE)
    while len(paths) < 500:
        paths["/".join(chance.choices(_PIECES, k=chance.randint(1, 6)))] = None
    return tuple(paths)


CORPUS = _corpus()
