"""The worker's log: JSON lines in a file, and lines for people when they are asked for."""

from __future__ import annotations

import os
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

__all__ = ("Log", "open_log")

Log = FilteringBoundLogger
"""What is logged to; levels below the chosen one cost next to nothing."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def open_log(path: str, *, level: str, for_people: bool) -> Log:
    """Open the log; the file is begun anew."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    file = open(path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115  open as long as the process lives
    processors = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *((_PeopleWriter(sys.stderr),) if for_people else ()),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    log: Log = structlog.wrap_logger(
        structlog.WriteLogger(file),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    )
    return log


class _PeopleWriter:
    """Copies what is logged to a terminal, and hands it on unchanged."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._render = structlog.dev.ConsoleRenderer(colors=file.isatty())

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        """Write one line."""
        print(self._render(logger, name, dict(event)), file=self._file, flush=True)
        return event
