"""What running steps write, on its way from their workers to those who watch them.

Nothing is kept here but the next piece: the worker sends another one when that was taken, so a slow reader slows down
nobody but itself, and nobody fills the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

__all__ = ("Follow", "Follows", "Piece")


class Piece(NamedTuple):
    """A piece of what a running attempt writes."""

    stdout_offset: int
    """Where it begins."""
    stdout: bytes
    stderr_offset: int
    """Where it begins."""
    stderr: bytes
    is_all: bool
    """There is no more at the moment."""


class Follow:
    """One who watches one attempt."""

    def __init__(self, number: int) -> None:
        self.number = number
        """Tells those who watch apart."""
        self.stdout = 0
        """How much of the standard output was taken."""
        self.stderr = 0
        """How much of the standard error was taken."""
        self._turn = asyncio.Lock()
        self._pieces: asyncio.Queue[Piece | None] = asyncio.Queue(1)
        self._ended = asyncio.Event()

    async def hand_over(self, piece: Piece) -> None:
        """Wait until a piece is taken; what was taken before is left out, and so is what would leave a gap."""
        async with self._turn:
            fresh = self._fresh(piece)
            await self._pieces.put(fresh)
            self.stdout += len(fresh.stdout)
            self.stderr += len(fresh.stderr)

    def _fresh(self, piece: Piece) -> Piece:
        """Return the part of a piece that follows what was taken."""
        stdout, stderr = (
            _beyond(piece.stdout_offset, piece.stdout, self.stdout),
            _beyond(piece.stderr_offset, piece.stderr, self.stderr),
        )
        return Piece(self.stdout, stdout, self.stderr, stderr, piece.is_all)

    def end(self) -> None:
        """Say that the attempt is over."""
        self._ended.set()

    async def next_piece(self) -> Piece | None:
        """Return the next piece; None when the attempt is over."""
        taking = asyncio.ensure_future(self._pieces.get())
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait((taking, ending), return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() else None
        finally:
            taking.cancel()
            ending.cancel()


def _beyond(offset: int, data: bytes, taken: int) -> bytes:
    """Return what lies behind an offset; nothing if something before it is missing."""
    return b"" if offset > taken else data[taken - offset :]


class Follows:
    """All who watch."""

    def __init__(self) -> None:
        self._open: dict[int, Follow] = {}
        self._last = 0

    @contextmanager
    def open(self) -> Generator[Follow]:
        """Let somebody watch for the length of a block."""
        self._last += 1
        follow = self._open[self._last] = Follow(self._last)
        try:
            yield follow
        finally:
            del self._open[follow.number]

    def find(self, number: int) -> Follow | None:
        """Return who has a number, if he still watches."""
        return self._open.get(number)

    def end(self, number: int) -> None:
        """Say that the attempt is over that somebody watches."""
        follow = self._open.get(number)
        if follow is not None:
            follow.end()
