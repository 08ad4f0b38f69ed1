"""What one plan declared moves to another, or contradicts what another declared the last time, in one edit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from stepup_server.core.states import FileState, ReturnCode
from stepup_server.core.values import Declaration
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import amends, declares

Plan = Sequence[Declaration]

MAKE = a_step("make", inputs=["a"], outputs=["x"])

MOVES: dict[str, tuple[tuple[Plan, Plan], tuple[Plan, Plan]]] = {
    "a step": (([MAKE], []), ([], [MAKE])),
    "an output": (([MAKE], []), ([], [a_step("other", inputs=["a"], outputs=["x"])])),
    "a static file": (([a_static("b")], [a_step("use", inputs=["b"])]), ([], [a_static("b"), a_step("use")])),
    "a tree": (([a_static("t")], []), ([], [a_static("t")])),
    "a file in a tree": (([a_static("t")], []), ([], [a_static("t/x")])),
    "a tree with a file": (([a_static("t/x")], []), ([], [a_static("t")])),
    "a tree above a tree": (([a_static("t/u")], []), ([], [a_static("t")])),
    "an output in a tree": (([a_static("t")], []), ([], [a_step("make", outputs=["t/y"])])),
    "a tree with an output": (([a_step("make", outputs=["t/y"])], []), ([], [a_static("t")])),
    "an output where a volatile was used": (
        ([a_step("make", volatiles=["x"])], []),
        ([], [a_step("use", inputs=["x"]), a_step("again", outputs=["x"])]),
    ),
    "a volatile where an input was": (
        ([a_static("x"), a_step("use", inputs=["x"])], []),
        ([], [a_step("make", volatiles=["x"])]),
    ),
    "dependencies that turn round": (
        ([a_step("one", inputs=["x"], outputs=["y"])], [a_step("make", outputs=["x"])]),
        ([], [a_step("two", inputs=["y"], outputs=["x"]), a_step("make", outputs=["y"])]),
    ),
    "an output that a pattern matches": (([a_static("b*")], []), ([], [a_step("make", outputs=["bx"])])),
    "two declarations that swap": (
        ([a_static("a1"), MAKE], [a_static("b"), a_step("use")]),
        ([a_static("b"), a_step("use")], [a_static("a1"), MAKE]),
    ),
}


def planned(project: Project, first: Plan, second: Plan) -> None:
    """Write two plans and what declares both."""
    project.plan(*first, path="one.py")
    project.plan(*second, path="two.py")


def a_site(*, slots: int) -> Project:
    """Return a project with two plans that are not written yet."""
    project = Project()
    project.join("w0", slots)
    project.plan(a_static("one.py", "two.py", "a"), a_plan("one.py"), a_plan("two.py"))
    project.files(a="1", a1="1", b="1", x="1")
    project.disk.write("t/x", "1")
    project.disk.write("t/u/y", "1")
    return project


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("name", MOVES)
def test_it_moves_in_one_edit_whichever_plan_runs_first(name: str, *, is_turned: bool, slots: int) -> None:
    before, after = MOVES[name]
    step = -1 if is_turned else 1
    project = a_site(slots=slots)
    planned(project, *before[::step])
    project.build()
    planned(project, *after[::step])
    built = project.build()
    fresh = a_site(slots=1)
    fresh.plans = project.plans
    for path in ("plan.py", "one.py", "two.py"):
        fresh.disk.write(path, project.disk.read(path) or "")
    expected = fresh.build()
    assert built.tagged("FAIL") == []
    assert built.code == expected.code
    if expected.code == ReturnCode.OK:
        assert sorted(project.graph().split("\n\n")) == sorted(fresh.graph().split("\n\n"))
        assert project.build().started == []


@pytest.mark.parametrize("declaration", [MAKE, a_static("b"), a_static("t")])
@pytest.mark.parametrize("pair", list(itertools.permutations(["one.py", "two.py"])))
def test_what_both_declare_is_refused_even_if_one_of_them_did_not_change(
    declaration: Declaration, pair: tuple[str, str]
) -> None:
    owner, claimant = pair
    project = a_site(slots=1)
    planned(project, [], [])
    project.plan(declaration, path=owner)
    assert project.build().code == ReturnCode.OK
    project.plan(declaration, path=claimant)
    project.files(a="2")
    built = project.build()
    assert built.code & ReturnCode.FAILED
    assert len(built.tagged("FAIL")) == 1


def test_the_owner_of_what_was_taken_cannot_be_skipped() -> None:
    project = a_site(slots=1)
    project.files(hint="1")
    project.plan(
        a_static("two.py", "a", "hint"), a_plan("two.py"), a_plan("one.py", inputs=["hint"]), a_static("one.py")
    )
    planned(project, [MAKE], [])
    project.build()
    project.disk.write("hint", "2")
    project.plan(MAKE, path="two.py")
    project.paused.add("begin ./one.py")
    ticket = project.begin_build()
    project.run()
    project.paused.clear()
    built = project.finish(ticket)
    assert "./one.py" in built.started + built.tagged("FAIL")


@pytest.mark.parametrize("moved", [MAKE, a_static("b"), a_static("t")])
def test_what_a_plan_below_had_declared_moves_up(project: Project, moved: Declaration) -> None:
    project.files(a="1", b="1")
    project.disk.write("t/x", "1")
    project.plan(moved, path="one.py")
    project.plan(a_static("one.py", "a"), a_plan("one.py"))
    project.build()
    project.plan(path="one.py")
    project.plan(moved, a_static("one.py", "a"), a_plan("one.py"))
    built = project.build()
    assert built.code == ReturnCode.OK
    assert built.started == ["./plan.py", "./one.py"]


def test_what_a_plan_below_still_declares_is_refused(project: Project) -> None:
    project.files(a="1")
    project.plan(MAKE, path="one.py")
    project.plan(a_static("one.py", "a"), a_plan("one.py"))
    project.build()
    project.plan(MAKE, a_static("one.py", "a"), a_plan("one.py"))
    built = project.build()
    assert built.tagged("FAIL") == ["./one.py"]


def test_a_step_may_turn_its_own_edges_round(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("make", inputs=["a"], outputs=["x"]))
    project.build()
    project.files(x="1")
    project.plan(a_static("x"), a_step("make", inputs=["x"], outputs=["a"]))
    built = project.build()
    assert built.code == ReturnCode.OK
    assert project.file("a").state is FileState.BUILT


def test_an_amended_dependency_of_the_last_time_closes_no_circle(project: Project) -> None:
    project.files(a="1", which="1")
    project.scripts["one"] = amends("x")
    project.plan(a_static("a", "which"), a_step("one", inputs=["which"], outputs=["y"]), a_step("make", outputs=["x"]))
    project.build()
    project.scripts["one"] = amends("a")
    project.files(which="2")
    project.plan(
        a_static("a", "which"),
        a_step("one", inputs=["which"], outputs=["y"]),
        a_step("make", inputs=["y"], outputs=["x"]),
    )
    built = project.build()
    assert built.code == ReturnCode.OK
    assert built.started == ["./plan.py", "one", "make"]


def test_a_step_waits_while_the_input_of_its_plan_is_looked_at() -> None:
    project = Project()
    project.join("w0", slots=2)
    project.files(a="1")
    sub = a_step("./sub.py", inputs=["sub.py"])
    project.plan(a_step("below", inputs=["a"]), path="sub.py")
    project.plan(a_static("sub.py"), path="statics.py")
    project.plan(a_static("a", "statics.py"), a_plan("statics.py"), sub)
    project.build()
    project.plan(a_static("sub.py"), a_static(), path="statics.py")
    project.files(a="2")
    project.disk.write("sub.py", project.disk.read("plan.py") or "")
    project.plans[project.disk.read("sub.py") or ""] = declares()
    project.plan(a_static("a", "statics.py"), a_plan("statics.py"), sub, a_static())
    built = project.build()
    assert set(built.started) == {"./plan.py", "./statics.py", "./sub.py"}
    assert not project.has_step("below")
