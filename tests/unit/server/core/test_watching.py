"""Between builds: what is noticed, whom it is told, and what the next build does with it."""

from __future__ import annotations

import dataclasses

import pytest

from stepup_server.core import events as ev
from stepup_server.core.commands import Watch
from stepup_server.core.ids import RequestId
from stepup_server.core.refusals import NotNow
from stepup_server.core.states import FileState, Phase, ReturnCode, StopLevel
from stepup_server.core.values import EVERYTHING, BuildOptions, Change, ChangeKind, Hint, Reach, WatchedDirectory
from tests.support.builders import a_static, a_step
from tests.support.project import Built, Project
from tests.support.scripts import fails

WATCH = BuildOptions(watch=True)


@pytest.fixture
def chain(project: Project) -> Project:
    """Return a project in which a -> b -> c was built and is watched."""
    project.files(a="1")
    project.plan(
        a_static("a"),
        a_step("cp a b", inputs=["a"], outputs=["b"]),
        a_step("cp b c", inputs=["b"], outputs=["c"]),
    )
    project.build(WATCH)
    return project


def news(project: Project, mark: int) -> list[str]:
    """Return what people were told after that many reports, without details."""
    reports = [report for report in project.reports[mark:] if not report.detail]
    return [f"{report.tag.value} {report.text}" for report in reports if report.tag]


def hear(project: Project) -> list[str]:
    """Let everything happen and return what people are told."""
    mark = len(project.reports)
    project.run()
    return news(project, mark)


def rebuild(project: Project) -> Built:
    """Build again, to the end."""
    mark = len(project.reports)
    project.ask(lambda id_: ev.RebuildRequested(request=id_))
    project.run()
    code = project.director.desk.return_code
    lines = news(project, mark)
    return Built(int(code), [line.removeprefix("START ") for line in lines if line.startswith("START ")], lines)


def wait_for(project: Project, path: str, kind: ChangeKind = ChangeKind.UPDATED) -> RequestId:
    """Wait for a change."""
    return project.ask(lambda id_: ev.WaitRequested(request=id_, change=Change(path, kind)))


def phase_of(project: Project) -> Phase:
    return project.director.desk.phase


def test_a_build_that_watches_ends_in_the_watch_phase(chain: Project) -> None:
    assert phase_of(chain) is Phase.WATCH
    assert news(chain, 0)[-1] == "PHASE watch"


def test_a_build_that_does_not_watch_ends_idle(project: Project) -> None:
    project.build()
    assert phase_of(project) is Phase.IDLE


def test_what_our_own_steps_did_is_never_reported(chain: Project) -> None:
    assert hear(chain) == []
    chain.tell(ev.PathsTouched(hints=(*(Hint(path, Reach.ENTRY) for path in "abc"), EVERYTHING)))
    assert hear(chain) == []
    assert rebuild(chain).started == []


def test_an_edit_is_reported_at_once_and_built_on_demand(chain: Project) -> None:
    chain.files(a="2")
    assert hear(chain) == ["UPDATED a"]
    built = rebuild(chain)
    assert built.started == ["cp a b", "cp b c"]
    assert built.lines[0] == "PHASE run"
    assert built.lines[-1] == "PHASE watch"


def test_a_file_is_reported_once_until_its_fate_changes(chain: Project) -> None:
    chain.files(a="2")
    hear(chain)
    chain.files(a="3")
    assert hear(chain) == []
    chain.disk.remove("a")
    assert hear(chain) == ["DELETED a"]
    chain.files(a="4")
    assert hear(chain) == ["UPDATED a"]


def test_a_file_that_was_only_touched_has_the_same_hash(chain: Project) -> None:
    chain.files(a="1")
    assert hear(chain) == ["UPDATED a"]
    assert rebuild(chain).lines == ["SAMEHASH a", "PHASE run", "PHASE watch"]
    assert rebuild(chain).lines == ["PHASE run", "PHASE watch"]


def test_a_deleted_input_is_missing_and_may_come_back(chain: Project) -> None:
    chain.disk.remove("a")
    hear(chain)
    assert rebuild(chain).code & ReturnCode.PENDING
    assert chain.file("a").state is FileState.MISSING
    chain.files(a="1")
    assert hear(chain) == ["UPDATED a"]
    assert rebuild(chain).code == ReturnCode.OK
    assert chain.file("a").state is FileState.CONFIRMED


