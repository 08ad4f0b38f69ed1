"""How long a build will still take."""

from __future__ import annotations

from stepup_server.core.values import BuildOptions
from tests.support.builders import a_static, a_step
from tests.support.project import Project

__all__ = ()


def guess(project: Project, *, first_s: float, use_s: float, use_durations: bool = True) -> float | None:
    """Build `first` and four steps that use what it makes; return the guess at the start of `first`."""
    project.files(a="1")
    users = (a_step(f"use {number}", inputs=["b"], duration_s=use_s) for number in range(4))
    project.plan(a_static("a"), a_step("first", inputs=["a"], outputs=["b"], duration_s=first_s), *users)
    project.build(BuildOptions(use_durations=use_durations))
    started = next(report for report in project.reports_with("SUCCESS") if report.text == "./plan.py")
    assert started.progress is not None
    return started.progress.left_s


def test_without_durations_nobody_knows(project: Project) -> None:
    assert guess(project, first_s=0.0, use_s=0.0) is None


def test_too_few_durations_are_no_help(project: Project) -> None:
    assert guess(project, first_s=10.0, use_s=0.0) is None


def test_with_one_slot_all_work_takes_its_turn(project: Project) -> None:
    assert guess(project, first_s=10.0, use_s=5.0) == 30.0


def test_steps_without_a_duration_are_taken_for_usual_ones(project: Project) -> None:
    assert guess(project, first_s=0.0, use_s=5.0) == 25.0


def test_with_many_slots_the_longest_chain_decides(project: Project) -> None:
    project.join("w1", slots=100)
    assert guess(project, first_s=10.0, use_s=5.0) == 15.0


def test_when_durations_do_not_count_only_the_work_is_added_up(project: Project) -> None:
    project.join("w1", slots=29)
    # The plan, which is still running, counts as a usual step of 6 seconds.
    assert guess(project, first_s=10.0, use_s=5.0, use_durations=False) == 36.0 / 30
