"""Why steps are pending, in short."""

from __future__ import annotations

from stepup_server.core.values import BuildOptions
from stepup_server.core.waiting import common_reasons
from tests.support.builders import a_static, a_step
from tests.support.project import Project


def test_reasons_are_those_at_the_root_and_the_most_frequent_comes_first(project: Project) -> None:
    project.files(a="1")
    project.plan(
        a_static("a"),
        a_step("big", resources={"gpu": 1}),
        a_step("one", inputs=["a"], outputs=["b"]),
        a_step("two", inputs=["a"]),
        a_step("three", inputs=["b"]),
    )
    project.build(BuildOptions(resources={"gpu": 1}))
    project.disk.remove("a")
    project.build()
    desk = project.director.desk
    found = [
        (reason.text, [step.command for step in steps])
        for reason, steps in common_reasons(desk.graph, desk.circumstances)
    ]
    assert found == [("its input a is missing", ["one", "two"])]


def test_a_project_without_pending_steps_has_no_reasons(project: Project) -> None:
    project.plan(a_step("one"))
    project.build()
    desk = project.director.desk
    assert common_reasons(desk.graph, desk.circumstances) == []
