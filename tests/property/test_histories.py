"""Whatever happens, in whatever order: the director keeps its promises, and ends where a plain build ends.

The machine plays users, plans, steps, workers and the wire; it edits, breaks, repeats and delays.
"""

from __future__ import annotations

import functools
import os
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,  # pyright: ignore[reportUnknownVariableType] # it lacks the type of one parameter
)

from stepup_server.core import events as ev
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.ids import RequestId
from stepup_server.core.states import Phase, ReturnCode, StopLevel
from stepup_server.core.values import Assignment, BuildOptions, Change, ChangeKind, Hint, Reach
from tests.property.worlds import worlds
from tests.support.project import Built, Project
from tests.support.scripts import Script
from tests.support.worlds import PLANS, SOURCES, TEXTS, World, run_command, script_of

LEASE_S = 60.0
OPTIONS = BuildOptions(keep_going=True, resources={"r": 2}, defer_cap=5)
TARGETS: tuple[tuple[str, ...], ...] = ((), (), ("o1",), ("o3", "nothing"), ("./",), ("s0",))
"""What a build is restricted to; mostly nothing."""
WORKERS = ("w0", "w1", "w2")
NOTHING = World(steps=(), home=0, tree=False, holds=False, nested=False, batches=1)


class Site(Project):
    """A project whose commands do what their words say."""

    def find_script(self, assignment: Assignment) -> Script:
        """Return what a plan or a command does."""
        if assignment.command.startswith("./"):
            return Project.find_script(self, assignment)
        return run_command(assignment)


