"""What plans may declare, and what is refused without a change."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.commands import Declared, StaticResult
from stepup_server.core.events import PlanDeclared
from stepup_server.core.ids import AttemptId, NodeId, RequestId
from stepup_server.core.refusals import (
    AlreadyDeclared,
    CyclicDependency,
    GraphConflict,
    InvalidArgument,
    InvalidPath,
    Refusal,
    Superseded,
)
from stepup_server.core.states import FileState, Need, ReturnCode
from stepup_server.core.values import Declaration, DirectoryDeclaration, Source
from tests.support.builders import a_plan, a_static, a_step, a_variable, an_end_of_hold
from tests.support.database import rows_of
from tests.support.project import Project, without_speech
from tests.support.scripts import Call, Running

TREE = "Static tree (t/) cannot contain build product (t/x): a static tree is the sole owner"
TWICE = "Output (x) is claimed by two steps: (one) at plan.py:1 and (two) at plan.py:1."


def planning(project: Project) -> Project:
    """Bring a project to the moment at which its plan may declare."""
    project.plan()
    project.begin_build()
    project.run_until("go on ./plan.py")
    project.paused.add("go on ./plan.py")
    return project


def answer_to(project: Project, *declarations: Declaration, batch: int = 1) -> object:
    """Let the plan declare things; return the answer."""
    attempt = project.attempt("./plan.py")
    return project.answer_to(
        lambda id_: PlanDeclared(request=id_, attempt=attempt, speaker=1, batch=batch, declarations=declarations)
    )


def test_static_paths_are_answered_sorted_and_relative_to_their_base(project: Project) -> None:
    project.files(b="1", a="2")
    project.disk.write("t/x", "3")
    planning(project)
    answer = answer_to(project, a_static("./b", "../sub/../t", base="sub"), a_static("b", "a", "t"))
    assert isinstance(answer, InvalidPath)
    answer = answer_to(project, a_static("b", "a", "t/"), batch=2)
    assert answer == Declared((StaticResult(0, ("a", "b", "t/")),), ())


def test_files_in_a_tree_are_known_only_when_they_are_used(project: Project) -> None:
    project.disk.write("t/x", "1")
    project.disk.write("t/y", "1")
    project.plan(a_static("t/"), a_step("use", inputs=["t/x"]))
    assert project.build().code == ReturnCode.OK
    assert project.file("t/x").state is FileState.CONFIRMED
    assert "t/y" not in project.director.desk.graph.file_by_path


def test_a_file_of_a_tree_is_forgotten_when_nobody_uses_it_any_more(project: Project) -> None:
    project.disk.write("t/x", "1")
    project.plan(a_static("t"), a_step("use", inputs=["t/x"]))
    project.build()
    project.plan(a_static("t"))
    assert project.build().tagged("REMOVE") == []
    assert "t/x" not in project.director.desk.graph.file_by_path
    assert project.disk.read("t/x") == "1"


@pytest.mark.parametrize("paths", [("t", "t/x"), ("t/x", "t")])
def test_a_tree_and_a_file_in_it_may_be_declared_by_one_step_in_either_order(
    project: Project, paths: tuple[str, ...]
) -> None:
    project.disk.write("t/x", "1")
    project.plan(*(a_static(path) for path in paths), a_step("use", inputs=["t/x"]))
    assert project.build().code == ReturnCode.OK
    assert project.file("t/x").creator == project.director.desk.graph.tree_by_path["t"].id


def test_a_directory_for_products_is_no_tree(project: Project) -> None:
    project.disk.make_directories(["sub"])
    directories = DirectoryDeclaration(source=Source("plan.py", 1), base=".", paths=("sub/",), create=True)
    project.plan(a_static("sub/"), directories, a_step("make", outputs=["sub/x"]))
    assert project.build().code == ReturnCode.OK
    project.plan(directories, a_static("sub/"), a_step("make", outputs=["sub/x"]))
    assert project.build().code == ReturnCode.OK


@pytest.mark.parametrize(
    ("declarations", "kind", "message"),
    [
        ([a_static("gone")], InvalidPath, "Path does not exist: gone"),
        ([a_static("a/")], InvalidPath, "Path does not exist: a/"),
        ([a_static("fifo")], InvalidPath, "Path is neither a file nor a directory: fifo"),
        ([a_static("")], InvalidPath, "A path is empty."),
        ([a_static("a\0")], InvalidPath, "A path contains a NUL byte: 'a\\x00'"),
        ([a_static(".stepup/x")], InvalidPath, "Path does not exist: .stepup/x"),
        ([a_static(".")], GraphConflict, "A static tree cannot be the project root"),
        ([a_static("a/**")], InvalidArgument, "A static pattern cannot end in a recursive wildcard: a/**."),
        ([a_step(" ")], InvalidArgument, "The command of a step is empty: ' '"),
        ([a_step("x", need=Need.TARGET)], InvalidArgument, "TARGET is not a need"),
        ([a_step("x", inputs=["d/"])], InvalidPath, "Directories are not allowed: d/"),
        ([a_step("x", resources={"r": 0})], InvalidArgument, "A step must ask for at least one unit of 'r', not 0."),
        ([a_step("x", overrides={"HERE": "1"})], InvalidArgument, "Variable HERE cannot be overridden"),
        ([a_step("x", overrides={"A": "1"}, environment=["A"])], InvalidArgument, "Variable A cannot be overridden"),
        ([a_step("x", environment=["A=B"])], InvalidArgument, "Not the name of an environment variable: 'A=B'"),
        ([a_variable("")], InvalidArgument, "Not the name of an environment variable: ''"),
        ([a_step("x", outputs=["y"], volatiles=["./y"])], InvalidArgument, "A path is both output and volatile output"),
        ([a_step("x", outputs=[".stepup/y"])], InvalidPath, "Paths under .stepup belong to StepUp itself"),
        ([a_step("x", inputs=["y"], outputs=["y"])], CyclicDependency, "Step (x) uses what it makes: y"),
        (
            [a_step("./plan.py")],
            AlreadyDeclared,
            "Step (./plan.py) is declared twice: by step (./plan.py) at plan.py:1 and by step (the root)",
        ),
        ([a_step("x", outputs=["plan.py"])], AlreadyDeclared, "File (plan.py) cannot be both declared static by"),
        ([an_end_of_hold()], InvalidArgument, "A hold is closed that was not opened."),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(
    project: Project, declarations: list[Declaration], kind: type[Refusal], message: str
) -> None:
    project.files(a="1")
    project.disk.make_special("fifo")
    answer = answer_to(planning(project), *declarations)
    assert isinstance(answer, kind)
    assert answer.message.startswith(message)
    assert answer.source == Source("plan.py", 1)


@pytest.mark.parametrize(
    ("first", "second", "kind", "message"),
    [
        (
            a_step("one"),
            a_step("one"),
            AlreadyDeclared,
            "Step (one) is declared twice: by step (./plan.py) at plan.py:1 and by step (./plan.py)",
        ),
        (a_step("one", outputs=["x"]), a_step("two", outputs=["x"]), AlreadyDeclared, TWICE),
        (a_step("two", outputs=["x"]), a_step("one", outputs=["x"]), AlreadyDeclared, TWICE),
        (a_step("one", volatiles=["x"]), a_step("two", outputs=["x"]), AlreadyDeclared, TWICE),
        (a_static("t"), a_step("one", outputs=["t/x"]), GraphConflict, TREE),
        (a_step("one", outputs=["t/x"]), a_static("t"), GraphConflict, TREE),
        (a_step("one", volatiles=["x"]), a_step("two", inputs=["x"]), GraphConflict, "Input (x) is a volatile output"),
        (
            a_step("two", inputs=["x"]),
            a_step("one", volatiles=["x"]),
            GraphConflict,
            "Volatile output (x) is an input of another step",
        ),
        (
            a_step("one", inputs=["x"], outputs=["y"]),
            a_step("two", inputs=["y"], outputs=["x"]),
            CyclicDependency,
            "Cyclic dependency: these steps would wait for each other: one <-> two",
        ),
        (
            a_step("two", inputs=["y"], outputs=["x"]),
            a_step("one", inputs=["x"], outputs=["y"]),
            CyclicDependency,
            "Cyclic dependency: these steps would wait for each other: one <-> two",
        ),
    ],
)
def test_a_contradiction_is_refused_and_changes_nothing(
    project: Project, first: Declaration, second: Declaration, kind: type[Refusal], message: str
) -> None:
    project.disk.make_directories(["t"])
    planning(project)
    assert isinstance(answer_to(project, first), Declared)
    before = without_speech(rows_of(project.director))
    answer = answer_to(project, second, batch=2)
    assert isinstance(answer, kind)
    assert answer.message.startswith(message)
    assert without_speech(rows_of(project.director)) == before


@pytest.mark.parametrize("order", [range(5), range(4, -1, -1), (2, 0, 4, 1, 3)])
def test_a_circle_through_a_chain_is_found_in_any_order(project: Project, order: list[int]) -> None:
    links = [a_step(f"s{number}", inputs=[f"x{number}"], outputs=[f"x{(number + 1) % 5}"]) for number in range(5)]
    planning(project)
    answers = [answer_to(project, links[number], batch=batch) for batch, number in enumerate(order, 1)]
    assert [isinstance(answer, Declared) for answer in answers] == [True] * 4 + [False]
    assert isinstance(answers[-1], CyclicDependency)


def test_of_a_batch_what_stands_before_the_mistake_stays(project: Project) -> None:
    planning(project)
    answer_to(project, a_step("one"), a_step(""), a_step("two"))
    assert project.has_step("one")
    assert not project.has_step("two")


def test_a_plan_with_a_refused_declaration_fails_whatever_its_exit_code(project: Project) -> None:
    def stubborn(running: Running) -> Generator[Call, Any, int]:
        with contextlib.suppress(Refusal):
            yield running.declare(a_step(""))
        return 0

    project.plan(script=stubborn)
    project.build()
    assert project.reports_with("FAIL")[0].pages[0].text == (
        "./plan.py  # exit=0, but a declaration was refused: plan.py:1: The command of a step is empty: ''"
    )


def test_a_plan_that_waits_for_an_answer_may_succeed_after_a_refusal(project: Project) -> None:
    def expecting(running: Running) -> Generator[Call, Any, int]:
        with contextlib.suppress(Refusal):
            yield running.declare(a_step("one"), a_static("gone"), a_step("two"), awaited=True)
        return 0

    project.plan(script=expecting)
    assert project.build().started == ["./plan.py", "one"]


def test_a_repeated_batch_gets_its_first_answer(project: Project) -> None:
    planning(project)
    first = answer_to(project, a_step("one"))
    assert answer_to(project, a_step("one")) == first == Declared((), ())
    refused = answer_to(project, a_step("one"), batch=2)
    assert answer_to(project, a_step("one"), batch=2) is refused
    assert isinstance(refused, AlreadyDeclared)


def test_a_batch_that_is_repeated_while_it_waits_is_answered_to_all_who_sent_it(project: Project) -> None:
    project.files(a="1")
    planning(project)
    attempt = project.attempt("./plan.py")
    project.paused.add("disk")
    first, second = (
        project.ask(
            lambda id_: PlanDeclared(request=id_, attempt=attempt, speaker=1, batch=1, declarations=(a_static("a"),))
        )
        for _ in range(2)
    )
    project.paused.discard("disk")
    project.run()
    assert project.answers[first] == project.answers[second] == Declared((StaticResult(0, ("a",)),), ())


def test_a_batch_out_of_order_is_refused(project: Project) -> None:
    assert isinstance(answer_to(planning(project), a_step("one"), batch=3), InvalidArgument)
    assert not project.has_step("one")


def test_speakers_of_one_attempt_count_their_batches_apart(project: Project) -> None:
    planning(project)
    attempt = project.attempt("./plan.py")
    for speaker in (1, 2):
        assert project.answer_to(functools.partial(_speech, attempt, speaker)) == Declared((), ())


def _speech(attempt: AttemptId, speaker: int, request: RequestId) -> PlanDeclared:
    """Return the first batch of a speaker."""
    step = a_step(f"of {speaker}")
    return PlanDeclared(request=request, attempt=attempt, speaker=speaker, batch=1, declarations=(step,))


@pytest.mark.parametrize("attempt", [AttemptId(NodeId(3), 99), AttemptId(NodeId(2), 1), AttemptId(NodeId(77), 1)])
def test_an_attempt_that_is_not_running_may_declare_nothing(project: Project, attempt: AttemptId) -> None:
    planning(project)
    answer = project.answer_to(
        lambda id_: PlanDeclared(request=id_, attempt=attempt, speaker=1, batch=1, declarations=(a_step("one"),))
    )
    assert isinstance(answer, Superseded)


def test_a_step_that_plans_without_being_a_planner_gets_advice(project: Project) -> None:
    project.plan(a_plan("sub.py"), path="inner.py")
    project.plan(a_static("inner.py", "sub.py"), a_step("./inner.py", inputs=["inner.py"]))
    project.plan(path="sub.py")
    project.build()
    warnings = [answer.warnings for answer in project.answers.values() if isinstance(answer, Declared)]
    assert ("plan.py:1: planner (./sub.py) is declared by a non-planning step (./inner.py).",) in warnings


def test_a_label_keeps_the_spelling_of_the_workdir(project: Project) -> None:
    project.plan(a_step("one", workdir="sub/"), a_step("two", workdir="./sub"), a_step("three", workdir="sub/.."))
    assert project.build().started[1:] == ["one  # wd=sub/", "two  # wd=sub", "three"]