def test_an_output_that_somebody_else_edits_or_deletes_is_made_again(chain: Project) -> None:
    chain.files(b="mine")
    chain.disk.remove("c")
    assert sorted(hear(chain)) == ["DELETED c", "UPDATED b"]
    assert rebuild(chain).started == ["cp a b", "cp b c"]
    assert chain.disk.read("b") != "mine"


def test_files_that_nobody_declares_do_not_matter(chain: Project) -> None:
    chain.files(other="x")
    assert hear(chain) == []
    assert rebuild(chain).started == []


def test_volatile_and_planned_outputs_do_not_matter(project: Project) -> None:
    project.plan(a_step("log", volatiles=["log.txt"]), a_step("fail", outputs=["never"]))
    project.scripts["fail"] = fails
    project.build(WATCH)
    hear(project)
    project.files(**{"log.txt": "x", "never": "x"})
    assert hear(project) == []


def test_an_edit_just_before_the_rebuild_is_not_lost(chain: Project) -> None:
    hear(chain)
    chain.files(a="2")
    built = rebuild(chain)
    assert built.lines[:2] == ["UPDATED a", "PHASE run"]
    assert built.started == ["cp a b", "cp b c"]


def test_an_edit_during_the_build_is_reported_after_it(chain: Project) -> None:
    hear(chain)
    chain.files(a="2")
    chain.ask(lambda id_: ev.RebuildRequested(request=id_))
    chain.run_until("begin cp b c")
    chain.files(a="3")
    assert hear(chain)[-2:] == ["PHASE watch", "UPDATED a"]
    assert rebuild(chain).started == ["cp a b", "cp b c"]


def test_lost_news_are_made_up_for_by_a_look_at_everything(chain: Project) -> None:
    hear(chain)
    chain.files(a="2")
    chain.disk.touched.clear()
    assert hear(chain) == []
    chain.watcher.has_overflowed = True
    assert hear(chain) == ["UPDATED a"]


def test_without_a_watcher_the_next_build_looks_at_everything(chain: Project) -> None:
    hear(chain)
    chain.tell(ev.WatchFailed(reason="no more watches"))
    assert news(chain, 0)[-1] == "ERROR no more watches"
    chain.watcher.fail()
    chain.files(a="2")
    assert hear(chain) == []
    assert rebuild(chain).started == ["cp a b", "cp b c"]


def test_failed_steps_are_tried_again(project: Project) -> None:
    project.plan(a_step("work"))
    project.scripts["work"] = fails
    assert project.build(WATCH).code & ReturnCode.FAILED
    hear(project)
    del project.scripts["work"]
    built = rebuild(project)
    assert built.started == ["work"]
    assert built.code == ReturnCode.OK


def test_a_new_match_of_a_pattern_lets_the_plan_run_again(project: Project) -> None:
    project.files(a1="x")
    project.plan(a_static("a*"))
    project.build(WATCH)
    hear(project)
    project.files(a2="x")
    assert hear(project) == ["UPDATED a2"]
    assert rebuild(project).started == ["./plan.py"]
    project.disk.remove("a1")
    assert hear(project) == ["DELETED a1"]
    assert rebuild(project).started == ["./plan.py"]


def test_a_match_that_comes_and_goes_changes_nothing(project: Project) -> None:
    project.plan(a_static("a*"))
    project.build(WATCH)
    hear(project)
    project.files(a2="x")
    assert hear(project) == ["UPDATED a2"]
    project.disk.remove("a2")
    assert hear(project) == ["DELETED a2"]
    assert rebuild(project).started == []


def test_whoever_waits_for_a_change_hears_of_it_even_if_it_is_past(chain: Project) -> None:
    early = wait_for(chain, "a")
    assert early not in chain.answers
    chain.files(a="2")
    hear(chain)
    assert early in chain.answers
    assert wait_for(chain, "a") in chain.answers
    assert wait_for(chain, "a", ChangeKind.DELETED) not in chain.answers


