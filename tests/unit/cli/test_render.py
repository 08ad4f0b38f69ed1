"""How events look."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepup_client.cli.render import Style, crop, render_event, render_line, rule
from stepup_client.rpc.control_values import Event, Page, Tag

__all__ = ()

STANDARD_OUTPUT = "Standard output"

EVENTS = (
    Event(tag=Tag.DIRECTOR, text="Listening on /tmp/stepup-########/director"),
    Event(tag=Tag.DIRECTOR, text="Launched worker 0"),
    Event(tag=Tag.PHASE, text="run"),
    Event(tag=Tag.START, text="./plan.py"),
    Event(tag=Tag.SUCCESS, text="./plan.py"),
    Event(tag=Tag.START, text="./plan.py  # wd=sub/"),
    Event(tag=Tag.SUCCESS, text="./plan.py  # wd=sub/"),
    Event(tag=Tag.START, text="cat part2.txt  # wd=sub/"),
    Event(tag=Tag.SUCCESS, text="cat part2.txt  # wd=sub/", pages=(Page(STANDARD_OUTPUT, "This is part 2.\n"),)),
    Event(tag=Tag.START, text="cat ../part1.txt  # wd=sub/"),
    Event(tag=Tag.SUCCESS, text="cat ../part1.txt  # wd=sub/", pages=(Page(STANDARD_OUTPUT, "This is part 1.\n"),)),
    Event(tag=Tag.WORKFLOW, text="Dumped to .stepup/graph.db"),
    Event(tag=Tag.DIRECTOR, text="Stopping workers."),
    Event(tag=Tag.DIRECTOR, text="See you!"),
)

EXPECTED = """\
DIRECTOR │ Listening on /tmp/stepup-########/director
DIRECTOR │ Launched worker 0
   PHASE │ run
   START │ ./plan.py
 SUCCESS │ ./plan.py
   START │ ./plan.py  # wd=sub/
 SUCCESS │ ./plan.py  # wd=sub/
   START │ cat part2.txt  # wd=sub/
 SUCCESS │ cat part2.txt  # wd=sub/
─────────────────────────────── Standard output ────────────────────────────────
This is part 2.
────────────────────────────────────────────────────────────────────────────────
   START │ cat ../part1.txt  # wd=sub/
 SUCCESS │ cat ../part1.txt  # wd=sub/
─────────────────────────────── Standard output ────────────────────────────────
This is part 1.
────────────────────────────────────────────────────────────────────────────────
WORKFLOW │ Dumped to .stepup/graph.db
DIRECTOR │ Stopping workers.
DIRECTOR │ See you!
"""


def test_the_example_of_the_manual_looks_as_the_manual_says() -> None:
    lines = [line for event in EVENTS for line in render_event(event, Style())]
    assert "".join(f"{line}\n" for line in lines) == EXPECTED


def test_an_event_without_a_tag_shows_nothing() -> None:
    assert render_event(Event(text="silent", pages=(Page("a", "b"),)), Style()) == []


def test_missed_events_are_told_first() -> None:
    lines = render_event(Event(tag=Tag.START, text="a", missed=3), Style())
    assert lines == [" WARNING │ 3 event(s) are not shown: this display was too slow.", "   START │ a"]


def test_several_pages_share_one_closing_rule() -> None:
    event = Event(tag=Tag.FAIL, text="x", pages=(Page("One", "1"), Page("Two", "")))
    assert render_event(event, Style(width=11)) == ["    FAIL │ x", "─── One ───", "1", "─── Two ───", "─" * 11]


@pytest.mark.parametrize("width", [1, 5, 40, 79, 80, 81])
def test_a_rule_is_as_wide_as_the_console_when_its_title_fits(width: int) -> None:
    assert len(rule(width)) == width
    assert len(rule(width, "abc")) == max(width, 7)


def test_control_characters_in_a_line_are_spelled_as_a_shell_takes_them() -> None:
    line = render_line(Tag.START, "printf 'a\n\tb' \x1b[31m \x85 \u202e", Style())
    assert line == r"   START │ printf 'a$'\n\t'b' $'\x1b'[31m $'\x85' $'\u202e'"


def test_escape_sequences_in_a_page_reach_no_terminal() -> None:
    event = Event(tag=Tag.SUCCESS, text="x", pages=(Page("T", "a\tb\r\n\x1b[2J\x07\u2066c\rd\n\n"),))
    assert render_event(event, Style(width=3))[2:-1] == ["a\tb", r"\x1b[2J\a\u2066c", "d", ""]


@given(st.text())
def test_no_text_can_move_the_cursor_or_turn_the_writing(text: str) -> None:
    event = Event(tag=Tag.SUCCESS, text=text, pages=(Page(text, text),))
    for line in render_event(event, Style()):
        assert all(unicodedata.category(character) != "Cc" or character == "\t" for character in line)
        assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def test_lines_are_cropped_on_a_terminal_only() -> None:
    text = "x" * 100
    assert len(render_line(Tag.START, text, Style(width=20, is_cropped=True))) == 20
    assert len(render_line(Tag.START, text, Style(width=20))) == 111


def test_cropping_knows_wide_and_combining_characters() -> None:
    assert crop("漢字漢字", 8) == "漢字漢字"
    assert crop("漢字漢字", 7) == "漢字漢…"
    assert crop("漢字漢字", 6) == "漢字…"
    assert crop("e\u0301" * 5, 5) == "e\u0301" * 5


def test_only_the_tag_is_coloured_and_phases_are_not() -> None:
    style = Style(is_coloured=True)
    assert render_line(Tag.FAIL, "x", style) == "\x1b[31m    FAIL\x1b[0m │ x"
    assert render_line(Tag.PHASE, "run", style) == "   PHASE │ run"
