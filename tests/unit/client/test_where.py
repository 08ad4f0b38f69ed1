"""The conditions for workers, as plans write them; the director reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stepup_client.calls import call
from stepup_client.core.options import normalise_where
from stepup_client.running import copy, plan, run, step
from stepup_client.scripts import script
from stepup_client.templates import render_jinja
from tests.unit.client.recording import RecordingSession

DECLARERS: tuple[Callable[[], object], ...] = (
    lambda: step("x", where=" gpu "),
    lambda: run("x", where="gpu"),
    lambda: plan("./plan.py", where="gpu"),
    lambda: copy("a", "b", where="gpu"),
    lambda: call("./s.py", "f", where="gpu"),
    lambda: script("./s.py", where="gpu"),
    lambda: render_jinja("a", {"x": 1}, "b", where="gpu"),
)


@pytest.mark.parametrize("declare", DECLARERS)
def test_all_that_declares_steps_takes_a_condition(declare: Callable[[], object], session: RecordingSession) -> None:
    declare()
    assert session.statement.where == "gpu"  # type: ignore[union-attr] # it is a step


def test_a_condition_is_text() -> None:
    assert normalise_where(" a and b ") == "a and b"
    with pytest.raises(TypeError, match="must be a string, not int"):
        normalise_where(7)  # type: ignore[arg-type] # that is the point
