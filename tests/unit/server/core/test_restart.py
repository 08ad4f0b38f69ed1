"""A director that was killed: the next one takes up what was committed, and nothing that had succeeded runs again."""

from __future__ import annotations

from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.events import JoinRequested
from stepup_server.core.states import ReturnCode, StepState
from tests.support.builders import a_plan, a_static, a_step
from tests.support.database import rows_of
from tests.support.project import Project
from tests.support.scripts import amends


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
    assert project.lines()[-7] == (
        "STARTUP Recovered from an interrupted build: 2 of 4 step(s) had succeeded and are kept,"
        " 1 had been running and will run again"
    ) or any(line.startswith("STARTUP Recovered from an interrupted build: 2 of 4") for line in project.lines())


def test_a_plan_that_was_interrupted_half_way_runs_again() -> None:
    project = Project()
    project.join()
    project.plan(a_step("one", outputs=["x"]), a_step("two", outputs=["y"]))
    project.begin_build()
    project.run_until("say w0")
    project.restart()
    project.join()
    built = project.build()
    assert built.started == ["./plan.py", "one", "two"]
    assert built.code == ReturnCode.OK


def test_a_worker_that_holds_an_attempt_of_a_dead_director_is_told_to_forget_it() -> None:
    project = Project()
    project.join()
    project.plan(a_step("one", outputs=["x"]))
    project.paused.add("go on one")
    project.begin_build()
    project.run()
    old = project.workers["w0"].running()[0].attempt
    project.restart()
    project.join()
    project.run()
    assert old not in project.workers["w0"].held
    project.paused.clear()
    assert project.build().started == ["one"]


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
