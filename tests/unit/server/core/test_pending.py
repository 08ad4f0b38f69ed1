"""What people are told about steps that remained pending."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from stepup_server.core import pending
from stepup_server.core.values import BuildOptions, Page
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, fails


def pages_of(project: Project) -> dict[str, list[str]]:
    """Build, and return the lines of the pages about pending steps, by title."""
    project.build(BuildOptions(keep_going=True, resources={"r": 2}))
    pages: list[Page] = [page for report in project.reports_with("WARNING") for page in report.pages]
    return {page.title: page.text.splitlines() for page in pages}


def test_a_missing_input_counts_all_that_wait_for_it(project: Project) -> None:
    project.plan(a_step("one", inputs=["a"], outputs=["b"]), a_step("two", inputs=["b"]))
    pages = pages_of(project)
    assert pages["Unavailable inputs"] == ["          UNDECLARED: (a)  2 step(s)"]
    assert pages["Remedy"][2].startswith("Paths in parentheses")


def test_what_is_missing_behind_a_planner_counts_what_it_planned(project: Project) -> None:
    project.plan(a_static("sub.py", "cfg"), a_plan("sub.py", inputs=["cfg"]))
    project.plan(a_static("a"), a_step("one", inputs=["a"]), path="sub.py")
    project.files(cfg="1", a="1")
    project.build()
    project.disk.remove("cfg")
    project.files(a="2")
    assert pages_of(project)["Unavailable inputs"] == ["             MISSING: cfg  2 step(s)"]


def test_the_tables_have_the_same_columns(embedded: Project) -> None:
    project = embedded
    project.plan(a_step("one", inputs=["a"]), a_step("two", resources={"r": 3}), a_step("three", resources={"gpu": 1}))
    pages = pages_of(project)
    assert pages["Unavailable inputs"] == ["          UNDECLARED: (a)                               1 step(s)"]
    assert pages["Insufficient resources"] == [
        "                 gpu: 1 unit(s) needed, none available  1 step(s)",
        "                   r: 3 unit(s) needed, 2 available     1 step(s)",
    ]


def test_many_causes_are_cut_to_the_most_important(project: Project) -> None:
    project.plan(*(a_step(f"step {name}", inputs=[name]) for name in "zyxwvutsrqpo"))
    lines = pages_of(project)["Unavailable inputs"]
    assert lines[0].split() == ["UNDECLARED:", "(q)", "1", "step(s)"]
    assert lines[-1].endswith(": ... and 2 more input(s)  ≥ 2 step(s)")


def test_what_is_left_out_and_told_already_is_not_counted_again(project: Project) -> None:
    project.plan(a_step("one", inputs=list("abcdefghijkl")))
    assert pages_of(project)["Unavailable inputs"][-1].endswith(": ... and 2 more input(s)")


def test_steps_behind_a_failure_are_told_together(project: Project) -> None:
    project.plan(a_step("bad", outputs=["x"]), a_step("two", inputs=["x"], outputs=["y"]), a_step("a", inputs=["y"]))
    project.scripts["bad"] = fails
    assert pages_of(project)["Other reasons"] == ["2 step(s) are blocked by failed steps, e.g. a."]


def test_a_planner_that_waits_for_what_it_planned_waits_for_ever(project: Project) -> None:
    project.plan(a_static("sub.py"), a_plan("sub.py"))
    project.plan(path="sub.py", script=waits_for_its_own_step)
    assert pages_of(project)["Other reasons"] == ["2 step(s) are waiting on each other, e.g. ./sub.py."]


def test_counting_gives_up_on_a_graph_without_bounds(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "VISITS_MAX", 0)
    project.plan(a_step("one", inputs=["a"], outputs=["b"]), a_step("two", inputs=["b"]))
    assert pages_of(project)["Unavailable inputs"] == ["          UNDECLARED: (a)  1 step(s)"]


def waits_for_its_own_step(running: Running) -> Generator[Call, object, int]:
    """Plan a step and amend what it makes."""
    yield running.declare(a_step("own", outputs=["x"]))
    yield running.amend("x")
    return 1
