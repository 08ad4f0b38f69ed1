"""How long attempts may run, those with a timeout. Time for which steps stand still does not count."""

from __future__ import annotations

from dataclasses import replace

from .records import Held
from .values import AttemptId, Outcome, TimedOut

__all__ = ("GRACE_S", "TimeLimits")

GRACE_S = 5.0
"""How long an attempt may take to end after it was interrupted for having run too long."""


class TimeLimits:
    """The running attempts that may not run for ever; most steps never come here."""

    def __init__(self) -> None:
        self._running: dict[AttemptId, Held] = {}
        self._suspended_at: float | None = None

    def begin(self, held: Held, now: float) -> None:
        """Take note of the beginning of an attempt."""
        if held.assignment.timeout_s:
            held.limit_at = (self._suspended_at or now) + held.assignment.timeout_s
            self._running[held.attempt] = held

    def end(self, held: Held, outcome: Outcome) -> Outcome:
        """Return how an attempt has really ended: one that ran too long has no other end."""
        self._running.pop(held.attempt, None)
        held.limit_at = None
        return replace(outcome, end=TimedOut(held.assignment.timeout_s)) if held.has_timed_out else outcome

    def next(self) -> float | None:
        """Tell when an attempt has run too long next, if none stands still until then."""
        if self._suspended_at is not None:
            return None
        return min((held.limit_at for held in self._running.values() if held.limit_at is not None), default=None)

    def pop_due(self, now: float) -> list[Held]:
        """Return the attempts that have run too long, at first, and again when they have not ended soon after that."""
        if self._suspended_at is not None:
            return []
        due = [held for held in self._running.values() if held.limit_at is not None and held.limit_at <= now]
        for held in due:
            held.limit_at = None if held.has_timed_out else now + GRACE_S
            held.has_timed_out = True
        return due

    def suspend(self, now: float) -> None:
        """Let the clocks of all attempts stand still."""
        if self._suspended_at is None:
            self._suspended_at = now

    def resume(self, now: float) -> None:
        """Let the clocks go on."""
        if self._suspended_at is None:
            return
        for held in self._running.values():
            if held.limit_at is not None:
                held.limit_at += now - self._suspended_at
        self._suspended_at = None
