"""Workers that tell lies: counted, and kept out for a while.

A lie is what no honest worker ever says, however many messages were lost, repeated or late: that it holds, began or
ended an attempt which nobody has ever handed out, or which another worker holds. Nothing follows from it anyway.
Who tells several is broken or malicious, and its honest-looking results are worth nothing, either.
What a worker brings along when it connects is no lie: it may come from a director whose database was thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable

from .desk import Desk
from .ids import AttemptId, WorkerId
from .records import Worker
from .refusals import Unwelcome

__all__ = ("LIES_MAX", "QUARANTINE_S", "Quarantine")

LIES_MAX = 3
"""So many throw a worker out."""

QUARANTINE_S = 600.0
"""How long it may not come back. Not stored: it is not worth a table, and a new director finds out soon enough."""


class Quarantine:
    """Who has lied how often, by name: that is all of a worker that outlives its process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lies: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def check(self, name: str) -> None:
        """Refuse a worker that has to wait.

        Raises
        ------
        Unwelcome
            It has; says how long and why.
        """
        left_s = self._until.get(name, 0.0) - self._desk.now
        if left_s > 0:
            raise Unwelcome(
                f"Worker {name!r} has reported on attempts that it was never given, and is kept out for {left_s:.0f} s"
                " more. Look into its log, and start it anew under another name if you trust it."
            )
        self._until.pop(name, None)

    def has_too_many(self, worker: Worker, attempts: Iterable[AttemptId]) -> bool:
        """Count the lies in what a worker says; tell whether it has to go, which is remembered."""
        name = worker.description.name
        lies = sum(self._is_lie(worker.id, attempt) for attempt in attempts if attempt not in worker.brought)
        if not lies:
            return False
        self._lies[name] = self._lies.get(name, 0) + lies
        if self._lies[name] < LIES_MAX:
            return False
        del self._lies[name]
        self._until[name] = self._desk.now + QUARANTINE_S
        return True

    def _is_lie(self, worker: WorkerId, id_: AttemptId) -> bool:
        """Tell whether an attempt cannot be known to a worker."""
        step = self._desk.graph.steps.get(id_.step)
        attempt = step.attempt if step is not None else None
        is_elsewhere = attempt is not None and attempt.id == id_ and attempt.worker != worker
        return is_elsewhere or not 0 < id_.number <= self._desk.graph.last_attempt
