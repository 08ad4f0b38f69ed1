"""What machines of workers lack: told when it begins and ends; steps run again, though not for ever."""

from __future__ import annotations

import pytest

from stepup_server.core import events as ev
from stepup_server.core.hindrances import HINDERED_MAX
from stepup_server.core.ids import StreamId, WorkerId
from stepup_server.core.states import ReturnCode, StepState
from stepup_server.core.values import AttemptOutcome, Exited, Hindered
from tests.support.builders import a_step
from tests.support.project import Project, Ticket

FULL = Hindered("/x: the disk is full. Make room there.")


def hinder(project: Project) -> None:
    """Let the running step `work` end on a machine that lacked something."""
    worker = project.workers["w0"]
    worker.end_with(worker.held[project.attempt("work")], AttemptOutcome(end=FULL))
    project.run()


def begin(project: Project, retries: int = 0) -> Ticket:
    """Let the step `work` run."""
    project.plan(a_step("work", outputs=["x"], retries=retries))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    return ticket


def test_a_step_for_which_a_machine_was_too_small_runs_again(project: Project) -> None:
    ticket = begin(project)
    first = project.attempt("work")
    hinder(project)
    assert project.attempt("work") != first
    project.paused.clear()
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert built.tagged("FAIL") == []
    assert built.tagged("WARNING")[0] == "work (ran out of resources, and will run again)"


def test_that_takes_none_of_its_tries(project: Project) -> None:
    ticket = begin(project, retries=1)
    for _ in range(HINDERED_MAX):
        hinder(project)
    worker = project.workers["w0"]
    worker.end_with(worker.held[project.attempt("work")], AttemptOutcome(end=Exited(1)))
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_what_is_too_large_again_and_again_fails(project: Project) -> None:
    ticket = begin(project)
    for _ in range(HINDERED_MAX + 1):
        hinder(project)
    built = project.finish(ticket)
    assert project.step("work").state is StepState.FAILED
    assert built.tagged("FAIL") == ["work"]
    because = project.director.explain("work").because
    assert any(FULL.reason in reason.text for reason in because)


@pytest.mark.parametrize("told", [("A.",), ("A.", "B.")])
def test_what_keeps_a_worker_is_told_when_it_begins_and_when_it_ends(project: Project, told: tuple[str, ...]) -> None:
    ticket = begin(project)
    for hindrances in (told, told, told[:1], ()):
        report(project, hindrances)
    project.paused.clear()
    built = project.finish(ticket)
    assert built.tagged("WARNING")[: len(told)] == [
        f"Worker 0 cannot go on. {text} It tries again until it can." for text in told
    ]
    assert built.tagged("DIRECTOR").count("Worker 0 goes on.") == 1


def report(project: Project, hindrances: tuple[str, ...]) -> None:
    """Let the worker say what it is doing."""
    worker = project.workers["w0"]
    stream, holding = StreamId(worker.streams), tuple(worker.held)
    project.tell(
        ev.WorkerReported(worker=WorkerId(0), stream=stream, seen=worker.seen, holding=holding, hindrances=hindrances)
    )
