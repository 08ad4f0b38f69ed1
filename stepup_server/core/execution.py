"""Checking and running steps: from pending to its end.

`advance` looks at the steps that were woken, checks those that may be skipped and hands out the others. Everything else
is what happens to an attempt afterwards.
"""

from __future__ import annotations

from dataclasses import replace

from .backlog import Backlog
from .causes import DeferredBefore, Ending, FailedBefore, InputsMoved, Interrupted
from .checking import Checking
from .commands import Record
from .consequences import input_moved, keep_products, make_pending, settle_all, undo_execution, wake_consumers
from .desk import Desk
from .eligible import is_eligible
from .following import end_follows
from .freshness import input_digest, present_sight, remember_success
from .ids import AttemptId, NodeId, WorkerId
from .losses import Blame, note_loss, pages_of_loss, presumed_begun
from .obstacles import Obstacles
from .outcomes import (
    REMARKS,
    Deferred,
    Failed,
    FailedOnce,
    Orphaned,
    OutOfResources,
    Redeclared,
    Succeeded,
    ending_of,
    judge,
    never_began,
    output_row,
    pages_of,
    was_refused_its_inputs,
)
from .placing import Placing
from .publishing import LOST, Publications, is_lost_for_good, pages_of_strays
from .ready import ReadyQueue
from .records import Attempt, File, Step, Worker
from .refusals import InvariantBroken, Refusal
from .states import FileState, Phase, StepState, StopLevel, Tag
from .stories import end_story, ref_of, tell_story
from .survival import take_up
from .trials import report_next_try
from .undeclared import find_undeclared
from .usage import add_used_inputs, amended_inputs, note_unusable_inputs
from .values import (
    Assignment,
    AttemptFact,
    AttemptOutcome,
    Exited,
    Observation,
    Page,
    PathKind,
    Published,
)
from .workforce import Workforce

__all__ = ("Execution",)

DURATION_CHANGE = 0.1
"""A duration that moved less is what it was: the order shall not change for nothing."""


