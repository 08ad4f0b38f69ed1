"""A director that was killed: the next one takes up what was committed, and nothing that had succeeded runs again."""

from __future__ import annotations

from stepup_server.core.consequences import wake_consumers
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.events import JoinRequested, TimePassed
from stepup_server.core.states import Need, ReturnCode, StepState
from stepup_server.core.survival import forbid_twice
from tests.support.builders import a_plan, a_static, a_step
from tests.support.database import rows_of
from tests.support.project import Project
from tests.support.scripts import Script, amends, fails


def a_project_with_everything() -> Project:
    """Return a built project that has every kind of row."""
    project = Project(environment={"V": "1"})
    project.join(slots=2)
    project.files(a="1")
    project.disk.write("t/x", "1")
    project.disk.write("g1.txt", "1")
    project.plan(a_step("below", workdir="d/", outputs=["y"], volatiles=["log"]), path="sub.py")
    project.plan(
        a_static("a", "sub.py", "t"),
        a_static("${*n}.txt", n="g?"),
        a_plan("sub.py"),
        a_step(
            "use",
            inputs=["t/x"],
            outputs=["x"],
            environment=["V"],
            resources={"r": 1},
            overrides={"A": "b"},
            shell=True,
        ),
    )
    project.scripts["below"] = amends("../a", outputs=["z"])
    return project


def test_what_is_restored_gives_the_same_rows_and_the_same_text() -> None:
    project = a_project_with_everything()
    project.build()
    before, text = rows_of(project.director), project.graph()
    project.restart()
    assert rows_of(project.director) == before
    assert project.graph() == text


def test_nothing_that_had_succeeded_runs_again() -> None:
    project = Project()
    project.join()
    project.plan(*(a_step(f"s{number}", outputs=[f"x{number}"]) for number in range(3)))
    project.begin_build()
    project.run_until("go on s1")
    project.restart()
    project.workers.clear()
    project.join()
    built = project.build()
    assert built.started == ["s1", "s2"]
    assert built.tagged("STARTUP") == []
    said = "STARTUP Recovered from an interrupted build: 2 of 4 step(s) had succeeded and are kept"
    assert any(line.startswith(said) for line in project.lines())


def test_a_plan_whose_last_words_were_not_heard_goes_on() -> None:
    project = Project()
    project.join()
    project.plan(a_step("one", outputs=["x"]), a_step("two", outputs=["y"]))
    project.begin_build()
    project.run_until("say w0")
    project.restart()
    project.join()
    built = project.build()
    assert built.started == ["one", "two"]
    assert built.code == ReturnCode.OK
    assert len(project.workers["w0"].started) == 3


def test_an_attempt_goes_on_when_its_worker_comes_back() -> None:
    project = a_project_whose_director_died_while_a_step_ran()
    project.join()
    project.run()
    assert [held.attempt.number for held in project.workers["w0"].running()] == [2]
    project.paused.clear()
    assert project.build().code == ReturnCode.OK
    assert len(project.workers["w0"].started) == 2


def test_an_attempt_whose_worker_does_not_come_back_is_given_up_after_the_lease() -> None:
    project = a_project_whose_director_died_while_a_step_ran()
    project.workers.clear()
    project.join("other")
    project.begin_build()
    project.run()
    assert not project.workers["other"].held
    project.paused.clear()
    project.pass_time(2400.0)
    project.run()
    assert project.step("one").state is StepState.SUCCEEDED
    assert len(project.workers["other"].started) == 1


def test_a_worker_that_is_expected_back_has_been_silent_since_the_director_began() -> None:
    project = a_project_whose_director_died_while_a_step_ran()
    project.pass_time(10.0)
    project.restart()
    (worker,) = project.director.workforce.workers.values()
    assert not worker.connected
    assert worker.seen_at == 10.0


def test_an_attempt_that_ended_badly_without_a_director_is_tried_again() -> None:
    project = a_project_whose_director_died_while_a_step_ran(fails)
    project.join()
    project.paused.clear()
    project.run()
    assert any(line.startswith("WARNING one (ended while no director was there") for line in project.lines())
    assert project.director.desk.graph.step_by_key["one", "."].state is StepState.PENDING


def test_a_planner_goes_on_with_another_director_than_the_one_that_it_called() -> None:
    project = Project()
    project.join()
    project.plan(a_step("one", outputs=["x"]))
    project.paused.add("go on ./plan.py")
    project.begin_build()
    project.run()
    project.restart()
    project.join()
    project.paused.clear()
    assert project.build().code == ReturnCode.OK
    assert [attempt.number for attempt in project.workers["w0"].started] == [1, 2]


def test_what_a_worker_that_is_back_does_not_know_is_begun_under_another_number() -> None:
    project = a_project_whose_director_died_while_a_step_ran()
    project.workers["w0"].held.clear()
    project.join()
    project.paused.clear()
    assert project.build().code == ReturnCode.OK
    assert [attempt.number for attempt in project.workers["w0"].started] == [1, 2, 3]


