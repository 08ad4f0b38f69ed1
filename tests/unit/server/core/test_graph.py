"""The graph by itself: one door for states, circles, and bugs that are loud."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.events import FilesHashed, TimePassed
from stepup_server.core.graph import Graph
from stepup_server.core.ids import ROOT, Token
from stepup_server.core.invariants import check
from stepup_server.core.ready import ReadyQueue
from stepup_server.core.records import Step
from stepup_server.core.refusals import InvariantBroken
from stepup_server.core.states import FILE_TRANSITIONS, STEP_TRANSITIONS, FileState, StepState
from tests.support.builders import a_static, a_step
from tests.support.project import Project


@pytest.mark.parametrize("start", StepState)
@pytest.mark.parametrize("finish", StepState)
def test_a_step_moves_only_along_its_table(start: StepState, finish: StepState) -> None:
    graph = Graph()
    step = graph.make_step("x", ".")
    step.state = start
    if (start, finish) in STEP_TRANSITIONS and finish is not StepState.RUNNING:
        graph.move_step(step, finish)
        assert step.state is finish
    else:
        with pytest.raises(InvariantBroken):
            graph.move_step(step, finish)


@pytest.mark.parametrize("start", FileState)
@pytest.mark.parametrize("finish", FileState)
def test_a_file_moves_only_along_its_table(start: FileState, finish: FileState) -> None:
    graph = Graph()
    file = graph.make_file("x")
    file.state = start
    if start is finish or (start, finish) in FILE_TRANSITIONS:
        graph.move_file(file, finish)
        assert file.state is finish
    else:
        with pytest.raises(InvariantBroken, match="x"):
            graph.move_file(file, finish)


def test_a_node_has_one_creator() -> None:
    graph = Graph()
    step = graph.make_step("x", ".")
    graph.attach(step, ROOT)
    with pytest.raises(InvariantBroken):
        graph.attach(step, ROOT)


def test_an_answer_to_a_question_that_nobody_asked_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="nobody asked question 7"):
        Director(DirectorSettings(), {}).handle([FilesHashed(token=Token(7), observations=())], 0.0)


def test_an_event_of_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(InvariantBroken, match="nobody handles"):
        Director(DirectorSettings(), {}).handle(["nonsense"], 0.0)  # type: ignore[list-item] # that is the point


def test_time_alone_does_nothing() -> None:
    director = Director(DirectorSettings(), {})
    assert director.handle([TimePassed()], 99.0) == ()
    assert director.next_deadline() is None


def broken_in(change: str) -> Director:
    """Return a director with one thing wrong."""
    project = Project()
    project.join()
    project.files(a="1")
    project.plan(a_static("a"), a_step("one", inputs=["a"], outputs=["x"]), a_step("two", inputs=["x"], outputs=["y"]))
    project.build()
    graph, step = project.director.desk.graph, project.step("two")
    changes: dict[str, Callable[[], object]] = {
        "unready": lambda: setattr(step, "unready", 1),
        "demand": lambda: setattr(project.step("one"), "demand", 2),
        "wanted": lambda: setattr(step, "wanted", False),
        "done": lambda: setattr(graph, "done", 0),
        "consumers": project.file("x").consumers.clear,
        "creator": lambda: setattr(project.file("a"), "creator", None),
        "detached": lambda: setattr(step, "detached", True),
        "products": lambda: project.step("./plan.py").products.pop(step.id),
        "hash": lambda: setattr(project.file("y"), "hash", None),
        "digest": lambda: setattr(step, "input_digest", None),
        "index": lambda: graph.file_by_path.pop("y"),
        "state": lambda: setattr(step, "state", StepState.RUNNING),
        "running": lambda: project.director.desk.running.update({step.id: None}),
        "resources": lambda: project.director.execution.placing.held.update(r=1),
        "woken": lambda: graph.woken.update({step.id: None}),
        "changed": lambda: graph.changed.update({step.id: None}),
        "circle": lambda: graph.add_input(project.step("one"), project.file("y"), dynamic=False),
    }
    changes[change]()
    return project.director


BREAKS = (
    "unready",
    "demand",
    "wanted",
    "done",
    "consumers",
    "creator",
    "detached",
    "products",
    "hash",
    "digest",
    "index",
    "state",
    "running",
    "resources",
    "woken",
    "changed",
    "circle",
)


@pytest.mark.parametrize("change", BREAKS)
def test_the_invariants_see_what_is_wrong(change: str) -> None:
    director = broken_in(change)
    with pytest.raises(InvariantBroken):
        check(director)


def test_a_queue_offers_the_best_step_and_leaves_it_in() -> None:
    graph = Graph()
    queue = ReadyQueue(graph)
    steps: list[Step] = [graph.make_step(name, ".") for name in ("one", "two")]
    for step in reversed(steps):
        queue.offer(step)
    assert queue.heads()[0][0] is queue.heads()[0][0] is steps[0]
    queue.withdraw(steps[0])
    assert queue.heads()[0][0] is steps[1]
    assert len(queue) == 1


def test_what_is_offered_twice_is_there_once() -> None:
    graph = Graph()
    queue = ReadyQueue(graph)
    step = graph.make_step("one", ".")
    step.input_digest = b"x"
    queue.offer(step)
    queue.offer(step)
    assert queue.pop_check() is step
    assert queue.pop_check() is None
    step.input_digest = None
    queue.offer(step)
    assert queue.heads()[0][0] is step
