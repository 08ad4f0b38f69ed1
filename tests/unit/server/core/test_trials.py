"""How long a step may run, and how often it may fail."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core import events as ev
from stepup_server.core.ids import StreamId, WorkerId
from stepup_server.core.states import ReturnCode, StepState
from stepup_server.core.trials import memory_in_words
from stepup_server.core.values import (
    AttemptFact,
    AttemptOutcome,
    BuildOptions,
    End,
    Exited,
    NotStarted,
    OutOfMemory,
    Signalled,
    TimedOut,
)
from tests.support.builders import a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, Script, fails

MIB = 1024 * 1024


def fails_at_first(times: int) -> Script:
    """Return a script that succeeds when it has failed a number of times."""
    runs: list[int] = []

    def script(running: Running) -> Generator[Call, Any, int]:
        yield from ()
        runs.append(1)
        running.make_outputs()
        return 0 if len(runs) > times else 3

    return script


def test_a_step_that_fails_is_tried_again(project: Project) -> None:
    project.plan(a_step("work", outputs=["x"], retries=2))
    project.scripts["work"] = fails_at_first(2)
    built = project.build()
    assert built.code == ReturnCode.OK
    assert built.started == ["./plan.py", "work", "work", "work"]
    assert built.tagged("WARNING")[:2] == ["work: exit=3; try 2 of 3 follows", "work: exit=3; try 3 of 3 follows"]
    assert "failed 2 time(s) before" in project.director.explain("work").because[0].text


def test_only_after_its_last_try_it_has_failed_and_the_build_drains(project: Project) -> None:
    project.plan(a_step("work", retries=1, duration_s=9), a_step("other"))
    project.scripts["work"] = fails
    built = project.build()
    assert built.code == ReturnCode.FAILED | ReturnCode.DRAINING
    assert built.tagged("FAIL") == ["work"]
    assert built.started == ["./plan.py", "work", "other", "work"]


def test_each_build_counts_anew(project: Project) -> None:
    project.plan(a_step("work", retries=1))
    project.scripts["work"] = fails
    assert project.build().started.count("work") == 2
    assert project.build().started.count("work") == 2


def test_a_director_that_goes_on_with_a_build_goes_on_counting(project: Project) -> None:
    project.plan(a_step("work", retries=1))
    project.scripts["work"] = fails
    project.begin_build()
    while not project.has_step("work") or not project.step("work").tries:
        project.moves()[0].do()
    project.restart()
    project.workers.clear()
    project.join()
    assert project.step("work").tries == 1
    built = project.build()
    # The try that was on its way when the director died may say nothing.
    assert set(built.started) == {"work"}
    assert built.tagged("FAIL") == ["work"]


def test_what_another_try_cannot_mend_is_not_tried_again(project: Project) -> None:
    project.plan(a_step("./plan2.py", retries=5), a_step("other", outputs=["x"]))
    project.scripts["./plan2.py"] = refused
    built = project.build(BuildOptions(keep_going=True))
    assert built.started.count("./plan2.py") == 1


def refused(running: Running) -> Generator[Call, Any, int]:
    """Declare the same output twice."""
    yield running.declare(a_step("one", outputs=["y"]), a_step("two", outputs=["y"]))
    return 0


def test_a_missing_output_is_no_failure_of_its_own(project: Project) -> None:
    def forgets(running: Running) -> Generator[Call, Any, int]:
        yield from ()
        del running
        return 0

    project.plan(a_step("work", outputs=["x"], retries=3))
    project.scripts["work"] = forgets
    assert project.build().started.count("work") == 1


def end_with(project: Project, end: End, memory: OutOfMemory | None = None) -> None:
    """Let the running step `work` end."""
    worker = project.workers["w0"]
    held = worker.held[project.attempt("work")]
    worker.end_with(held, AttemptOutcome(end=end, out_of_memory=memory))


@pytest.mark.parametrize(
    ("end", "memory", "expected"),
    [
        (TimedOut(5.0), None, ["work  # timed out after 5 s", "It may run 5 s. To give it more, raise timeout=5"]),
        (
            Signalled(9),
            OutOfMemory(49 * MIB, 50 * MIB),
            ["work  # exit=-9", "Peak 49 MiB, limit 50 MiB. Ask for more memory, or run fewer steps at a time"],
        ),
    ],
)
def test_what_has_met_a_limit_is_told_which(
    project: Project, end: End, memory: OutOfMemory | None, expected: list[str]
) -> None:
    project.plan(a_step("work", timeout_s=5.0))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    end_with(project, end, memory)
    assert project.finish(ticket).tagged("FAIL") == ["work"]
    (report,) = project.reports_with("FAIL")
    for text, page in zip(expected, report.pages, strict=True):
        assert page.text.startswith(text)


def test_one_that_ran_out_of_memory_is_tried_again(project: Project) -> None:
    project.plan(a_step("work", retries=1))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    end_with(project, Signalled(9), OutOfMemory(49 * MIB, 50 * MIB))
    project.paused.clear()
    built = project.finish(ticket)
    assert built.code == ReturnCode.OK
    assert "work: exit=-9, out of memory: peak 49 MiB, limit 50 MiB; try 2 of 2 follows" in built.tagged("WARNING")


def test_another_timeout_or_retry_does_not_make_a_step_run_again(project: Project) -> None:
    project.plan(a_step("work", outputs=["x"]))
    project.build()
    project.plan(a_step("work", outputs=["x"], timeout_s=3.0, retries=2))
    assert project.build().started == ["./plan.py"]
    assert (project.step("work").timeout_s, project.step("work").retries) == (3.0, 2)


def test_the_worker_is_told_how_long_a_step_may_run(project: Project) -> None:
    project.plan(a_step("work", timeout_s=2.5))
    project.paused.add("go on work")
    project.begin_build()
    project.run()
    assert project.workers["w0"].held[project.attempt("work")].assignment.timeout_s == 2.5


@pytest.mark.parametrize(("timeout_s", "retries"), [(-1.0, 0), (float("inf"), 0), (float("nan"), 0), (0.0, 1001)])
def test_what_nobody_can_mean_is_refused(project: Project, timeout_s: float, retries: int) -> None:
    project.plan(a_step("work", timeout_s=timeout_s, retries=retries))
    assert project.build().tagged("FAIL") == ["./plan.py"]


def test_memory_without_a_limit_is_that_of_the_machine() -> None:
    assert memory_in_words(OutOfMemory(0, 0)) == "out of memory: the machine had no more"
    assert memory_in_words(OutOfMemory(2048, 4096)) == "out of memory: peak 2 KiB, limit 4 KiB"


def test_a_step_that_never_began_is_not_tried_again(project: Project) -> None:
    project.plan(a_step("work", retries=3))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    end_with(project, NotStarted("There is no such program."))
    assert project.finish(ticket).started.count("work") == 1
    assert project.step("work").state is StepState.FAILED


def test_a_late_report_of_an_earlier_try_changes_nothing(project: Project) -> None:
    project.plan(a_step("work", retries=1))
    project.paused.add("go on work")
    ticket = project.begin_build()
    project.run()
    first = project.attempt("work")
    end_with(project, Exited(1))
    project.run()
    worker = project.workers["w0"]
    assert project.attempt("work") != first
    fact = AttemptFact(first, AttemptOutcome(end=Exited(0)))
    stream, holding = StreamId(worker.streams), tuple(worker.held)
    project.tell(ev.WorkerReported(worker=WorkerId(0), stream=stream, seen=9, holding=holding, facts=(fact,)))
    assert project.step("work").state is StepState.RUNNING
    project.paused.clear()
    assert project.finish(ticket).code == ReturnCode.OK
