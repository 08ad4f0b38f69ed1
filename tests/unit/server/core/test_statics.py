"""Static files and trees: who owns what, and what is left of it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.commands import Declared
from stepup_server.core.refusals import AlreadyDeclared, GraphConflict, Refusal
from stepup_server.core.states import FileState, ReturnCode
from stepup_server.core.values import Declaration
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, Script

BOTH = "File (x) is declared static by both step (./one.py) and step (./two.py)."
INSIDE = "Static tree (t/) and static file (t/x) are declared by different steps: a static tree is the sole owner"
SAME = "Static tree (t/) of step (./one.py) is the same as static tree (t/) of step (./two.py)"
NESTED = "Static tree (t/) of step (./one.py) contains static tree (t/u/) of step (./two.py)"
MADE = "File (x) cannot be both declared static by step (./one.py) and made by step (make)."


def asking(answers: list[object], *declarations: Declaration) -> Script:
    """Return a plan that makes its declarations one by one and goes on after a refusal."""

    def script(running: Running) -> Generator[Call, Any, int]:
        for declaration in declarations:
            try:
                answers.append((yield running.declare(declaration, awaited=True)))
            except Refusal as refusal:
                answers.append(refusal)
        return 0

    return script


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        (a_static("x"), a_static("x"), BOTH),
        (a_static("t"), a_static("t/x"), INSIDE),
        (a_static("t/x"), a_static("t"), INSIDE),
        (a_static("t"), a_static("t"), SAME),
        (a_static("t"), a_static("t/u"), NESTED),
        (a_static("x"), a_step("make", outputs=["x"]), MADE),
        (a_static("x"), a_step("make", volatiles=["x"]), MADE),
    ],
)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_two_plans_cannot_own_the_same(
    project: Project, one: Declaration, two: Declaration, message: str, *, is_swapped: bool
) -> None:
    answers: list[object] = []
    project.files(x="1")
    project.disk.write("t/x", "1")
    project.disk.make_directories(["t/u"])
    project.plan(path="one.py", script=asking(answers, one))
    project.plan(path="two.py", script=asking(answers, two))
    steps = [a_plan("one.py"), a_plan("two.py")]
    project.plan(a_static("one.py", "two.py"), *(reversed(steps) if is_swapped else steps))
    project.build()
    assert isinstance(answers[0], Declared)
    refusal = answers[1]
    assert isinstance(refusal, AlreadyDeclared)
    assert refusal.message.startswith(message)


@pytest.mark.parametrize("path", [".", "/", ".stepup", ".stepup/x"])
def test_some_directories_cannot_be_trees(project: Project, path: str) -> None:
    answers: list[object] = []
    project.disk.make_directories([".stepup/x"])
    project.plan(script=asking(answers, a_static(path)))
    project.build()
    assert isinstance(answers[0], GraphConflict | Refusal)


@pytest.mark.parametrize("path", ["..", "../lib", "/lib"])
def test_a_tree_may_lie_outside_of_the_root(project: Project, path: str) -> None:
    project.disk.write(f"{path}/x", "1")
    project.disk.make_directories([path])
    project.plan(a_static(path), a_step("use", inputs=[f"{path}/x"]))
    project.build()
    assert project.file(f"{path}/x").state is FileState.CONFIRMED


def test_a_tree_in_a_tree_of_the_same_step_is_no_tree_of_its_own(project: Project) -> None:
    project.disk.make_directories(["t/u"])
    project.plan(a_static("t/u", "t"), a_static("t/u"))
    assert project.build().code == ReturnCode.OK
    assert [tree.path for tree in project.director.desk.graph.trees.values()] == ["t"]


def test_a_file_that_is_handed_to_a_tree_stays_known(project: Project) -> None:
    project.disk.write("t/x", "1")

    def script(running: Running) -> Generator[Call, Any, int]:
        yield running.declare(a_static("t/x"), a_step("use", inputs=["t/x"]))
        yield running.glob("t/*")
        yield running.declare(a_static("t"))
        return 0

    project.plan(script=script)
    built = project.build()
    assert built.started == ["./plan.py", "use"]
    assert built.tagged("SKIP") == []
    assert project.file("t/x").creator == project.director.desk.graph.tree_by_path["t"].id


def test_a_refused_pattern_does_not_keep_what_stands_before_it_from_being_declared(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_static("**"))
    project.build()
    assert project.file("a").is_static
