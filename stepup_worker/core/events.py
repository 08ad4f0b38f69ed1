"""Everything a session can be told; the director's wishes come in here, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from .values import AttemptId, Order, Outcome

__all__ = (
    "AttemptBegan",
    "AttemptEnded",
    "DrainAsked",
    "Event",
    "OrdersReceived",
    "Resumed",
    "StopAsked",
    "StreamBroken",
    "StreamOpened",
    "Suspended",
    "TimePassed",
)


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """A conversation with a director began; the next statement introduces the worker."""


@dataclass(frozen=True, slots=True)
class StreamBroken:
    """The conversation ended; attempts go on, results are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersReceived:
    """The director said what should be held: the whole list."""

    sequence: int
    """Counts the responses of this stream from 1."""
    orders: tuple[Order, ...]
    """What is not listed is not wanted."""
    acknowledged: tuple[AttemptId, ...] = ()
    """Results that are durable now."""
    followed: tuple[tuple[int, AttemptId], ...] = ()
    """Those who watch what running attempts write, and which: the whole list."""
    leave: bool = False
    """Leave when nothing is held any more."""
    version: str = ""
    """Of the director's program; empty: not said."""
    root: str = ""
    """The project root on the director's host; only in the first response of a stream."""
    scattered: bool = False
    """Others may see what one worker has written a moment later."""
    tokens: tuple[tuple[AttemptId, str], ...] = ()
    """What the processes of attempts show when they call the director."""
    lease_s: float | None = None
    """How long attempts may go on without a director; only in the first response of a stream."""
    epoch: int = 0
    """Which director of the project this is; only in the first response of a stream."""


@dataclass(frozen=True, slots=True)
class AttemptBegan:
    """The process of a started attempt exists."""

    attempt: AttemptId
    """Which."""


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """A started attempt is over."""

    attempt: AttemptId
    """Which."""
    outcome: Outcome
    """How it ended."""


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody asked this worker to stop; asking twice is asking for haste."""


@dataclass(frozen=True, slots=True)
class DrainAsked:
    """Somebody, or a clock, asked this worker to take nothing more and to leave when what runs has ended."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """All steps stand still; that time does not count."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """All steps go on."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The deadline may have come."""


Event = (
    StreamOpened
    | StreamBroken
    | OrdersReceived
    | AttemptBegan
    | AttemptEnded
    | StopAsked
    | DrainAsked
    | Suspended
    | Resumed
    | TimePassed
)
"""What `Session.handle` takes."""
