"""What workers saw steps use: it becomes amended, at the end of the attempt."""

from __future__ import annotations

from stepup_server.core.states import FileState, ReturnCode, StepState
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import amends, imports


def test_a_used_file_is_a_dynamic_input_from_then_on(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("use", outputs=["x"]))
    project.scripts["use"] = imports("a")
    assert project.build().started == ["./plan.py", "use"]
    step = project.step("use")
    assert step.inputs == {project.file("a").id: True}
    assert step.environment == {"F": True}
    project.files(a="2")
    assert project.build().started == ["use"]


def test_a_used_file_in_a_tree_is_looked_at_once(project: Project) -> None:
    project.files(**{"t/a": "1"})
    project.plan(a_static("t"), a_step("use", outputs=["x"]))
    project.scripts["use"] = imports("t/a")
    assert project.build().started == ["./plan.py", "use"]
    assert project.file("t/a").state is FileState.CONFIRMED
    assert project.build().started == []


def test_an_amended_file_in_a_tree_does_not_disturb_who_asked_for_it(project: Project) -> None:
    project.files(**{"t/a": "1"})
    project.plan(a_static("t"), a_step("use", outputs=["x"]))
    project.scripts["use"] = amends("t/a")
    assert project.build().started == ["./plan.py", "use"]


def test_a_used_file_that_nobody_declares_defers_the_step(project: Project) -> None:
    project.files(a="1")
    project.plan(a_step("use", outputs=["x"]))
    project.scripts["use"] = imports("a")
    built = project.build()
    assert built.tagged("DEFERRED") == ["use"]
    assert built.code == ReturnCode.PENDING
    assert project.reports_with("DEFERRED")[0].pages[0].text == "a"


def test_a_used_product_that_is_made_later_defers_the_step_until_it_is_there(project: Project) -> None:
    project.plan(a_step("use", outputs=["y"]), a_step("make", outputs=["x"]))
    project.scripts["use"] = imports("x")
    built = project.build()
    assert built.started == ["./plan.py", "use", "make", "use"]
    assert project.step("use").state is StepState.SUCCEEDED


def test_what_a_step_used_and_had_declared_is_not_amended(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("use", inputs=["a"], outputs=["x"]))
    project.scripts["use"] = imports("a", "./a")
    project.build()
    assert project.step("use").inputs == {project.file("a").id: False}


def test_a_step_that_used_its_own_product_fails(project: Project) -> None:
    project.plan(a_step("use", outputs=["x"]))
    project.scripts["use"] = imports("x")
    built = project.build()
    assert built.tagged("FAIL") == ["use"]
    assert "Cyclic dependency" in project.reports_with("FAIL")[0].pages[0].text