def test_a_step_that_has_amended_goes_on_and_is_not_told_that_old_files_are_fresh() -> None:
    project = Project()
    project.join(slots=2)
    project.plan(a_step("make", outputs=["x"]), a_step("use", outputs=["y"]))
    project.scripts["use"] = amends("x")
    project.paused |= {"go on use", "go on make"}
    project.begin_build()
    project.run()
    project.paused.remove("go on make")
    project.run()
    project.restart()
    project.join()
    project.paused.clear()
    assert project.build().code == ReturnCode.OK
    assert any(line.startswith("DEFERRED use") for line in project.lines())


def test_a_director_of_one_build_does_not_begin_what_the_workers_of_another_may_still_run() -> None:
    project = a_project_whose_director_died_while_a_step_ran()
    complaint = forbid_twice(project.database.steps.values())
    assert "1 step (one) may still be running on workers (w0)" in complaint
    assert "Bring it back" in complaint
    project.join()
    project.paused.clear()
    project.build()
    assert forbid_twice(project.database.steps.values()) == ""


def test_what_a_director_of_one_build_has_left_runs_nowhere() -> None:
    project = Project(settings=DirectorSettings(embedded=True))
    project.join()
    project.plan(a_step("one", outputs=["x"]))
    project.paused.add("go on one")
    project.begin_build()
    project.run()
    assert project.step("one").state is StepState.RUNNING
    assert forbid_twice(project.database.steps.values()) == ""


def a_project_whose_director_died_while_a_step_ran(script: Script | None = None) -> Project:
    """Return a project with a new director, and a worker that has not come back yet."""
    project = Project()
    project.join()
    project.plan(a_step("one", outputs=["x"]))
    if script is not None:
        project.scripts["one"] = script
    project.paused.add("go on one")
    project.begin_build()
    project.run()
    project.restart()
    return project


def test_a_clean_end_leaves_nothing_to_recover() -> None:
    project = a_project_with_everything()
    project.build()
    project.answer_to(lambda id_: JoinRequested(request=id_))
    project.restart()
    project.reports.clear()
    project.join()
    assert project.build().tagged("STARTUP") == []


def test_a_variable_that_changed_while_nobody_watched_runs_its_steps() -> None:
    project = Project(environment={"V": "1"})
    project.join()
    project.plan(a_step("use", environment=["V"]))
    project.build()
    project.restart()
    project.join()
    assert project.build().started == []
    project.environment["V"] = "2"
    project.restart()
    project.join()
    assert project.build().started == ["use"]


def test_the_same_events_give_the_same_commands() -> None:
    project = a_project_with_everything()
    project.build()
    twin = Director(DirectorSettings(), {"V": "1"})
    for events, now, commands in project.history:
        assert repr(twin.handle(events, now)) == repr(commands)
    assert twin.desk.graph.last_attempt == project.director.desk.graph.last_attempt > 0
    assert all(step.state is not StepState.RUNNING for step in twin.desk.graph.steps.values())


def a_running_step(project: Project) -> None:
    """Let `s0`, which uses `a`, be running."""
    project.join()
    project.files(a="1")
    project.plan(a_static("a"), a_step("s0", inputs=["a"], outputs=["x"]))
    project.begin_build()
    project.run_until("go on s0")


def test_an_attempt_does_not_begin_again_under_its_number() -> None:
    project = Project()
    a_running_step(project)
    begun = project.attempt("s0")
    # Both die, and the next worker is another process under the same name.
    project.restart()
    project.workers["w0"].kill_all()
    project.join()
    project.build()
    assert project.workers["w0"].started.count(begun) == 1
    assert project.step("s0").state is StepState.SUCCEEDED
    assert project.step("s0").attempt_number > begun.number


def test_an_attempt_whose_input_has_changed_is_taken_up_and_known_to_be_disturbed() -> None:
    project = Project()
    a_running_step(project)
    # The director learns of a change while the attempt goes on with what it had read.
    wake_consumers(project.director.desk, project.file("a"))
    project.tell(TimePassed())
    project.restart()
    attempt = project.step("s0").attempt
    assert attempt is not None
    assert attempt.disturbed


def test_what_an_unwanted_optional_step_has_amended_is_forgotten() -> None:
    project = Project()
    project.join()
    project.files(a="1")
    project.scripts["maybe"] = amends("a", "never")
    project.plan(
        a_static("a"),
        a_step("maybe", outputs=["m"], need=Need.OPTIONAL),
        a_step("user", inputs=["m"], outputs=["u"]),
    )
    project.build()
    assert "[dynamic]" in project.graph()
    project.plan(a_static("a"), a_step("maybe", outputs=["m"], need=Need.OPTIONAL))
    project.build()
    assert "[dynamic]" not in project.graph()
