"""The worker's log: JSON lines in a file, and lines for people when they are asked for."""

from __future__ import annotations

import contextlib
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from stepup_shared.visible import in_text

__all__ = ("Log", "Terminal", "open_log")

Log = FilteringBoundLogger
"""What is logged to; levels below the chosen one cost next to nothing."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def open_log(path: str, *, level: str, for_people: bool) -> Log:
    """Open the log; the file is begun anew."""
    processors = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *((_PeopleWriter(sys.stderr),) if for_people else ()),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    log: Log = structlog.wrap_logger(
        _FileWriter(path),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    )
    return log


class Terminal:
    """Where whoever has started the worker may look why nothing happens."""

    def __init__(self, *, is_ours: bool) -> None:
        """Say nothing on that of somebody else."""
        self._is_ours = is_ours
        self._told = ""

    def tell(self, text: str) -> None:
        """Write a line, unless it is the same as the last one."""
        if self._is_ours and text != self._told:
            with contextlib.suppress(OSError):
                sys.stdout.write(f"{in_text(text)}\n")
                sys.stdout.flush()
        self._told = text


class _FileWriter:
    """The file. A line that cannot be written is lost and counted: a full disk must not stop a worker."""

    def __init__(self, path: str) -> None:
        # Without a buffer, so that a line that was lost does not come back later.
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115  open as long as the process lives
        self._lost = 0
        self.debug = self.info = self.warning = self.error = self.critical = self.exception = self.write

    def write(self, line: str) -> None:
        """Write one line."""
        if self._lost:
            line = f'{line[:-1]}, "lost_before": {self._lost}}}'
        try:
            self._file.write(f"{line}\n".encode(errors="backslashreplace"))
            self._lost = 0
        except OSError:
            self._lost += 1


class _PeopleWriter:
    """Copies what is logged to a terminal, and hands it on unchanged."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._render = structlog.dev.ConsoleRenderer(colors=file.isatty())

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        """Write one line."""
        with contextlib.suppress(OSError):
            print(self._render(logger, name, dict(event)), file=self._file, flush=True)
        return event
