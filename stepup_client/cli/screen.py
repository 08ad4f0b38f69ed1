"""The one writer of the terminal: log lines above, the progress region below."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TextIO

from stepup_client.cli.environment import terminal_width
from stepup_client.cli.options import Look
from stepup_client.cli.progress import ProgressView
from stepup_client.cli.render import Style, render_event, render_line
from stepup_client.rpc.control_values import Event, Tag

__all__ = ("Screen",)


class Screen:
    """Show events on a stream; on a terminal, keep the progress below them."""

    def __init__(self, look: Look, *, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ) -> None:
        """Look once at what the stream can do."""
        self._stream = sys.stdout if stream is None else stream
        self._environ = environ
        self._is_terminal = self._stream.isatty()
        self._is_coloured = _wants_colour(self._is_terminal, environ)
        self._shows_details = look.verbose
        self._has_region = self._is_terminal and look.progress and environ.get("TERM") != "dumb"
        self._region = 0
        self._view = ProgressView()
        if not self._is_terminal:
            self._fixed_style = self._look()

    @property
    def has_region(self) -> bool:
        """Tell whether progress is shown, and wants to be redrawn once a second."""
        return self._has_region

    def show(self, event: Event) -> None:
        """Show what happened."""
        if self._has_region:
            self._view.take(event, time.monotonic())
        shown = event if self._shows_details or not event.detail else replace(event, tag=None)
        self._write(render_event(shown, self._style()))

    def say(self, tag: Tag, text: str) -> None:
        """Show a line of our own."""
        self._write([render_line(tag, text, self._style())])

    def redraw(self) -> None:
        """Show the progress as it is now."""
        if self._has_region:
            self._write([])

    def hide(self) -> None:
        """Leave only the log, for as long as somebody else writes here."""
        self._write([], is_region_wanted=False)

    def close(self) -> None:
        """Leave only the log."""
        self._has_region = False
        self._write([])

    def _write(self, lines: Sequence[str], *, is_region_wanted: bool = True) -> None:
        """Replace the region by the lines and a fresh region, in one go so that nothing flickers."""
        parts = [f"\x1b[{self._region}A\r\x1b[J"] if self._region else []
        region = self._region_lines() if is_region_wanted else []
        self._region = len(region)
        text = "".join([*parts, *(f"{line}\n" for line in (*lines, *region))])
        if text:
            self._put(text)

    def _put(self, text: str) -> None:
        """Write; when nobody takes it any more, the build goes on in silence."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            print(f"ERROR: The output ends here: {error.strerror}.", file=sys.stderr)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._stream.fileno())
            os.close(nothing)

    def _region_lines(self) -> list[str]:
        return self._view.lines(time.monotonic(), self._style()) if self._has_region else []

    def _style(self) -> Style:
        """Return the style; a terminal is looked at again, because its width may change."""
        return self._look() if self._is_terminal else self._fixed_style

    def _look(self) -> Style:
        width = (
            terminal_width(self._stream.fileno(), self._environ)
            if self._is_terminal
            else terminal_width(-1, self._environ)
        )
        return Style(width=width, is_cropped=self._is_terminal, is_coloured=self._is_coloured)


def _wants_colour(is_terminal: bool, environ: Mapping[str, str]) -> bool:  # noqa: FBT001 - the question itself
    """Follow NO_COLOR and FORCE_COLOR; without them, colour terminals only."""
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (is_terminal and environ.get("TERM") != "dumb")
