"""S-16, and the large part of S-11 that concerns the graph: circles, double claims, endless plans, very many steps."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable

import pytest

from stepup_server.core import events as ev
from stepup_server.core import quotas
from stepup_server.core.commands import Answer, Command, OrderWorker, Refuse
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.ids import AttemptId, RequestId, StreamId, Token
from stepup_server.core.refusals import (
    AlreadyDeclared,
    CyclicDependency,
    InvalidPath,
    LimitExceeded,
    Refusal,
    Superseded,
)
from stepup_server.core.values import BuildOptions, Declaration, WorkerDescription
from tests.support.builders import a_plan, a_static, a_step
from tests.support.counts import Counts, number_from
from tests.support.disk import VirtualDisk
from tests.support.project import Project
from tests.support.scripts import amends

BATCH = 10_000


class Planner:
    """A director with one plan that runs and says whatever it likes; nothing is checked but what it answers."""

    def __init__(self) -> None:
        disk = VirtualDisk()
        disk.write("plan.py", "")
        self._director = Director(DirectorSettings(), {})
        self._numbers = itertools.count(1)
        worker = WorkerDescription(name="w0", incarnation="1", host="here", pid=1, slots=1, root=".")
        request = self._draw()
        self._tell(
            ev.WorkerConnected(request=request, stream=StreamId(1), description=worker, holding=(), facts=()),
            ev.BuildRequested(request=self._draw(), options=BuildOptions()),
        )
        commands = self._tell(ev.FilesHashed(token=Token(1), observations=disk.hash([("plan.py", None)])))
        (orders,) = (one for one in commands if isinstance(one, OrderWorker))
        self._attempt: AttemptId = orders.orders[0].attempt
        self._batch = 0

    def _draw(self) -> RequestId:
        return RequestId(next(self._numbers))

    def _tell(self, *events: ev.Event) -> tuple[Command, ...]:
        return self._director.handle(events, 0.0)

    def declare(self, declarations: Iterable[Declaration]) -> Refusal | None:
        """Declare things, in as many batches as are needed; return the first refusal."""
        rest = tuple(declarations)
        for start in range(0, len(rest), BATCH):
            self._batch += 1
            request = self._draw()
            told = self._tell(
                ev.PlanDeclared(
                    request=request,
                    attempt=self._attempt,
                    speaker=1,
                    batch=self._batch,
                    declarations=rest[start : start + BATCH],
                )
            )
            for command in told:
                if isinstance(command, Refuse) and command.request == request:
                    return command.refusal
            assert any(isinstance(command, Answer) and command.request == request for command in told)
        return None


def chain(length: int) -> list[Declaration]:
    """Return steps of which each uses what the one before it makes."""
    return [a_step(f"s{n}", inputs=[f"f{n}"], outputs=[f"f{n + 1}"], line=n + 1) for n in range(length)]


@pytest.mark.parametrize("length", [20_000, pytest.param(100_000, marks=pytest.mark.chaos)])
def test_a_circle_of_very_many_steps_is_refused(length: int) -> None:
    planner = Planner()
    assert planner.declare(chain(length)) is None
    refusal = planner.declare([a_step("close", inputs=[f"f{length}"], outputs=["f0"], line=7)])
    assert isinstance(refusal, CyclicDependency)
    assert "close" in refusal.message
    assert len(refusal.message) < 2000
    assert refusal.source.line == 7


def test_a_circle_that_closes_in_the_middle_of_a_chain_is_refused_whatever_comes_first() -> None:
    steps = [*chain(4), a_step("back", inputs=["f3"], outputs=["f1x"]), a_step("to", inputs=["f1x"], outputs=["f0"])]
    for order in itertools.permutations(steps, 6):
        assert isinstance(Planner().declare(order), CyclicDependency)


def test_a_step_that_uses_what_it_makes_is_refused() -> None:
    refusal = Planner().declare([a_step("same", inputs=["./a/../x"], outputs=["x"])])
    assert isinstance(refusal, CyclicDependency)
    assert refusal.message == "Step (same) uses what it makes: x"


@pytest.mark.parametrize("pair", [("outputs", "outputs"), ("outputs", "volatiles"), ("volatiles", "volatiles")])
def test_two_makers_of_one_file_are_refused_in_the_same_words_whoever_comes_first(pair: tuple[str, str]) -> None:
    first = a_step("a", line=3, outputs=_if(pair[0], "outputs"), volatiles=_if(pair[0], "volatiles"))
    second = a_step("b", line=9, outputs=_if(pair[1], "outputs"), volatiles=_if(pair[1], "volatiles"))
    one, other = Planner().declare([first, second]), Planner().declare([second, first])
    assert isinstance(one, AlreadyDeclared)
    assert isinstance(other, AlreadyDeclared)
    assert one.message == other.message
    assert one.message.startswith("Output (x) is claimed by two steps: (a) at plan.py:3 and (b) at plan.py:9.")


def _if(kind: str, wanted: str) -> list[str]:
    """Return the file under dispute, if it is declared in this way."""
    return ["x"] if kind == wanted else []


def test_a_circle_through_amendments_and_across_plans_is_refused(project: Project) -> None:
    project.plan(a_step("b", inputs=["a"], outputs=["b"]), path="p2.py")
    project.scripts["a"] = amends("b")
    project.plan(a_static("p2.py"), a_step("a", outputs=["a"]), a_plan("p2.py"))
    project.build()
    assert any(isinstance(answer, CyclicDependency) for answer in project.answers.values())


def test_who_has_ended_may_not_amend(project: Project) -> None:
    project.plan(a_step("one", outputs=["x"]))
    project.begin_build()
    project.run_until("go on one")
    attempt = project.attempt("one")
    project.run()
    late = project.answer_to(
        lambda id_: ev.Amended(request=id_, attempt=attempt, source=a_step("x").source, base=".", inputs=("y",))
    )
    assert isinstance(late, Superseded)


def test_a_plan_that_declares_for_ever_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "PRODUCTS_MAX", 1000)
    refusal = Planner().declare(a_step(f"s{n}", line=n) for n in range(5000))
    assert isinstance(refusal, LimitExceeded)
    assert refusal.message.startswith("Step (./plan.py) has declared 1000 steps and files: it seems to go on for ever.")
    assert refusal.source.line == 1000


def test_plans_that_declare_plans_for_ever_are_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "DEPTH_MAX", 10)
    for number in range(quotas.DEPTH_MAX + 5):
        path = "plan.py" if number == 0 else f"p{number}.py"
        project.plan(a_static(f"p{number + 1}.py"), a_plan(f"p{number + 1}.py"), path=path)
    built = project.build()
    assert len(built.started) <= quotas.DEPTH_MAX + 1
    (refusal,) = (answer for answer in project.answers.values() if isinstance(answer, LimitExceeded))
    assert "is the last of 10 plans that declared each other" in refusal.message


def test_a_million_steps_take_a_time_that_grows_as_they_do() -> None:
    """The short form: ten times the steps may not take thirty times as long."""
    seconds: list[float] = []
    for length in (2_000, 20_000):
        planner, began = Planner(), time.process_time()
        assert planner.declare(chain(length)) is None
        seconds.append(time.process_time() - began)
    assert seconds[1] < 30 * max(seconds[0], 0.05)


@pytest.mark.chaos
def test_a_million_steps_of_one_plan(counts: Counts) -> None:
    planner, began, length = Planner(), time.process_time(), number_from("STEPUP_STEPS", 1_000_000)
    assert planner.declare(chain(length)) is None
    counts.tell("S-11", steps=length, seconds=time.process_time() - began)


def test_very_many_outputs_and_inputs_of_one_step() -> None:
    many = [f"d/{n}" for n in range(50_000)]
    planner = Planner()
    assert planner.declare([a_step("make", outputs=many), a_step("use", inputs=many, outputs=["x"])]) is None


def test_a_path_that_is_too_long_is_refused() -> None:
    refusal = Planner().declare([a_step("make", outputs=["x" * 5000], line=3)])
    assert isinstance(refusal, InvalidPath)
    assert len(refusal.message) < 200
