"""Tracebacks without the frames that say nothing to the author of a plan."""

from __future__ import annotations

import posixpath
import sys
from types import TracebackType

from stepup_client.errors import UsageError

from .sources import OWN_FOLDER

__all__ = ("install", "shortened", "show")

_LAUNCHERS = ("<frozen runpy>", "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
_WORKER_FOLDER = posixpath.dirname(OWN_FOLDER.rstrip("/")) + "/stepup_worker/"
_HEADER = "Traceback (most recent call last):"
_SHORTENED = "Shortened traceback (most recent call last). Set STEPUP_DEBUG=1 for details:"


def install() -> None:
    """Let uncaught exceptions be shown by `show`."""
    sys.excepthook = show


def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write a traceback to standard error; one of a mistake in the plan has no frames of ours and says so."""
    # Needed at the end of a plan that went wrong, and by nobody else.
    import traceback

    usage = isinstance(error, UsageError)
    lines = traceback.format_exception(kind, error, shortened(trace, drop_own=usage))
    text = "".join(lines)
    if usage:
        text = text.replace(_HEADER, _SHORTENED)
    sys.stderr.write(text)


def shortened(trace: TracebackType | None, *, drop_own: bool) -> TracebackType | None:
    """Return a copy of a traceback without the launcher's frames, and without ours if asked."""
    kept: list[TracebackType] = []
    while trace is not None:
        if not _is_noise(trace.tb_frame.f_code.co_filename, drop_own=drop_own):
            kept.append(trace)
        trace = trace.tb_next
    shorter = None
    for one in reversed(kept):
        shorter = TracebackType(shorter, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return shorter


def _is_noise(file: str, *, drop_own: bool) -> bool:
    launcher = file in _LAUNCHERS or file.endswith("/runpy.py") or file.startswith(_WORKER_FOLDER)
    return launcher or (drop_own and file.startswith(OWN_FOLDER))
