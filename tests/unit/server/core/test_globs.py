"""Patterns that steps ask for: what they are told, when they run again, and that products never match."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.commands import GlobAnswer
from stepup_server.core.refusals import GraphConflict, InvalidArgument, InvalidPath, Refusal
from stepup_server.core.states import ReturnCode
from stepup_server.core.values import Declaration, GlobMatch
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, Script

CONFLICT = (
    "Glob pattern (*.txt) registered by step (./plan.py) matches (b.txt), which step (make) builds."
    " A pattern may match static files only: narrow it, or declare the file static instead of building it."
)


def globbing(answers: list[object], pattern: str, *later: Declaration, **substitutions: str) -> Script:
    """Return a plan that asks for a pattern, then declares things."""

    def script(running: Running) -> Generator[Call, Any, int]:
        try:
            answers.append((yield running.glob(pattern, **substitutions)))
            yield running.declare(*later)
        except Refusal as refusal:
            answers.append(refusal)
            return 1
        return 0

    return script


def test_a_pattern_is_answered_with_sorted_matches_and_captures(project: Project) -> None:
    answers: list[object] = []
    project.files(b__txt="1", a__txt="2", c__md="3")
    project.plan(script=globbing(answers, "${*name}.txt"))
    project.build()
    assert answers == [GlobAnswer((GlobMatch("a.txt", (("name", "a"),)), GlobMatch("b.txt", (("name", "b"),))))]


def test_a_pattern_is_relative_to_where_its_step_stands(project: Project) -> None:
    answers: list[object] = []
    project.disk.write("sub/a.txt", "1")
    project.plan(path="sub/plan.py", script=globbing(answers, "*.txt"))
    project.plan(a_static("sub/plan.py"), a_plan("plan.py", workdir="sub"))
    project.build()
    assert answers == [GlobAnswer((GlobMatch("a.txt", ()),))]


def test_a_new_match_runs_the_step_again(project: Project) -> None:
    project.files(a__txt="1")
    project.plan(a_static("*.txt"))
    project.build()
    project.files(b__txt="1")
    assert project.build().started == ["./plan.py"]
    project.disk.remove("a.txt")
    assert project.build().started == ["./plan.py"]
    assert project.build().started == []


def test_a_pattern_that_was_not_asked_for_again_is_forgotten(project: Project) -> None:
    project.files(a__txt="1")
    project.plan(a_static("*.txt"))
    project.build()
    project.plan(a_static("a.txt"))
    project.build()
    project.files(b__txt="1")
    assert project.build().started == []


@pytest.mark.parametrize("is_first", [True, False])
def test_a_product_that_matches_is_refused_in_either_order(project: Project, *, is_first: bool) -> None:
    answers: list[object] = []
    make = a_step("make", outputs=["b.txt"])
    project.files(b__txt="1")

    def declare_first(running: Running) -> Generator[Call, Any, int]:
        yield running.declare(make)
        yield from globbing(answers, "*.txt")(running)
        return 0

    project.plan(script=declare_first if is_first else globbing(answers, "*.txt", make))
    project.build()
    refusal = answers[-1]
    assert isinstance(refusal, GraphConflict)
    assert refusal.message == CONFLICT


def test_a_match_that_is_not_static_is_worth_a_warning(project: Project) -> None:
    project.files(a__txt="1")
    project.plan(script=globbing([], "*.txt"))
    built = project.build()
    assert built.code == ReturnCode.WARNING
    assert built.tagged("WARNING")[0] == "1 glob match(es) are not declared static."
    assert project.build().code == ReturnCode.WARNING


def test_a_match_that_is_gone_at_the_end_needs_no_justification(project: Project) -> None:
    project.files(a__txt="1")

    def script(running: Running) -> Generator[Call, Any, int]:
        yield running.glob("*.txt")
        running.disk.remove("a.txt")
        return 0

    project.plan(script=script)
    assert project.build().code == ReturnCode.OK


def test_a_directory_is_justified_by_a_static_file_below(project: Project) -> None:
    project.disk.write("d/a.txt", "1")
    project.plan(script=globbing([], "d/", a_static("d/a.txt")))
    assert project.build().code == ReturnCode.OK


@pytest.mark.parametrize(
    ("pattern", "kind"), [("", InvalidPath), ("${*}", InvalidArgument), ("*/../x", InvalidArgument), ("[z-a]", Refusal)]
)
def test_a_pattern_without_a_meaning_is_refused(project: Project, pattern: str, kind: type[Refusal]) -> None:
    answers: list[object] = []
    project.plan(script=globbing(answers, pattern))
    project.build()
    assert isinstance(answers[0], kind)


def test_a_pattern_that_matches_what_is_ours_is_refused(project: Project) -> None:
    answers: list[object] = []
    project.disk.write(".stepup/graph.db", "1")
    project.plan(script=globbing(answers, ".*/"))
    project.build()
    assert isinstance(answers[0], GraphConflict)
    assert answers[0].message == "Glob pattern (.*/) matches a path under .stepup: .stepup"
