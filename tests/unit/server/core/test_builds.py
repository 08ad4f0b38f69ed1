"""From a request to the end: what is run, skipped, run again, and how it ends."""

from __future__ import annotations

import functools
from collections.abc import Generator

from stepup_server.core.events import DrainRequested, JoinRequested, StopRequested
from stepup_server.core.ids import RequestId
from stepup_server.core.states import FileState, Need, ReturnCode, StepState, StopLevel
from stepup_server.core.values import BuildOptions
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, fails


def a_chain(project: Project) -> None:
    """Prepare a -> b -> c."""
    project.files(a="1")
    project.plan(
        a_static("a"),
        a_step("cp a b", inputs=["a"], outputs=["b"]),
        a_step("cp b c", inputs=["b"], outputs=["c"]),
    )


def test_a_chain_is_built_in_order(project: Project) -> None:
    a_chain(project)
    built = project.build()
    assert built.started == ["./plan.py", "cp a b", "cp b c"]
    assert built.code == ReturnCode.OK


def test_a_second_build_does_nothing(project: Project) -> None:
    a_chain(project)
    project.build()
    assert [line for line in project.build().lines if not line.startswith("DIRECTOR")] == ["PHASE run"]


def test_a_build_that_went_wrong_says_in_which_logs_to_look(project: Project) -> None:
    project.plan(a_step("work"))
    project.scripts["work"] = fails
    assert project.build().tagged("WARNING")[-1] == "Check logs: .stepup/fail.log .stepup/warning.log"


def test_what_an_earlier_build_said_is_no_reason_to_look_into_logs(project: Project) -> None:
    project.plan(a_step("work"))
    project.scripts["work"] = fails
    project.build()
    del project.scripts["work"]
    assert project.build().tagged("WARNING") == []
    begins = [report.begins_build for report in project.reports_with("PHASE")]
    assert begins == [False, True]


def test_an_edit_runs_only_what_depends_on_it(project: Project) -> None:
    a_chain(project)
    project.build()
    project.files(a="2")
    built = project.build()
    assert built.started == ["cp a b", "cp b c"]
    assert built.tagged("UPDATED")[0].startswith("a (digest ")


def test_a_product_that_comes_out_the_same_stops_the_wave(project: Project) -> None:
    a_chain(project)
    project.scripts["cp a b"] = _writes_the_same
    project.build()
    project.files(a="2")
    built = project.build()
    assert built.started == ["cp a b"]
    assert built.tagged("SKIP") == ["cp b c"]


def test_stamps_alone_do_not_count(project: Project) -> None:
    a_chain(project)
    project.build()
    project.files(a="1")
    assert project.build().started == []


def test_permissions_count(project: Project) -> None:
    a_chain(project)
    project.build()
    project.disk.write("a", "1", mode=0o100755)
    built = project.build()
    assert built.started == ["cp a b"]
    assert built.tagged("SKIP") == ["cp b c"]


def test_a_product_that_somebody_edited_is_made_again(project: Project) -> None:
    a_chain(project)
    project.build()
    project.files(b="mine")
    built = project.build()
    assert built.started == ["cp a b"]
    assert built.tagged("SKIP") == ["cp b c"]


def test_a_product_that_somebody_removed_is_made_again(project: Project) -> None:
    a_chain(project)
    project.build()
    project.disk.remove("c")
    built = project.build()
    assert (built.started, built.tagged("DELETED")) == (["cp b c"], ["c"])


def test_a_touched_plan_skips_what_has_not_changed(project: Project) -> None:
    a_chain(project)
    project.build()
    a_chain(project)
    built = project.build()
    assert built.started == ["./plan.py"]
    assert built.tagged("SKIP") == ["cp a b", "cp b c"]


def test_a_missing_plan_is_an_error_of_the_project(project: Project) -> None:
    built = project.build()
    assert built.code & ReturnCode.INTERNAL
    assert built.tagged("ERROR") == ["There is no plan.py in .: create it, or change to its directory."]


def test_the_first_failure_drains(project: Project) -> None:
    project.plan(a_step("bad"), a_step("good"))
    project.scripts["bad"] = fails
    built = project.build()
    assert built.started == ["./plan.py", "bad"]
    assert built.code == ReturnCode.FAILED | ReturnCode.DRAINING


def test_with_keep_going_a_failure_stops_only_what_needs_it(project: Project) -> None:
    project.plan(a_step("bad", outputs=["x"]), a_step("good"), a_step("needs", inputs=["x"]))
    project.scripts["bad"] = fails
    built = project.build(BuildOptions(keep_going=True))
    assert built.started == ["./plan.py", "bad", "good"]
    assert built.code == ReturnCode.FAILED | ReturnCode.PENDING


def test_a_failed_step_is_tried_again_in_the_next_build(project: Project) -> None:
    project.plan(a_step("bad"))
    project.scripts["bad"] = fails
    project.build()
    del project.scripts["bad"]
    built = project.build()
    assert (built.code, built.started) == (ReturnCode.OK, ["bad"])


