"""The logs for people: `fail.log`, `warning.log` and `success.log`, by the colour of the tag.

They are about one build: those of an earlier director are removed at the start, those of an earlier build at the next.
A file is opened for every report, so that it may be read, cut short or removed from outside at any time,
and it is there only if something was written to it.
"""

from __future__ import annotations

import os
from contextlib import suppress

from stepup_server.core.commands import Report
from stepup_server.core.desk import LOG_FAIL, LOG_SUCCESS, LOG_WARNING, log_name
from stepup_server.report.layout import text_of

__all__ = ("TaggedLogs",)


class TaggedLogs:
    """Writes every report that has a tag to one of three files."""

    def __init__(self, directory: str) -> None:
        """Remove what an earlier director has left in the directory."""
        self._directory = directory
        self._remove_all()

    def report(self, report: Report) -> None:
        """Write a report; what cannot be written is lost, for a build must not stop because of it."""
        if report.begins_build:
            self._remove_all()
        if report.tag is not None:
            with suppress(OSError):
                self._append(log_name(report.tag), text_of(report))

    def _append(self, name: str, text: str) -> None:
        descriptor = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, text.encode(errors="backslashreplace"))
        finally:
            os.close(descriptor)

    def _remove_all(self) -> None:
        for name in (LOG_FAIL, LOG_WARNING, LOG_SUCCESS):
            with suppress(OSError):
                os.unlink(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._directory}/{name}"
