"""The job log: when each step began and ended, as a table for other programs (`stepup build --joblog`)."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable

from stepup_server.core.commands import Report
from stepup_server.core.states import Tag

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

    def __init__(self, path: str, clock_ns: Callable[[], int] = time.time_ns) -> None:
        """Begin a new file."""
        self._file = open(path, "w", encoding="utf-8", newline="", buffering=1)  # noqa: SIM115  # closed by `close`
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        self._clock_ns = clock_ns
        self._writer.writerow(_COLUMNS)

    def report(self, report: Report) -> None:
        """Take a report; what is not about a step is not written."""
        event = None if report.tag is None else _EVENTS.get(report.tag)
        step = report.step
        if event is None or step is None or self._file.closed:
            return
        worker = "" if event == "skipped" else step.worker
        self._writer.writerow((self._clock_ns(), step.id, event, worker, step.wall_s, step.label))

    def close(self) -> None:
        """Close the file; later reports are dropped."""
        self._file.close()
