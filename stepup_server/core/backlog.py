"""What workers told of attempts for which there is no room yet: people shall see one after the other."""

from __future__ import annotations

from collections import deque

from .ids import AttemptId, NodeId, WorkerId
from .values import AttemptFact

__all__ = ("Backlog",)


class Backlog:
    """Facts that are held back, those of each worker in their order."""

    def __init__(self) -> None:
        self._facts: dict[WorkerId, deque[AttemptFact]] = {}

    def add(self, worker: WorkerId, fact: AttemptFact) -> None:
        """Hold a fact back."""
        self._facts.setdefault(worker, deque()).append(fact)

    def has(self, worker: WorkerId, attempt: AttemptId) -> bool:
        """Tell whether an earlier fact about an attempt is held back."""
        return any(fact.attempt == attempt for fact in self._facts.get(worker, ()))

    def first(self, worker: WorkerId) -> AttemptFact | None:
        """Return the fact that comes next."""
        facts = self._facts.get(worker)
        return facts[0] if facts else None

    def drop_first(self, worker: WorkerId) -> None:
        """Take the fact out that comes next."""
        self._facts[worker].popleft()

    def workers(self) -> list[WorkerId]:
        """Return those of whom something may be held back."""
        return list(self._facts)

    def take_about(self, steps: frozenset[NodeId]) -> list[tuple[WorkerId, AttemptFact]]:
        """Take out all that is about certain steps."""
        taken = [
            (worker, fact) for worker, facts in self._facts.items() for fact in facts if fact.attempt.step in steps
        ]
        for worker, facts in self._facts.items():
            self._facts[worker] = deque(fact for fact in facts if fact.attempt.step not in steps)
        return taken
