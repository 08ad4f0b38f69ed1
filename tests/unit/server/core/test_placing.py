"""Which step runs where."""

from __future__ import annotations

import pytest

from stepup_server.core.director import DirectorSettings
from stepup_server.core.refusals import InvalidArgument
from stepup_server.core.states import ReturnCode
from stepup_server.core.values import BuildOptions, StepDeclaration
from tests.support.builders import a_step
from tests.support.project import Project, Ticket


def a_project(*, embedded: bool = False) -> Project:
    """Return a project whose planner runs on a worker that is nothing special."""
    project = Project(settings=DirectorSettings(embedded=embedded))
    project.join("plain")
    return project


def stopped(project: Project, *steps: StepDeclaration) -> Ticket:
    """Let steps begin, and let none of them end."""
    project.plan(*steps)
    project.paused.add("go on s")
    ticket = project.begin_build()
    project.run()
    return ticket


def on(project: Project, name: str) -> list[str]:
    """Return what runs on a worker."""
    return sorted(held.label for held in project.workers[name].running())


def why(project: Project, name: str) -> list[str]:
    """Return what is said about a step that waits."""
    return [reason.text for _, reason in project.director.explain(name).walk()][1:]


def test_a_step_runs_only_where_its_condition_holds() -> None:
    project = a_project()
    project.join("west", 2, labels={"zone": "west"})
    project.join("east", 2, labels={"zone": "east", "slow": ""})
    ticket = stopped(project, *(a_step(f"s{number}", where="zone == west and not slow") for number in range(4)))
    assert [on(project, name) for name in ("plain", "west", "east")] == [[], ["s0", "s1"], []]
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK
    assert len(project.workers["west"].started) == 5


def test_units_that_only_workers_offer_are_counted_on_each() -> None:
    project = a_project()
    project.join("g1", 4, resources={"gpu": 2})
    project.join("g2", 4, resources={"gpu": 1})
    ticket = stopped(project, *(a_step(f"s{number}", resources={"gpu": 1}) for number in range(5)))
    assert [len(on(project, name)) for name in ("plain", "g1", "g2")] == [0, 2, 1]
    assert why(project, "s4")[0].startswith("it waits for 1 of gpu on g1, held by s")
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_a_capacity_in_the_build_is_one_pool_whatever_workers_offer() -> None:
    project = a_project()
    project.join("g1", 4, resources={"gpu": 4})
    project.plan(*(a_step(f"s{number}", resources={"gpu": 1}) for number in range(3)))
    project.paused.add("go on s")
    ticket = project.begin_build(BuildOptions(resources={"gpu": 1}))
    project.run()
    assert len(on(project, "plain")) + len(on(project, "g1")) == 1
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_a_large_request_keeps_units_from_lower_order_on_its_best_worker() -> None:
    project = a_project()
    project.join("g1", 4, resources={"gpu": 2})
    first = a_step("s0", resources={"gpu": 1}, duration_s=9)
    large = a_step("large", resources={"gpu": 2}, duration_s=5)
    project.plan(first, large, *(a_step(f"s{number}", resources={"gpu": 1}) for number in range(1, 4)))
    project.paused.add("go on s0")
    ticket = project.begin_build()
    project.run()
    assert on(project, "g1") == ["s0"]
    assert why(project, "large")[:1] == ["it waits for 2 of gpu on g1, held by s0"]
    project.paused.clear()
    built = project.finish(ticket)
    assert built.started[1:3] == ["s0", "large"]


def test_who_waits_for_a_worker_does_not_hold_up_others_and_comes_first_there() -> None:
    project = a_project()
    project.join("special", labels={"gpu": ""})
    wanted = [a_step(f"s-{number}", where="gpu", duration_s=9) for number in range(2)]
    ticket = stopped(project, *wanted, *(a_step(f"s{number}") for number in range(12)))
    assert (on(project, "special"), len(on(project, "plain"))) == (["s-0"], 1)
    assert [held.label for held in project.workers["special"].held.values()][:2] == ["s-0", "s-1"]
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_steps_go_where_their_inputs_are() -> None:
    project = a_project()
    for name in ("o1", "o2"):
        project.join(name, 2, own_workspace=True, labels={"own": ""})
    project.plan(
        a_step("make a", outputs=["a"], where="name == o2"),
        *(a_step(f"use {number}", inputs=["a"], where="own") for number in range(2)),
    )
    project.build()
    assert (len(project.workers["o1"].started), len(project.workers["o2"].started)) == (1, 3)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (
            a_step("s", where="zone == west"),
            "no worker matches where='zone == west'; nearest: plain lacks label zone=west",
        ),
        (a_step("s", resources={"gpu": 3}), "no worker offers gpu=3; nearest: g1 offers gpu=2"),
        (
            a_step("s", resources={"gpu": 1}, where="not big"),
            "no worker that matches where='not big' offers gpu=1; nearest: plain offers gpu=0",
        ),
    ],
)
def test_a_build_that_no_worker_can_finish_says_so_once_and_waits_for_one(step: StepDeclaration, text: str) -> None:
    project = a_project()
    project.join("g1", resources={"gpu": 2}, labels={"big": ""})
    project.plan(step)
    ticket = project.begin_build()
    project.run()
    project.tell()
    warning = f"WARNING s has to wait: {text}. Start another worker, or change what the step asks for."
    assert project.lines().count(warning) == 1
    assert why(project, "s")[:1] == [text]
    project.join("helper", resources={"gpu": 3}, labels={"zone": "west"})
    assert project.finish(ticket).code == ReturnCode.OK


@pytest.mark.parametrize("step", [a_step("s", where="gpu"), a_step("s", resources={"gpu": 1})])
def test_in_the_embedded_case_such_steps_stay_pending(step: StepDeclaration) -> None:
    project = a_project(embedded=True)
    project.plan(step)
    built = project.build()
    assert built.code == ReturnCode.PENDING
    titles = [page.title for report in project.reports for page in report.pages]
    assert titles[0] in {"Without a worker", "Insufficient resources"}


def test_a_change_of_the_condition_does_not_run_a_step_again() -> None:
    project = a_project()
    project.plan(a_step("s", outputs=["x"]))
    project.build()
    project.plan(a_step("s", outputs=["x"], where="name == plain"))
    built = project.build()
    assert (built.code, built.started) == (ReturnCode.OK, ["./plan.py"])


def test_a_condition_survives_the_death_of_the_director() -> None:
    project = a_project()
    project.plan(a_step("s", where="name == plain"))
    project.build()
    project.restart()
    assert project.step("s").where == "name == plain"


def test_a_wrong_condition_fails_its_plan_with_the_line() -> None:
    project = a_project()
    project.plan(a_step("s", where="gpu and", line=7))
    assert project.build().code & ReturnCode.FAILED
    refusals = [answer for answer in project.answers.values() if isinstance(answer, InvalidArgument)]
    assert str(refusals[0].source) == "plan.py:7"
    assert refusals[0].message.splitlines()[-1] == "         ^"


def test_a_worker_that_is_drained_is_no_place() -> None:
    project = a_project()
    project.join("g1", labels={"gpu": ""})
    worker = project.director.workforce.workers[project.workers["g1"].id or 0]  # type: ignore[index]
    worker.leave = worker.draining = True
    project.plan(a_step("s", where="gpu"))
    project.begin_build()
    project.run()
    assert on(project, "g1") == []
