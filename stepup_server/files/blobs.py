"""Contents by digest: those of the project's files, read where they are, and those that workers have stored.

A digest names a content, never a place. Which file has it is only a guess that was right once: what is read is
compared with its name, and a file that has changed meanwhile is forgotten. Uploads are private until they are whole and
verified; then a rename makes them visible. They stay until they are published or nobody can need them any more.

They outlive the director, but are not synced: after a power failure what was not published is verified when it is read,
and made again if it is damaged, as everything is that a step has written.

All methods block for as long as the disk takes; whoever has a loop calls them in a thread.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stepup_server.engine.blobs import Content
from stepup_server.failpoints import reach
from stepup_shared.hindrance import is_hindrance

from .arrival import Arrival, BlobCorrupt
from .look import digest_of, open_for_reading
from .tray import Tray

__all__ = ("PIECE_BYTES", "BlobStore", "NoRoom", "Opened", "Verified")

PIECE_BYTES = 1024 * 1024
"""How much is read, hashed and written at once."""
PLACES_MAX = 4
"""How many files are remembered that have the same content."""
RESERVE_BYTES = 64 * 1024 * 1024
"""What uploads leave free, so that the graph can still be written."""
SEAL_NS = 20_000_000
"""How far into the past the time of a stored file is put: two of the longest ticks."""
FORGOTTEN_S = 2 * 3600.0
"""Stored contents that were not touched for so long are given up when there is no room: twice what a lease may last."""


class NoRoom(OSError):
    """A content cannot be taken; nothing of it was."""

    def __init__(self, folder: str, needed: int, free: int) -> None:
        text = f"No space left: {needed} bytes are needed in {folder}, and {max(0, free)} are free."
        super().__init__(errno.ENOSPC, text, folder)


class Opened(NamedTuple):
    """A file that seems to have a content; what is read from it must be verified."""

    fd: int
    path: str
    """Absolute; to be dropped when it has not."""


class Verified(NamedTuple):
    """A stored file that has the content that it should have."""

    path: str
    """Absolute."""
    mtime_ns: int
    """When it was last written to; another time tells that it was written to afterwards."""


class BlobStore:
    """All contents that this director can give, and those that it was given."""

    def __init__(self, root: str) -> None:
        """Use the store below a project's root; nothing is made before the first upload."""
        self.root = root
        """The project."""
        self.folder = os.path.join(root, ".stepup/blobs")
        """Where what was given is stored."""
        self._incoming = os.path.join(self.folder, "incoming")
        self._making = threading.Lock()
        self._outgoing: str | None = None
        """Where files are made that are not in their places yet; there is none before the first one."""
        self._places: dict[bytes, dict[str, None]] = {}
        self._contents: dict[str, bytes] = {}
        """By path, what was offered last."""
        self._seals: dict[bytes, tuple[int, int, int]] = {}
        """Stamps of what was stored and verified by this process."""
        self.tray = Tray()
        """What came with results."""

    # What there is

    def offer(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Note files that had a digest when somebody looked; paths relative to the root, or absolute."""
        for path, digest in files:
            self._forget_place(path)
            places = self._places.setdefault(digest, {})
            places[path] = None
            self._contents[path] = digest
            if len(places) > PLACES_MAX:
                self._forget_place(next(iter(places)))

    def _forget_place(self, path: str) -> None:
        """Forget what a file had, so that a project that is built for years takes no more room than its files."""
        digest = self._contents.pop(path, None)
        if digest is not None:
            places = self._places[digest]
            del places[path]
            if not places:
                del self._places[digest]

    def has(self, content: Content) -> bool:
        """Tell whether there is a file that seems to have a content."""
        return any(_size_of(path) == content.size for path in self._candidates(content))

    def missing(self, contents: Iterable[Content]) -> list[Content]:
        """Return those contents that are not here."""
        return [content for content in contents if not self.has(content)]

    def open(self, content: Content) -> Opened | None:
        """Open a file that seems to have a content."""
        for path in self._candidates(content):
            try:
                fd = open_for_reading(path)
            except OSError as error:
                if is_hindrance(error):
                    # It may well be here.
                    raise
                continue
            status = os.fstat(fd)
            if stat.S_ISREG(status.st_mode) and status.st_size == content.size:
                return Opened(fd, path)
            os.close(fd)
        return None

    def read(self, content: Content) -> bytes | None:
        """Return a whole content, verified; None when it is not here."""
        while (opened := self.open(content)) is not None:
            try:
                data = b"".join(_pieces(opened.fd))
            finally:
                os.close(opened.fd)
            if hashlib.sha256(data).digest() == content.digest:
                return data
            self.drop(content, opened.path)
        return None

    def drop(self, content: Content, path: str) -> None:
        """Forget a file that turned out to have another content."""
        if path == self.path_of(content):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        places = self._places.get(content.digest, {})
        for place in [place for place in places if os.path.join(self.root, place) == path]:
            self._forget_place(place)

    # What comes

    def put(self, content: Content, data: bytes) -> None:
        """Store a content that has arrived as a whole.

        Raises
        ------
        BlobCorrupt
            It is not what it was said to be.
        NoRoom
            There is no space for it.
        """
        if len(data) != content.size or hashlib.sha256(data).digest() != content.digest:
            raise BlobCorrupt
        if self.has(content):
            return
        target = self._target(content)
        temporary = f"{target}.{os.urandom(4).hex()}"
        try:
            _write_new(temporary, data)
            self._seal(content, temporary)
            reach("before_blob")
            os.replace(temporary, target)
            reach("after_blob")
        except OSError as error:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise self.explain(error, len(data)) from error

    def take(self, data: bytes) -> None:
        """Take a small content that came with a result; raises as `put`."""
        digest = hashlib.sha256(data).digest()
        if not self.tray.put(digest, data):
            self.put(Content(digest, len(data)), data)

    def begin(self, name: str, content: Content) -> Arrival:
        """Begin an upload, or go on with it; the name is the writer's, a UUID."""
        os.makedirs(self._incoming, mode=0o700, exist_ok=True)
        return Arrival(self._upload_path(name, content), content)

    def finish(self, arrival: Arrival, content: Content) -> None:
        """Make an upload visible; raises `BlobCorrupt` when it is not what it was said to be."""
        target = self._target(content)
        reach("before_blob")
        arrival.finish(target, lambda path: self._seal(content, path))
        reach("after_blob")

    def make_outgoing(self) -> tuple[int, str]:
        """Make a new file, which nobody else can read, for something that will be moved elsewhere; return it open."""
        path = f"{self._make_outgoing_directory()}/{secrets.token_hex(8)}"
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), path

    def _make_outgoing_directory(self) -> str:
        with self._making:
            if self._outgoing is None:
                directory = os.path.join(self.folder, "outgoing")
                # What an earlier director has not moved is of no use.
                shutil.rmtree(directory, ignore_errors=True)
                os.makedirs(directory, mode=0o700)
                self._outgoing = directory
            return self._outgoing

    def verified(self, content: Content) -> Verified | None:
        """Return a stored content that is what it was when it was verified; one that is not is dropped."""
        path = self.path_of(content)
        try:
            status = os.lstat(path)
            if self._seals.pop(content.digest, None) == _stamps(status):
                return Verified(path, status.st_mtime_ns)
            if stat.S_ISREG(status.st_mode):
                # Sealed before it is read, so that whoever writes to it afterwards is noticed.
                self._seal(content, path)
                mtime_ns, _, _ = self._seals.pop(content.digest)
                if _digest_at(path) == content.digest:
                    return Verified(path, mtime_ns)
        except OSError:
            return None
        self.drop(content, path)
        return None

    def arrived(self, name: str, content: Content) -> int | None:
        """Return how many bytes of an upload have arrived; None when nobody has begun it."""
        return _size_of(self._upload_path(name, content))

    def path_of(self, content: Content) -> str:
        """Return where a stored content lies, or would lie."""
        name = content.digest.hex()
        return f"{self.folder}/{name[:2]}/{name[2:]}"

    # How much

    def require_room(self, needed: int, promised: int = 0) -> None:
        """Raise NoRoom unless so many bytes fit beside those that were promised to others."""
        if self._free() - promised < needed:
            self.forget_older(time.time() - FORGOTTEN_S)
        free = self._free() - promised
        if free < needed:
            raise NoRoom(self.folder, needed, free)

    def explain(self, error: OSError, needed: int) -> OSError:
        """Return an error that says what is missing."""
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return NoRoom(self.folder, needed, self._free())
        return error

    def forget_older(self, moment: float) -> None:
        """Remove what was stored, or has begun to arrive, before a moment."""
        self.tray.forget_older(moment)
        for directory, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(directory, name)
                with contextlib.suppress(OSError):
                    if os.lstat(path).st_ctime < moment:
                        os.unlink(path)

    def _free(self) -> int:
        """Return how many bytes may still be written."""
        numbers = os.statvfs(self.root)
        return numbers.f_bavail * numbers.f_frsize - RESERVE_BYTES

    def _seal(self, content: Content, path: str) -> None:
        """Give a file that is not visible yet, or not read yet, a time that no later write can give it; remember that.

        File times move in ticks; a write within the tick of the last one would leave them as they are.
        """
        moment = time.time_ns() - SEAL_NS - secrets.randbelow(1_000_000)
        os.utime(path, ns=(moment, moment))
        self._seals[content.digest] = _stamps(os.lstat(path))

    def _target(self, content: Content) -> str:
        """Return where a content will lie, with its directory made."""
        target = self.path_of(content)
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        return target

    def _upload_path(self, name: str, content: Content) -> str:
        return f"{self._incoming}/{content.digest.hex()[:16]}-{name}"

    def _candidates(self, content: Content) -> Iterator[str]:
        """Yield the files that may have a content, the most trustworthy first."""
        yield self.path_of(content)
        for place in tuple(self._places.get(content.digest, ())):
            yield os.path.join(self.root, place)


def _write_new(path: str, data: bytes) -> None:
    """Write a file that nobody else can read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
    finally:
        os.close(fd)


def _stamps(status: os.stat_result) -> tuple[int, int, int]:
    """Return what tells whether a stored file was touched."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _digest_at(path: str) -> bytes:
    """Return the SHA-256 of a file."""
    fd = open_for_reading(path)
    try:
        return digest_of(fd, os.fstat(fd).st_size)
    finally:
        os.close(fd)


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
