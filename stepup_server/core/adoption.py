"""What became of the attempts that a dead director has left, told in one line when all workers are accounted for."""

from __future__ import annotations

from collections.abc import Iterable

from .desk import Desk
from .ids import AttemptId, NodeId, WorkerId
from .states import Tag
from .values import AttemptFact

__all__ = ("Adoption",)


class Adoption:
    """Counts attempts until each worker that held some is back, or given up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._awaited: dict[WorkerId, list[AttemptId]] = {}
        self._adopted = self._finished = self._again = 0

    def expect(self, attempt: AttemptId, worker: WorkerId) -> None:
        """Wait for a worker that held an attempt."""
        self._awaited.setdefault(worker, []).append(attempt)

    def note_lost(self, count: int) -> None:
        """Count attempts that nobody can hold any more."""
        self._again += count

    def on_back(self, worker: WorkerId, lost: Iterable[NodeId], facts: Iterable[AttemptFact]) -> None:
        """Count what a worker holds still, what it has finished, and what it has lost."""
        attempts = self._awaited.pop(worker, None)
        if attempts is None:
            return
        gone, ended = set(lost), {fact.attempt for fact in facts if fact.outcome is not None}
        again = sum(attempt.step in gone for attempt in attempts)
        finished = sum(attempt in ended and attempt.step not in gone for attempt in attempts)
        self._again += again
        self._finished += finished
        self._adopted += len(attempts) - again - finished
        self._maybe_tell()

    def on_given_up(self, worker: WorkerId) -> None:
        """Count what a worker held that did not come back."""
        self._again += len(self._awaited.pop(worker, ()))
        self._maybe_tell()

    def _maybe_tell(self) -> None:
        """Tell what became of all of them, as soon as that is known."""
        if self._awaited or not (self._adopted or self._finished or self._again):
            return
        steps = "1 step" if self._adopted == 1 else f"{self._adopted} steps"
        text = f"{steps} re-adopted, {self._finished} finished meanwhile, {self._again} started again"
        self._desk.report(Tag.DIRECTOR, f"Director restarted: {text}")
        self._adopted = self._finished = self._again = 0
