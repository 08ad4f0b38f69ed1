"""Contents by digest, as the protocol and the disk both know them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

__all__ = ("PIECE_BYTES", "BlobCorrupt", "BlobTooLarge", "Content", "Contents", "Upload")

PIECE_BYTES = 1024 * 1024
"""How much is read, hashed, sent and written at once."""


class Content(NamedTuple):
    """What is meant by a digest."""

    digest: bytes
    """SHA-256, 32 bytes."""
    size: int
    """Bytes of content."""


class BlobCorrupt(Exception):
    """Bytes do not have the digest that they were said to have."""


class BlobTooLarge(Exception):
    """More bytes came than were announced."""


class Upload(Protocol):
    """A content that is arriving. Methods block for as long as the disk takes."""

    @property
    def size(self) -> int:
        """Bytes that have arrived."""
        ...

    def append(self, data: bytes) -> None:
        """Take the next bytes; raises `BlobTooLarge` when they are more than were announced."""
        ...

    def restart(self) -> None:
        """Forget what has arrived, and begin anew."""
        ...

    def close(self) -> None:
        """Let go of the file; what has arrived stays for another try."""
        ...


class Contents(Protocol):
    """All contents that this director can give, and those that it was given. Methods block."""

    def offer(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Note files that had a digest when somebody looked; paths relative to the root, or absolute."""
        ...

    def has(self, content: Content) -> bool:
        """Tell whether there is a file that seems to have a content."""
        ...

    def missing(self, contents: Iterable[Content]) -> list[Content]:
        """Return those contents that are not here."""
        ...

    def open(self, content: Content) -> int | None:
        """Return a descriptor of a file that seems to have a content; what is read from it must be verified."""
        ...

    def read(self, content: Content) -> bytes | None:
        """Return a whole content, verified; None when it is not here."""
        ...

    def forget(self, content: Content) -> None:
        """Forget a file that turned out to have another content."""
        ...

    def put(self, content: Content, data: bytes) -> None:
        """Store a content that has arrived as a whole; raises `BlobCorrupt` when it is another one."""
        ...

    def begin(self, name: str, content: Content) -> Upload:
        """Begin an upload, or go on with it; the name is the writer's, a UUID."""
        ...

    def finish(self, upload: Upload, content: Content) -> None:
        """Make an upload visible; raises `BlobCorrupt` when it is not what it was said to be."""
        ...

    def arrived(self, name: str, content: Content) -> int:
        """Return how many bytes of an upload have arrived."""
        ...
