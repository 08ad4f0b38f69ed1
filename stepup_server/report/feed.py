"""The stream of everything that happens, numbered, for as many followers as there are.

All followers read the same ring and hold nothing but the number of the last report that they have seen.
So a slow one costs no memory, and what it loses is the difference of two numbers.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from stepup_server.core.commands import Report
from stepup_server.engine.ports import NumberedReport

__all__ = ("BUDGET_CHARS", "CAPACITY", "GROUP_MAX", "EventFeed")

CAPACITY = 10_000
"""How many reports are remembered."""

BUDGET_CHARS = 64 * 1024 * 1024
"""How much text is remembered; what is older is forgotten sooner."""

GROUP_MAX = 256
"""How many reports a follower is given at a time."""


class EventFeed:
    """Numbers reports, remembers the last ones and lets others follow. To be used within one event loop."""

    def __init__(self, wall_clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._wall_clock = wall_clock
        self._ring: deque[NumberedReport] = deque()
        self._capacity = capacity
        self._chars = 0
        self._sequence = 0
        self._news = asyncio.Event()
        self._is_closed = False

    @property
    def last_sequence(self) -> int:
        """Number of the last report; 0 before the first one."""
        return self._sequence

    def report(self, report: Report) -> None:
        """Take a report; never waits and never fails. After the end of the stream it is dropped."""
        if self._is_closed:
            return
        self._sequence += 1
        self._ring.append(NumberedReport(self._sequence, self._wall_clock(), report, 0))
        self._chars += _length(report)
        while len(self._ring) > self._capacity or (self._chars > BUDGET_CHARS and len(self._ring) > 1):
            self._chars -= _length(self._ring.popleft().report)
        self._wake()

    def close(self) -> None:
        """End the stream: followers get what is left, and then the end."""
        self._is_closed = True
        self._wake()

    async def subscribe(self, after: int = 0) -> AsyncIterator[Sequence[NumberedReport]]:
        """Yield all reports with numbers above `after`, remembered ones first; ends when the feed is closed.

        Those that are there at the same time come together, at most `GROUP_MAX` of them.
        A number that was never given comes from an earlier director, and stands for 0.
        """
        seen = after if after <= self._sequence else 0
        while True:
            news = self._news
            while seen < self._sequence:
                group = self._next_group(seen)
                seen = group[-1].sequence
                yield group
            if self._is_closed:
                return
            await news.wait()

    def _next_group(self, seen: int) -> Sequence[NumberedReport]:
        """Return the oldest remembered reports with numbers above `seen`."""
        first = self._next(seen)
        start = first.sequence + 1 - self._ring[0].sequence
        return (first, *itertools.islice(self._ring, start, start + GROUP_MAX - 1))

    def _next(self, seen: int) -> NumberedReport:
        """Return the oldest remembered report with a number above `seen`."""
        oldest = self._ring[0].sequence
        if seen + 1 >= oldest:
            return self._ring[seen + 1 - oldest]
        return dataclasses.replace(self._ring[0], missed=oldest - seen - 1)

    def _wake(self) -> None:
        """Wake all who wait, and let them wait for something else the next time."""
        news, self._news = self._news, asyncio.Event()
        news.set()


def _length(report: Report) -> int:
    """Return how much text a report holds, in characters."""
    return len(report.text) + sum(len(page.text) for page in report.pages)
