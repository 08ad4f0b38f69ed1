"""Who watches what running steps write."""

from __future__ import annotations

from stepup_server.core import events as ev
from stepup_server.core.answers import FollowTicket
from stepup_server.core.commands import EndFollow, OrderWorker
from stepup_server.core.following import FOLLOWS_MAX
from stepup_server.core.refusals import LimitExceeded
from stepup_server.core.states import ReturnCode
from tests.support.builders import a_step
from tests.support.project import Project, Ticket


def running(project: Project) -> Ticket:
    """Bring a project to the moment at which its step `work` is running, and stop it there."""
    project.plan(a_step("work", outputs=["x"]))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    return ticket


def follow(project: Project, number: int, name: str = "work") -> object:
    """Ask for what a step writes."""
    request = project.ask(lambda id_: ev.FollowRequested(request=id_, name=name, follow=number))
    return project.answers[request]


def followed(project: Project) -> list[int]:
    """Return who watches, as the worker was last told."""
    orders = [command for command in project.commands if isinstance(command, OrderWorker)][-1]
    return [number for number, _ in orders.followed]


def test_the_worker_is_told_who_watches_as_long_as_it_goes_on(project: Project) -> None:
    ticket = running(project)
    step = project.step("work")
    assert follow(project, 1) == FollowTicket(step.id, "work", step.attempt_number, running=True)
    follow(project, 2)
    assert followed(project) == [1, 2]
    project.tell(ev.FollowEnded(follow=1))
    assert followed(project) == [2]
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK
    assert [command for command in project.commands if isinstance(command, EndFollow)] == [EndFollow(2)]
    assert followed(project) == []


def test_what_does_not_run_has_only_what_is_stored(project: Project) -> None:
    running(project)
    step = project.step("./plan.py")
    assert follow(project, 1, "./plan.py") == FollowTicket(step.id, "./plan.py", step.attempt_number, running=False)
    assert followed(project) == []
    project.tell(ev.FollowEnded(follow=1))


def test_a_worker_that_comes_back_is_told_again(project: Project) -> None:
    running(project)
    follow(project, 1)
    project.break_stream()
    project.join()
    assert followed(project) == [1]


def test_a_worker_that_dies_ends_it(project: Project) -> None:
    running(project)
    follow(project, 1)
    project.kill_worker()
    project.join()
    assert EndFollow(1) in project.commands


def test_not_everybody_may_watch_at_once(project: Project) -> None:
    running(project)
    for number in range(FOLLOWS_MAX):
        follow(project, number)
    assert isinstance(follow(project, FOLLOWS_MAX), LimitExceeded)
    project.tell(ev.FollowEnded(follow=0))
    assert isinstance(follow(project, FOLLOWS_MAX), FollowTicket)