class Histories(RuleBasedStateMachine):
    """One project and all that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.project = Site(settings=DirectorSettings(lease_s=LEASE_S, prefetch=2), environment={"V": "1"})
        self.world = NOTHING
        self.had_faults = False
        """Something happened after which files may be left that nobody knows."""

    @initialize(world=worlds(), slots=st.sampled_from([1, 1, 2, 4]))
    def begin(self, world: World, slots: int) -> None:
        for source in SOURCES:
            self.project.disk.write(source, "one")
        self.plan(world)
        self.project.join("w0", slots)

    # What users do

    @rule(world=worlds())
    def replan(self, world: World) -> None:
        """Write other plans, which may declare each other's steps and files."""
        self.plan(world)

    def plan(self, world: World) -> None:
        """Write plans. During a build, steps may be running whose products nobody declares any more."""
        self.had_faults = self.had_faults or self.project.director.desk.phase not in {Phase.IDLE, Phase.WATCH}
        self.world = world
        self.project.plans.update(script_of(world))
        for path, text in world.texts().items():
            if self.project.disk.read(path) != text:
                self.project.disk.write(path, text)

    @rule(number=st.integers(0, 5), home=st.integers(0, 2), removed=st.booleans(), optional=st.booleans())
    def revise(self, number: int, home: int, *, removed: bool, optional: bool) -> None:
        """Remove a step from its plan, bring it back, or move it to another one."""
        steps = list(self.world.steps)
        if number < len(steps):
            steps[number] = replace(steps[number], home=home, removed=removed, optional=optional)
            self.plan(replace(self.world, steps=tuple(steps)))

    @rule(source=st.sampled_from(SOURCES), text=st.sampled_from(TEXTS))
    def edit(self, source: str, text: str) -> None:
        self.project.disk.write(source, text)

    @rule(source=st.sampled_from(SOURCES))
    def delete(self, source: str) -> None:
        self.project.disk.remove(source)

    @rule(number=st.integers(0, 5), text=st.sampled_from([None, "mine"]))
    def touch_a_product(self, number: int, text: str | None) -> None:
        self.had_faults = True
        if text is None:
            self.project.disk.remove(f"o{number}")
        elif self.project.disk.read(f"o{number}") is not None:
            self.project.disk.write(f"o{number}", text)

    @rule(keep_going=st.booleans(), clean=st.booleans(), watch=st.booleans(), aims=st.sampled_from(TARGETS))
    def build(self, *, keep_going: bool, clean: bool, watch: bool, aims: tuple[str, ...]) -> None:
        options = replace(OPTIONS, keep_going=keep_going, clean=clean, watch=watch, targets=aims)
        self.project.ask(lambda id_: ev.BuildRequested(request=id_, options=options))

    @rule(first=st.booleans())
    def watch(self, *, first: bool) -> None:
        """Build to the end, and watch from then on."""
        options = replace(OPTIONS, watch=True, watch_first=first)
        self.project.ask(lambda id_: ev.BuildRequested(request=id_, options=options))
        self.project.run()

    @rule()
    def rebuild(self) -> None:
        self.project.ask(lambda id_: ev.RebuildRequested(request=id_))

    @rule(path=st.sampled_from([*SOURCES, *PLANS, "o0", "o1"]), kind=st.sampled_from(list(ChangeKind)))
    def await_a_change(self, path: str, kind: ChangeKind) -> None:
        self.project.ask(lambda id_: ev.WaitRequested(request=id_, change=Change(path, kind)))

    @rule()
    def drain(self) -> None:
        self.project.ask(lambda id_: ev.DrainRequested(request=id_))

    @rule(names=st.lists(st.sampled_from([*WORKERS, "all", "0", "nobody"]), max_size=2), wait=st.booleans())
    def drain_workers(self, names: list[str], *, wait: bool) -> None:
        """Let workers leave; what is not there is refused."""
        self.project.ask(lambda id_: ev.WorkerDrainRequested(request=id_, workers=tuple(names), wait=wait))

    @rule(level=st.sampled_from([StopLevel.DRAIN, StopLevel.INTERRUPT, StopLevel.KILL]))
    def stop(self, level: StopLevel) -> None:
        self.had_faults = True
        self.project.ask(lambda id_: ev.StopRequested(request=id_, level=level))

    # What happens by itself

    @rule(picks=st.lists(st.integers(0, 9), min_size=1, max_size=30))
    def happen(self, picks: list[int]) -> None:
        for pick in picks:
            moves = self.project.moves()
            if not moves:
                return
            moves[pick % len(moves)].do()

    @rule()
    def settle(self) -> None:
        self.project.run()

    @rule(seconds=st.sampled_from([1.0, LEASE_S + 1]))
    def wait(self, seconds: float) -> None:
        self.project.pass_time(seconds)

    # Faults

    @rule(name=st.sampled_from(WORKERS), slots=st.integers(1, 3))
    def join(self, name: str, slots: int) -> None:
        worker = self.project.workers.get(name)
        if worker is None or not worker.is_connected:
            self.project.join(name, slots, member=name)

    @rule(name=st.sampled_from(WORKERS))
    def lose_touch(self, name: str) -> None:
        if name in self.project.workers:
            self.had_faults = True
            self.project.break_stream(name)

    @rule(name=st.sampled_from(WORKERS), late=st.booleans())
    def dial_again(self, name: str, late: bool) -> None:  # noqa: FBT001  drawn by Hypothesis
        """Let a worker open another stream because its present one is dead, which may be noticed late."""
        worker = self.project.workers.get(name)
        if worker is None or not worker.is_connected:
            return
        self.had_faults = True
        number = worker.streams
        self.project.join(name)
        if late:
            self.project.end_stream(worker, number)

    @rule(name=st.sampled_from(WORKERS), obedient=st.booleans())
    def revoke(self, name: str, *, obedient: bool) -> None:
        """Believe a worker no more, which may go on as if nothing had happened, and even be invited again."""
        self.had_faults = True
        self.project.ask(lambda id_: ev.MemberRevoked(name=name, request=id_))
        worker = self.project.workers.get(name)
        if worker is not None and worker.member:
            self.project.break_stream(name)
            if obedient:
                worker.kill_all()

    @rule(name=st.sampled_from(WORKERS))
    def die(self, name: str) -> None:
        if name in self.project.workers:
            self.had_faults = True
            self.project.kill_worker(name)

    @rule(choice=st.integers(0, 10))
    def cancel(self, choice: int) -> None:
        """End one running step."""
        labels = [step.label for step in self.project.director.desk.running_steps()]
        if labels:
            self.had_faults = True
            name = labels[choice % len(labels)]
            self.project.ask(lambda id_: ev.CancelRequested(request=id_, name=name))

    @rule(choice=st.integers(0, 10), follow=st.integers(1, 4))
    def follow(self, choice: int, follow: int) -> None:
        """Watch a step, or one fewer."""
        labels = [step.label for step in self.project.director.desk.running_steps()]
        if labels and choice:
            name = labels[choice % len(labels)]
            self.project.ask(lambda id_: ev.FollowRequested(request=id_, name=name, follow=follow))
        self.project.tell(ev.FollowEnded(follow=follow + 1))

    @rule(value=st.sampled_from(["1", "2"]))
    def kill_director(self, value: str) -> None:
        self.had_faults = True
        self.check_replay()
        self.project.environment["V"] = value
        self.project.restart()

    @precondition(lambda self: self.project.is_stopped)
    @rule()
    def start_director_again(self) -> None:
        self.check_replay()
        self.project.restart()

    # The watcher

    @rule()
    def lose_news(self) -> None:
        """Let the watcher lose everything that it has not told yet."""
        self.project.watcher.has_overflowed = True
        self.project.disk.touched.clear()

    @rule(path=st.sampled_from([".", "t", *SOURCES, "o0", "nothing"]))
    def mislead(self, path: str) -> None:
        """Tell of what has not happened."""
        self.project.tell(ev.PathsTouched(hints=tuple(Hint(path, reach) for reach in Reach)))

    @rule()
    def stop_watching(self) -> None:
        """Let the watcher fail."""
        self.project.watcher.fail()
        self.project.tell(ev.WatchFailed(reason="no more watches"))

    # The wire

    @rule(back=st.integers(1, 12))
    def repeat_an_event(self, back: int) -> None:
        """Send an old message of a worker or a step again."""
        told = [event for events, _, _ in self.project.history for event in events]
        old = [event for event in told if isinstance(event, (ev.WorkerReported, ev.PlanDeclared, ev.Amended))]
        if old:
            event = old[-1 - back % len(old)] if back < len(old) else old[0]
            if isinstance(event, ev.WorkerReported):
                self.project.tell(event)
            elif event.request in self.project.answers:
                self.project.ask(functools.partial(_again, event))

    @rule()
    def repeat_a_call_that_waits(self) -> None:
        """Send a batch again whose first answer was lost on its way."""
        for worker in self.project.workers.values():
            for held in worker.running():
                call = self.project.call_of(held.request)
                if isinstance(call, ev.PlanDeclared) and held.request not in self.project.answers:
                    held.request = self.project.ask(functools.partial(_again, call))

    @rule(number=st.integers(1, 50))
    def abandon(self, number: int) -> None:
        self.project.tell(ev.RequestAbandoned(request=RequestId(number)))

    # Laws

    @invariant()
    def no_step_runs_twice(self) -> None:
        """On workers that are in touch, each step is run by one of them at most."""
        running = [
            held.attempt.step
            for worker in self.project.workers.values()
            if worker.is_connected and not worker.mail
            for held in worker.running()
        ]
        assert len(running) == len(set(running))

    @invariant()
    def no_attempt_begins_twice(self) -> None:
        begun = [attempt for worker in self.project.workers.values() for attempt in worker.started]
        assert len(begun) == len(set(begun))

    def teardown(self) -> None:
        """End where a build from nothing ends."""
        if not self.project.workers:
            return
        self.bring_all_back()
        built = self.project.build(OPTIONS)
        assert not built.code & (ReturnCode.DRAINING | ReturnCode.INTERRUPTED | ReturnCode.INTERNAL), built
        fresh = self.fresh_site()
        expected = fresh.build(OPTIONS)
        # What has succeeded beside a failure is a matter of timing.
        mask = ReturnCode.FAILED if expected.code & ReturnCode.FAILED else ~ReturnCode.OK
        assert built.code & mask == expected.code & mask, (built, expected)
        if not expected.code & ~ReturnCode.WARNING:
            self.compare(fresh)
        if not expected.code & ReturnCode.FAILED:
            self.check_idle_build(self.project.build(OPTIONS), expected)
        self.check_replay()

    def bring_all_back(self) -> None:
        """End all faults, and everything that is going on."""
        for source in SOURCES:
            if self.project.disk.read(source) is None:
                self.project.disk.write(source, "one")
        self.project.run()
        self.project.pass_time(LEASE_S + 1)
        self.project.run()
        if self.project.is_stopped:
            self.project.restart()
        for worker in self.project.workers.values():
            if worker.may_leave:
                self.project.kill_worker(worker.name)
            if not worker.is_connected:
                self.project.join(worker.name)
        self.project.run()

    def fresh_site(self) -> Project:
        """Return a project with the same sources, in which nothing has been built."""
        fresh = Site(environment=dict(self.project.environment), plans=self.project.plans)
        for path in (*SOURCES, *PLANS):
            fresh.disk.write(path, self.project.disk.read(path) or "")
        fresh.join("w0")
        return fresh

    def compare(self, fresh: Project) -> None:
        """Demand the same graph and the same files; files that nobody knows may be left after faults only."""
        # The order of the paragraphs tells in which build a node was made; there is one build in the fresh project.
        assert sorted(self.project.graph().split("\n\n")) == sorted(fresh.graph().split("\n\n"))
        ours, theirs = self.project.disk.texts(), fresh.disk.texts()
        for path, text in theirs.items():
            assert ours[path] == text, path
        left = sorted(ours.keys() - theirs.keys())
        assert self.had_faults or not left, f"nobody knows {left} any more"

    def check_idle_build(self, again: Built, expected: Built) -> None:
        """Demand that a second build had nothing to do."""
        assert again.started == []
        assert again.code == expected.code

    def check_replay(self) -> None:
        """Demand that the same events give the same commands."""
        first_life = not self.project.birth.facts
        twin = (
            Director(self.project.settings, self.project.director.desk.environment)
            if first_life
            else self.project.birth.restore(
                lambda: Director(self.project.settings, self.project.director.desk.environment), self.project.born_at
            )
        )
        for events, now, commands in self.project.history:
            assert repr(twin.handle(events, now)) == repr(commands)


def _again(call: ev.PlanDeclared | ev.Amended, request: RequestId) -> ev.Event:
    """Return the same call under another number."""
    return replace(call, request=request)


PROFILES = {
    # Always the same histories, so that a red build is the fault of the change.
    "ci": settings(max_examples=150, stateful_step_count=30, deadline=None, derandomize=True, database=None),
    "long": settings(max_examples=5000, stateful_step_count=60, deadline=None, print_blob=True),
}
UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def test_whatever_happens_the_promises_are_kept() -> None:
    profile = PROFILES[os.environ.get("STEPUP_HYPOTHESIS_PROFILE", "ci")]
    run_state_machine_as_test(Histories, settings=settings(profile, suppress_health_check=UNHURRIED))
