"""The logs for people: what goes where, and that it looks as on the terminal."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from stepup_client.cli.render import Style, render_event
from stepup_client.rpc import control_values
from stepup_server.core.commands import Report
from stepup_server.core.states import Tag
from stepup_server.core.values import Page
from stepup_server.report.layout import text_of
from stepup_server.report.tagged import TaggedLogs

from .reports import A_FAILURE, PROGRESS, a_line

__all__ = ()


def logs_in(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_reports_are_sorted_by_the_colour_of_their_tag(tmp_path: Path) -> None:
    logs = TaggedLogs(str(tmp_path))
    for tag in (Tag.START, Tag.FAIL, Tag.WARNING, Tag.ERROR, Tag.SKIP):
        logs.report(a_line("x", tag))
    logs.report(PROGRESS)
    assert logs_in(tmp_path) == {
        "fail.log": "    FAIL │ x\n   ERROR │ x\n",
        "warning.log": " WARNING │ x\n",
        "success.log": "   START │ x\n    SKIP │ x\n",
    }


def test_details_are_written_too(tmp_path: Path) -> None:
    TaggedLogs(str(tmp_path)).report(Report(tag=Tag.DIRECTOR, text="Ran 0 job(s).", detail=True))
    assert logs_in(tmp_path) == {"success.log": "DIRECTOR │ Ran 0 job(s).\n"}


def test_pages_follow_their_line(tmp_path: Path) -> None:
    TaggedLogs(str(tmp_path)).report(A_FAILURE)
    rule, title = "─" * 80, f"{'─' * 31} Standard output {'─' * 32}"
    assert logs_in(tmp_path) == {"fail.log": f"    FAIL │ ./work.sh\n{title}\nthe secret\n{rule}\n"}


def test_a_director_removes_the_logs_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "fail.log").write_text("old")
    (tmp_path / "director.log").write_text("not ours")
    TaggedLogs(str(tmp_path))
    assert logs_in(tmp_path) == {"director.log": "not ours"}


def test_the_next_build_begins_anew(tmp_path: Path) -> None:
    logs = TaggedLogs(str(tmp_path))
    logs.report(a_line("x", Tag.WARNING))
    logs.report(Report(tag=Tag.PHASE, text="run", begins_build=True))
    assert logs_in(tmp_path) == {"success.log": "   PHASE │ run\n"}


def test_a_log_may_be_cut_short_or_removed_at_any_time(tmp_path: Path) -> None:
    logs = TaggedLogs(str(tmp_path))
    logs.report(a_line("1"))
    (tmp_path / "success.log").write_text("")
    logs.report(a_line("2"))
    assert logs_in(tmp_path) == {"success.log": "DIRECTOR │ 2\n"}
    (tmp_path / "success.log").unlink()
    logs.report(a_line("3"))
    assert logs_in(tmp_path) == {"success.log": "DIRECTOR │ 3\n"}


def test_what_cannot_be_written_is_lost(tmp_path: Path) -> None:
    logs = TaggedLogs(str(tmp_path / "gone"))
    logs.report(a_line("x"))
    assert not logs_in(tmp_path)


@given(st.sampled_from(Tag), st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=2))
def test_a_file_shows_what_a_terminal_of_80_columns_shows(tag: Tag, text: str, pages: list[tuple[str, str]]) -> None:
    report = Report(tag=tag, text=text, pages=tuple(Page(*page) for page in pages))
    event = control_values.Event(
        tag=control_values.Tag[tag.value], text=text, pages=tuple(control_values.Page(*page) for page in pages)
    )
    assert text_of(report) == "".join(f"{line}\n" for line in render_event(event, Style(width=80)))
