"""Orders and reports: who holds what, what is told again, and what is done when a worker is lost."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from stepup_server.core import events as ev
from stepup_server.core.commands import EndStream, HashFiles, OrderWorker
from stepup_server.core.director import DirectorSettings
from stepup_server.core.ids import AttemptId, NodeId, StreamId, WorkerId
from stepup_server.core.refusals import InvalidArgument, NotNow, Refusal, Unwelcome
from stepup_server.core.states import ReturnCode, StepState, StopLevel
from stepup_server.core.values import AttemptFact, AttemptOutcome, Exited, Observation, PathKind, Transfer
from tests.support.builders import a_step
from tests.support.project import Project, Ticket
from tests.support.scripts import Call, Running
from tests.support.workers import FakeWorker


def running(project: Project) -> Ticket:
    """Bring a project to the moment at which its step `work` is running, and stop it there."""
    project.plan(a_step("work", outputs=["x"]))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    return ticket


def last_orders(project: Project) -> OrderWorker:
    """Return the newest orders for any worker."""
    return [command for command in project.commands if isinstance(command, OrderWorker)][-1]


def test_the_details_of_an_attempt_travel_once(project: Project) -> None:
    ticket = running(project)
    project.plan()
    details = [
        order.assignment is not None
        for command in project.commands
        if isinstance(command, OrderWorker)
        for order in command.orders
        if order.attempt == project.attempt("work")
    ]
    assert details.count(True) == 1
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_details_are_told_again_to_a_worker_that_does_not_hold_the_attempt(project: Project) -> None:
    ticket = running(project)
    worker = project.workers["w0"]
    worker.held.clear()
    project.tell(replace(worker.statement(), seen=last_orders(project).sequence))
    assert last_orders(project).orders[0].assignment is not None
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK
    assert worker.started.count(project.workers["w0"].started[-1]) == 2


def test_details_are_not_told_again_to_a_worker_that_has_not_read_them(project: Project) -> None:
    project.plan(a_step("work"))
    project.paused.add("mail w0")
    project.begin_build()
    project.run()
    before = last_orders(project)
    project.tell(project.workers["w0"].statement())
    assert last_orders(project) is before
    assert before.orders[0].assignment is not None


def test_a_result_is_acknowledged_in_the_turn_that_records_it(project: Project) -> None:
    project.plan(a_step("work"))
    project.build()
    assert set(project.workers["w0"].held) == set()
    acknowledged = [
        one for command in project.commands if isinstance(command, OrderWorker) for one in command.acknowledged
    ]
    assert acknowledged == project.workers["w0"].started


def test_a_result_without_its_outputs_waits_for_a_look_at_them(project: Project) -> None:
    running(project)
    attempt = project.attempt("work")
    project.disk.write("x", "1")
    fact = AttemptFact(attempt, AttemptOutcome(end=Exited(0)))
    project.tell(ev.WorkerReported(worker=WorkerId(0), stream=StreamId(1), seen=0, holding=(), facts=(fact,)))
    assert project.step("work").state is StepState.RUNNING
    project.run()
    assert project.step("work").state is StepState.SUCCEEDED


@pytest.mark.parametrize("outcome", [None, AttemptOutcome(end=Exited(1))])
def test_a_report_about_an_old_attempt_changes_nothing(project: Project, outcome: AttemptOutcome | None) -> None:
    running(project)
    attempt = project.attempt("work")
    for old in (AttemptId(attempt.step, 1), AttemptId(NodeId(99), 1), AttemptId(attempt.step, 99)):
        fact = AttemptFact(old, outcome)
        project.tell(
            ev.WorkerReported(worker=WorkerId(0), stream=StreamId(1), seen=0, holding=(attempt,), facts=(fact,))
        )
        assert project.attempt("work") == attempt
        assert (old in last_orders(project).acknowledged) == (outcome is not None)


def test_a_report_of_another_worker_changes_nothing(project: Project) -> None:
    ticket = running(project)
    project.join("w1")
    fact = AttemptFact(project.attempt("work"), AttemptOutcome(end=Exited(1)))
    project.tell(ev.WorkerReported(worker=WorkerId(1), stream=StreamId(1), seen=0, holding=(), facts=(fact,)))
    project.tell(ev.WorkerReported(worker=WorkerId(7), stream=StreamId(1), seen=0, holding=(), facts=(fact,)))
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_a_repeated_result_changes_nothing(project: Project) -> None:
    ticket = running(project)
    seen = Observation("x", PathKind.FILE, project.disk.look("plan.py").hash)
    facts = (AttemptFact(project.attempt("work"), AttemptOutcome(end=Exited(0), outputs=(seen,))),) * 2
    project.tell(ev.WorkerReported(worker=WorkerId(0), stream=StreamId(1), seen=0, holding=(), facts=facts))
    project.tell(ev.WorkerReported(worker=WorkerId(0), stream=StreamId(1), seen=0, holding=(), facts=facts))
    assert sum(line == "SUCCESS work" for line in project.lines()) == 1
    assert project.finish(ticket).code == ReturnCode.OK


def test_what_a_worker_holds_against_its_orders_is_not_in_the_next_ones(project: Project) -> None:
    stranger = AttemptId(NodeId(99), 99)
    before = len(project.commands)
    project.tell(ev.WorkerReported(worker=WorkerId(0), stream=StreamId(1), seen=1, holding=(stranger,)))
    assert len(project.commands) == before + 1
    assert last_orders(project).orders == ()


def test_a_worker_that_comes_back_in_time_goes_on(project: Project) -> None:
    ticket = running(project)
    project.break_stream()
    assert project.lines()[-1] == (
        "WARNING Lost touch with worker 0, which holds 1 step(s); waiting 2400 s for it to come back."
    )
    project.pass_time(59)
    project.join("w0")
    assert project.director.next_deadline() is None
    project.paused.clear()
    built = project.finish(ticket)
    assert (built.code, built.started.count("work")) == (ReturnCode.OK, 1)


def test_a_result_that_came_while_nobody_listened_is_told_on_return(project: Project) -> None:
    ticket = running(project)
    project.break_stream()
    project.paused.clear()
    project.run()
    project.join("w0")
    built = project.finish(ticket)
    assert (built.code, built.started.count("work")) == (ReturnCode.OK, 1)


def test_a_worker_that_stays_away_loses_its_attempts(project: Project) -> None:
    ticket = running(project)
    old = project.attempt("work")
    project.break_stream()
    project.join("w1")
    project.pass_time(2401)
    assert "WARNING Lost worker 0: work will run again" in project.lines()
    assert project.attempt("work").number > old.number
    project.join("w0")
    project.run()
    assert project.workers["w0"].held == {}
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_another_process_under_the_same_name_means_that_the_old_one_is_dead(project: Project) -> None:
    ticket = running(project)
    project.kill_worker()
    project.join("w0")
    assert "WARNING Worker 0 died (signal 9) and was started anew: work will run again" in project.lines()
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_an_idle_worker_that_goes_leaves_no_deadline(project: Project) -> None:
    project.break_stream()
    assert project.director.next_deadline() is None


def test_a_build_waits_for_a_worker(project: Project) -> None:
    project.break_stream()
    project.plan(a_step("work"))
    ticket = project.begin_build()
    project.run()
    assert "WARNING No worker is connected. Start one in another terminal: stepup worker --jobs 4" in project.lines()
    project.join("w1")
    assert project.finish(ticket).code == ReturnCode.OK


@pytest.mark.parametrize(
    ("home", "code", "late"), [("home", 0, True), ("here", 0, False), ("", 0, False), ("home", 1, False)]
)
def test_outputs_of_which_a_worker_elsewhere_does_not_know_may_come_late(home: str, code: int, *, late: bool) -> None:
    def amend(running: Running) -> Generator[Call, Any, int]:
        yield running.amend(outputs=["y"])
        running.make_outputs()
        running.disk.write("y", "made")
        return code

    project = Project(settings=DirectorSettings(host=home))
    project.join()
    project.plan(a_step("work", outputs=["x"]))
    project.scripts["work"] = amend
    project.build()
    looks = [one for one in project.commands if isinstance(one, HashFiles) and ("y", None) in one.files]
    assert [one.late for one in looks] == [late]


def test_in_the_embedded_case_a_lost_worker_ends_the_build() -> None:
    project = Project(settings=DirectorSettings(embedded=True))
    project.join()
    ticket = running(project)
    project.kill_worker()
    project.pass_time(project.settings.lease_s)
    built = project.finish(ticket)
    assert built.code == ReturnCode.INTERNAL | ReturnCode.DRAINING
    assert built.tagged("ERROR") == ["The worker has died. Run the build again to finish the rest."]


@pytest.mark.parametrize("is_stopped_first", [False, True])
def test_in_the_embedded_case_nobody_waits_for_a_worker_when_all_is_to_stop(*, is_stopped_first: bool) -> None:
    project = Project(settings=DirectorSettings(embedded=True))
    project.join()
    running(project)
    project.paused.add("say")
    if not is_stopped_first:
        project.kill_worker()
    project.ask(lambda id_: ev.StopRequested(request=id_, level=StopLevel.KILL))
    if is_stopped_first:
        project.kill_worker()
    project.run()
    assert project.is_stopped
    assert project.step("work").losses == ()


def test_in_the_embedded_case_the_build_goes_on_when_the_worker_is_started_anew() -> None:
    project = Project(settings=DirectorSettings(embedded=True))
    project.join()
    ticket = running(project)
    project.kill_worker()
    project.paused.clear()
    project.join()
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert built.tagged("ERROR") == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"root": "/elsewhere"}, Unwelcome), ({"name": ""}, InvalidArgument), ({"incarnation": "2"}, NotNow)],
)
def test_a_worker_that_does_not_fit_is_refused(
    project: Project, change: dict[str, object], kind: type[Refusal]
) -> None:
    worker = FakeWorker("w0", project.disk, project.find_script)
    description = replace(worker.description, **change)  # type: ignore[arg-type] # the fields are those of the table
    answer = project.answer_to(lambda id_: replace(worker.introduction(id_), description=description))
    assert isinstance(answer, kind)


def test_a_worker_that_dials_again_takes_the_place_of_its_own_dead_stream(project: Project) -> None:
    ticket = running(project)
    attempt = project.attempt("work")
    project.join()
    assert [command.stream for command in project.commands if isinstance(command, EndStream)] == [StreamId(1)]
    assert last_orders(project).stream == StreamId(2)
    assert [order.attempt for order in last_orders(project).orders] == [attempt]
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK
    assert project.workers["w0"].started.count(attempt) == 1


def test_the_end_of_a_dead_stream_does_not_end_the_new_one(project: Project) -> None:
    running(project)
    project.join()
    before = len(project.commands)
    project.end_stream(project.workers["w0"], 1)
    assert len(project.commands) == before
    project.end_stream(project.workers["w0"], 2)
    assert "Lost touch with worker 0" in project.lines()[-1]


def test_what_a_dead_stream_still_brings_is_void(project: Project) -> None:
    running(project)
    project.join()
    fact = AttemptFact(project.attempt("work"), AttemptOutcome(end=Exited(1)))
    project.tell(ev.WorkerReported(worker=WorkerId(0), stream=StreamId(1), seen=9, holding=(), facts=(fact,)))
    assert project.step("work").state is StepState.RUNNING


def test_steps_are_shared_by_the_workers(project: Project) -> None:
    project.join("w1", slots=2)
    project.plan(*(a_step(f"s{number}") for number in range(6)))
    project.paused.add("go on s")
    project.begin_build()
    project.run()
    assert [len(project.workers[name].running()) for name in ("w0", "w1")] == [1, 2]


def test_only_what_keeps_its_place_is_handed_out_ahead(project: Project) -> None:
    project.plan(
        a_step("long", outputs=["x"], duration_s=9),
        a_step("tail", inputs=["x"], duration_s=8),
        a_step("short", duration_s=1),
    )
    project.paused.add("go on long")
    project.begin_build()
    project.run()
    assert [held.label for held in project.workers["w0"].held.values()] == ["long"]


def test_no_more_is_handed_out_ahead_than_agreed() -> None:
    project = Project(settings=DirectorSettings(prefetch=3))
    project.join(slots=2)
    project.plan(*(a_step(f"s{number}") for number in range(20)))
    project.paused.add("go on s")
    project.begin_build()
    project.run()
    assert len(project.workers["w0"].held) == 5


def test_a_worker_that_is_stopping_gives_back_what_has_not_begun(project: Project) -> None:
    project.plan(a_step("one"), a_step("two"))
    project.paused.add("go on one")
    ticket = project.begin_build()
    project.run()
    worker = project.workers["w0"]
    began, waiting = worker.held
    del worker.held[waiting]
    project.tell(replace(worker.statement(), slots=0))
    assert project.director.desk.graph.steps[waiting.step].state is StepState.PENDING
    assert [order.attempt for order in last_orders(project).orders] == [began]
    project.paused.clear()
    project.join("w1")
    assert project.finish(ticket).code == ReturnCode.OK
    assert worker.started[-1] == began


def test_large_files_on_their_way_are_told_of_and_change_nothing(project: Project) -> None:
    project.plan(a_step("use", outputs=["x"]))
    ticket = project.begin_build()
    project.run_until("begin use")
    attempt = project.step("use").attempt
    assert attempt is not None
    worker = project.workers["w0"]
    before = project.history[-1]
    moving = Transfer(attempt.id, is_upload=False, files=1, bytes_done=1, bytes_total=2)
    project.tell(replace(worker.statement(), transfers=(moving,)))
    assert project.history[-1] is not before
    assert project.reports[-1].step is not None
    assert project.reports[-1].step.transfer == moving
    assert project.director.workforce.workers[attempt.worker].transfers == {attempt.id: moving}
    assert project.finish(ticket).code == ReturnCode.OK
    assert not project.director.workforce.workers[attempt.worker].transfers


def test_a_director_that_moves_no_files_refuses_workers_that_need_them() -> None:
    project = Project(settings=DirectorSettings(moves_files=False))
    project.join("here")
    assert project.workers["here"].is_connected
    project.join("elsewhere", own_workspace=True)
    assert not project.workers["elsewhere"].is_connected
    assert isinstance(list(project.answers.values())[-1], Unwelcome)
