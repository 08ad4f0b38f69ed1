"""Outputs of workers with workspaces of their own: put in their places before anything follows from them.

Only the current attempt of a step comes here, so a late one never touches a file. What a worker tells of its outputs
is a claim, by which blobs are found; what counts is what the director then sees at the paths itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .desk import Desk
from .ids import AttemptId
from .outcomes import CANCELLED, command_page
from .records import Attempt, Step, Worker
from .values import AttemptOutcome, FileHash, Page, PathKind, Published

__all__ = ("LOST", "STRAYS_MAX", "Publications", "is_lost_for_good", "pages_of_strays")

LOST = "What it needs or made has been lost on the way"
"""Why an attempt is made again whose outputs cannot be had."""

STRAYS_MAX = 3
"""A content that is lost so often in a row will not arrive at the next try, either: the step fails."""

Concluded = Callable[[AttemptOutcome, Published], None]


class Publications:
    """Outputs on their way to their places.

    Results of one worker are concluded one after the other, as if it had waited for each; the disk need not wait.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answers: dict[AttemptId, Published | None] = {}
        """What was begun, with what came of it."""
        self._waiting: dict[AttemptId, Callable[[Published], None]] = {}
        """Whoever waits for what was begun."""

    def begin(self, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> None:
        """Put the outputs of an attempt in their places, if that has not been begun.

        Its worker had copies of the inputs, and could not see them change: what was made of others is not published.
        """
        if attempt.id in self._answers:
            return
        inputs = tuple((seen.path, seen.hash) for seen in attempt.assignment.inputs if seen.hash is not None)
        files = () if outcome.missing_inputs else _products(self._desk, step, outcome)
        if files or inputs:
            self._answers[attempt.id] = None
            self._desk.questions.publish_files(files, inputs, lambda answer: self._on_published(attempt.id, answer))
        else:
            self._answers[attempt.id] = Published()

    def conclude(self, step: Step, attempt: Attempt, outcome: AttemptOutcome, then: Concluded) -> None:
        """Go on with what is in its place, at once or as soon as it is."""

        def on_published(published: Published) -> None:
            then(*_as_published(self._desk, step, outcome, published))

        self.begin(step, attempt, outcome)
        answer = self._answers[attempt.id]
        if answer is None:
            self._waiting[attempt.id] = on_published
        else:
            del self._answers[attempt.id]
            on_published(answer)

    def _on_published(self, attempt: AttemptId, answer: Published) -> None:
        """Keep an answer for later, or go on with it."""
        then = self._waiting.pop(attempt, None)
        if then is None:
            self._answers[attempt] = answer
        else:
            del self._answers[attempt]
            then(answer)


def is_lost_for_good(step: Step, attempt: Attempt, worker: Worker, paths: tuple[str, ...]) -> bool:
    """Count contents that were lost on their way; tell whether another attempt is of no use, or not wanted."""
    where = f"worker {worker.id} ({worker.description.name} on {worker.description.host})"
    step.strays = (*step.strays, f"{', '.join(paths)}: {where}")
    return attempt.cancelled or len(step.strays) >= STRAYS_MAX


def pages_of_strays(step: Step, attempt: Attempt) -> tuple[Page, ...]:
    """Tell why a step fails whose files do not arrive."""
    remark = CANCELLED if attempt.cancelled else "its files do not arrive"
    title = "Lost on the way" if len(step.strays) == 1 else f"Lost on the way {len(step.strays)} times"
    advice = (
        "If such a file is damaged in the project, restore it or remove it; else look at the disks of these workers,"
        " or start them anew with an empty cache. Then build again."
    )
    return (command_page("Failed command", step, remark), Page(title, "\n".join((*step.strays, advice))))


def _products(desk: Desk, step: Step, outcome: AttemptOutcome) -> tuple[tuple[str, FileHash], ...]:
    """Return the products of an attempt that there are, each path once; claims about other files are dropped."""
    products = {desk.graph.files[id_].path for id_ in (*step.outputs, *step.volatiles)}
    claims = ((seen.path, seen.hash) for seen in (*outcome.outputs, *outcome.volatiles))
    return tuple({path: claim for path, claim in claims if path in products and claim is not None}.items())


def _as_published(
    desk: Desk, step: Step, outcome: AttemptOutcome, published: Published
) -> tuple[AttemptOutcome, Published]:
    """Return an outcome with what is to be seen of its outputs here; nobody looks at volatile ones."""
    if published.changed:
        changed = {seen.path: seen for seen in (*outcome.changed_inputs, *published.changed)}
        return replace(outcome, changed_inputs=tuple(changed.values()), outputs=(), volatiles=()), published
    if outcome.missing_inputs:
        return outcome, replace(published, lost=outcome.missing_inputs)
    others = tuple(seen for seen in outcome.outputs if seen.kind not in {PathKind.FILE, PathKind.MISSING})
    paths = {desk.graph.files[id_].path for id_ in step.outputs}
    outputs = tuple(seen for seen in (*others, *published.observations) if seen.path in paths)
    return replace(outcome, outputs=outputs, volatiles=()), published
