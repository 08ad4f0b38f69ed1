"""S-17: nothing that a stranger writes can play with a terminal."""

from __future__ import annotations

import unicodedata

import pytest

from stepup_shared.visible import in_line, in_page, in_text

HARMLESS = frozenset("\u200c\u200d")
"""Joiners: they neither move, hide nor turn anything, and languages need them."""


def forbidden() -> list[str]:
    """Return all characters of Unicode that are controls, formats, separators or halves, but a space."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [
        one
        for one in map(chr, range(0x110000))
        if unicodedata.category(one) in kinds and one not in HARMLESS and not one_of_a_script(one)
    ]


def one_of_a_script(character: str) -> bool:
    """Tell whether a mark belongs to numbers, syllables or notes of a few scripts, and shows something there."""
    code = ord(character)
    ranges = ((0x600, 0x605), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x110BD, 0x110CD))
    more = ((0x13430, 0x1345F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A))
    return any(first <= code <= last for first, last in (*ranges, *more))


def test_no_control_character_of_unicode_is_left() -> None:
    every = forbidden()
    text = "a".join(every)
    line = in_line(text)
    assert [one for one in every if one in line] == []
    assert [one for one in every if one != "\t" and any(one in row for row in in_page(text))] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢字 😀", "plain é 漢字 😀"),
        ("two\nlines", "two$'\\n'lines"),
        ("\x1b[2J\x1b[31mred", "$'\\x1b'[2J$'\\x1b'[31mred"),
        ("cp a b\rrm -rf", "cp a b$'\\r'rm -rf"),
        ("evil\u202etxt.exe", "evil$'\\u202e'txt.exe"),
        ("zero\u200bwidth\U000e0041", "zero$'\\u200b'width$'\\U000e0041'"),
        ("half\ud800", "half$'\\ud800'"),
    ],
)
def test_a_line_stays_a_line(text: str, shown: str) -> None:
    assert in_line(text) == shown


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("one\ntwo\n", ["one", "two"]),
        ("10 %\r20 %\r\ndone", ["10 %", "20 %", "done"]),
        ("\tcolumn\x1b[1Ahidden\b", ["\tcolumn\\x1b[1Ahidden\\b"]),
    ],
)
def test_a_page_shows_what_would_be_overwritten(text: str, rows: list[str]) -> None:
    assert in_page(text) == rows
    assert in_text(text) == "\n".join(rows)
