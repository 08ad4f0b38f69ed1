"""S-08: what a lying worker says changes nothing, and soon it may say nothing any more."""

from __future__ import annotations

import pytest

from stepup_server.core.events import WorkerReported
from stepup_server.core.ids import AttemptId, NodeId, WorkerId
from stepup_server.core.quarantine import LIES_MAX, QUARANTINE_S
from stepup_server.core.refusals import Unwelcome
from stepup_server.core.states import StepState
from stepup_server.core.values import AttemptFact, AttemptOutcome, Exited
from tests.support.builders import a_step
from tests.support.project import Project
from tests.support.workers import FakeWorker

NEVER = AttemptId(NodeId(1), 10**6)
SUCCESS = AttemptOutcome(end=Exited(0))


def says(project: Project, worker: FakeWorker, *facts: AttemptFact, holding: tuple[AttemptId, ...] = ()) -> None:
    """Let a worker say something that it makes up."""
    honest = worker.statement()
    project.tell(WorkerReported(worker=honest.worker, stream=honest.stream, seen=0, holding=holding, facts=facts))


def two_workers() -> tuple[Project, FakeWorker]:
    """Return a project in which `w0` runs a step, and an idle worker."""
    project = Project()
    project.join("w0")
    project.plan(a_step("one", outputs=["x"]))
    project.begin_build()
    project.run_until("go on one")
    return project, project.join("liar")


def test_the_result_of_a_step_that_another_worker_runs_is_no_result() -> None:
    project, liar = two_workers()
    says(project, liar, AttemptFact(project.attempt("one"), SUCCESS))
    assert project.step("one").state is StepState.RUNNING
    project.run()
    assert project.step("one").state is StepState.SUCCEEDED
    assert project.step("one").attempt_number == project.workers["w0"].started[-1].number


@pytest.mark.parametrize(
    "facts",
    [
        (AttemptFact(NEVER, SUCCESS),),
        (AttemptFact(NEVER, None),),
        (AttemptFact(AttemptId(NodeId(3), 0), SUCCESS),),
        (AttemptFact(NEVER, SUCCESS), AttemptFact(NEVER, None)),
    ],
)
def test_after_some_lies_a_worker_is_thrown_out(facts: tuple[AttemptFact, ...]) -> None:
    project, liar = two_workers()
    for _ in range(LIES_MAX):
        assert project.director.workforce.workers[WorkerId(1)].connected or len(facts) > 1
        says(project, liar, *facts)
    assert not project.director.workforce.workers[WorkerId(1)].connected
    assert any("has reported on attempts that it was never given" in line for line in project.lines())
    project.run()
    assert project.step("one").state is StepState.SUCCEEDED


def test_it_may_come_back_when_it_has_waited() -> None:
    project, liar = two_workers()
    says(project, liar, holding=(NEVER, AttemptId(NodeId(7), 10**7), AttemptId(NodeId(8), 10**8)))
    liar.is_connected = False
    project.join("liar")
    assert not liar.is_connected
    (refusal,) = (answer for answer in project.answers.values() if isinstance(answer, Unwelcome))
    assert "is kept out for 600 s more" in refusal.message
    project.pass_time(QUARANTINE_S)
    project.join("liar")
    assert liar.is_connected


def test_what_a_liar_holds_runs_elsewhere() -> None:
    project = Project()
    liar = project.join("liar")
    project.plan(a_step("one", outputs=["x"]))
    project.begin_build()
    project.run_until("go on one")
    says(project, liar, *(AttemptFact(NEVER, SUCCESS),) * LIES_MAX)
    liar.kill_all()
    project.join("honest")
    project.run()
    assert project.step("one").state is StepState.SUCCEEDED


def test_late_news_of_attempts_that_are_over_is_no_lie() -> None:
    project, liar = two_workers()
    project.run()
    old = AttemptId(project.step("one").id, project.step("one").attempt_number)
    for _ in range(2 * LIES_MAX):
        says(project, liar, AttemptFact(old, SUCCESS), AttemptFact(old, None))
    assert project.director.workforce.workers[WorkerId(1)].connected
