"""Text of strangers for the eyes of people: nothing in it can move a cursor, colour, hide, forge or turn what is shown.

Names of steps and files, what steps write, messages that repeat them: all that goes to a terminal, or into a log that
somebody will print on one, goes through here. Colours of steps are spelled out as everything else: a sequence that
colours is hard to tell from one that does harm, and who wants a step's own colours has its output in a file.
"""

from __future__ import annotations

import re

__all__ = ("in_line", "in_page", "in_piece", "in_text")

# C0 and C1 controls; the soft hyphen; marks that turn the direction of writing; spaces without width; separators of
# lines and paragraphs; invisible operators and annotations; tags; halves of characters, which no terminal takes.
# Joiners (U+200C, U+200D) stay: Persian, Hindi and families of emoji need them.
_FORBIDDEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_IN_LINE = re.compile(f"[{_FORBIDDEN}]+")
_IN_PAGE = re.compile(f"(?!\t)[{_FORBIDDEN}]")
_IN_PIECE = re.compile(f"(?![\t\n])[{_FORBIDDEN}]")
_SHORT = {"\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r"}
_BYTE, _PLANE = 0x100, 0x10000


def in_line(text: str) -> str:
    """Return a text that is one line, with every control character spelled as a shell would take it."""
    return _IN_LINE.sub(lambda match: f"$'{''.join(map(_spell, match[0]))}'", text)


def in_page(text: str) -> list[str]:
    """Return the lines of a text, with every other control character spelled out.

    A carriage return ends a line: what it would overwrite is shown as well.
    """
    if not text:
        return []
    plain = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    return [_IN_PAGE.sub(lambda match: _spell(match[0]), line) for line in plain.split("\n")]


def in_text(text: object) -> str:
    """Return a message of several lines, as `in_page`."""
    return "\n".join(in_page(str(text)))


def in_piece(text: str) -> str:
    """Return a piece of a longer text, with its ends of lines, and every other control character spelled out."""
    return _IN_PIECE.sub(lambda match: _spell(match[0]), text.replace("\r\n", "\n"))


def _spell(character: str) -> str:
    """Spell one character in plain letters."""
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < _BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _PLANE else f"\\U{code:08x}"
