"""Builds that are restricted to targets."""

from __future__ import annotations

import pytest

from stepup_server.core.events import BuildRequested
from stepup_server.core.refusals import InvalidPath
from stepup_server.core.states import Need, ReturnCode
from stepup_server.core.targets import Targets, read_targets
from stepup_server.core.values import BuildOptions
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Built, Project
from tests.support.scripts import fails


def build_for(project: Project, *targets: str) -> Built:
    """Build what is needed for some targets."""
    return project.build(BuildOptions(targets=targets, keep_going=True))


def a_workflow(project: Project) -> None:
    """Plan a chain with optional steps, and steps beside it."""
    project.plan(
        a_step("a", outputs=["a"]),
        a_step("b", inputs=["a"], outputs=["b"], need=Need.OPTIONAL),
        a_step("c", inputs=["b"], outputs=["c"], need=Need.OPTIONAL),
        a_step("d", outputs=["d/x"]),
        a_step("e", inputs=["a"], outputs=["d/y"], need=Need.OPTIONAL),
        a_step("f", volatiles=["d/log"]),
    )


def test_targets_are_files_or_directories() -> None:
    targets = read_targets(["a", "b/", "./c/../d", "e/./"])
    assert targets == Targets(frozenset({"a", "d"}), frozenset({"b", "e"}))
    assert (targets.name("a"), targets.name("b")) == (True, False)
    assert (targets.enclose("b/c/x"), targets.enclose("b"), targets.enclose("bb/x")) == (True, False, False)


def test_the_root_encloses_what_lies_in_it() -> None:
    targets = read_targets(["./"])
    assert [targets.enclose(path) for path in ("x", "a/b", "../x", "/x")] == [True, True, False, False]


def test_a_file_target_runs_what_it_needs_and_nothing_else(project: Project) -> None:
    a_workflow(project)
    built = build_for(project, "c")
    assert built.started == ["./plan.py", "a", "b", "c"]
    assert built.code == ReturnCode.OK
    assert built.tagged("WARNING")[0] == "Skipping file cleanup for a build restricted to targets"


def test_a_directory_target_does_not_want_optional_steps(project: Project) -> None:
    a_workflow(project)
    assert build_for(project, "d/").started == ["./plan.py", "d"]


def test_the_need_of_a_target_is_shown_with_where_it_comes_from(project: Project) -> None:
    a_workflow(project)
    build_for(project, "c", "d/")
    needs = [line.partition(" = ")[2] for line in project.graph().splitlines() if " need = " in line]
    assert needs == [
        "PLAN",
        "TARGET (implied by sinks > DEFAULT)",
        "TARGET (implied by sinks > OPTIONAL)",
        "TARGET (implied by sinks > OPTIONAL)",
        "TARGET (implied by sinks > DEFAULT)",
        "OPTIONAL",
        "DEFAULT",
    ]


def test_what_a_planner_needs_is_needed_as_much_as_the_planner(project: Project) -> None:
    project.plan(a_static("sub.py"), a_step("one", outputs=["x"]), a_plan("sub.py", inputs=["x"]))
    project.plan(path="sub.py")
    project.build()
    assert "need = PLAN (implied by sinks > DEFAULT)" in project.graph()


def test_other_targets_may_follow(project: Project) -> None:
    a_workflow(project)
    build_for(project, "d/x")
    assert build_for(project, "c").started == ["a", "b", "c"]
    built = project.build()
    assert built.started == ["f"]
    assert "Reverted 2 optional step(s) to PENDING." in built.tagged("WARNING")
    assert built.tagged("REMOVE") == ["b", "c"]


def test_targets_hold_after_a_restart_of_the_director(project: Project) -> None:
    a_workflow(project)
    build_for(project, "d/")
    project.restart()
    project.join()
    assert build_for(project, "a").started == ["a"]


def test_targets_that_nobody_makes_are_worth_a_warning(project: Project) -> None:
    a_workflow(project)
    built = build_for(project, "nothing", "d/log/", "more", "d/")
    assert built.code == ReturnCode.WARNING
    assert built.tagged("WARNING")[:2] == [
        "2 target(s) are not produced by any step in the workflow: more, nothing",
        "1 directory target(s) matched no regular output in the workflow: d/log/",
    ]


def test_only_what_targets_need_remains_pending(project: Project) -> None:
    project.plan(a_step("a", inputs=["nowhere"], outputs=["x"]), a_step("b", inputs=["nowhere either"]))
    built = build_for(project, "x")
    assert built.code == ReturnCode.PENDING
    assert built.tagged("WARNING")[0] == "1 step(s) remained pending."


def test_a_failure_beside_a_target_that_nobody_makes_gives_both_bits(project: Project) -> None:
    project.plan(a_step("a", outputs=["x"]))
    project.scripts["a"] = fails
    assert build_for(project, "x", "nothing").code == ReturnCode.FAILED | ReturnCode.WARNING


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("s", "A build target cannot be a static file: s"),
        ("log", "A build target cannot be a volatile output: log"),
        ("t/x", "A build target cannot be a static file: t/x"),
    ],
)
def test_what_is_not_made_cannot_be_a_target(project: Project, target: str, message: str) -> None:
    project.files(s="1")
    project.disk.write("t/x", "1")
    project.plan(a_static("s", "t"), a_step("a", inputs=["t/x"], volatiles=["log"]))
    project.build()
    built = build_for(project, target)
    assert built.tagged("ERROR") == [f"Invalid build target: {message}"]
    assert (built.code, built.started) == (ReturnCode.FAILED, [])


@pytest.mark.parametrize("target", ["s", "log", "t/x"])
def test_a_plan_cannot_declare_a_target_otherwise(project: Project, target: str) -> None:
    project.files(s="1")
    project.disk.write("t/x", "1")
    project.plan(a_static("s", "t"), a_step("a", inputs=["t/x"], volatiles=["log"]))
    assert build_for(project, target).tagged("FAIL") == ["./plan.py"]


def test_what_a_planner_may_declare_otherwise_is_not_invalid_yet(project: Project) -> None:
    project.files(s="1")
    project.plan(a_static("s"))
    project.build()
    project.plan(a_step("make", outputs=["s"]))
    assert build_for(project, "s").started == ["./plan.py", "make"]


def test_a_target_without_a_name_is_refused(project: Project) -> None:
    options = BuildOptions(targets=("",))
    refusal = project.answer_to(lambda request: BuildRequested(request=request, options=options))
    assert isinstance(refusal, InvalidPath)
