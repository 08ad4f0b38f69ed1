"""How a report looks in a file for people: the lines and pages of a terminal that is 80 columns wide.

The command line lays out the same reports for the terminal itself, in its own colours and width.
The two programs share only how text is made harmless; a test compares what they write.
"""

from __future__ import annotations

from stepup_server.core.commands import Report
from stepup_shared.visible import in_line, in_page

__all__ = ("text_of",)

_WIDTH = 80
_TAG_WIDTH = 8
_RULE = "─"
_BAR = "│"


def text_of(report: Report) -> str:
    """Return the lines of a report, each with its end; nothing for a report without a tag."""
    if report.tag is None:
        return ""
    lines = [f"{report.tag.value:>{_TAG_WIDTH}} {_BAR} {in_line(report.text)}"]
    for page in report.pages:
        lines += [_rule(in_line(page.title)), *in_page(page.text)]
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
