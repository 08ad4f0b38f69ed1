"""Inputs that come late over a network file system: one that does not look as the director says is looked at again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from stepup_shared.late_files import PAUSES_S, refresh
from stepup_worker.core.values import Observation

__all__ = ("look_again",)


async def look_again(
    look: Callable[[], Awaitable[tuple[Observation, ...]]],
    paths: Callable[[tuple[Observation, ...]], Sequence[str]],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> tuple[Observation, ...]:
    """Look until nothing differs any more, or patience is at its end; return what still differs.

    Parameters
    ----------
    look
        Returns what differs.
    paths
        Where that lies on this host.
    pause
        Lets time pass.
    """
    differing = await look()
    for pause_s in PAUSES_S:
        if not differing:
            break
        await pause(pause_s)
        for path in paths(differing):
            refresh(path)
        differing = await look()
    return differing
