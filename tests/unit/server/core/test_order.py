"""Which step is run next: planners, long chains, definition order, resources."""

from __future__ import annotations

import pytest

from stepup_server.core.states import Need, ReturnCode
from stepup_server.core.values import BuildOptions
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import amends


def test_equal_steps_run_in_the_order_of_their_definition(project: Project) -> None:
    names = ["b", "a", "d", "c"]
    project.plan(*(a_step(name) for name in names))
    assert project.build().started[1:] == names


def test_the_longest_chain_begins_first(project: Project) -> None:
    project.plan(
        a_step("short", outputs=["s"]),
        a_step("head", outputs=["h"]),
        a_step("middle", inputs=["h"], outputs=["m"]),
        a_step("tail", inputs=["m"]),
    )
    assert project.build().started[1:] == ["head", "middle", "short", "tail"]


def test_durations_decide_what_is_long(project: Project) -> None:
    steps = [a_step("quick", duration_s=1), a_step("slow", duration_s=5)]
    project.plan(*steps)
    assert project.build().started[1:] == ["slow", "quick"]


def test_durations_may_be_ignored(project: Project) -> None:
    project.plan(a_step("quick", duration_s=1), a_step("slow", duration_s=5))
    assert project.build(BuildOptions(use_durations=False)).started[1:] == ["quick", "slow"]


def test_planners_come_before_anything_else(project: Project) -> None:
    project.plan(a_static("sub.py"), a_step("long", duration_s=99), a_plan("sub.py"))
    project.plan(path="sub.py")
    assert project.build().started[1:] == ["./sub.py", "long"]


def test_checks_come_before_runs(project: Project) -> None:
    project.plan(a_step("old", outputs=["x"]))
    project.build()
    project.plan(a_step("new", duration_s=9), a_step("old", outputs=["x"]))
    project.disk.remove("x")
    project.files(x="other")
    assert project.build().started[1:] == ["new", "old"]


def test_never_more_units_are_in_use_than_there_are() -> None:
    project = Project()
    project.join(slots=4)
    project.plan(*(a_step(f"s{number}", resources={"r": 2}) for number in range(4)))
    project.paused.add("go on s")
    ticket = project.begin_build(BuildOptions(resources={"r": 5}))
    project.run()
    assert len(project.workers["w0"].held) == 2
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_a_large_request_does_not_starve() -> None:
    project = Project()
    project.join(slots=2)
    project.plan(
        a_step("first", resources={"r": 1}, duration_s=9),
        a_step("large", resources={"r": 2}, duration_s=8),
        *(a_step(f"small{number}", resources={"r": 1}) for number in range(5)),
        a_step("free"),
    )
    built = project.build(BuildOptions(resources={"r": 2}))
    assert built.started[:4] == ["./plan.py", "first", "free", "large"]


def test_a_request_that_can_never_be_served_stays_pending_and_hinders_nobody(embedded: Project) -> None:
    project = embedded
    project.plan(
        a_step("huge", resources={"r": 3}), a_step("gpu", resources={"gpu": 1}), a_step("s", resources={"r": 1})
    )
    built = project.build(BuildOptions(resources={"r": 2}))
    assert built.started[1:] == ["s"]
    assert built.code == ReturnCode.PENDING
    page = project.reports_with("WARNING")[-3].pages[0]
    assert page.title == "Insufficient resources"
    assert page.text.splitlines() == [
        "                 gpu: 1 unit(s) needed, none available  1 step(s)",
        "                   r: 3 unit(s) needed, 2 available     1 step(s)",
    ]
    assert project.build(BuildOptions(resources={"r": 3, "gpu": 1})).started == ["huge", "gpu"]


def a_web(project: Project) -> None:
    """Prepare several planners whose steps use each other's products."""
    project.files(a="1", b="2")
    project.plan(
        a_step("one", inputs=["a"], outputs=["o1"]), a_step("two", inputs=["t2"], outputs=["o2"]), path="p1.py"
    )
    project.plan(a_step("three", inputs=["o1"], outputs=["t2"]), a_step("four"), path="p2.py")
    project.plan(a_static("a", "b", "p1.py", "p2.py"), a_plan("p1.py"), a_plan("p2.py"), a_step("z", inputs=["o2"]))


@pytest.mark.parametrize("slots", [(1,), (4,), (16,), (4, 4), (1, 2, 3)])
def test_the_graph_does_not_depend_on_slots_and_workers(slots: tuple[int, ...]) -> None:
    alone = Project()
    alone.join()
    a_web(alone)
    alone.build()
    project = Project()
    for number, count in enumerate(slots):
        project.join(f"w{number}", slots=count)
    a_web(project)
    project.paused.add("go on ./p1.py")
    ticket = project.begin_build()
    project.run()
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK
    assert project.graph() == alone.graph()


def test_of_steps_that_only_need_a_check_planners_come_first(project: Project) -> None:
    project.files(a="1")
    project.plan(
        a_static("a"), a_step("early", inputs=["a"], outputs=["x"]), a_step("sub", inputs=["a"], need=Need.PLAN)
    )
    project.build()
    project.plan(
        a_static("a"), a_step("early", inputs=["a"], outputs=["x"]), a_step("sub", inputs=["a"], need=Need.PLAN),
        a_step("new")
    )  # fmt: skip
    assert project.build().tagged("SKIP") == ["sub", "early"]


def test_after_a_deferral_the_order_is_that_of_the_new_chains(project: Project) -> None:
    project.plan(
        a_step("first", outputs=["w"]), a_step("plain", outputs=["x"]), a_step("asked for", outputs=["y"])
    )  # fmt: skip
    project.scripts["first"] = amends("y")
    assert project.build().started == ["./plan.py", "first", "asked for", "plain", "first"]