class Execution:
    """Brings steps from pending to their end."""

    def __init__(self, desk: Desk, workforce: Workforce) -> None:
        self._desk = desk
        self._graph = desk.graph
        self._workforce = workforce
        self._checking = Checking(desk)
        self._backlog = Backlog()
        self._publications = Publications(desk)
        self.ready = ReadyQueue(desk.graph)
        self.placing = Placing(desk, workforce, self.ready)
        self.obstacles = Obstacles(desk.graph, self.placing)

    # What may begin

    def advance(self) -> None:
        """Check and hand out all that can be."""
        self._review_woken()
        if self._desk.draining:
            # What has not begun is recalled; what runs goes on, unless the director was asked to stop it.
            self._workforce.stop_all(max(StopLevel.DRAIN, self._desk.stop))
            return
        if self._desk.phase is not Phase.BUILD:
            return
        self._rank()
        while self._has_room_to_check() and (step := self.ready.pop_check()) is not None:
            self._checking.check(step)
            self._review_woken()
        self._hand_out()

    @property
    def looks(self) -> int:
        """How many slots are taken by looks at files: outputs of steps that are checked, and new static files."""
        return self._checking.count + self._desk.confirming

    def _has_room_to_check(self) -> bool:
        """Tell whether a check may begin: it counts as a running step, so that the order does not depend on speed."""
        return self.looks < self._workforce.free_slots()

    def _review_woken(self) -> None:
        """Put woken steps in the queue, or out of it."""
        while self._graph.woken:
            woken = list(self._graph.woken)
            self._graph.woken.clear()
            for id_ in woken:
                step = self._graph.steps[id_]
                if is_eligible(self._graph, step):
                    self.ready.offer(step)
                else:
                    self.ready.withdraw(step)

    def _rank(self) -> None:
        """Bring the queue in order, if there is one."""
        if self.ready:
            self.ready.rank_all(planning=any(step.is_planner for step in self._desk.running_steps()))

    # Handing out

    def _hand_out(self) -> None:
        """Give steps to workers, as long as there are both."""
        self._rank()
        while not (self.looks and not self._has_room_to_check()):
            place = self.placing.next_place(self._may_be_ahead)
            if place is None:
                return
            step, worker = place
            self.ready.withdraw(step)
            self._start(step, worker)

    def _may_be_ahead(self, step: Step) -> bool:
        """Tell whether a step may be handed out before a slot is free: if nothing can come to be before it."""
        running = self._desk.running_steps()
        deferred = any(other.attempt is not None and other.attempt.deferred for other in running)
        return not (step.resources or deferred) and self.ready.keeps_its_place(step, running)

    def _start(self, step: Step, worker: Worker) -> None:
        """Hand a step to a worker; all that its last execution added is undone."""
        tell_story(self._desk, step, Ending.STARTED, step.reasons)
        undo_execution(self._desk, step)
        graph = self._graph
        graph.last_attempt += 1
        step.attempt_number = graph.last_attempt
        step.environment_values = {name: self._desk.environment.get(name) for name in step.environment}
        self._give(step, worker)

    def resume(self, step: Step, worker: Worker, going: str) -> None:
        """Take up the last attempt of a step, which an earlier director has handed out."""
        take_up(self._desk, step, self._give(step, worker), going)

    def _give(self, step: Step, worker: Worker) -> Attempt:
        """Let a worker hold an attempt of a step."""
        id_ = AttemptId(step.id, step.attempt_number)
        attempt = Attempt(id_, worker.id, self._assignment(step), self._desk.now, self._desk.next_tick())
        attempt.outlives = not self._desk.settings.embedded
        attempt.member = worker.description.member
        self._graph.move_step(step, StepState.RUNNING, attempt)
        self._desk.running[step.id] = None
        self.placing.take(worker, step, attempt)
        self._workforce.hand_out(worker, step, attempt)
        return attempt

    def _assignment(self, step: Step) -> Assignment:
        """Put down all a worker needs to run a step."""
        graph = self._graph
        inputs = tuple(
            Observation(file.path, PathKind.FILE, file.hash) for file in graph.inputs(step) if file.hash is not None
        )
        return Assignment(
            command=step.command,
            workdir=step.workdir,
            shell=step.shell,
            inputs=inputs,
            outputs=tuple(graph.files[id_].path for id_ in step.outputs),
            volatiles=tuple(graph.files[id_].path for id_ in step.volatiles),
            environment=step.environment_overrides,
            need=step.need,
            input_digest=input_digest(present_sight(graph, step, self._desk.environment)).hex(),
            allowed_roots=self._desk.settings.allowed_roots,
            timeout_s=step.timeout_s,
        )

    # What happens to attempts

    def on_fact(self, worker: WorkerId, fact: AttemptFact) -> None:
        """Take note of the beginning or the end of an attempt.

        A worker may begin the next attempt while the products of the last one are still being looked at.
        People, and the order of what follows, shall see one after the other: what has no room yet is held back.
        """
        if self._never_took_a_slot(fact):
            self._take_fact(worker, fact)
        elif self._backlog.has(worker, fact.attempt) or not self._has_room_for(worker, fact):
            self._backlog.add(worker, fact)
            self._publish_ahead(worker, fact)
        else:
            self._take_fact(worker, fact)

    def _publish_ahead(self, worker: WorkerId, fact: AttemptFact) -> None:
        """Put the outputs of an attempt in their places that will be concluded later."""
        attempt = self._attempt_of(fact)
        is_remote = self._workforce.workers[worker].description.own_workspace
        if attempt and fact.outcome and attempt.worker == worker and is_remote and not attempt.ended:
            self._publications.begin(self._graph.steps[fact.attempt.step], attempt, fact.outcome)

    def _attempt_of(self, fact: AttemptFact) -> Attempt | None:
        """Return the attempt that a fact is about, if it is the current one of its step."""
        step = self._graph.steps.get(fact.attempt.step)
        attempt = step.attempt if step is not None else None
        return attempt if attempt is not None and attempt.id == fact.attempt else None

    def _has_room_for(self, worker: WorkerId, fact: AttemptFact) -> bool:
        """Tell whether an attempt is void or known to run, or a slot of its worker is free in our eyes."""
        record = self._workforce.workers[worker]
        slots = record.description.slots
        if not slots or fact.attempt not in record.holding:
            return True
        begun = [
            step.attempt.id
            for step in self._desk.running_steps()
            if step.attempt is not None and step.attempt.worker == worker and step.attempt.started_tick is not None
        ]
        return len(begun) < slots or fact.attempt in begun

    def _take_held_back(self, worker: WorkerId) -> None:
        """Take in what was held back, as far as there is room now."""
        while (fact := self._backlog.first(worker)) is not None and self._has_room_for(worker, fact):
            self._backlog.drop_first(worker)
            self._take_fact(worker, fact)

    def _take_fact(self, worker: WorkerId, fact: AttemptFact) -> None:
        """Take note of the beginning or the end of an attempt; what is told of another than the current one is void."""
        step = self._graph.steps.get(fact.attempt.step)
        attempt = step.attempt if step is not None else None
        if step is None or attempt is None or attempt.id != fact.attempt or attempt.worker != worker or attempt.ended:
            if fact.outcome is not None and not (attempt and attempt.id == fact.attempt and attempt.ended):
                self._workforce.acknowledge(worker, fact.attempt)
            return
        is_unbegun = fact.outcome is not None and never_began(attempt, fact.outcome)
        if is_unbegun and not attempt.cancelled:
            self._take_back(step, attempt)
            return
        if attempt.stop is StopLevel.DRAIN and not self._desk.draining:
            attempt.stop = StopLevel.NONE
        if attempt.started_tick is None:
            attempt.started_tick = self._desk.next_tick()
            if not is_unbegun and (fact.outcome is None or not was_refused_its_inputs(fact.outcome)):
                self._desk.report(Tag.START, step.title, step=ref_of(step))
        if fact.outcome is not None:
            self._end(step, attempt, fact.outcome)

    def _never_took_a_slot(self, fact: AttemptFact) -> bool:
        """Tell whether an attempt was stopped before it began."""
        attempt = self._attempt_of(fact)
        return attempt is not None and fact.outcome is not None and never_began(attempt, fact.outcome)

    def _take_back(self, step: Step, attempt: Attempt) -> None:
        """Let a step wait again that was handed out and never began."""
        self.placing.give_back(attempt)
        self._workforce.take_back(attempt)
        self._workforce.acknowledge(attempt.worker, attempt.id)
        self._desk.running.pop(step.id, None)
        self._graph.move_step(step, StepState.PENDING)

    def _end(self, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> None:
        """Give the slot back, and find out what there is now."""
        attempt.ended = True
        self.placing.give_back(attempt)
        self._workforce.take_back(attempt)
        worker = self._workforce.workers[attempt.worker]
        worker.concluding += 1
        if worker.description.own_workspace:
            self._publications.conclude(
                step, attempt, outcome, lambda told, published: self._on_published(step, told, published)
            )
        else:
            self._look_at_products(step, attempt, outcome)

    def _on_published(self, step: Step, outcome: AttemptOutcome, published: Published) -> None:
        """Go on with what is in its place; without all of it there is nothing to go on with."""
        attempt = step.attempt
        if attempt is None:
            raise InvariantBroken(f"{step.title} has no attempt whose outputs were published")
        attempt.unpublished = published.problems
        if published.lost:
            self._lose_one(step, attempt, published)
        else:
            find_undeclared(self._desk, step, attempt, outcome, lambda: self._look_at_products(step, attempt, outcome))

    def _lose_one(self, step: Step, attempt: Attempt, published: Published) -> None:
        """Let a step run again whose inputs or outputs were lost on their way, unless that happens every time."""
        worker = self._workforce.workers[attempt.worker]
        worker.concluding -= 1
        self._workforce.acknowledge(attempt.worker, attempt.id)
        self._desk.running.pop(step.id, None)
        end_follows(self._desk, attempt)
        if is_lost_for_good(step, attempt, worker, published.lost):
            self._fail_lost(step, attempt, pages_of_strays(step, attempt))
        else:
            self._graph.move_step(step, StepState.PENDING)
            step.reasons = (Interrupted(LOST),)
            end_story(self._desk, step, Ending.LOST, LOST)
            paths = ", ".join(published.lost)
            self._desk.report(Tag.WARNING, f"{LOST} ({paths}): {step.title} will run again", step=ref_of(step))
        self._take_held_back(attempt.worker)

    def _look_at_products(self, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> None:
        """Look at the products and imports that the worker did not know of, then conclude."""
        used = self._add_used_inputs(step, attempt, outcome)
        unknown = [file for file in used if file.state is FileState.UNCONFIRMED]
        for file in unknown:
            self._desk.unconfirmed.pop(file.id, None)
        seen = {observation.path for observation in outcome.outputs}
        unseen = [(file.path, None) for file in self._graph.outputs(step) if file.path not in seen]
        amended = amended_inputs(self._graph, step)
        questions = (*unseen, *((file.path, file.hash) for file in unknown), *amended)

        def on_seen(more: tuple[Observation, ...]) -> None:
            products, news, amendments = _divide(more, len(unseen), len(unknown))
            settle_all(self._desk, news)
            note_unusable_inputs(self._desk, step, attempt, [file.path for file in used])
            known = dict(amended)
            moved = [seen for seen in amendments if not known[seen.path].same_content(seen.hash)]
            whole = replace(outcome, changed_inputs=(*outcome.changed_inputs, *moved)) if moved else outcome
            self._conclude(step, attempt, whole, products)

        if questions:
            late = outcome.end == Exited(0) and self._workforce.is_elsewhere(attempt.worker)
            self._desk.questions.hash_files(questions, on_seen, products=len(unseen), late=late)
        else:
            on_seen(())

    def _add_used_inputs(self, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> list[File]:
        """Amend a step by what it was seen to use; an attempt for which that is refused cannot succeed."""
        try:
            return add_used_inputs(self._desk, step, outcome)
        except Refusal as refusal:
            attempt.refusals.append(refusal)
            return []

    def _conclude(self, step: Step, attempt: Attempt, outcome: AttemptOutcome, more: tuple[Observation, ...]) -> None:
        """Decide what the end of an attempt means for its step."""
        observations = {seen.path: seen for seen in (*outcome.outputs, *more)}
        verdict = judge(self._desk, step, attempt, outcome, observations)
        self._desk.running.pop(step.id, None)
        self._desk.executed += 1
        self._desk.cpu_s += outcome.cpu_s
        self._workforce.acknowledge(attempt.worker, attempt.id)
        worker = self._workforce.workers[attempt.worker]
        worker.concluding -= 1
        worker.finished += 1
        self._desk.record_extras.append(Record(outputs=(output_row(step, attempt, outcome),)))
        end_follows(self._desk, attempt)
        match verdict:
            case Succeeded():
                self._succeed(step, attempt, outcome, observations)
            case Deferred():
                self._defer(step, attempt, observations)
            case Failed():
                self._fail(step, outcome, observations)
            case FailedOnce():
                self._try_again(step, observations)
            case Orphaned() | Redeclared() | OutOfResources():
                self._graph.move_step(step, StepState.PENDING)
                step.reasons = (Interrupted(""),)
                keep_products(self._desk, step, observations)
        step.hindered = step.hindered + 1 if isinstance(verdict, OutOfResources) else 0
        step.strays = ()
        end_story(self._desk, step, *ending_of(verdict))
        if isinstance(verdict, FailedOnce):
            report_next_try(self._desk, step, attempt, outcome)
        else:
            remark = REMARKS.get(type(verdict), "")
            ref = ref_of(step, attempt, outcome.wall_s)
            self._desk.report(verdict.tag, step.title + remark, *pages_of(outcome, verdict), step=ref)
        if isinstance(verdict, Failed) and not attempt.cancelled:
            self._maybe_drain(outcome)
        self._take_held_back(attempt.worker)

    def _maybe_drain(self, outcome: AttemptOutcome) -> None:
        """Start nothing more after a failure; not even with keep-going if somebody meddles with the inputs."""
        if outcome.changed_inputs and not self._desk.draining:
            self._desk.report(Tag.ERROR, "The scheduler is draining due to unexpected input changes.")
        if outcome.changed_inputs or not self._desk.options.keep_going:
            self._desk.draining = True

    def _succeed(
        self, step: Step, attempt: Attempt, outcome: AttemptOutcome, observations: dict[str, Observation]
    ) -> None:
        """Record a success. One whose inputs moved meanwhile is tried again."""
        step.ended_tick = self._desk.next_tick()
        step.deferred, step.defer_count = False, 0
        step.losses = ()
        if abs(outcome.wall_s - step.duration_s) > DURATION_CHANGE * step.duration_s:
            step.duration_s = outcome.wall_s
        self._graph.move_step(step, StepState.SUCCEEDED)
        for file in self._graph.outputs(step):
            self._graph.move_file(file, FileState.BUILT, observations[file.path].hash)
        self.placing.note_products(attempt.worker, step)
        step.environment_values = {name: self._desk.environment.get(name) for name in step.environment}
        if attempt.disturbed:
            step.reasons = (InputsMoved(),)
        else:
            remember_success(self._graph, step, self._desk.environment, attempt.assignment.inputs)
            step.explained, step.reasons = self._desk.options.explain_rerun, ()
        for file in self._graph.outputs(step):
            wake_consumers(self._desk, file)
        if attempt.disturbed:
            make_pending(self._desk, step)

    def _defer(self, step: Step, attempt: Attempt, observations: dict[str, Observation]) -> None:
        """Let a step wait for what it asked for; if it is all there by now, it may run at once."""
        self._graph.move_step(step, StepState.PENDING)
        step.reasons = (DeferredBefore(tuple(attempt.missed), tuple(attempt.unfresh)),)
        keep_products(self._desk, step, observations)
        step.defer_count += 1
        self._workforce.recall_waiting()
        step.deferred = any(dynamic and not self._graph.files[id_].is_available for id_, dynamic in step.inputs.items())

    def _fail(self, step: Step, outcome: AttemptOutcome, observations: dict[str, Observation]) -> None:
        """Record a failure; what the step had created is gone."""
        # First, while the step still runs: its own failure stands, whoever else becomes pending.
        for observation in outcome.changed_inputs:
            input_moved(self._desk, observation)
        self._move_to_failed(step, observations)

    def _move_to_failed(self, step: Step, observations: dict[str, Observation]) -> None:
        """Let a failure stand."""
        self._graph.move_step(step, StepState.FAILED)
        step.reasons = (FailedBefore(),)
        keep_products(self._desk, step, observations)
        for id_ in list(step.products):
            if id_ in self._graph.steps:
                self._graph.detach(self._graph.steps[id_])

    def _try_again(self, step: Step, observations: dict[str, Observation]) -> None:
        """Let a step run once more in this build."""
        step.tries += 1
        self._graph.move_step(step, StepState.PENDING)
        step.reasons = (FailedBefore(),)
        keep_products(self._desk, step, observations)

    def lose(self, steps: tuple[NodeId, ...], because: str, blame: Blame | None = None) -> None:
        """Let steps run again whose attempts are lost, unless they are to blame for that too often."""
        for worker, fact in self._backlog.take_about(frozenset(steps)):
            # What had been told before counts, though nobody has looked at it yet.
            self._take_fact(worker, fact)
        attempts = {id_: self._graph.steps[id_].attempt for id_ in steps}
        lost = {id_: attempt for id_, attempt in attempts.items() if attempt is not None and not attempt.ended}
        blamed = presumed_begun(lost, blame.slots) if blame is not None else frozenset[NodeId]()
        for id_, attempt in lost.items():
            self.placing.give_back(attempt)
            self._desk.running.pop(id_, None)
            text = blame.text if blame is not None and id_ in blamed else ""
            self._lose_step(self._graph.steps[id_], attempt, because, text)
        for worker in self._backlog.workers():
            self._take_held_back(worker)

    def _lose_step(self, step: Step, attempt: Attempt, because: str, blame: str) -> None:
        """Decide what follows for a step whose attempt is lost: most run again."""
        had_begun = attempt.started_tick is not None or bool(blame)
        end_follows(self._desk, attempt)
        if had_begun and (attempt.cancelled or (blame and note_loss(self._desk, step, blame))):
            self._fail_lost(step, attempt, pages_of_loss(step, attempt))
            return
        self._graph.move_step(step, StepState.PENDING)
        step.reasons = (Interrupted(because),)
        end_story(self._desk, step, Ending.LOST, because)
        if had_begun:
            self._desk.report(Tag.WARNING, f"{because}: {step.title} will run again", step=ref_of(step))

    def _fail_lost(self, step: Step, attempt: Attempt, pages: tuple[Page, ...]) -> None:
        """Let a step fail of whose attempt nothing can be had: it takes its workers down, or its files get lost."""
        self._move_to_failed(step, {})
        self._desk.executed += 1
        end_story(self._desk, step, Ending.FAILED, "\n".join(f"{page.title}: {page.text}" for page in pages))
        self._desk.report(Tag.FAIL, step.title, *pages, step=ref_of(step, attempt))
        if not attempt.cancelled and not self._desk.options.keep_going:
            self._desk.draining = True


def _divide(
    seen: tuple[Observation, ...], products: int, news: int
) -> tuple[tuple[Observation, ...], tuple[Observation, ...], tuple[Observation, ...]]:
    """Divide answers into those about products, about what was never looked at, and about amended inputs."""
    return seen[:products], seen[products : products + news], seen[products + news :]
