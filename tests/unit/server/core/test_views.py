"""The graph as text."""

from __future__ import annotations

from stepup_server.core.states import Need
from stepup_server.core.values import BuildOptions
from stepup_server.core.views import dependency_dot, provenance_dot
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import amends

ROOT = """\
root:
             product   file:plan.py
             product   step:./plan.py

"""
STEP = """\
step:use  # wd=sub
               state = SUCCEEDED
                need = DEFAULT (implied by sinks > OPTIONAL)
           using_env = A
                     = V [dynamic]
       env_overrides = O=1
            resource = r: 1 units
"""
RELATIONS = """\
             creator   step:./plan.py
              source   file:a
              source   file:b [dynamic]
             product   file:sub/v
             product   file:sub/x
                sink   file:sub/v
                sink   file:sub/x
"""


def a_project(project: Project) -> Project:
    """Build something that has most of what can be shown."""
    project.files(a="1", b="2")
    project.plan(
        a_static("a", "b"),
        a_step(
            "use",
            workdir="sub",
            inputs=["../a"],
            outputs=["x"],
            volatiles=["v"],
            environment=["A"],
            overrides={"O": "1"},
            resources={"r": 1},
            need=Need.OPTIONAL,
        ),
        a_step("last", inputs=["sub/x"]),
    )
    project.scripts["use"] = amends("../b", environment=["V"])
    assert project.build(BuildOptions(resources={"r": 1})).code == 0
    return project


def test_a_step_shows_all_that_is_known_of_it(project: Project) -> None:
    text = a_project(project).graph()
    assert STEP in text
    assert RELATIONS in text


def test_the_text_begins_with_the_root_and_ends_with_an_empty_line(project: Project) -> None:
    text = a_project(project).graph()
    assert text.startswith(ROOT)
    assert text.endswith("\n\n")


def test_detached_nodes_stand_in_parentheses(project: Project) -> None:
    project.plan(a_step("use", inputs=["x"]))
    project.build()
    assert "\n(file:x)\n               state = UNDECLARED\n                sink   step:use\n" in project.graph()


def test_dot_names_every_node_once(project: Project) -> None:
    graph = a_project(project).director.desk.graph
    count = len(graph.steps) + len(graph.files)
    for text in (provenance_dot(graph), dependency_dot(graph)):
        labels = [line for line in text.splitlines() if "label=" in line and "octagon" not in line]
        assert len(labels) == len(set(labels)) == count
    assert '[shape=ellipse label="use  # wd=sub"]' in provenance_dot(graph)


def test_what_a_later_build_adds_comes_last_whatever_the_plan_says_first(project: Project) -> None:
    project.files(a="1", b="2")
    project.plan(a_static("b"), a_step("late", inputs=["b"]))
    project.build()
    project.plan(a_static("a", "b"), a_step("early", inputs=["a"]), a_step("late", inputs=["b"]))
    project.build()
    keys = [paragraph.partition("\n")[0] for paragraph in project.graph().split("\n\n")]
    assert keys == ["root:", "file:plan.py", "step:./plan.py", "file:b", "step:late", "file:a", "step:early", ""]
    project.restart()
    assert [paragraph.partition("\n")[0] for paragraph in project.graph().split("\n\n")] == keys


def test_what_is_detached_stands_in_parentheses_wherever_it_is_named(project: Project) -> None:
    project.plan(a_step("use", inputs=["absent"]))
    project.build()
    text = project.graph()
    assert "\n(file:absent)\n" in text
    assert "              source   (file:absent)\n" in text


def test_what_is_detached_keeps_its_place(project: Project) -> None:
    project.files(a="1", b="2")
    project.plan(a_static("a"), a_step("use", inputs=["a"]), a_static("b"))
    project.build()
    project.plan(a_step("use", inputs=["a"]), a_static("b"))
    project.build()
    keys = [paragraph.partition("\n")[0] for paragraph in project.graph().split("\n\n")]
    assert keys == ["root:", "file:plan.py", "step:./plan.py", "(file:a)", "step:use", "file:b", ""]
