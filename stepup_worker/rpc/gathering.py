"""How long news may wait for more of it, so that much is said in one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ("gather",)

_TURN_S = 0.003
_TURNS_MAX = 4
_MANY = 5
"""So many attempts take longer to run than the director takes to answer."""


async def gather(waiting: Callable[[], int]) -> None:
    """Wait a moment while attempts wait for slots, for then nobody waits for our words; longer while many do."""
    await asyncio.sleep(_TURN_S if waiting() else 0.0)
    for _ in range(_TURNS_MAX - 1):
        if waiting() < _MANY:
            return
        await asyncio.sleep(_TURN_S)
