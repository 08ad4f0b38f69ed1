"""Who is revoked runs nothing any more in the eyes of the director, and what it says of that is void."""

from __future__ import annotations

from stepup_server.core.events import MemberRevoked, WorkerReported
from stepup_server.core.ids import AttemptId, WorkerId
from stepup_server.core.states import StepState
from stepup_server.core.values import AttemptFact, AttemptOutcome, Exited
from tests.support.builders import a_step
from tests.support.project import Project

SUCCESS = AttemptOutcome(end=Exited(0))


def a_member_at_work() -> tuple[Project, AttemptId]:
    """Return a project in which the worker `w0`, a member of the same name, runs a step."""
    project = Project()
    project.join("w0", member="w0")
    project.plan(a_step("one", outputs=["x"]))
    project.begin_build()
    project.run_until("go on one")
    return project, project.attempt("one")


def revoke(project: Project, name: str) -> object:
    """Believe somebody no more; return how many attempts are given up."""
    request = project.ask(lambda id_: MemberRevoked(name=name, request=id_))
    return project.answers[request]


def test_what_a_revoked_worker_runs_is_given_to_another_at_once() -> None:
    project, first = a_member_at_work()
    project.join("w1", member="w1")
    assert revoke(project, "w0") == 1
    assert "WARNING Worker 0 was revoked: one will run again" in project.lines()
    again = project.attempt("one")
    assert again != first
    project.paused.add("go on one")
    project.run()
    assert project.workers["w1"].started == [again]


def test_results_of_a_revoked_worker_are_void() -> None:
    project, first = a_member_at_work()
    revoke(project, "w0")
    worker = project.workers["w0"].statement()
    late = WorkerReported(worker=worker.worker, stream=worker.stream, seen=0, holding=(), facts=())
    for fact in (AttemptFact(first, None), AttemptFact(first, SUCCESS)):
        project.tell(WorkerReported(worker=late.worker, stream=late.stream, seen=0, holding=(), facts=(fact,)))
    assert project.step("one").state is StepState.PENDING
    assert not project.director.workforce.workers[WorkerId(0)].connected
    # And when it is let in again, it brings what is of no use to anybody.
    project.join("w0")
    project.run()
    assert project.step("one").state is StepState.SUCCEEDED
    assert project.step("one").attempt_number != first.number


def test_it_is_no_fault_of_the_step() -> None:
    project, _ = a_member_at_work()
    revoke(project, "w0")
    assert project.step("one").losses == ()


def test_workers_are_known_by_their_certificates_not_by_what_they_call_themselves() -> None:
    project, first = a_member_at_work()
    project.workers["w0"].member = "other"
    project.join("w0")
    assert revoke(project, "w0") == 0
    assert project.attempt("one") == first
    assert revoke(project, "other") == 1


def test_a_worker_that_is_out_of_touch_is_not_waited_for_when_it_is_revoked() -> None:
    project, _ = a_member_at_work()
    project.break_stream("w0")
    assert project.director.next_deadline() is not None
    assert revoke(project, "w0") == 1
    assert project.director.next_deadline() is None
    project.pass_time(10_000)
    assert [line for line in project.lines() if "Lost worker" in line] == []


def test_a_director_that_begins_gives_up_what_members_hold_that_were_revoked_before() -> None:
    project, first = a_member_at_work()
    project.restart()
    project.tell(MemberRevoked(name="somebody"), MemberRevoked(name="w0"))
    assert project.step("one").state is StepState.PENDING
    assert any(line.endswith("0 steps re-adopted, 0 finished meanwhile, 1 started again") for line in project.lines())
    project.workers["w0"].kill_all()
    project.join("heir")
    project.build()
    assert project.step("one").state is StepState.SUCCEEDED
    assert project.step("one").attempt_number != first.number
