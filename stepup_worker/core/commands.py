"""Everything a session can order; the daemon carries it out."""

from __future__ import annotations

from dataclasses import dataclass

from .values import Assignment, AttemptId

__all__ = ("Command", "Interrupt", "Kill", "Leave", "Recall", "Speak", "Start")


@dataclass(frozen=True, slots=True)
class Start:
    """Run this attempt now; it has a slot."""

    attempt: AttemptId
    """Which."""
    assignment: Assignment
    """What it consists of."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Send SIGINT to the attempt's process group; it still ends with an outcome."""

    attempt: AttemptId
    """Which."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Send SIGKILL to the attempt's process group; it still ends with an outcome."""

    attempt: AttemptId
    """Which."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Let the attempt end if it waits for the machine; once its process exists, it goes on."""

    attempt: AttemptId
    """Which."""


@dataclass(frozen=True, slots=True)
class Speak:
    """There is something to say: ask for the next statement as soon as the stream takes one."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is left to do: end the conversation and the worker."""


Command = Start | Interrupt | Kill | Recall | Speak | Leave
"""What `Session.handle` answers."""
