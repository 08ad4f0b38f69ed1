"""What is stored of an attempt comes back as it was."""

from __future__ import annotations

from stepup_server.core.commands import Declared, StaticResult
from stepup_server.core.graph import Graph
from stepup_server.core.ids import AttemptId, NodeId, WorkerId
from stepup_server.core.records import Attempt, Speech
from stepup_server.core.refusals import InvalidPath
from stepup_server.core.states import Need
from stepup_server.core.survival import attempt_from_json, attempt_to_json
from stepup_server.core.values import Assignment, Source

WORK = Assignment(
    command="x", workdir=".", shell=False, inputs=(), outputs=(), volatiles=(), environment=(), need=Need.DEFAULT,
    input_digest="",
)  # fmt: skip


def an_attempt() -> Attempt:
    return Attempt(AttemptId(NodeId(1), 2), WorkerId(0), WORK, 0.0, 7, outlives=True)


def test_all_that_was_said_and_told_comes_back() -> None:
    attempt = an_attempt()
    attempt.deferred, attempt.missed, attempt.holds = True, ["a"], 2
    attempt.refusals = [InvalidPath("no such file", Source("plan.py", 3))]
    answer = Declared((StaticResult(0, ("a", "b")),), ("careful",))
    attempt.speeches = {5: Speech(3, answer=answer, told=(3, answer)), 6: Speech(1)}
    text = attempt_to_json(attempt)
    again = an_attempt()
    attempt_from_json(Graph(), again, text)
    assert attempt_to_json(again) == text
    assert again.speeches[5].answer == answer
    assert (again.deferred, again.missed, again.holds, again.assigned_tick) == (True, ["a"], 2, 7)
    assert isinstance(again.refusals[0], InvalidPath)
    # What was not answered was not heard.
    assert 6 not in again.speeches


def test_nothing_is_stored_of_an_attempt_that_dies_with_its_director() -> None:
    attempt = an_attempt()
    attempt.outlives = False
    assert attempt_to_json(attempt) == attempt_to_json(None) == "{}"