def test_an_output_that_was_not_made_fails_the_step(project: Project) -> None:
    project.plan(a_step("lazy", outputs=["x"]))
    project.scripts["lazy"] = _does_nothing
    built = project.build()
    assert built.tagged("FAIL") == ["lazy"]
    page = project.reports_with("FAIL")[0].pages[-1]
    assert (page.title, page.text) == ("Expected outputs not created", "x")


def test_a_missing_static_file_makes_its_users_wait(project: Project) -> None:
    a_chain(project)
    project.build()
    project.disk.remove("a")
    built = project.build()
    assert built.code == ReturnCode.PENDING
    assert project.reports_with("WARNING")[-3].pages[0].text == "             MISSING: a  2 step(s)"


def test_an_input_that_changes_before_its_step_starts_fails_the_step_and_drains(project: Project) -> None:
    project.plan(a_static("a"), a_step("one", inputs=["a"]), a_step("two"))
    project.files(a="1")
    ticket = project.begin_build(BuildOptions(keep_going=True))
    project.run_until("begin one")
    project.files(a="2")
    built = project.finish(ticket)
    assert built.code == ReturnCode.FAILED | ReturnCode.DRAINING
    assert "Input changed unexpectedly: a (digest" in project.reports_with("FAIL")[0].pages[-1].text


def test_an_input_that_changes_while_its_step_runs_fails_the_step(project: Project) -> None:
    project.plan(a_static("a"), a_step("one", inputs=["a"]))
    project.files(a="1")
    ticket = project.begin_build()
    project.run_until("go on one")
    project.disk.remove("a")
    assert project.finish(ticket).tagged("FAIL") == ["one"]
    assert "Input vanished unexpectedly: a" in project.reports_with("FAIL")[0].pages[-1].text
    project.files(a="1")
    assert project.build().code == ReturnCode.OK


def test_a_static_path_that_is_no_file_any_more_drains(project: Project) -> None:
    a_chain(project)
    project.build()
    project.disk.make_special("a")
    built = project.build()
    assert built.code & ReturnCode.DRAINING
    assert built.tagged("ERROR") == ["Could not hash a: it is not a regular file."]


def test_an_optional_step_runs_when_somebody_wants_its_product(project: Project) -> None:
    project.plan(a_step("opt", outputs=["x"], need=Need.OPTIONAL), a_step("use", inputs=["x"]))
    assert project.build().started == ["./plan.py", "opt", "use"]


def test_an_optional_step_that_nobody_wants_does_not_run(project: Project) -> None:
    project.plan(a_step("opt", outputs=["x"], need=Need.OPTIONAL))
    built = project.build()
    assert (built.started, built.code) == (["./plan.py"], ReturnCode.OK)


def test_an_optional_chain_is_wanted_as_a_whole(project: Project) -> None:
    project.plan(
        a_step("one", outputs=["x"], need=Need.OPTIONAL),
        a_step("two", inputs=["x"], outputs=["y"], need=Need.OPTIONAL),
        a_step("use", inputs=["y"]),
    )
    assert project.build().started == ["./plan.py", "one", "two", "use"]


def test_an_optional_product_is_removed_when_nobody_wants_it_any_more(project: Project) -> None:
    optional = a_step("opt", outputs=["x"], need=Need.OPTIONAL)
    project.plan(optional, a_step("use", inputs=["x"]))
    project.build()
    project.plan(optional)
    built = project.build()
    assert built.tagged("REMOVE") == ["x"]
    assert project.step("opt").state is StepState.PENDING


def test_a_removed_step_takes_its_products_and_their_directory_with_it(project: Project) -> None:
    project.plan(a_step("make", outputs=["d/x", "d/y"], volatiles=["log"]))
    project.build()
    project.plan()
    built = project.build()
    assert sorted(built.tagged("REMOVE")) == ["d", "d/x", "d/y", "log"]
    assert not project.has_step("make")


