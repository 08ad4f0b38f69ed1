"""Contents by digest, as whoever moves them over a wire sees them: values, faults and ports."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import NamedTuple, Protocol

from stepup_server.core.values import Observation

__all__ = ("Arrived", "BlobFault", "BlobRefused", "Blobs", "Content", "Found", "Parcel", "Upload")


class Content(NamedTuple):
    """What is meant by a digest."""

    digest: bytes
    """SHA-256, 32 bytes."""
    size: int
    """Bytes of content."""


class Parcel(NamedTuple):
    """A small content on its way."""

    content: Content
    data: bytes
    is_compressed: bool
    """It is one zstd frame."""


class Found(NamedTuple):
    """A small content that was found."""

    data: bytes
    is_compressed: bool
    """It is one zstd frame."""


class Arrived(NamedTuple):
    """How far an upload has come."""

    size: int
    """Bytes, as they travel, that need not be sent again."""
    is_complete: bool
    """The content is here; nothing need be sent any more."""


@enum.unique
class BlobFault(enum.Enum):
    """Why a content can be neither given nor taken."""

    MISSING = "missing"
    """It is not here, or is not any more what it was."""
    CORRUPT = "corrupt"
    """What came is not what was announced."""
    OUT_OF_PLACE = "out of place"
    """A piece does not follow what has arrived."""
    TOO_MUCH = "too much"
    """There is no room, or no budget."""
    UNREACHABLE = "unreachable"
    """The disk refuses."""
    CHANGED = "changed"
    """A file has changed while it was being sent; what was sent is worth nothing."""


class BlobRefused(Exception):
    """A content can be neither given nor taken; the text says which, why, and what would help."""

    def __init__(self, fault: BlobFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


class Upload(Protocol):
    """A content that is arriving. One caller at a time; a newer one takes it over."""

    @property
    def arrived(self) -> int:
        """Bytes, as they travel, that have arrived."""
        ...

    async def restart(self) -> None:
        """Forget what has arrived."""
        ...

    async def append(self, offset: int, data: bytes) -> None:
        """Take the next bytes, which must follow what has arrived; may return before they are written.

        Raises
        ------
        BlobRefused
            They do not follow, are more than was announced, are no zstd, or cannot be written.
        """
        ...

    async def finish(self) -> None:
        """Verify the whole and make it visible.

        Raises
        ------
        BlobRefused
            It is not what it was said to be; nothing of it is kept.
        """
        ...

    async def pause(self) -> None:
        """Let go of it; what has arrived waits for another try."""
        ...


class Blobs(Protocol):
    """Contents that can be had by digest: files of the project, and what workers have stored."""

    def offer(self, files: Iterable[Observation]) -> None:
        """Note files that had a content when somebody looked."""
        ...

    def take(self, contents: Iterable[bytes]) -> None:
        """Take small contents that came with results; one for which there is no room will be missed later."""
        ...

    async def missing(self, contents: Sequence[Content]) -> list[Content]:
        """Return those that are not here."""
        ...

    async def read_many(self, contents: Sequence[Content], *, may_compress: bool) -> list[Found | BlobRefused]:
        """Return small contents, verified, compressed where that pays; or why one cannot be had."""
        ...

    def pieces(self, content: Content, offset: int, limit: int, *, compressed: bool) -> AsyncIterator[bytes]:
        """Yield a content in pieces; the last one comes when the whole has been verified.

        Raises
        ------
        BlobRefused
            It cannot be had, or not any more.
        """
        ...

    async def store_many(self, parcels: Sequence[Parcel]) -> list[BlobRefused | None]:
        """Store small contents that are not here; tell for each why it cannot be stored, if so."""
        ...

    async def begin(self, name: str, content: Content, *, compressed: bool) -> Upload | None:
        """Begin an upload or go on with one; the name is the writer's. None: the content is here.

        Raises
        ------
        BlobRefused
            There is no room.
        """
        ...

    async def arrived(self, name: str, content: Content, *, compressed: bool) -> Arrived:
        """Tell how far an upload has come.

        Raises
        ------
        BlobRefused
            Nobody has begun it.
        """
        ...
