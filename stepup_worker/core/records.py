"""The record of one attempt; it never leaves the session."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from .values import Assignment, AttemptId, Outcome, StopLevel

__all__ = ("Held", "Phase")


@enum.unique
class Phase(enum.Enum):
    """How far an attempt has come."""

    WAITING = "waiting"
    """Accepted; no slot yet."""
    RUNNING = "running"
    """Has a slot; its end will be told."""
    ENDED = "ended"
    """Has an outcome."""


@dataclass(slots=True)
class Held:
    """One attempt that was accepted and is not forgotten yet."""

    attempt: AttemptId
    """Which."""
    assignment: Assignment
    """What to run."""
    phase: Phase = Phase.WAITING
    """WAITING -> RUNNING -> ENDED; never back."""
    stop: StopLevel = StopLevel.NONE
    """How far it was stopped; only rises."""
    is_wanted: bool = True
    """False once the director left it out of its list: then its end is not reported."""
    is_given_back: bool = False
    """It was stopped because this worker stops: unless it succeeds nevertheless, it is for somebody else to run."""
    began_at: float | None = None
    """When its process began; None before that."""
    limit_at: float | None = None
    """When it has run too long, or, once it has, when it is killed for it; set only while it runs."""
    has_timed_out: bool = False
    """It has run too long."""
    outcome: Outcome | None = None
    """Set exactly when ENDED."""
    is_said: bool = False
    """The outcome was said on the present stream."""
    is_acknowledged: bool = False
    """The director has the outcome for good; kept only until the director stops listing the attempt."""
