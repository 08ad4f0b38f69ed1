"""How far attempts are to be stopped, and what that breaks off besides their processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from stepup_worker.core.values import AttemptId, StopLevel

__all__ = ("BrokenOff", "Stops")

_Result = TypeVar("_Result")


class BrokenOff(Exception):
    """Nobody wants what was waited for any more."""


class Stops:
    """The attempts that go on, and how far each is to be stopped."""

    def __init__(self) -> None:
        """Know none."""
        self._levels: dict[AttemptId, StopLevel] = {}
        self._scopes: dict[AttemptId, tuple[StopLevel, asyncio.Timeout]] = {}
        """What attempts wait for, and which level ends that."""

    def __contains__(self, attempt: AttemptId) -> bool:
        """Tell whether an attempt goes on."""
        return attempt in self._levels

    def begin(self, attempt: AttemptId) -> None:
        """Note that an attempt begins."""
        self._levels[attempt] = StopLevel.NONE

    def end(self, attempt: AttemptId) -> None:
        """Forget an attempt."""
        del self._levels[attempt]

    def level(self, attempt: AttemptId) -> StopLevel:
        """Return how far an attempt is to be stopped."""
        return self._levels[attempt]

    def is_to_begin(self, attempt: AttemptId) -> bool:
        """Tell whether an attempt shall have a process."""
        return self._levels[attempt] is StopLevel.NONE

    def is_to_end_well(self, attempt: AttemptId) -> bool:
        """Tell whether somebody may want to have what the process of an attempt has made."""
        return self._levels[attempt] < StopLevel.INTERRUPT

    def set(self, attempt: AttemptId, level: StopLevel) -> None:
        """Take note of a level, and break off what that ends."""
        self._levels[attempt] = max(level, self._levels[attempt])
        scope = self._scopes.get(attempt)
        if scope is not None and level >= scope[0]:
            scope[1].reschedule(0.0)

    async def unless(self, level: StopLevel, attempt: AttemptId, work: Awaitable[_Result]) -> _Result:
        """Wait for something, unless the attempt is stopped that far.

        Raises
        ------
        BrokenOff
            It is.
        """
        is_due = self._levels[attempt] >= level
        scope = asyncio.timeout(0.0 if is_due else None)
        self._scopes[attempt] = (level, scope)
        try:
            async with scope:
                return await work
        except TimeoutError as error:
            if scope.expired():
                raise BrokenOff from error
            raise
        finally:
            del self._scopes[attempt]
