"""What running steps add to themselves, and what happens when it is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

from stepup_server.core.commands import AmendAnswer, StepInfo
from stepup_server.core.refusals import AmendWhileHolding, CyclicDependency, GraphConflict, InvalidPath, Refusal
from stepup_server.core.states import FileState, Need, ReturnCode, StepState
from stepup_server.core.values import BuildOptions
from tests.support.builders import a_hold, a_plan, a_static, a_step, an_end_of_hold
from tests.support.project import Project
from tests.support.scripts import Call, Running, amends


def test_an_amended_static_file_is_an_input_from_then_on(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("use", outputs=["x"]))
    project.scripts["use"] = amends("a")
    project.build()
    assert project.step("use").inputs == {project.file("a").id: True}
    project.files(a="2")
    assert project.build().started == ["use"]


def test_a_step_that_asks_too_early_is_deferred_and_runs_again(project: Project) -> None:
    project.plan(a_step("use", outputs=["y"]), a_step("make", outputs=["x"]))
    project.scripts["use"] = amends("x")
    built = project.build()
    assert built.started == ["./plan.py", "use", "make", "use"]
    assert built.tagged("DEFERRED") == ["use"]
    assert built.code == ReturnCode.OK


def test_a_deferral_lists_what_was_missed(project: Project) -> None:
    project.plan(a_step("use", outputs=["y"]))
    project.scripts["use"] = amends("x")
    assert project.build().code == ReturnCode.PENDING
    page = project.reports_with("DEFERRED")[0].pages[0]
    assert (page.title, page.text) == ("Unavailable dynamic inputs", "x")
    assert project.reports_with("WARNING")[-3].pages[0].text == "          UNDECLARED: (x)  1 step(s)"


def test_an_amended_product_of_an_optional_step_makes_it_wanted(project: Project) -> None:
    project.plan(a_step("use", outputs=["y"]), a_step("make", outputs=["x"], need=Need.OPTIONAL))
    project.scripts["use"] = amends("x")
    assert project.build().started == ["./plan.py", "use", "make", "use"]


def test_a_deferral_counts_even_if_the_script_ends_well(project: Project) -> None:
    def stubborn(running: Running) -> Generator[Call, Any, int]:
        yield running.amend("x")
        running.make_outputs()
        return 0

    project.plan(a_step("use", outputs=["y"]), a_step("make", outputs=["x"]))
    project.scripts["use"] = stubborn
    assert project.build().started == ["./plan.py", "use", "make", "use"]


def test_what_was_made_after_a_step_began_is_too_fresh() -> None:
    project = Project()
    project.join("w0", slots=2)
    project.plan(a_step("use", outputs=["y"]), a_step("make", outputs=["x"]))
    project.scripts["use"] = amends("x")
    project.paused.add("go on use")
    ticket = project.begin_build()
    project.run()
    assert project.file("x").state is FileState.BUILT
    project.paused.clear()
    built = project.finish(ticket)
    assert built.started == ["./plan.py", "use", "make", "use"]
    assert project.reports_with("DEFERRED")[0].pages[0].title == "Unfresh dynamic inputs"


def test_a_step_is_deferred_only_so_often(project: Project) -> None:
    count = iter(range(100))

    def greedy(running: Running) -> Generator[Call, Any, int]:
        yield running.amend(f"x{next(count)}")
        return 0

    inputs = [("x0",)]
    makers = [a_step(f"make{index}", inputs=below, outputs=[f"x{index}"]) for index, below in enumerate([(), *inputs])]
    project.plan(a_step("use", duration_s=99), *makers)
    project.scripts["use"] = greedy
    built = project.build(BuildOptions(defer_cap=2, keep_going=True))
    assert built.tagged("DEFERRED") == ["use", "use"]
    assert built.tagged("FAIL") == ["use"]
    assert project.reports_with("FAIL")[0].pages[0].title == "Deferred more than 2 times"


def test_amended_outputs_belong_to_the_step(project: Project) -> None:
    project.plan(a_step("make"))
    project.scripts["make"] = amends(outputs=["d/x"], volatiles=["d/log"])
    project.build()
    assert project.file("d/x").state is FileState.BUILT
    assert project.disk.has_directory("d")
    assert project.build().started == []
    project.disk.remove("d/x")
    assert project.build().started == ["make"]


def test_what_was_amended_is_dropped_when_the_step_runs_again(project: Project) -> None:
    project.files(a="1", b="1")
    project.plan(a_static("a", "b"), a_step("use", inputs=["a"], outputs=["y"]))
    project.scripts["use"] = amends("b", outputs=["z"])
    project.build()
    project.scripts["use"] = amends()
    project.files(a="2")
    assert project.build().tagged("REMOVE") == ["z"]
    project.files(b="2")
    assert project.build().started == []


def test_an_amended_variable_is_depended_on(project: Project) -> None:
    project.environment["V"] = "1"
    project.restart()
    project.join("w0")
    project.plan(a_step("use", outputs=["y"]))
    project.scripts["use"] = amends(environment=["V"])
    project.build()
    project.environment["V"] = "2"
    project.restart()
    project.join("w0")
    assert project.build().started == ["use"]


def test_inputs_cannot_be_amended_inside_a_hold(project: Project) -> None:
    assert isinstance(refusal_of(project, lambda run: [run.declare(a_hold()), run.amend("a")]), AmendWhileHolding)


def test_an_amendment_that_closes_a_circle_is_refused(project: Project) -> None:
    project.plan(a_step("one", outputs=["x"]), a_step("two", inputs=["x"], outputs=["y"]))
    project.scripts["one"] = amends("y")
    built = project.build()
    assert built.tagged("FAIL") == ["one"]
    refusals = [answer for answer in project.answers.values() if isinstance(answer, Refusal)]
    assert isinstance(refusals[0], CyclicDependency)
    assert refusals[0].message == "Cyclic dependency: these steps would wait for each other: one <-> two"


@pytest.mark.parametrize("path", [".stepup/graph.db", "d/", "a\0b", ""])
def test_paths_that_no_input_can_have_are_refused(project: Project, path: str) -> None:
    assert isinstance(refusal_of(project, lambda run: [run.amend(path)]), InvalidPath)


def test_a_path_is_not_output_and_volatile_at_once(project: Project) -> None:
    assert isinstance(refusal_of(project, lambda run: [run.amend(outputs=["x"], volatiles=["x"])]), Refusal)
    project = Project()
    project.join("w0")
    answer = refusal_of(project, lambda run: [run.amend(outputs=["x"]), run.amend(volatiles=["x"])])
    assert isinstance(answer, GraphConflict)


def test_a_step_may_ask_what_was_declared_for_it(project: Project) -> None:
    answers: list[object] = []

    def curious(running: Running) -> Generator[Call, Any, int]:
        yield running.amend("b")
        answers.append((yield running.info()))
        running.make_outputs()
        return 0

    project.files(a="1", b="1")
    project.plan(
        a_static("a", "b"),
        a_step("ask", workdir="sub", inputs=["../a"], outputs=["x"], volatiles=["v"], environment=["V"]),
    )
    project.scripts["ask"] = curious
    project.build()
    assert answers == [StepInfo("ask", "sub", ("../a",), ("V",), ("x",), ("v",))]


def test_nothing_below_a_hold_begins_until_it_is_closed() -> None:
    project = Project()
    project.join("w0", slots=4)

    def planner(running: Running) -> Generator[Call, Any, int]:
        yield running.declare(a_step("before"), a_hold(), a_step("inside", outputs=["x"]))
        yield running.amend()
        yield running.declare(an_end_of_hold())
        yield running.amend()
        return 0

    project.plan(script=planner)
    ticket = project.begin_build()
    project.run_until("go on ./plan.py")
    order: list[str] = []
    while project.moves():
        move = next((one for one in project.moves() if not one.name.startswith("go on ./plan")), project.moves()[0])
        order.append(move.name)
        move.do()
    project.finish(ticket)
    assert order.index("begin inside") > [i for i, name in enumerate(order) if name == "go on ./plan.py"][2]


def test_an_answer_names_paths_as_the_caller_wrote_them(project: Project) -> None:
    answers: list[object] = []

    def ask(running: Running) -> Generator[Call, Any, int]:
        answers.append((yield running.amend("../x", "./y")))
        return 0

    project.plan(a_step("ask", workdir="d"))
    project.scripts["ask"] = ask
    project.build()
    assert answers == [AmendAnswer(unavailable=("../x", "./y"), unfresh=())]
    assert project.step("ask  # wd=d").state is StepState.PENDING


def refusal_of(project: Project, make_calls: Callable[[Running], list[Call]]) -> object:
    """Let a plan make calls; return the answer to the last one."""
    answers: list[object] = []

    def planner(running: Running) -> Generator[Call, Any, int]:
        for call in make_calls(running):
            try:
                answers.append((yield call))
            except Refusal as refusal:
                answers.append(refusal)
        return 0

    project.plan(script=planner)
    project.build()
    return answers[-1]


def test_a_file_of_a_tree_that_is_looked_at_for_the_first_time_disturbs_nobody(project: Project) -> None:
    project.disk.write("data/a", "1")
    project.plan(a_static("data/"), a_step("use", outputs=["x"]))
    project.scripts["use"] = amends("data/a")
    assert project.build().started == ["./plan.py", "use"]


def test_with_a_slow_disk_a_step_is_shown_to_begin_when_the_one_before_it_has_ended(project: Project) -> None:
    project.plan(a_step("first", outputs=["x"]), a_step("second", outputs=["y"]))
    project.scripts["first"] = amends(outputs=["late"])
    ticket = project.begin_build()
    project.run(lambda moves: next((move for move in moves if not move.name.startswith("disk")), moves[0]))
    lines = project.finish(ticket).lines
    shown = [line for line in lines if line.startswith(("START", "SUCCESS"))]
    assert shown == [
        "START ./plan.py", "SUCCESS ./plan.py", "START first", "SUCCESS first", "START second", "SUCCESS second"
    ]  # fmt: skip


def test_what_a_deferred_step_waits_for_comes_first_whatever_was_handed_out_ahead(project: Project) -> None:
    makers = [a_step(f"make {name}", outputs=[name]) for name in "abcd"]
    project.plan(a_step("use", outputs=["y"]), *makers)
    project.scripts["use"] = amends("c")
    built = project.build()
    assert built.started == ["./plan.py", "use", "make c", "make a", "make b", "make d", "use"]


def test_what_a_deferred_step_waits_for_may_come_back_with_the_plan_that_had_declared_it() -> None:
    project = Project()
    project.join(slots=2)
    project.files(s="1")
    project.plan(a_static("s"), path="sub.py")
    declarations = (a_static("sub.py"), a_plan("sub.py"), a_step("use", outputs=["x"]))
    project.plan(*declarations)
    project.scripts["use"] = amends("s")
    project.paused.add("go on use")
    project.begin_build()
    project.run()
    # The plan runs again while the step goes on, and has declared nothing yet when that asks.
    project.restart()
    project.join()
    project.plan(*declarations)
    project.paused |= {"go on ./plan.py"}
    ticket = project.begin_build()
    project.run()
    project.paused.remove("go on use")
    project.run()
    assert project.step("use").deferred
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_a_deferral_does_not_wait_for_a_worker_that_is_out_of_touch() -> None:
    project = Project()
    project.join("w0")
    project.join("w1")
    project.plan(a_step("use", outputs=["y"]), *(a_step(f"make {name}", outputs=[name]) for name in "abcd"))
    project.scripts["use"] = amends("c")
    project.paused |= {"go on use", "begin make"}
    ticket = project.begin_build()
    project.run()
    other = next(name for name, worker in project.workers.items() if not worker.running())
    project.break_stream(other)
    project.paused.clear()
    project.run()
    assert [report.text for report in project.reports_with("DEFERRED")] == ["use"]
    project.join(other)
    assert project.finish(ticket).code == ReturnCode.OK


def test_an_amended_input_that_changes_before_the_step_ends_fails_it(project: Project) -> None:
    def spoil(running: Running) -> Generator[Call, Any, int]:
        yield running.amend("a")
        running.disk.write("a", "2")
        return 0

    project.files(a="1")
    project.scripts["spoil"] = spoil
    project.plan(a_static("a"), a_step("spoil"))
    built = project.build(BuildOptions(keep_going=True))
    assert built.code == ReturnCode.FAILED | ReturnCode.DRAINING
    assert "Input changed unexpectedly: a (digest" in project.reports_with("FAIL")[0].pages[-1].text
