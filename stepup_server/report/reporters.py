"""Where reports go besides the feed: into the log, and to several places at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import structlog

from stepup_server.core.commands import Report
from stepup_server.core.states import Tag
from stepup_server.engine.ports import Reporter

__all__ = ("FanOut", "LogReporter")

_LEVELS = {
    Tag.START: logging.DEBUG,
    Tag.SUCCESS: logging.DEBUG,
    Tag.SKIP: logging.DEBUG,
    Tag.FAIL: logging.WARNING,
    Tag.WARNING: logging.WARNING,
    Tag.ERROR: logging.ERROR,
}


class FanOut:
    """Passes each report on to several reporters, in their order."""

    def __init__(self, reporters: Sequence[Reporter]) -> None:
        self._reporters = tuple(reporters)

    def report(self, report: Report) -> None:
        """Take a line; never waits and never fails."""
        for reporter in self._reporters:
            reporter.report(report)


class LogReporter:
    """Writes reports to the log. Of pages only the titles: what steps print may be long, or secret.

    What happens to single steps is for those who debug, unless it is bad: it would be most of the log.
    """

    def __init__(self) -> None:
        self._logger: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind()

    def report(self, report: Report) -> None:
        """Write a record; what has no tag is only for those who debug."""
        level = logging.DEBUG if report.tag is None else _LEVELS.get(report.tag, logging.INFO)
        self._logger.log(level, report.text, **_facts(report))


def _facts(report: Report) -> dict[str, object]:
    """Return what a record says besides the text."""
    facts: dict[str, object] = {}
    if report.tag is not None:
        facts["tag"] = report.tag.value
    if report.step is not None:
        facts |= {"step": report.step.id, "label": report.step.label, "state": report.step.state}
        facts |= {"worker": report.step.worker, "wall_s": report.step.wall_s}
    if report.pages:
        facts["pages"] = [page.title for page in report.pages]
    if report.build_end is not None:
        end = report.build_end
        facts |= {"build": end.build, "return_code": end.return_code}
        facts |= {"executed": end.executed, "skipped": end.skipped}
    if report.tag is None and report.progress is not None:
        progress = report.progress
        facts |= {"running": progress.running, "done": progress.done, "total": progress.total}
    return facts
