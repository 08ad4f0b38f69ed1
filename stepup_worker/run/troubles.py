"""What the machine keeps this worker from: it is told, and tried again until it works or nobody wants it any more.

An attempt that cannot begin because a disk is full, or whose outputs cannot be taken away, has not failed. It keeps its
slot, since whatever else this worker might begin would fare no better.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from stepup_shared.hindrance import explain, is_hindrance
from stepup_worker.core.values import AttemptId

__all__ = ("GivenUp", "Troubles")

_RETRY_S = 1.0

_Result = TypeVar("_Result")


class GivenUp(Exception):
    """What was tried in vain is not wanted any more; the text says what kept us from it."""


class Troubles:
    """The attempts that do not get on, and why."""

    def __init__(self) -> None:
        """Know none."""
        self.on_change: Callable[[], object] = tuple
        """Called when there is another trouble, or one less."""
        self.relieve: Callable[[OSError], bool] = lambda _: False
        """Does something about a trouble; returns whether the same may work now."""
        self._reasons: dict[AttemptId, tuple[int | None, str]] = {}
        """What was told of each: the number of the error, and the text, in which other numbers may change."""
        self._woken: dict[AttemptId, asyncio.Event] = {}

    def told(self) -> tuple[str, ...]:
        """Return what is to be told now, each thing once."""
        return tuple(dict.fromkeys(text for _, text in self._reasons.values()))

    def wake(self, attempt: AttemptId) -> None:
        """Let an attempt that waits look at once whether it is still wanted."""
        woken = self._woken.get(attempt)
        if woken is not None:
            woken.set()

    def end(self, attempt: AttemptId) -> None:
        """Note that an attempt gets on."""
        if self._reasons.pop(attempt, None) is not None:
            self.on_change()

    async def overcome(
        self, attempt: AttemptId, work: Callable[[], Awaitable[_Result]], is_wanted: Callable[[], bool]
    ) -> _Result:
        """Do something, again and again while the machine keeps us from it.

        Raises
        ------
        GivenUp
            It did not work and is not wanted any more.
        """
        while True:
            try:
                result = await work()
            except OSError as error:
                if not is_hindrance(error):
                    raise
                if not self.relieve(error):
                    await self.wait_out(attempt, error, is_wanted)
            else:
                self.end(attempt)
                return result

    async def wait_out(self, attempt: AttemptId, error: OSError, is_wanted: Callable[[], bool]) -> None:
        """Tell what the matter is and wait for a moment; raises as `overcome`."""
        self._tell(attempt, error)
        woken = self._woken[attempt] = asyncio.Event()
        try:
            if is_wanted():
                async with asyncio.timeout(_RETRY_S):
                    await woken.wait()
        except TimeoutError:
            pass
        finally:
            del self._woken[attempt]
        if not is_wanted():
            self.end(attempt)
            raise GivenUp(explain(error))

    def _tell(self, attempt: AttemptId, error: OSError) -> None:
        told = self._reasons.get(attempt)
        if told is None or told[0] != error.errno:
            self._reasons[attempt] = (error.errno, explain(error))
            self.on_change()
