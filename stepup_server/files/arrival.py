"""A content that is arriving: hashed and counted as it comes, and never seen before it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator

from stepup_server.engine.blobs import Content

__all__ = ("Arrival", "BlobCorrupt", "BlobTooLarge")

_PIECE_BYTES = 1024 * 1024


class BlobCorrupt(Exception):
    """Bytes do not have the digest that they were said to have."""


class BlobTooLarge(Exception):
    """More bytes came than were announced."""


class Arrival:
    """A file that grows. Not for two threads at once."""

    def __init__(self, path: str, content: Content) -> None:
        """Begin, or go on with what has arrived earlier."""
        self._path = path
        self._content = content
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._hasher = hashlib.sha256()
        self.size = 0
        """Bytes that have arrived."""
        for piece in _pieces(self._fd):
            self._hasher.update(piece)
            self.size += len(piece)
        if self.size > content.size:
            self.discard()

    @property
    def is_complete(self) -> bool:
        """Tell whether all bytes have arrived."""
        return self.size == self._content.size

    @property
    def lacking(self) -> int:
        """How many bytes are still to come."""
        return self._content.size - self.size

    def write(self, data: bytes) -> int:
        """Take the next bytes and return how many.

        Raises
        ------
        BlobTooLarge
            They are more than were announced; nothing of them is kept.
        """
        if self.size + len(data) > self._content.size:
            raise BlobTooLarge
        fd = self._open()
        view = memoryview(data)
        while view:
            view = view[os.pwrite(fd, view, self.size + len(data) - len(view)) :]
        self._hasher.update(data)
        self.size += len(data)
        return len(data)

    def finish(self, target: str, seal: Callable[[str], object]) -> None:
        """Verify the whole, let somebody seal the file, and make it visible.

        Raises
        ------
        BlobCorrupt
            It is not what it was said to be; nothing of it is kept.
        """
        if not self.is_complete or self._hasher.digest() != self._content.digest:
            self.discard()
            raise BlobCorrupt
        try:
            seal(self._path)
            os.replace(self._path, target)
        except FileNotFoundError:
            # Somebody has removed it: it has to come again.
            self.discard()
            raise
        self.close()

    def discard(self) -> None:
        """Forget what has arrived."""
        self.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        self._hasher = hashlib.sha256()
        self.size = 0

    def close(self) -> None:
        """Let go of the file; what has arrived stays for another try."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> int:
        """Return the descriptor, opened again if somebody has let go of it.

        Raises
        ------
        BlobCorrupt
            Somebody has removed what had arrived.
        """
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            if os.fstat(self._fd).st_size < self.size:
                self.discard()
                raise BlobCorrupt
        return self._fd


def _pieces(fd: int) -> Iterator[bytes]:
    """Yield what is in a file from its beginning."""
    while piece := os.read(fd, _PIECE_BYTES):
        yield piece
