"""The log: JSON lines in a file for programs, and, when asked for, lines on standard error for people.

The first line of the file says where the director listens; whoever looks for a director reads it.
Records go from structlog to the file directly; those of the standard library's loggers are forwarded to it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import structlog

__all__ = ("DirectorLog", "Level", "LogFormat", "configure")

LogFormat = Literal["json", "console"]
"""`json`: the file only. `console`: the file, and lines for people on standard error."""
Level = Literal["debug", "info", "warning", "error"]
"""What is less important is not written."""

_Record = MutableMapping[str, Any]


def configure(
    log_format: LogFormat,
    level: Level,
    path: str,
    *,
    console: TextIO = sys.stderr,
    wall_clock: Callable[[], float] = time.time,
) -> DirectorLog:
    """Begin a new log file and let all loggers of this process write to it."""
    log = DirectorLog(path, console if log_format == "console" else None, wall_clock)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            log.stamp,
            structlog.processors.format_exc_info,
            _as_argument,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=log.logger,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Forward(logging.WARNING)], level=logging.WARNING, force=True)
    return log


class DirectorLog:
    """The file, and perhaps the console. A record that cannot be written is lost and counted."""

    def __init__(self, path: str, console: TextIO | None, wall_clock: Callable[[], float]) -> None:
        # Without a buffer, so that a line that was lost does not come back later.
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115  # closed by `close`
        # Opened for appending and then emptied, so that it may be cut short from outside while it is in use.
        self._file.truncate(0)
        self._console = console
        self._wall_clock = wall_clock
        self._lost = 0
        self._render = structlog.dev.ConsoleRenderer(
            colors=console is not None and console.isatty(),
            repr_native_str=True,
            exception_formatter=structlog.dev.plain_traceback,
        )

    def announce(self, *, socket: str, version: str) -> None:
        """Write the first record, whatever the level is."""
        facts = {
            "event": "listening",
            "level": "info",
            "socket": socket,
            "pid": os.getpid(),
            "version": version,
        }
        self.write(self.stamp(None, "info", facts))

    def write(self, record: _Record) -> None:
        """Write one record; lines are complete as soon as this returns."""
        if self._lost:
            record = {**record, "lost_before": self._lost}
        try:
            self._file.write(json.dumps(record, default=repr).encode() + b"\n")
            self._lost = 0
            if self._console is not None:
                self._console.write(self._human(record) + "\n")
                self._console.flush()
        except (OSError, ValueError):
            # A full disk or a closed terminal must not stop a build. ValueError: the file is closed already.
            self._lost += 1

    def stamp(self, _logger: object, _name: str, record: _Record) -> _Record:
        """Put the time and the level first."""
        moment = datetime.fromtimestamp(self._wall_clock(), UTC).isoformat(timespec="milliseconds")
        return {"timestamp": moment, "level": record.pop("level"), "event": record.pop("event"), **record}

    def logger(self, *_names: object) -> _Target:
        """Return what structlog calls with finished records."""
        return _Target(self)

    def close(self) -> None:
        """Close the file; later records are dropped."""
        self._file.close()

    def _human(self, record: _Record) -> str:
        """Return a record as one line for people, without control characters in what others have written."""
        event = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(record["event"]))
        return self._render(None, "", {**record, "event": event})


class _Target:
    """Takes records of all levels alike; structlog has filtered them."""

    def __init__(self, log: DirectorLog) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = self.exception = log.write


class _Forward(logging.Handler):
    """Passes records of the standard library on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log what another library has to say."""
        structlog.get_logger().log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def _as_argument(_logger: object, _name: str, record: _Record) -> tuple[tuple[_Record], dict[str, object]]:
    """Hand the record over as it is."""
    return (record,), {}