def test_a_change_that_was_taken_up_by_a_build_is_past(chain: Project) -> None:
    chain.files(a="2")
    hear(chain)
    rebuild(chain)
    hear(chain)
    assert wait_for(chain, "a") not in chain.answers


def test_nobody_waits_for_what_will_not_come(chain: Project) -> None:
    waiting = wait_for(chain, "a")
    chain.tell(ev.WatchFailed(reason="no more watches"))
    assert isinstance(chain.answers[waiting], NotNow)
    assert isinstance(chain.answers[wait_for(chain, "a")], NotNow)


def test_without_watch_waiting_for_a_change_is_refused(project: Project) -> None:
    early = wait_for(project, "a")
    assert early not in project.answers
    project.build()
    assert isinstance(project.answers[early], NotNow)
    assert isinstance(project.answers[wait_for(project, "a")], NotNow)


def test_the_end_frees_all_who_wait(chain: Project) -> None:
    waiting = wait_for(chain, "a")
    chain.ask(lambda id_: ev.StopRequested(request=id_, level=StopLevel.DRAIN))
    chain.run()
    assert chain.answers[waiting] == ReturnCode.OK
    assert chain.is_stopped


def test_join_ends_the_watch(chain: Project) -> None:
    chain.ask(lambda id_: ev.JoinRequested(request=id_))
    chain.run()
    assert chain.is_stopped


def test_a_rebuild_begins_by_itself_half_a_second_after_the_first_change(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("cp a b", inputs=["a"], outputs=["b"]))
    project.build(dataclasses.replace(WATCH, watch_first=True))
    hear(project)
    project.files(a="2")
    assert hear(project) == ["UPDATED a"]
    project.pass_time(0.3)
    project.files(a="3")
    assert hear(project) == []
    project.pass_time(0.3)
    assert "START cp a b" in hear(project)
    assert phase_of(project) is Phase.WATCH
    project.pass_time(60.0)
    assert hear(project) == []


def test_a_rebuild_by_hand_comes_before_the_one_by_itself(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("cp a b", inputs=["a"], outputs=["b"]))
    project.build(dataclasses.replace(WATCH, watch_first=True))
    project.files(a="2")
    hear(project)
    rebuild(project)
    assert project.director.next_deadline() is None


def test_another_build_does_not_end_the_watch(chain: Project) -> None:
    chain.build(BuildOptions())
    assert phase_of(chain) is Phase.WATCH


def test_waiting_before_the_first_build_of_an_embedded_director_is_waiting_for_it(project: Project) -> None:
    settings = dataclasses.replace(project.settings, embedded=True)
    early = Project(settings=settings)
    early.join("w0")
    wait = early.ask(lambda id_: ev.WaitRequested(request=id_))
    rebuilt = early.ask(lambda id_: ev.RebuildRequested(request=id_))
    joined = early.ask(lambda id_: ev.JoinRequested(request=id_))
    early.run()
    assert wait not in early.answers
    assert rebuilt in early.answers
    assert not early.is_stopped
    early.build(WATCH)
    assert wait in early.answers
    assert joined in early.answers
    assert early.is_stopped


def test_the_places_that_matter_are_watched(project: Project) -> None:
    project.files(**{"a": "1", "in/b": "1", "d/e/f1": "1"})
    project.plan(a_static("a", "in/b"), a_static("d/*/f*"), a_static("deep/**/g"), a_static("h/i*"))
    project.build(WATCH)
    orders = [command for command in project.commands if isinstance(command, Watch)]
    levels = dict(orders[-1].directories)
    assert levels == {".": 0, "d": 1, "d/e": 0, "deep": 1000, "h": 0, "in": 0}
    assert orders[-1].directories[0] == WatchedDirectory(".", 0)


def test_an_edit_of_what_nobody_declares_any_more_is_seen_when_it_is_declared_again(project: Project) -> None:
    with_copy = (a_static("a"), a_step("cp a b", inputs=["a"], outputs=["b"]))
    project.files(a="1")
    project.plan(*with_copy)
    project.build(dataclasses.replace(WATCH, clean=False))
    project.plan(a_static("a"))
    rebuild(project)
    project.disk.remove("b")
    assert hear(project) == []
    project.plan(*with_copy)
    rebuild(project)
    assert project.disk.read("b") is not None
