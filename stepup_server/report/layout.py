"""How a report looks in a file for people: the lines and pages of a terminal that is 80 columns wide.

The command line lays out the same reports for the terminal itself, in its own colours and width.
The two programs share no code; a test compares what they write.
"""

from __future__ import annotations

import re

from stepup_server.core.commands import Report
from stepup_server.core.values import Page

__all__ = ("text_of",)

_WIDTH = 80
_TAG_WIDTH = 8
_RULE = "─"
_BAR = "│"

# C0 and C1 controls, line and paragraph separators, and whatever turns the direction of writing:
# whoever prints the file shall not have their terminal played with.
_FORBIDDEN = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_IN_LINE = re.compile(f"[{_FORBIDDEN}]+")
_IN_PAGE = re.compile(f"(?!\t)[{_FORBIDDEN}]")
_SHORT = {"\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r"}


def text_of(report: Report) -> str:
    """Return the lines of a report, each with its end; nothing for a report without a tag."""
    if report.tag is None:
        return ""
    lines = [f"{report.tag.value:>{_TAG_WIDTH}} {_BAR} {_in_line(report.text)}"]
    for page in report.pages:
        lines += [_rule(_in_line(page.title)), *_body(page)]
    if report.pages:
        lines.append(_rule())
    return "".join(f"{line}\n" for line in lines)


def _rule(title: str = "") -> str:
    """Return a horizontal rule, with the title in the middle."""
    if not title:
        return _RULE * _WIDTH
    rest = max(_WIDTH - len(title) - 2, 2)
    left = rest // 2
    return f"{_RULE * left} {title} {_RULE * (rest - left)}"


def _body(page: Page) -> list[str]:
    """Return the lines of a page, with every control character spelled out."""
    if not page.text:
        return []
    plain = page.text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    return [_IN_PAGE.sub(lambda match: _spell(match[0]), line) for line in plain.split("\n")]


def _in_line(text: str) -> str:
    """Spell control characters as a shell would take them, so that a line is a line."""
    return _IN_LINE.sub(lambda match: f"$'{''.join(map(_spell, match[0]))}'", text)


def _spell(character: str) -> str:
    """Spell one character in plain letters."""
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - two hexadecimal digits
