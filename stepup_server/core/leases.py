"""Leases and other deadlines: the only arithmetic on time."""

from __future__ import annotations

import heapq
from collections.abc import Hashable

__all__ = ("LEASE_S", "Deadlines", "lease_for", "lease_of_workers")

LEASE_S = 2400.0
"""How long workers and director may be out of touch before steps are given to others, if the user does not say."""

NOTICE_S = 30.0
"""How much later than its director a worker may notice that they are out of touch: as long as keepalive takes."""


def lease_of_workers(lease_s: float) -> float:
    """Return how long a worker lets its steps go on by itself, so that they have ended when the director gives them up.

    Very short leases, which only tests and impatient people use, leave less than what keepalive takes.
    """
    return lease_s - min(NOTICE_S, lease_s / 4)


def lease_for(wanted_s: float | None, told_s: float, *, is_awaited: bool) -> float:
    """Return the lease of a director.

    Parameters
    ----------
    wanted_s
        What the user says; None: nothing. It counts, as only people know whether the workers are gone.
    told_s
        What the director before has told its workers; 0: nothing.
    is_awaited
        They may still run its steps, and go on for that long.
    """
    if wanted_s is not None:
        return wanted_s
    return max(LEASE_S, told_s) if is_awaited else LEASE_S


class Deadlines:
    """Moments at which something must be looked at, each under a key of the caller's; one moment per key."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Hashable]] = []
        self._current: dict[Hashable, tuple[float, int]] = {}
        self._count = 0

    def set(self, key: Hashable, moment: float) -> None:
        """Set or move the moment of a key."""
        self._count += 1
        self._current[key] = (moment, self._count)
        heapq.heappush(self._heap, (moment, self._count, key))

    def cancel(self, key: Hashable) -> None:
        """Forget a key, if it is there."""
        self._current.pop(key, None)

    def next(self) -> float | None:
        """Return the earliest moment."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> Hashable | None:
        """Take out a key whose moment has come, earliest first."""
        self._drop_stale()
        if not self._heap or self._heap[0][0] > now:
            return None
        key = heapq.heappop(self._heap)[2]
        del self._current[key]
        return key

    def _drop_stale(self) -> None:
        """Remove entries that were moved or cancelled from the top of the heap."""
        while self._heap and self._current.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
