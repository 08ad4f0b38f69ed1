"""How an event looks: pure functions from values to lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stepup_client.rpc.control_values import Event, Page, Tag, Transfer
from stepup_shared.visible import in_line, in_page

__all__ = ("Style", "crop", "is_plain", "render_event", "render_line", "rule")

_TAG_WIDTH = 8
_RULE = "─"
_BAR = "│"
_ELLIPSIS = "…"

_BLUE, _GREEN, _RED, _YELLOW, _CYAN, _MAGENTA = 34, 32, 31, 33, 36, 35
_COLOURS: dict[Tag, int] = {
    Tag.START: _BLUE,
    Tag.SUCCESS: _GREEN,
    Tag.FAIL: _RED,
    Tag.ERROR: _RED,
    Tag.WARNING: _YELLOW,
    Tag.SKIP: _CYAN,
    Tag.NOSKIP: _CYAN,
    Tag.DEFERRED: _CYAN,
    Tag.REMOVE: _CYAN,
    Tag.UPDATED: _CYAN,
    Tag.DELETED: _CYAN,
    Tag.SAMEHASH: _CYAN,
    Tag.UNAMEND: _CYAN,
    Tag.DIRECTOR: _MAGENTA,
    Tag.STARTUP: _MAGENTA,
    Tag.KEYBOARD: _MAGENTA,
}
"""Colours by tag, as numbers of the terminal's palette; the others keep the default."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the place where lines are shown can do."""

    width: int = 80
    """Columns: the length of rules, and of lines when they are cropped."""
    is_cropped: bool = False
    """Lines do not go beyond the width."""
    is_coloured: bool = False
    """Tags are coloured."""


def render_event(event: Event, style: Style) -> list[str]:
    """Return the lines of an event: one with its tag, and its pages below."""
    lines = [_missed_line(event.missed, style)] if event.missed else []
    if event.tag is None:
        return lines
    lines.append(render_line(event.tag, event.text, style))
    return lines + render_pages(event.pages, style)


def render_line(tag: Tag, text: str, style: Style) -> str:
    """Return one line: the tag, a bar, and the text without anything that could move the cursor."""
    line = f"{tag.name:>{_TAG_WIDTH}} {_BAR} {in_line(text)}"
    if style.is_cropped:
        line = crop(line, style.width)
    if style.is_coloured and tag in _COLOURS:
        return f"\x1b[{_COLOURS[tag]}m{line[:_TAG_WIDTH]}\x1b[0m{line[_TAG_WIDTH:]}"
    return line


def render_pages(pages: Sequence[Page], style: Style) -> list[str]:
    """Return a titled rule and the text for each page, and one rule after the last."""
    lines: list[str] = []
    for page in pages:
        lines.append(rule(style.width, in_line(page.title)))
        lines.extend(in_page(page.text))
    if lines:
        lines.append(rule(style.width))
    return lines


def rule(width: int, title: str = "") -> str:
    """Return a horizontal rule, with the title in the middle."""
    if not title:
        return _RULE * width
    rest = max(width - len(title) - 2, 2)
    left = rest // 2
    return f"{_RULE * left} {title} {_RULE * (rest - left)}"


def crop(line: str, width: int) -> str:
    """Cut a line down to so many columns of a terminal, and show that something is missing."""
    if len(line) <= width and is_plain(line):
        return line
    return _crop_wide(line, width)


def is_plain(line: str) -> bool:
    """Tell whether every character surely takes one column."""
    return line.isascii() or all(character < "\u0300" or character in "│─…━╺➜" for character in line)


def _crop_wide(line: str, width: int) -> str:
    """Crop with the width of every character in view."""
    # Here because few lines need it, and the table of characters takes time to load.
    import unicodedata

    used = 0
    fits = 0
    for position, character in enumerate(line):
        if unicodedata.combining(character):
            continue
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return line[:fits] + _ELLIPSIS
        if used <= width - 1:
            fits = position + 1
    return line


def _missed_line(missed: int, style: Style) -> str:
    return render_line(Tag.WARNING, f"{missed} event(s) are not shown: this display was too slow.", style)


def transfer_text(transfer: Transfer) -> str:
    """Say how far large files are that are on their way."""
    verb = "sending" if transfer.upload else "fetching"
    noun = "file" if transfer.files == 1 else "files"
    power = max(0, min(3, (transfer.bytes_total.bit_length() - 1) // 10))
    done, total = (count / 1024**power for count in (transfer.bytes_done, transfer.bytes_total))
    return f"{verb} {transfer.files} {noun}, {done:.1f} of {total:.1f} {('B', 'KiB', 'MiB', 'GiB')[power]}"
