"""What stands in the log, and what does not."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from stepup_server.core.commands import Report
from stepup_server.core.states import Tag
from stepup_server.engine.ports import Reporter
from stepup_server.report.log import DirectorLog, Level, LogFormat, configure
from stepup_server.report.reporters import FanOut, LogReporter

from .reports import A_FAILURE, PROGRESS, THE_END, a_line

__all__ = ()

NOW = 1_700_000_000.25
STAMP = "2023-11-14T22:13:20.250+00:00"

Begin = Callable[..., DirectorLog]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "director.log"


@pytest.fixture
def begin(path: Path) -> Iterator[Begin]:
    """Give a function that begins the log, and afterwards make logging what it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs: list[DirectorLog] = []

    def begin(log_format: LogFormat = "json", level: Level = "info", console: io.StringIO | None = None) -> DirectorLog:
        log = configure(log_format, level, str(path), console=console or io.StringIO(), wall_clock=lambda: NOW)
        logs.append(log)
        return log

    yield begin
    for log in logs:
        log.close()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_first_record_says_where_the_director_is(begin: Begin, path: Path) -> None:
    begin(level="error").announce(socket="/tmp/s", version="1.2")
    assert records(path) == [
        {
            "timestamp": STAMP,
            "level": "info",
            "event": "listening",
            "socket": "/tmp/s",
            "pid": os.getpid(),
            "version": "1.2",
        }
    ]


def test_the_log_of_the_last_director_is_replaced(begin: Begin, path: Path) -> None:
    path.write_text("old\n" * 100)
    begin().announce(socket="s", version="v")
    assert len(records(path)) == 1


def test_a_report_becomes_a_record_without_the_bodies_of_its_pages(begin: Begin, path: Path) -> None:
    begin(level="debug")
    LogReporter().report(A_FAILURE)
    assert records(path) == [
        {
            "timestamp": STAMP,
            "level": "warning",
            "event": "./work.sh",
            "tag": "FAIL",
            "step": 4,
            "label": "./work.sh",
            "state": "FAILED",
            "worker": 1,
            "wall_s": 0.5,
            "pages": ["Standard output"],
        }
    ]
    assert "secret" not in path.read_text()


def test_the_end_of_a_build_is_recorded(begin: Begin, path: Path) -> None:
    begin()
    LogReporter().report(THE_END)
    (record,) = records(path)
    assert (record["build"], record["return_code"], record["executed"], record["skipped"]) == (2, 4, 10, 1)


@pytest.mark.parametrize(("level", "events"), [("info", []), ("debug", [(1, 2, 3)])])
def test_mere_facts_are_for_those_who_debug(
    begin: Begin, path: Path, level: Level, events: list[tuple[int, int, int]]
) -> None:
    begin(level=level)
    LogReporter().report(PROGRESS)
    assert [(record["running"], record["done"], record["total"]) for record in records(path)] == events


@pytest.mark.parametrize(
    ("tag", "level"),
    [
        (Tag.ERROR, "error"),
        (Tag.WARNING, "warning"),
        (Tag.FAIL, "warning"),
        (Tag.PHASE, "info"),
        (Tag.SUCCESS, "debug"),
    ],
)
def test_the_tag_decides_the_level(begin: Begin, path: Path, tag: Tag, level: str) -> None:
    begin(level="debug")
    LogReporter().report(a_line("text", tag))
    assert records(path)[0]["level"] == level


def test_less_important_records_are_not_written(begin: Begin, path: Path) -> None:
    begin(level="warning")
    LogReporter().report(a_line("text"))
    assert records(path) == []


def test_the_file_is_json_and_the_console_for_people(begin: Begin, path: Path) -> None:
    console = io.StringIO()
    begin("console", console=console)
    structlog.get_logger().info("It is \x1b[31mred", label="two\nlines")
    assert records(path)[0]["event"] == "It is \x1b[31mred"
    assert "\x1b" not in console.getvalue()
    assert "It is \\x1b[31mred" in console.getvalue()
    assert "label='two\\nlines'" in console.getvalue()
    assert console.getvalue().count("\n") == 1


def test_with_json_the_console_stays_empty(begin: Begin) -> None:
    console = io.StringIO()
    begin("json", console=console)
    structlog.get_logger().info("text")
    assert console.getvalue() == ""


def test_an_exception_is_recorded_with_its_story(begin: Begin, path: Path) -> None:
    console = io.StringIO()
    begin("console", console=console)
    try:
        int("gone")
    except ValueError:
        structlog.get_logger().exception("failed")
    (record,) = records(path)
    assert record["level"] == "error"
    assert "ValueError: invalid literal" in record["exception"]
    assert "ValueError: invalid literal" in console.getvalue()


def test_warnings_of_other_libraries_are_recorded(begin: Begin, path: Path) -> None:
    begin()
    logging.getLogger("asyncio").warning("slow by %d s", 3)
    logging.getLogger("asyncio").info("not interesting")
    (record,) = records(path)
    assert (record["event"], record["level"], record["logger"]) == ("slow by 3 s", "warning", "asyncio")


def test_values_without_json_are_described(begin: Begin, path: Path) -> None:
    begin()
    structlog.get_logger().info("text", tag=Tag.SKIP)
    assert records(path)[0]["tag"] == "<Tag.SKIP: 'SKIP'>"


def test_records_after_the_end_disturb_nobody(begin: Begin, path: Path) -> None:
    begin().close()
    structlog.get_logger().info("late")
    assert records(path) == []


def test_a_full_disk_disturbs_nobody_and_the_loss_is_told(begin: Begin, path: Path) -> None:
    log = begin()
    file = log._file
    with Path("/dev/full").open("ab", buffering=0) as full:
        log._file = full
        structlog.get_logger().info("lost")
    log._file = file
    structlog.get_logger().info("kept")
    structlog.get_logger().info("kept too")
    assert [(record["event"], record.get("lost_before")) for record in records(path)] == [
        ("kept", 1),
        ("kept too", None),
    ]


def test_a_report_goes_to_all_reporters_in_their_order() -> None:
    taken: list[tuple[str, str]] = []

    class Named:
        def __init__(self, name: str) -> None:
            self._name = name

        def report(self, report: Report) -> None:
            taken.append((self._name, report.text))

    both: Reporter = FanOut([Named("first"), Named("second")])
    both.report(a_line("text"))
    assert taken == [("first", "text"), ("second", "text")]
