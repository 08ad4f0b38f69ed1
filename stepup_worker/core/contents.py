"""Contents by digest, and what moves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

__all__ = ("BlobMissing", "Content", "Depot", "StoreRefused", "Stored")


class Content(NamedTuple):
    """What is meant by a digest."""

    digest: bytes
    """SHA-256, 32 bytes."""
    size: int
    """Bytes of content."""


class Stored(NamedTuple):
    """A file that has a content."""

    content: Content
    """What is in it."""
    path: str
    """Where it is on this machine."""


class BlobMissing(Exception):
    """The director has no file with a content any more."""


class StoreRefused(Exception):
    """The director does not take a content; the text says why."""


class Depot(Protocol):
    """Gives and takes contents. While the director is away, both wait for it."""

    async def fetch(self, content: Content, path: str) -> None:
        """Write a content, verified, to a new file.

        Raises
        ------
        BlobMissing
            It is not to be had; there is no file.
        OSError
            The disk does not take it.
        """
        ...

    async def read(self, content: Content) -> bytes:
        """Return a small content, verified.

        Raises
        ------
        BlobMissing
            It is not to be had.
        """
        ...

    def hurry(self) -> None:
        """Let nothing that is fetched or read wait for more of it any longer: somebody waits."""
        ...

    async def store(self, files: Sequence[Stored]) -> None:
        """Let the director have contents that it lacks.

        Raises
        ------
        StoreRefused
            It does not take one of them.
        OSError
            There is no room for one of them, or it cannot be read.
        """
        ...

    def moved(self, content: Content) -> int:
        """Return how many bytes of a content have been moved while it is fetched, or stored with others."""
        ...
