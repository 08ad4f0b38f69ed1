"""The one writer of the terminal."""

from __future__ import annotations

import io
import os
import pty
import re
from collections.abc import Iterator
from typing import TextIO

import pytest

from stepup_client.cli.options import Look
from stepup_client.cli.progress import ProgressView
from stepup_client.cli.render import Style
from stepup_client.cli.screen import Screen
from stepup_client.rpc.control_values import BuildEnd, Event, Page, Progress, StepChange, StepState, Tag

__all__ = ()

START = Event(
    tag=Tag.START, text="sleep 9", step=StepChange(3, "sleep 9", StepState.RUNNING), progress=Progress(1, 2, 8)
)
SUCCESS = Event(
    tag=Tag.SUCCESS, text="sleep 9", step=StepChange(3, "sleep 9", StepState.SUCCEEDED), progress=Progress(0, 3, 8)
)


@pytest.fixture
def terminal() -> Iterator[tuple[int, TextIO]]:
    """Open a real terminal: its other side, and a stream to write on."""
    outer, inner = pty.openpty()
    with os.fdopen(inner, "w", encoding="utf-8") as stream:
        yield outer, stream
    os.close(outer)


def written(outer: int) -> str:
    return os.read(outer, 100_000).decode()


def test_on_no_terminal_there_is_only_the_log() -> None:
    stream = io.StringIO()
    screen = Screen(Look(), stream=stream, environ={"COLUMNS": "30"})
    screen.show(START)
    screen.show(Event(tag=Tag.SUCCESS, text="x" * 40, pages=(Page("T", "1"),)))
    screen.redraw()
    screen.close()
    assert not screen.has_region
    assert stream.getvalue().splitlines() == [
        "   START │ sleep 9",
        f" SUCCESS │ {'x' * 40}",
        f"{'─' * 13} T {'─' * 14}",
        "1",
        "─" * 30,
    ]


@pytest.mark.parametrize(
    ("environ", "is_coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_without_a_terminal_must_be_forced(environ: dict[str, str], is_coloured: bool) -> None:  # noqa: FBT001
    stream = io.StringIO()
    Screen(Look(), stream=stream, environ=environ).show(START)
    assert ("\x1b[34m" in stream.getvalue()) == is_coloured


def test_a_terminal_shows_progress_below_the_log_and_leaves_none_behind(terminal: tuple[int, TextIO]) -> None:
    outer, stream = terminal
    screen = Screen(Look(), stream=stream, environ={"COLUMNS": "40", "TERM": "xterm"})
    screen.show(START)
    first = written(outer)
    assert first.startswith("\x1b[34m   START\x1b[0m │ sleep 9\r\n")
    assert "─ Running steps 1 ─" in first
    assert " 2/8" in first
    screen.show(SUCCESS)
    assert re.match(r"\x1b\[3A\r\x1b\[J.*SUCCESS", written(outer))
    screen.close()
    screen.redraw()


def test_a_terminal_without_progress_is_never_rewritten(terminal: tuple[int, TextIO]) -> None:
    outer, stream = terminal
    screen = Screen(Look(progress=False), stream=stream, environ={"COLUMNS": "12", "NO_COLOR": "1"})
    screen.show(START)
    screen.close()
    assert written(outer) == "   START │ …\r\n"


def test_a_reader_that_goes_away_does_not_stop_the_build() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        screen = Screen(Look(), stream=stream, environ={})
        screen.show(START)
        screen.show(SUCCESS)
        screen.close()


def test_progress_lists_what_runs_with_its_seconds_and_counts_the_rest() -> None:
    view = ProgressView()
    for number in range(5):
        step = StepChange(number, f"step {number}", StepState.RUNNING)
        view.take(Event(step=step, progress=Progress(number + 1, 0, 10)), float(number))
    lines = view.lines(10.0, Style(width=30), rows_max=2)
    assert lines[1:4] == ["    10 R │ step 0", "     9 R │ step 1", "           and 3 more"]
    assert lines[-1].endswith(" 0/10")
    assert all(len(line) <= 30 for line in lines)


def test_progress_tells_slots_checks_and_the_time_that_is_left() -> None:
    view = ProgressView()
    view.take(Event(progress=Progress(1, 2, 4, checking=3, slots=8, left_s=75.0)), 100.0)
    head, checks, bar = view.lines(110.0, Style(width=50))
    assert " Running steps 1/8 " in head
    assert checks == "       S │ 3 step(s) are checked for changes"
    assert bar.endswith(" 2/4, 1 min left")


@pytest.mark.parametrize(("left_s", "words"), [(0.2, "1 s"), (59.0, "59 s"), (90.0, "2 min"), (7500.0, "2 h 5 min")])
def test_time_is_told_as_exactly_as_it_is_known(left_s: float, words: str) -> None:
    view = ProgressView()
    view.take(Event(progress=Progress(1, 2, 4, left_s=left_s)), 0.0)
    assert view.lines(0.0, Style())[-1].endswith(f" 2/4, {words} left")


def test_a_guess_that_was_too_short_is_forgotten() -> None:
    view = ProgressView()
    view.take(Event(progress=Progress(1, 2, 4, left_s=3.0)), 0.0)
    assert view.lines(4.0, Style())[-1].endswith(" 2/4")


def test_details_are_shown_only_when_they_are_asked_for() -> None:
    detail = Event(tag=Tag.DIRECTOR, text="Ran 0 job(s).", detail=True, missed=2)
    for look, expected in ((Look(), 0), (Look(verbose=True), 1)):
        stream = io.StringIO()
        Screen(look, stream=stream, environ={}).show(detail)
        assert stream.getvalue().count("Ran 0 job(s).") == expected
        assert "2 event(s) are not shown" in stream.getvalue()


def test_nothing_is_shown_when_nothing_runs() -> None:
    view = ProgressView()
    assert view.lines(0.0, Style()) == []
    view.take(START, 0.0)
    view.take(Event(build_end=BuildEnd(1, 0)), 1.0)
    assert view.lines(1.0, Style()) == []


def test_a_step_that_is_deferred_runs_no_more() -> None:
    view = ProgressView()
    view.take(START, 0.0)
    view.take(Event(tag=Tag.DEFERRED, step=StepChange(3, "sleep 9", StepState.PENDING), progress=Progress()), 1.0)
    assert view.lines(1.0, Style()) == []
