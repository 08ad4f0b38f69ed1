"""What plans declare, batch by batch.

A batch of declarations is applied in order. Facts from the disk that it needs (what is at a static path, what a pattern
matches) are asked for before the first change, so that applying is a matter of the graph alone.
Each declaration first checks, then changes; the first that is refused ends the batch, and the attempt with it.
"""

from __future__ import annotations

import json
from typing import assert_never

from .commands import Declared, Record, StaticResult, SubprocessRow
from .deferred import declare_deferred
from .desk import Desk
from .events import PlanDeclared
from .ids import RequestId
from .ownership import check_variable_names
from .paths import join
from .pools import declare_pool
from .records import Attempt, Speech, Step
from .refusals import InvalidArgument, Refusal
from .statics import DiskFacts, declare_directories, declare_static, questions_of
from .steps import declare_step
from .values import (
    Declaration,
    DeferredDeclaration,
    DirectoryDeclaration,
    EnvironmentDeclaration,
    GlobMatch,
    HoldDeclaration,
    Observation,
    PoolDeclaration,
    StaticDeclaration,
    StepDeclaration,
    SubprocessDeclaration,
)

__all__ = ("Declarations",)


class Declarations:
    """Applies what plans declare."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_plan_declared(self, event: PlanDeclared) -> None:
        """Apply a batch of declarations; a repeated batch gets its first answer."""
        _, attempt = self._desk.current_attempt(event.attempt)
        speech = attempt.speeches.setdefault(event.speaker, Speech())
        if event.batch == speech.batch:
            self._repeat_answer(speech, event.request)
            return
        if event.batch != speech.batch + 1 or speech.requests:
            raise InvalidArgument(f"Batch {event.batch} follows batch {speech.batch}: batches are sent one by one.")
        speech.batch, speech.requests, speech.answer = event.batch, [event.request], None
        self._ask_for_facts(event)

    def _repeat_answer(self, speech: Speech, request: RequestId) -> None:
        """Answer a batch that was sent again."""
        if speech.answer is None:
            speech.requests.append(request)
        else:
            self._answer(request, speech.answer)

    def _answer(self, request: RequestId, answer: Declared | Refusal) -> None:
        """Let the caller go on, or not."""
        if isinstance(answer, Refusal):
            self._desk.refuse(request, answer)
        else:
            self._desk.answer(request, answer)

    def _ask_for_facts(self, event: PlanDeclared) -> None:
        """Ask what the static declarations of a batch stand for; apply the batch when all is known."""
        paths, queries = questions_of(one for one in event.declarations if isinstance(one, StaticDeclaration))
        facts = DiskFacts()

        def on_inspected(observations: tuple[Observation, ...]) -> None:
            facts.kinds = {path: seen.kind for path, seen in zip(paths, observations, strict=True)}
            if queries:
                self._desk.questions.expand_globs(tuple(queries), on_expanded)
            else:
                self._apply(event, facts)

        def on_expanded(found: tuple[tuple[GlobMatch, ...], ...]) -> None:
            facts.matches = dict(zip(queries, found, strict=True))
            self._apply(event, facts)

        if paths:
            self._desk.questions.inspect_paths(tuple(paths), on_inspected)
        else:
            on_inspected(())

    def _apply(self, event: PlanDeclared, facts: DiskFacts) -> None:
        """Apply the declarations of a batch in order, up to the first that is refused."""
        statics: list[StaticResult] = []
        warnings: list[str] = []
        try:
            step, attempt = self._desk.current_attempt(event.attempt)
            for index, declaration in enumerate(event.declarations):
                if isinstance(declaration, StaticDeclaration):
                    statics.append(StaticResult(index, declare_static(self._desk, step, declaration, facts)))
                elif isinstance(declaration, StepDeclaration):
                    warning = declare_step(self._desk, step, declaration)
                    warnings += [warning] if warning is not None else []
                else:
                    self._apply_other(step, attempt, declaration)
        except Refusal as refusal:
            self._conclude(event, refusal)
        else:
            self._conclude(event, Declared(tuple(statics), tuple(warnings)))

    def _apply_other(self, step: Step, attempt: Attempt, declaration: Declaration) -> None:
        """Apply a declaration that has no result."""
        match declaration:
            case DirectoryDeclaration():
                declare_directories(self._desk, step, declaration)
            case EnvironmentDeclaration():
                check_variable_names(declaration.names, declaration.source)
                self._desk.use_environment(step, declaration.names)
            case DeferredDeclaration():
                declare_deferred(self._desk, step, declaration)
            case PoolDeclaration():
                declare_pool(self._desk, step, declaration)
            case HoldDeclaration():
                self._change_hold(step, attempt, declaration)
            case SubprocessDeclaration():
                self._record_subprocess(attempt, declaration)
            case StaticDeclaration() | StepDeclaration():
                raise TypeError(declaration)
            case _:
                assert_never(declaration)

    def _record_subprocess(self, attempt: Attempt, declaration: SubprocessDeclaration) -> None:
        """Keep what a step says of a program that it has run."""
        attempt.subprocesses += 1
        row = SubprocessRow(
            attempt.id.step,
            attempt.subprocesses,
            declaration.command,
            join(declaration.base, declaration.workdir or ".", declaration.source),
            declaration.shell,
            json.dumps(dict(declaration.environment_overrides), ensure_ascii=False),
            declaration.exit_code,
            declaration.stdin,
            declaration.stdout,
            declaration.stderr,
        )
        self._desk.record_extras.append(Record(subprocesses=(row,)))

    def _change_hold(self, step: Step, attempt: Attempt, declaration: HoldDeclaration) -> None:
        """Open or close a hold."""
        if not declaration.open and not attempt.holds:
            raise InvalidArgument("A hold is closed that was not opened.", declaration.source)
        was_held = attempt.holds > 0
        attempt.holds += 1 if declaration.open else -1
        if was_held != (attempt.holds > 0):
            self._desk.graph.wake_planned_steps(step)

    def _conclude(self, event: PlanDeclared, answer: Declared | Refusal) -> None:
        """Answer a batch; an attempt with a refused declaration cannot succeed any more, unless the plan expects it."""
        step = self._desk.graph.steps.get(event.attempt.step)
        attempt = step.attempt if step is not None else None
        requests = [event.request]
        if step is not None and attempt is not None and attempt.id == event.attempt:
            speech = attempt.speeches[event.speaker]
            requests, speech.requests, speech.answer = speech.requests, [], answer
            speech.told = speech.batch, answer
            attempt.refusals += [answer] if isinstance(answer, Refusal) and not event.awaited else []
            self._desk.note_attempt(step)
        for request in requests:
            self._answer(request, answer)
