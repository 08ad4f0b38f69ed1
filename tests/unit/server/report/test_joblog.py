"""When each step began and ended, as a table."""

from __future__ import annotations

import csv
import errno
from itertools import count
from pathlib import Path

import pytest

from stepup_server.core.commands import Report
from stepup_server.core.ids import NodeId
from stepup_server.core.states import Tag
from stepup_server.core.values import StepRef
from stepup_server.report.joblog import JobLog

from .reports import A_FAILURE, PROGRESS, a_line

__all__ = ()


def a_step_report(tag: Tag) -> Report:
    return Report(
        tag=tag, text="x", step=StepRef(id=NodeId(3), label='a "b", c', state="RUNNING", worker=1, wall_s=0.5)
    )


def test_steps_that_begin_and_end_are_written_and_nothing_else(tmp_path: Path) -> None:
    clock = count(100)
    log = JobLog(str(tmp_path / "joblog.csv"), lambda: next(clock))
    reports = [a_line("x"), PROGRESS, a_step_report(Tag.START), a_step_report(Tag.WARNING), A_FAILURE]
    for report in (*reports, a_step_report(Tag.SKIP)):
        log.report(report)
    log.close()
    log.report(a_step_report(Tag.START))
    with (tmp_path / "joblog.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [
        ["time_ns", "step", "event", "worker", "wall_s", "label"],
        ["100", "3", "started", "1", "0.5", 'a "b", c'],
        ["101", "4", "failed", "1", "0.5", "./work.sh"],
        ["102", "3", "skipped", "", "0.5", 'a "b", c'],
    ]


class FullFile:
    """Takes so many bytes and no more."""

    closed = False

    def __init__(self) -> None:
        self.room = 0
        self.content = bytearray()

    def write(self, data: bytes) -> int:
        """Take what there is room for."""
        taken = bytes(data[: self.room])
        if not taken:
            raise OSError(errno.ENOSPC, "")
        self.room -= len(taken)
        self.content += taken
        return len(taken)


def test_what_a_full_disk_does_not_take_is_told_once_and_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    log = JobLog(str(tmp_path / "joblog.csv"), lambda: 100, lambda report: told.append(report.text))
    file = FullFile()
    log.close()
    monkeypatch.setattr(log, "_file", file)
    log.report(a_step_report(Tag.START))
    file.room = 10
    log.report(a_step_report(Tag.SUCCESS))
    file.room = 1000
    log.report(a_step_report(Tag.SKIP))
    assert [line.split(",")[2] for line in file.content.decode().splitlines()] == [
        '"started"',
        '"succeeded"',
        '"skipped"',
    ]
    assert told == [f"{tmp_path}/joblog.csv: the disk is full. Make room there. What it lacks is written later."]
