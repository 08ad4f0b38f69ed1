"""Steps that take their workers down."""

from __future__ import annotations

from stepup_server.core.director import DirectorSettings
from stepup_server.core.states import ReturnCode, StepState
from stepup_server.core.values import BuildOptions
from tests.support.builders import a_step
from tests.support.project import Project, Ticket

KEEP_GOING = BuildOptions(keep_going=True)


def begin(project: Project, *names: str, slots: int = 1) -> Ticket:
    """Bring a project to the moment at which as many of its steps are running as can, and stop there."""
    project.join(slots=slots)
    project.plan(*(a_step(name, outputs=[f"{name}.out"]) for name in names))
    project.paused |= {f"go on {name}" for name in names}
    ticket = project.begin_build(KEEP_GOING)
    project.run()
    return ticket


def die(project: Project) -> None:
    """Let the worker die and another one take its place."""
    project.kill_worker()
    project.join()
    project.run()


def test_a_step_that_takes_three_workers_down_fails_and_says_how() -> None:
    project = Project()
    ticket = begin(project, "poison", "work")
    for _ in range(3):
        die(project)
    project.paused.clear()
    built = project.finish(ticket)
    assert built.code == ReturnCode.FAILED
    assert built.started.count("work") == 1
    (report,) = project.reports_with("FAIL")
    assert [page.title for page in report.pages] == ["Failed command", "Took down its worker 3 times"]
    assert report.pages[1].text == "\n".join(["host here: signal 9"] * 3)
    reasons = [reason.text for reason in project.director.explain("poison").because]
    assert "Took down its worker 3 times: host here: signal 9" in reasons


def test_one_that_was_running_beside_it_is_not_to_blame() -> None:
    project = Project()
    ticket = begin(project, "poison", "work", slots=2)
    die(project)
    # From now on each runs alone.
    assert [held.label for held in project.workers["w0"].held.values()] == ["poison"]
    die(project)
    die(project)
    assert project.step("poison").state is StepState.FAILED
    project.paused.clear()
    built = project.finish(ticket)
    assert project.step("work").state is StepState.SUCCEEDED
    assert project.step("work").losses == ()
    assert built.tagged("FAIL") == ["poison"]


def test_how_often_is_a_setting() -> None:
    project = Project(settings=DirectorSettings(loss_cap=1))
    begin(project, "poison")
    die(project)
    assert project.step("poison").state is StepState.FAILED
    assert project.reports_with("FAIL")[0].pages[1].title == "Took down its worker once"


def test_another_director_goes_on_counting() -> None:
    project = Project()
    begin(project, "poison")
    die(project)
    assert len(project.step("poison").losses) == 1
    project.restart()
    assert project.step("poison").losses == ("host here: signal 9",)
    project.join("w0")
    project.begin_build(KEEP_GOING)
    project.run()
    die(project)
    die(project)
    assert project.step("poison").state is StepState.FAILED


def test_a_worker_that_knows_nothing_of_the_suspect_it_was_given_is_free_for_others() -> None:
    project = Project()
    begin(project, "poison", "work")
    die(project)
    project.restart()
    project.workers["w0"].held.clear()
    project.join()
    project.paused.clear()
    # The plan comes first, and is no suspect.
    project.plan(a_step("poison", outputs=["poison.out"]), a_step("new"))
    assert project.build(KEEP_GOING).code == ReturnCode.OK
    assert project.step("new").state is StepState.SUCCEEDED


def test_each_build_counts_anew() -> None:
    project = Project()
    ticket = begin(project, "poison")
    for _ in range(3):
        die(project)
    project.finish(ticket)
    project.begin_build(KEEP_GOING)
    project.run()
    die(project)
    assert project.step("poison").state is StepState.RUNNING
    assert len(project.step("poison").losses) == 1


def test_a_worker_of_which_nothing_is_heard_any_more_counts_for_what_it_was_running() -> None:
    project = Project(settings=DirectorSettings(loss_cap=1))
    begin(project, "poison")
    project.kill_worker()
    project.pass_time(project.settings.lease_s)
    assert project.step("poison").state is StepState.FAILED
    assert project.reports_with("FAIL")[0].pages[1].text == "host here: it was never heard of again"


def test_one_that_is_stopped_on_purpose_counts_for_nothing() -> None:
    project = Project(settings=DirectorSettings(loss_cap=1))
    begin(project, "work", "next")
    project.break_stream()
    project.join()
    assert project.step("work").losses == ()