def test_a_product_that_was_edited_is_kept(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    project.build()
    project.plan()
    project.paused.add("go on ./plan.py")
    ticket = project.begin_build()
    project.run()
    project.files(x="mine")
    project.paused.clear()
    assert project.finish(ticket).tagged("REMOVE") == []
    assert project.disk.read("x") == "mine"


def test_without_clean_nothing_is_removed(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    project.build()
    project.plan()
    assert project.build(BuildOptions(clean=False)).tagged("REMOVE") == []
    assert project.build().tagged("REMOVE") == ["x"]


def test_an_incomplete_build_removes_nothing(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    project.build()
    project.plan(a_step("bad"))
    project.scripts["bad"] = fails
    assert project.build().tagged("REMOVE") == []


def test_a_product_that_only_an_unwanted_step_would_use_is_removed(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    project.build()
    project.plan(a_step("use", inputs=["x"], need=Need.OPTIONAL))
    assert project.build().tagged("REMOVE") == ["x"]
    assert project.file("x").state is FileState.UNDECLARED
    assert not project.has_step("make")


def test_a_step_that_used_what_it_declared_itself_is_forgotten(project: Project) -> None:
    def declares_and_uses(running: Running) -> Generator[Call, object, int]:
        yield running.declare(a_static("a"))
        yield running.amend("a")
        return 0

    project.files(a="1")
    project.plan(a_step("odd"))
    project.scripts["odd"] = declares_and_uses
    project.build()
    project.plan()
    assert project.build().tagged("REMOVE") == []
    assert not project.has_step("odd")
    assert "a" not in project.director.desk.graph.file_by_path


def test_a_request_for_a_build_joins_the_one_that_is_going_on(project: Project) -> None:
    a_chain(project)
    first = project.begin_build()
    second = project.begin_build()
    assert project.finish(first).code == project.finish(second).code == ReturnCode.OK
    assert sum(line == "PHASE run" for line in project.lines()) == 1


def test_draining_lets_running_steps_end(project: Project) -> None:
    a_chain(project)
    ticket = project.begin_build()
    project.run_until("go on cp a b")
    project.ask(lambda id_: DrainRequested(request=id_))
    built = project.finish(ticket)
    assert built.started == ["./plan.py", "cp a b"]
    assert built.code == ReturnCode.DRAINING
    assert project.build().started == ["cp b c"]


def test_what_waits_for_a_slot_is_recalled_when_the_build_drains(project: Project) -> None:
    project.plan(a_step("one"), a_step("two"), a_step("three"))
    ticket = project.begin_build()
    project.run_until("go on one")
    assert len(project.workers["w0"].held) > 1
    project.ask(lambda id_: DrainRequested(request=id_))
    assert project.finish(ticket).started == ["./plan.py", "one"]
    assert project.step("two").state is StepState.PENDING
    assert project.build().started == ["two", "three"]


def test_interrupting_stops_running_steps(project: Project) -> None:
    a_chain(project)
    ticket = project.begin_build()
    project.run_until("go on cp a b")
    project.paused.add("go on cp a b")
    project.ask(lambda id_: StopRequested(request=id_, level=StopLevel.INTERRUPT))
    built = project.finish(ticket)
    assert built.code == ReturnCode.FAILED | ReturnCode.INTERRUPTED | ReturnCode.DRAINING
    assert "Interrupting 1 running step(s)." in built.tagged("DIRECTOR")
    assert project.is_stopped


def test_a_firmer_stop_replaces_a_gentle_one(project: Project) -> None:
    a_chain(project)
    ticket = project.begin_build()
    project.run_until("go on cp a b")
    project.paused.add("go on cp a b")
    for level in (StopLevel.DRAIN, StopLevel.KILL, StopLevel.INTERRUPT):
        project.ask(functools.partial(_stop, level))
    built = project.finish(ticket)
    assert "exit=-9" in project.reports_with("FAIL")[0].pages[0].text
    assert "Interrupting 1 running step(s)." not in built.tagged("DIRECTOR")


def test_joining_stops_the_director_after_the_build(project: Project) -> None:
    a_chain(project)
    ticket = project.begin_build()
    join = project.ask(lambda id_: JoinRequested(request=id_))
    assert project.finish(ticket).lines[-3:] == [
        "WORKFLOW Dumped to .stepup/graph.db",
        "DIRECTOR Stopping workers.",
        "DIRECTOR See you!",
    ]
    assert project.answers[join] == ReturnCode.OK
    assert project.is_stopped
    assert project.database.facts["clean"] == "1"


def test_a_director_does_not_wait_for_ever_for_workers_that_do_not_leave(project: Project) -> None:
    project.paused.add("leave")
    project.answer_to(lambda id_: JoinRequested(request=id_))
    assert not project.is_stopped
    project.pass_time(10)
    assert project.is_stopped


def test_a_plan_that_is_planned_by_a_plan_is_run_first(project: Project) -> None:
    project.plan(a_static("sub/plan.py"), a_step("step"), a_plan("plan.py", workdir="sub"))
    project.plan(a_step("below", base="sub"), path="sub/plan.py")
    assert project.build().started == ["./plan.py", "./plan.py  # wd=sub", "step", "below  # wd=sub"]


def _stop(level: StopLevel, request: RequestId) -> StopRequested:
    """Return the wish to stop."""
    return StopRequested(request=request, level=level)


def _writes_the_same(running: Running) -> Generator[Call, object, int]:
    """Write what does not depend on the input."""
    yield from ()
    running.disk.write("b", "always")
    return 0


def _does_nothing(running: Running) -> Generator[Call, object, int]:
    """End well without having made anything."""
    yield from ()
    del running
    return 0
