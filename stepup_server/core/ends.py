"""The ways in which attempts and workers end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ("End", "Exited", "Hindered", "NotStarted", "OutOfMemory", "PredecessorEnd", "Signalled", "TimedOut")


@dataclass(frozen=True, slots=True)
class Exited:
    """The process ended by itself."""

    code: int


@dataclass(frozen=True, slots=True)
class Signalled:
    """The process was ended by a signal."""

    number: int


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The process was never started."""

    reason: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The process ran longer than it may, and was ended for it."""

    after_s: float


class OutOfMemory(NamedTuple):
    """Memory was full, and the kernel has killed a process for it."""

    peak_bytes: int
    """The most that was ever used by all that shares the limit."""
    limit_bytes: int
    """0: as much as the machine has."""


@dataclass(frozen=True, slots=True)
class Hindered:
    """The process ran, and its machine lacked what it needed for that: nothing follows from how it ended."""

    reason: str


End = Exited | Signalled | NotStarted | TimedOut | Hindered


@dataclass(frozen=True, slots=True)
class PredecessorEnd:
    """How a worker process died."""

    incarnation: str
    """Which one it was."""
    end: Exited | Signalled
    out_of_memory: OutOfMemory | None = None
