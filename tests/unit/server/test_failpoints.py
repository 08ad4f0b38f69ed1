"""Failpoints: nothing for those who do not ask, and exactly once for those who do."""

from __future__ import annotations

import ast
import os

import pytest

from stepup_server import failpoints
from stepup_server.failpoints import ACTIONS, FAILPOINTS, Armed, FailpointReached
from tests.tidy.repository import modules_below

__all__ = ()


def test_nothing_happens_unless_somebody_asks() -> None:
    assert os.environ.get(failpoints.VARIABLE) is None
    assert failpoints.reach is failpoints._go_on


def test_every_failpoint_is_reached_by_the_director_and_no_other() -> None:
    calls = (node for module in modules_below("stepup_server") for node in ast.walk(module.tree))
    names = [
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "reach"
    ]
    assert set(names) == set(FAILPOINTS)


def test_something_happens_once_at_the_time_that_counts(capfd: pytest.CaptureFixture[str]) -> None:
    armed = Armed("after_commit=raise@2 before_commit=kill@9")
    armed.reach("after_commit")
    armed.reach("before_answer")
    with pytest.raises(FailpointReached):
        armed.reach("after_commit")
    armed.reach("after_commit")
    assert capfd.readouterr().err == "FAILPOINT after_commit=raise\n"


@pytest.mark.parametrize("text", ["nowhere=kill", "after_commit=explode", "after_commit", "after_commit=kill@soon"])
def test_a_wrong_plan_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"STEPUP_FAILPOINTS|invalid literal"):
        Armed(text)


def test_the_director_dies_sleeps_or_stumbles() -> None:
    assert set(ACTIONS) == {"kill", "sleep", "raise"}
