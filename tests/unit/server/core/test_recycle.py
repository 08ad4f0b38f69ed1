"""A planner runs again: what it had declared is detached, and comes back when it is declared again."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.states import FileState, Need, ReturnCode, StepState
from stepup_server.core.values import Declaration
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project, Ticket
from tests.support.scripts import Call, Running, Script, amends, fails, makes_outputs


def replanned(project: Project, *declarations: Declaration) -> None:
    """Build, then write another plan."""
    project.build()
    project.plan(*declarations)


def test_a_file_that_is_declared_no_more_is_what_a_first_build_makes_of_it(project: Project) -> None:
    steps = (a_step("use a", inputs=["a"], outputs=["x"]), a_step("use b", inputs=["b"], outputs=["y"]))
    project.files(a="1", b="2")
    project.plan(a_static("a"), *steps)
    project.build()
    first = project.file("b").state, project.step("use b").state
    assert first == (FileState.UNDECLARED, StepState.PENDING)
    project.plan(a_static("a", "b"), *steps)
    assert project.build().started == ["./plan.py", "use b"]
    project.plan(a_static("a"), *steps)
    project.build()
    assert (project.file("b").state, project.step("use b").state) == first
    project.plan(a_static("a", "b"), *steps)
    built = project.build()
    assert (built.started, built.tagged("SKIP")) == (["./plan.py"], ["use a", "use b"])


def test_the_same_step_comes_back_without_a_word(project: Project) -> None:
    step = a_step("make", outputs=["x"])
    project.plan(step)
    replanned(project, step, a_step("new"))
    before = project.step("make").id
    built = project.build()
    assert built.started == ["./plan.py", "new"]
    assert built.tagged("SKIP") == []
    assert project.step("make").id == before


def test_other_inputs_keep_the_number_and_lead_to_a_check(project: Project) -> None:
    project.files(a="1", b="2")
    project.plan(a_static("a", "b"), a_step("make", inputs=["a"], outputs=["x"]))
    replanned(project, a_static("a", "b"), a_step("make", inputs=["a", "b"], outputs=["x"]))
    before = project.step("make").id
    assert project.build().started == ["./plan.py", "make"]
    assert project.step("make").id == before


def test_a_step_that_loses_and_regains_an_input_is_only_checked(project: Project) -> None:
    project.files(a="1")
    first = a_step("make", inputs=["a"], outputs=["x"])
    project.plan(a_static("a"), first)
    replanned(project, a_static("a"), a_step("make", inputs=["a"], outputs=["x", "y"]))
    ticket = project.begin_build()
    project.run_until("begin make")
    assert project.step("make").state is StepState.RUNNING
    assert project.finish(ticket).code == ReturnCode.OK


@pytest.mark.parametrize(
    "changed",
    [
        a_step("make", outputs=["x"], shell=True),
        a_step("make", outputs=["x"], overrides={"A": "1"}),
        a_step("make", outputs=["x"], environment=["A"]),
    ],
)
def test_what_is_in_the_digest_makes_a_step_run_again(project: Project, changed: Declaration) -> None:
    project.plan(a_step("make", outputs=["x"]))
    replanned(project, changed)
    assert project.build().started == ["./plan.py", "make"]


@pytest.mark.parametrize(
    "changed",
    [
        a_step("make", outputs=["x"], need=Need.PLAN),
        a_step("make", outputs=["x"], duration_s=7.0),
        a_step("make", outputs=["x"], line=9),
    ],
)
def test_what_is_not_in_the_digest_does_not(project: Project, changed: Declaration) -> None:
    project.plan(a_step("make", outputs=["x"]))
    replanned(project, changed)
    assert project.build().started == ["./plan.py"]


def test_a_plan_below_comes_back_with_all_it_had_planned(project: Project) -> None:
    project.plan(a_step("below", outputs=["x"]), path="sub.py")
    project.plan(a_static("sub.py"), a_plan("sub.py"))
    replanned(project, a_static("sub.py"), a_plan("sub.py"), a_step("new"))
    built = project.build()
    assert built.started == ["./plan.py", "new"]
    assert built.tagged("SKIP") == ["./sub.py"]
    assert project.step("below").state is StepState.SUCCEEDED


def test_a_step_that_moved_to_another_directory_is_another_step(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    replanned(project, a_step("make", workdir="d", outputs=["x"]))
    built = project.build()
    assert built.started == ["./plan.py", "make  # wd=d"]
    assert built.tagged("REMOVE") == ["x"]


def test_a_product_that_another_step_makes_now_is_made_again(project: Project) -> None:
    project.plan(a_step("old", outputs=["x"]))
    replanned(project, a_step("new", outputs=["x"]))
    built = project.build()
    assert built.started == ["./plan.py", "new"]
    assert built.tagged("REMOVE") == []
    assert project.file("x").state is FileState.BUILT


def test_a_step_whose_input_nobody_makes_any_more_waits(project: Project) -> None:
    use = a_step("use", inputs=["x"], outputs=["y"])
    project.plan(a_step("make", outputs=["x"]), use)
    replanned(project, use)
    built = project.build()
    assert built.code == ReturnCode.PENDING
    assert project.step("use").state is StepState.PENDING
    assert project.reports_with("WARNING")[-3].pages[0].text == "               BUILT: (x)  1 step(s)"
    project.plan(a_step("make", outputs=["x"]), use)
    built = project.build()
    assert (built.code, built.started) == (ReturnCode.OK, ["./plan.py"])


def test_an_amended_input_that_nobody_makes_any_more_is_missed(project: Project) -> None:
    project.scripts["use"] = amends("x")
    use = a_step("use", outputs=["y"])
    project.plan(a_step("make", outputs=["x"]), use)
    replanned(project, use)
    assert project.build().code == ReturnCode.PENDING


def test_a_file_may_become_static_after_it_was_built(project: Project) -> None:
    use = a_step("use", inputs=["x"])
    project.plan(a_step("make", outputs=["x"]), use)
    replanned(project, a_static("x"), use)
    built = project.build()
    assert built.code == ReturnCode.OK
    assert built.tagged("REMOVE") == []
    assert project.file("x").state is FileState.CONFIRMED


def test_a_detached_step_that_is_still_running_is_let_end() -> None:
    project = Project()
    project.join("w0", slots=2)
    project.plan(a_step("slow", outputs=["x"]), path="sub.py")
    project.plan(a_static("sub.py"), a_plan("sub.py"))
    project.paused.add("go on slow")
    ticket = project.begin_build()
    project.run()
    project.break_stream("w0")
    project.paused.clear()
    project.join("w0")
    assert project.finish(ticket).code == ReturnCode.OK


def test_a_failed_planner_detaches_its_steps_and_a_later_success_brings_them_back(project: Project) -> None:
    project.plan(a_step("one", outputs=["x"]), a_static("gone"))
    built = project.build()
    assert built.tagged("FAIL") == ["./plan.py"]
    assert project.step("one").detached
    project.files(gone="here")
    assert project.build().started == ["./plan.py", "one"]


def a_plan_that_changes_its_mind(
    first: list[Declaration], then: list[Declaration], slow: Script = makes_outputs
) -> tuple[Project, Ticket]:
    """Return a build that stands still while `slow` runs, whose plan was deferred and declares it otherwise now."""
    project = Project()
    project.scripts["slow"] = slow
    project.join("w0", slots=4)
    project.plan(a_static("sub.py"), a_plan("sub.py"), a_step("make", outputs=["hint"]))
    times = iter([first, then])

    def script(running: Running) -> Generator[Call, Any, int]:
        yield running.declare(*next(times))
        answer = yield running.amend("hint")
        return 1 if answer.unavailable else 0

    project.plan(path="sub.py", script=script)
    project.paused |= {"go on slow", "go on make"}
    ticket = project.begin_build()
    project.run()
    project.paused -= {"go on make"}
    project.run()
    project.paused.clear()
    return project, ticket


def test_a_running_step_that_is_declared_again_goes_on() -> None:
    slow = a_step("slow", outputs=["x"])
    project, ticket = a_plan_that_changes_its_mind([slow], [slow])
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert built.started.count("slow") == 1


def test_a_running_step_that_is_declared_otherwise_runs_again() -> None:
    project, ticket = a_plan_that_changes_its_mind(
        [a_step("slow", outputs=["x"])], [a_step("slow", outputs=["x", "y"])]
    )
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert built.started.count("slow") == 2
    assert built.tagged("WARNING")[:1] == ["slow (was declared otherwise while it ran, and will run again)"]


def test_nobody_writes_a_file_that_a_detached_step_may_still_write() -> None:
    project, ticket = a_plan_that_changes_its_mind([a_step("slow", outputs=["x"])], [a_step("quick", outputs=["x"])])
    assert project.step("quick").state is StepState.PENDING
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert built.lines.index("SUCCESS slow") < built.lines.index("START quick")
    assert project.build().started == []


def test_a_detached_step_that_fails_is_told_and_ends_the_build() -> None:
    project, ticket = a_plan_that_changes_its_mind([a_step("slow")], [], fails)
    built = project.finish(ticket)
    assert built.tagged("FAIL") == ["slow"]
    assert built.code == ReturnCode.DRAINING


def test_a_static_file_that_is_used_anew_when_nobody_declares_it_is_undeclared(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"))
    replanned(project, a_step("use", inputs=["a"]))
    assert project.build().code == ReturnCode.PENDING
    assert project.file("a").state is FileState.UNDECLARED


def test_files_of_a_tree_that_is_declared_again_are_looked_at_again(project: Project) -> None:
    project.disk.write("data/a", "1")
    project.plan(a_static("data"), a_step("use", inputs=["data/a"], outputs=["x"]))
    project.build()
    project.plan(a_static("data"), a_step("use", inputs=["data/a"], outputs=["x"]), a_step("new"))
    assert project.build().tagged("SKIP") == ["use"]
