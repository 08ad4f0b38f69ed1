"""Looking at files: what is there, and is it still what it was.

Plain strings and plain system calls, because every step pays for this.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import Protocol

from stepup_shared.hindrance import is_hindrance
from stepup_worker.core.values import FileHash, Observation, PathKind

__all__ = (
    "SMALL_BYTES_MAX",
    "hash_large",
    "hash_opened",
    "look",
    "make_directory",
    "make_parents",
    "unreachable",
)

SMALL_BYTES_MAX = 256 * 1024
"""Files up to this size are read at once, and by whoever asks; larger ones are read in pieces."""

_PIECE_BYTES = 1024 * 1024

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
"""A FIFO that took the place of a file cannot make us wait."""


class _Stat(Protocol):
    """The part of `os.stat_result` that matters here."""

    @property
    def st_mode(self) -> int: ...
    @property
    def st_size(self) -> int: ...
    @property
    def st_mtime_ns(self) -> int: ...
    @property
    def st_ino(self) -> int: ...


def look(path: str, known: FileHash | None = None) -> Observation | None:
    """Observe a path; a file with the stamps of `known` is not read.

    None means that there is a file which is large: whoever can wait calls `hash_large`.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            kind = PathKind.DIRECTORY if stat.S_ISDIR(found.st_mode) else PathKind.SPECIAL
            return Observation(path, kind, None)
        if known is not None and _has_stamps(found, known):
            return Observation(path, PathKind.FILE, known)
        if found.st_size > SMALL_BYTES_MAX:
            return None
        return _read_small(path)
    except OSError as error:
        return unreachable(path, error)


def hash_large(path: str) -> Observation:
    """Observe a path by reading it in pieces; slow, and friendly to other threads."""
    try:
        fd = os.open(path, _FLAGS)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                return Observation(path, PathKind.SPECIAL, None)
            return Observation(path, PathKind.FILE, _hash(_digest_in_pieces(fd), found))
        finally:
            os.close(fd)
    except OSError as error:
        return unreachable(path, error)


def make_parents(path: str) -> None:
    """Make the directory of a file, with its parents; only in trees that nobody else writes to."""
    make_directory(os.path.dirname(path))


def make_directory(path: str) -> None:
    """Make a directory with its parents, as `make_parents`; one that is there costs a single look."""
    if path and not os.path.isdir(path):
        os.makedirs(path, exist_ok=True)


def hash_opened(path: str, fd: int, bytes_max: int | None) -> Observation | None:
    """Observe an open regular file by reading it; None when it has more bytes than that, or grows while it is read."""
    found = os.fstat(fd)
    if bytes_max is None:
        return Observation(path, PathKind.FILE, _hash(_digest_in_pieces(fd), found))
    if found.st_size > bytes_max:
        return None
    content = os.read(fd, bytes_max + 1)
    if len(content) != found.st_size:
        return None
    return Observation(path, PathKind.FILE, _hash(hashlib.sha256(content).digest(), found))


def unreachable(path: str, error: OSError) -> Observation:
    """Tell what keeps us from a path; what is no fault of the path is raised again: nothing is known of it then."""
    if is_hindrance(error):
        raise error
    is_missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
    return Observation(path, PathKind.MISSING if is_missing else PathKind.UNREADABLE, None)


def _read_small(path: str) -> Observation | None:
    fd = os.open(path, _FLAGS)
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            return Observation(path, PathKind.SPECIAL, None)
        return hash_opened(path, fd, SMALL_BYTES_MAX)
    finally:
        os.close(fd)


def _digest_in_pieces(fd: int) -> bytes:
    digest = hashlib.sha256()
    buffer = bytearray(_PIECE_BYTES)
    view = memoryview(buffer)
    while count := os.readv(fd, [buffer]):
        digest.update(view[:count])
    return digest.digest()


def _hash(digest: bytes, found: _Stat) -> FileHash:
    return FileHash(digest, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino)


def _has_stamps(found: _Stat, known: FileHash) -> bool:
    return (
        found.st_mtime_ns == known.mtime_ns
        and found.st_size == known.size
        and found.st_ino == known.inode
        and found.st_mode == known.mode
    )
