"""Contents by digest: those of the project's files, read where they are, and those that workers have stored.

A digest names a content, never a place. Which file has it is only a guess that was right once: what is read is
compared with its name, and a file that has changed meanwhile is forgotten. Uploads are private until they are whole and
verified; then a rename makes them visible. They stay until they are published or the director stops for good.

All methods block for as long as the disk takes; whoever has a loop calls them in a thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator

from stepup_server.engine.contents import PIECE_BYTES, BlobCorrupt, BlobTooLarge, Content, Upload

from .look import open_for_reading

__all__ = ("ArrivingBlob", "BlobStore")


class ArrivingBlob:
    """A content that is arriving."""

    def __init__(self, path: str, content: Content) -> None:
        """Begin, or go on with what has arrived earlier."""
        self._path = path
        self._content = content
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._hasher = hashlib.sha256()
        self.size = 0
        """Bytes that have arrived."""
        for piece in _pieces(self._fd):
            self._hasher.update(piece)
            self.size += len(piece)

    @property
    def is_complete(self) -> bool:
        """Tell whether all bytes have arrived."""
        return self.size == self._content.size

    def append(self, data: bytes) -> None:
        """Take the next bytes.

        Raises
        ------
        BlobTooLarge
            They are more than were announced; nothing of them is kept.
        """
        if self.size + len(data) > self._content.size:
            raise BlobTooLarge
        view = memoryview(data)
        while view:
            view = view[os.pwrite(self._fd, view, self.size + len(data) - len(view)) :]
        self._hasher.update(data)
        self.size += len(data)

    def finish(self, target: str) -> None:
        """Verify the whole and make it visible.

        Raises
        ------
        BlobCorrupt
            It is not what it was said to be; nothing of it is kept.
        """
        if not self.is_complete or self._hasher.digest() != self._content.digest:
            self.discard()
            raise BlobCorrupt
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        os.replace(self._path, target)

    def restart(self) -> None:
        """Forget what has arrived, and begin anew."""
        os.ftruncate(self._fd, 0)
        self._hasher = hashlib.sha256()
        self.size = 0

    def discard(self) -> None:
        """Forget the upload."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)

    def close(self) -> None:
        """Let go of the file; what has arrived stays for another try."""
        os.close(self._fd)


class BlobStore:
    """All contents that this director can give, and those that it was given."""

    def __init__(self, root: str) -> None:
        """Use the store below a project's root; nothing is made before the first upload."""
        self.root = root
        """The project."""
        self._folder = os.path.join(root, ".stepup/blobs")
        self._incoming = os.path.join(self._folder, "incoming")
        self._places: dict[bytes, str] = {}

    def offer(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Note files that had a digest when somebody looked; paths relative to the root, or absolute."""
        self._places.update((digest, path) for path, digest in files)

    def has(self, content: Content) -> bool:
        """Tell whether there is a file that seems to have a content."""
        return any(_size_of(path) == content.size for path in self._candidates(content))

    def missing(self, contents: Iterable[Content]) -> list[Content]:
        """Return those contents that are not here."""
        return [content for content in contents if not self.has(content)]

    def open(self, content: Content) -> int | None:
        """Return a descriptor of a file that seems to have a content; what is read from it must be verified."""
        for path in self._candidates(content):
            with contextlib.suppress(OSError):
                fd = open_for_reading(path)
                status = os.fstat(fd)
                if stat.S_ISREG(status.st_mode) and status.st_size == content.size:
                    return fd
                os.close(fd)
        return None

    def read(self, content: Content) -> bytes | None:
        """Return a whole content, verified; None when it is not here."""
        fd = self.open(content)
        if fd is None:
            return None
        try:
            data = b"".join(_pieces(fd))
        finally:
            os.close(fd)
        if hashlib.sha256(data).digest() != content.digest:
            self.forget(content)
            return None
        return data

    def forget(self, content: Content) -> None:
        """Forget a file that turned out to have another content."""
        self._places.pop(content.digest, None)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path_of(content))

    def put(self, content: Content, data: bytes) -> None:
        """Store a content that has arrived as a whole.

        Raises
        ------
        BlobCorrupt
            It is not what it was said to be.
        """
        if len(data) != content.size or hashlib.sha256(data).digest() != content.digest:
            raise BlobCorrupt
        target = self.path_of(content)
        if os.path.exists(target):
            return
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        temporary = f"{target}.{os.urandom(4).hex()}"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, data)
        finally:
            os.close(fd)
        os.replace(temporary, target)

    def begin(self, name: str, content: Content) -> ArrivingBlob:
        """Begin an upload, or go on with it; the name is the writer's, a UUID."""
        os.makedirs(self._incoming, mode=0o700, exist_ok=True)
        return ArrivingBlob(self._upload_path(name, content), content)

    def finish(self, upload: Upload, content: Content) -> None:
        """Make an upload visible; raises `BlobCorrupt` when it is not what it was said to be."""
        if not isinstance(upload, ArrivingBlob):
            raise TypeError("the upload is not one of this store")
        upload.finish(self.path_of(content))

    def arrived(self, name: str, content: Content) -> int:
        """Return how many bytes of an upload have arrived."""
        return _size_of(self._upload_path(name, content)) or 0

    def path_of(self, content: Content) -> str:
        """Return where a stored content lies, or would lie."""
        name = content.digest.hex()
        return f"{self._folder}/{name[:2]}/{name[2:]}"

    def clear(self) -> None:
        """Remove all stored contents: nobody needs them any more."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _upload_path(self, name: str, content: Content) -> str:
        return f"{self._incoming}/{content.digest.hex()[:16]}-{name}"

    def _candidates(self, content: Content) -> Iterator[str]:
        """Yield the files that may have a content, the most trustworthy first."""
        yield self.path_of(content)
        place = self._places.get(content.digest)
        if place is not None:
            yield os.path.join(self.root, place)


def _size_of(path: str) -> int | None:
    """Return the size of a regular file; None when there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _pieces(fd: int) -> Iterator[bytes]:
    """Yield what is in a file from where it stands."""
    while piece := os.read(fd, PIECE_BYTES):
        yield piece
