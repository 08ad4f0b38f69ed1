"""The job log: when each step began and ended, as a table for other programs (`stepup build --joblog`).

A table with holes would lie. So what a full disk does not take is kept, and written when it takes it.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

from stepup_server.core.commands import Report
from stepup_server.core.states import Tag
from stepup_shared.hindrance import explain

__all__ = ("JobLog",)

_COLUMNS = ("time_ns", "step", "event", "worker", "wall_s", "label")
_EVENTS = {
    Tag.START: "started",
    Tag.SUCCESS: "succeeded",
    Tag.FAIL: "failed",
    Tag.DEFERRED: "deferred",
    Tag.SKIP: "skipped",
}


class JobLog:
    """Writes a line for each step that begins, ends or is skipped."""

    def __init__(
        self,
        path: str,
        clock_ns: Callable[[], int] = time.time_ns,
        tell: Callable[[Report], object] = lambda _: None,
    ) -> None:
        """Begin a new file; `tell` hears when it cannot be written."""
        self._path = path
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115  # closed by `close`
        self._unwritten = bytearray()
        """What the disk has not taken yet, usually nothing."""
        self._is_hindered = False
        self._clock_ns = clock_ns
        self._tell = tell
        self._write(_COLUMNS)

    def report(self, report: Report) -> None:
        """Take a report; what is not about a step is not written."""
        event = None if report.tag is None else _EVENTS.get(report.tag)
        step = report.step
        if event is None or step is None or self._file.closed:
            return
        worker = "" if event == "skipped" else step.worker
        self._write((self._clock_ns(), step.id, event, worker, step.wall_s, step.label))

    def close(self) -> None:
        """Close the file; later reports are dropped."""
        self._flush()
        self._file.close()

    def _write(self, columns: tuple[object, ...]) -> None:
        """Write a line, behind those that are still to be written."""
        line = io.StringIO(newline="")
        csv.writer(line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerow(columns)
        self._unwritten += line.getvalue().encode(errors="backslashreplace")
        self._flush()

    def _flush(self) -> None:
        """Write what the disk takes; say once that it takes no more."""
        try:
            while self._unwritten:
                del self._unwritten[: self._file.write(self._unwritten)]
        except OSError as error:
            if not self._is_hindered:
                text = explain(error, place=self._path)
                self._tell(Report(tag=Tag.WARNING, text=f"{text} What it lacks is written later."))
            self._is_hindered = True
        else:
            self._is_hindered = False
