"""Ending a single step."""

from __future__ import annotations

from stepup_server.core import events as ev
from stepup_server.core.answers import CancelTicket
from stepup_server.core.cancelling import GRACE_S
from stepup_server.core.commands import OrderWorker
from stepup_server.core.refusals import NotRunning, UnknownStep
from stepup_server.core.states import ReturnCode, StepState, StopLevel
from tests.support.builders import a_step
from tests.support.project import Project, Ticket


def running(project: Project, *, retries: int = 0) -> Ticket:
    """Bring a project to the moment at which its step `work` is running, and stop it there."""
    project.plan(a_step("work", outputs=["x"], retries=retries, duration_s=9), a_step("other"))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    return ticket


def cancel(project: Project, name: str = "work") -> object:
    """Ask for the end of a step."""
    request = project.ask(lambda id_: ev.CancelRequested(request=id_, name=name))
    return project.answers[request]


def stop_of(project: Project) -> StopLevel:
    """Return how firmly the worker was last asked to stop `work`."""
    orders = [command for command in project.commands if isinstance(command, OrderWorker)][-1]
    return next(order.stop for order in orders.orders if order.attempt == project.attempt("work"))


def test_a_cancelled_step_is_interrupted_and_fails_and_the_others_go_on(project: Project) -> None:
    ticket = running(project, retries=3)
    assert cancel(project) == CancelTicket("work", project.attempt("work"))
    assert stop_of(project) is StopLevel.INTERRUPT
    built = project.finish(ticket)
    assert built.code == ReturnCode.FAILED
    assert built.started == ["./plan.py", "work", "other"]
    (report,) = project.reports_with("FAIL")
    assert report.pages[0].text == "work  # cancelled by the user"
    assert project.step("work").state is StepState.FAILED
    assert project.director.next_deadline() is None


def test_one_that_goes_on_is_killed(project: Project) -> None:
    running(project)
    project.paused.add("say w0")
    cancel(project)
    project.pass_time(GRACE_S)
    assert stop_of(project) is StopLevel.KILL


def test_asking_again_changes_nothing(project: Project) -> None:
    running(project)
    project.paused.add("say w0")
    cancel(project)
    before = len(project.reports)
    assert cancel(project) == CancelTicket("work", project.attempt("work"))
    assert len(project.reports) == before


def test_only_what_runs_can_be_cancelled(project: Project) -> None:
    ticket = running(project)
    assert isinstance(cancel(project, "nothing like it"), UnknownStep)
    refused = cancel(project, "./plan.py")
    assert isinstance(refused, NotRunning)
    assert refused.message == "./plan.py is not running: it is SUCCEEDED. Only a running step can be cancelled."
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK


def test_one_that_was_handed_out_and_has_not_begun_fails_too(project: Project) -> None:
    ticket = running(project)
    assert project.attempt("other") in project.workers["w0"].held
    cancel(project, "other")
    project.run()
    assert project.step("other").state is StepState.FAILED
    project.paused.clear()
    built = project.finish(ticket)
    assert built.started.count("work") == 1


def test_a_worker_that_dies_meanwhile_makes_no_difference(project: Project) -> None:
    running(project)
    project.paused.add("say w0")
    cancel(project)
    project.kill_worker()
    project.join()
    assert project.step("work").state is StepState.FAILED
    assert project.director.next_deadline() is None
