"""Files that come late: what another host has written to a network file system is seen a moment later.

A file that does not look as the director says is looked at again, a bounded number of times, after its directory was
opened anew: that makes a client of NFS ask its server instead of its own memory.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from stepup_worker.core.values import Observation

__all__ = ("PAUSES_S", "look_again", "refresh")

PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Before each further look; a client of NFS trusts its memory of a file for 3 s at least, and 60 s at most."""


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


def refresh(path: str) -> None:
    """Let the file system ask anew what is at a path."""
    for place, flags in ((os.path.dirname(path) or ".", os.O_DIRECTORY), (path, os.O_NONBLOCK | os.O_NOCTTY)):
        with suppress(OSError):
            descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | flags)
            try:
                os.fstat(descriptor)
            finally:
                os.close(descriptor)
