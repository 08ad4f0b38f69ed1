"""Sending what running steps write to those who watch them; nobody watches: nothing happens.

What a step writes is on disk, so a slow reader needs no buffer: it takes the next piece when it is ready for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from stepup_worker.core.values import AttemptId, Piece, Taken

from .capture import Capture, read_piece

__all__ = ("Followers", "Send")

_PIECE_BYTES_MAX = 64 * 1024

_LOOK_S = 0.1
"""How often files are looked at for more, while somebody watches."""

Send: TypeAlias = Callable[[Piece], Awaitable[Taken | None]]
"""Hands a piece over and returns how far all was taken; None when it could not be handed over."""


class Followers:
    """One task for each who watches."""

    def __init__(self, find_capture: Callable[[AttemptId], Capture | None], group: asyncio.TaskGroup) -> None:
        self._find_capture = find_capture
        self._group = group
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._send: Send | None = None

    def use(self, send: Send | None) -> None:
        """Take the present way to the director; None while there is none."""
        self._send = send

    def update(self, followed: tuple[tuple[int, AttemptId], ...]) -> None:
        """Serve those who are listed, and nobody else."""
        wanted = dict(followed)
        for follow in [follow for follow in self._tasks if follow not in wanted]:
            self._tasks.pop(follow).cancel()
        for follow, attempt in wanted.items():
            if follow not in self._tasks:
                self._tasks[follow] = self._group.create_task(self._serve(follow, attempt))

    def close(self) -> None:
        """Serve nobody any more."""
        self.update(())

    async def _serve(self, follow: int, attempt: AttemptId) -> None:
        """Send what is there, then what comes, until nobody wants it."""
        taken = Taken(stdout=0, stderr=0)
        was_all = False
        while not taken.gone:
            piece = self._next_piece(follow, attempt, taken)
            answer = None
            if piece is not None and self._send is not None and not (was_all and piece.is_empty):
                answer = await self._send(piece)
                taken = answer or taken
                was_all = answer is not None and piece.is_all
            if answer is None or was_all:
                await asyncio.sleep(_LOOK_S)

    def _next_piece(self, follow: int, attempt: AttemptId, taken: Taken) -> Piece | None:
        """Return what follows what was taken; None before the beginning and after the end."""
        capture = self._find_capture(attempt)
        if capture is None:
            return None
        stdout = read_piece(capture.stdout, taken.stdout, _PIECE_BYTES_MAX)
        stderr = read_piece(capture.stderr, taken.stderr, _PIECE_BYTES_MAX)
        is_all = max(len(stdout), len(stderr)) < _PIECE_BYTES_MAX
        return Piece(follow, taken.stdout, stdout, taken.stderr, stderr, is_all=is_all)
