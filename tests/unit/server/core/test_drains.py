"""Workers that are told to leave while a build goes on."""

from __future__ import annotations

import pytest

from stepup_server.core import events as ev
from stepup_server.core.answers import WorkersDrained
from stepup_server.core.desk import DirectorSettings
from stepup_server.core.ids import RequestId
from stepup_server.core.refusals import UnknownWorker, Unwelcome
from stepup_server.core.states import ReturnCode
from tests.support.builders import a_step
from tests.support.project import Project


@pytest.fixture
def project() -> Project:
    project = Project()
    project.join()
    return project


def drain(project: Project, *names: str, wait: bool = False) -> RequestId:
    """Ask for workers to leave."""
    return project.ask(lambda id_: ev.WorkerDrainRequested(request=id_, workers=names, wait=wait))


def test_what_has_not_begun_runs_elsewhere_and_what_runs_ends_there(project: Project) -> None:
    project.plan(*(a_step(f"s{number}") for number in range(4)))
    project.paused.add("go on s")
    ticket = project.begin_build()
    project.run()
    drain(project, "w0")
    project.run()
    project.join("w1")
    project.paused.clear()
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert sorted(built.started) == ["./plan.py", "s0", "s1", "s2", "s3"]
    assert (len(project.workers["w0"].started), len(project.workers["w1"].started)) == (2, 3)
    project.run()
    assert not project.workers["w0"].is_connected


def test_who_waits_is_answered_when_they_have_left(project: Project) -> None:
    project.plan(a_step("s"))
    project.paused.add("go on s")
    ticket = project.begin_build()
    project.run()
    request = drain(project, "0", wait=True)
    project.run()
    assert request not in project.answers
    project.paused.clear()
    project.finish(ticket)
    assert project.answers[request] == WorkersDrained(("w0",))


def test_all_are_those_that_are_connected(project: Project) -> None:
    project.join("w1")
    project.join("gone")
    project.break_stream("gone")
    request = drain(project, "all", wait=True)
    project.run()
    assert project.answers[request] == WorkersDrained(("w0", "w1"))


def test_a_name_that_nobody_has_is_refused_with_those_that_are_there(project: Project) -> None:
    request = drain(project, "w0", "w7")
    refusal = project.answers[request]
    assert isinstance(refusal, UnknownWorker)
    assert refusal.message == "There is no worker 'w7'. Connected: 0 w0."
    assert not project.workers["w0"].may_leave


def test_a_worker_that_comes_back_is_still_to_leave_but_a_new_one_is_not(project: Project) -> None:
    project.plan(a_step("s"))
    project.paused.add("go on s")
    project.begin_build()
    project.run()
    drain(project, "w0")
    project.break_stream()
    project.join("w0")
    assert project.director.workforce.workers[project.workers["w0"].id or 0].draining  # type: ignore[index]
    project.kill_worker()
    project.join("w0")
    assert not next(iter(project.director.workforce.workers.values())).draining


def test_the_workers_of_a_build_are_not_drained_singly() -> None:
    project = Project(settings=DirectorSettings(embedded=True))
    project.join()
    assert isinstance(project.answers[drain(project, "all")], Unwelcome)
