"""Looking at single paths: what is there, and the hash of a file.

What the machine keeps us from (`stepup_shared.hindrance`) is raised as it is: it says nothing about a path.
A hash is worth something only together with stamps that no later write can leave as they are.
So a file is hashed again when it changes under the reader.
And a file that was written within the last tick of the file system's clock is read only after that tick:
a write during or after the reading then has another time.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable

from stepup_server.core.values import FileHash, Observation, PathKind
from stepup_shared.beneath import UnsafePath
from stepup_shared.granted import Granted
from stepup_shared.hindrance import is_hindrance

__all__ = (
    "compare_path",
    "digest_of",
    "has_stamps_of",
    "hash_path",
    "hash_product",
    "inspect_path",
    "open_for_reading",
    "wait_out_tick",
)

ATTEMPTS_MAX = 3
"""How often a file is read that changes while it is read."""
SMALL_BYTES = 256 * 1024
"""Up to here one read takes the whole file."""
BUFFER_BYTES = 1024 * 1024
"""Size of the buffer that large files are read through."""
TICK_NS = 20_000_000
"""File times move in steps of the kernel's timer, 10 ms at most; this is two of them."""

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


def inspect_path(path: str, on_disk: str) -> Observation:
    """Look what is at a path, without reading."""
    try:
        return Observation(path, _kind_of(os.stat(on_disk).st_mode), None)
    except OSError as error:
        return Observation(path, _kind_of_failure(error), None)


def compare_path(path: str, on_disk: str, known: FileHash | None) -> Observation:
    """Look what is at a path, without reading; the hash is the known one if the file has its stamps, otherwise None."""
    try:
        status = os.stat(on_disk)
    except OSError as error:
        return Observation(path, _kind_of_failure(error), None)
    is_same = known is not None and has_stamps_of(known, status)
    return Observation(path, _kind_of(status.st_mode), known if is_same else None)


def hash_path(path: str, on_disk: str, known: FileHash | None, settle: Callable[[int], None]) -> Observation:
    """Look what is at a path; hash a file, unless its stamps are those of the known hash.

    `settle` gets the time of the last change and returns when a new change would have another time.
    """
    try:
        for _ in range(ATTEMPTS_MAX):
            status = os.stat(on_disk)
            kind = _kind_of(status.st_mode)
            if kind is not PathKind.FILE:
                return Observation(path, kind, None)
            if known is not None and has_stamps_of(known, status):
                return Observation(path, kind, known)
            settle(status.st_mtime_ns)
            descriptor = open_for_reading(on_disk)
            try:
                digest = _read_unchanged(on_disk, status, descriptor)
            finally:
                os.close(descriptor)
            if digest is not None:
                return Observation(path, kind, FileHash(digest, *_stamps(status)))
    except OSError as error:
        return Observation(path, _kind_of_failure(error), None)
    return Observation(path, PathKind.UNREADABLE, None)


def hash_product(
    granted: Granted, path: str, on_disk: str, known: FileHash | None, settle: Callable[[int], None]
) -> Observation:
    """Return the hash of an output, as `hash_path` does; nothing is reached through a link."""
    try:
        for _ in range(ATTEMPTS_MAX):
            status = os.lstat(on_disk)
            if known is not None and has_stamps_of(known, status):
                return Observation(path, PathKind.FILE, known)
            settle(status.st_mtime_ns)
            descriptor = granted.open_file(path)
            try:
                digest = _read_unchanged(on_disk, status, descriptor)
            finally:
                os.close(descriptor)
            if digest is not None:
                return Observation(path, PathKind.FILE, FileHash(digest, *_stamps(status)))
    except UnsafePath as unsafe:
        return Observation(path, _WHAT.get(unsafe.what, PathKind.SPECIAL), None)
    except OSError as error:
        return Observation(path, _kind_of_failure(error), None)
    return Observation(path, PathKind.UNREADABLE, None)


_WHAT = {
    "": PathKind.LINK,
    "directory": PathKind.DIRECTORY,
    "symbolic link": PathKind.LINK,
    "sparse file": PathKind.SPARSE,
}
"""By the word for what is there instead of a file; without one the place is not granted (any more)."""


def wait_out_tick(mtime_ns: int) -> None:
    """Return when the file system's clock has moved on since a recent change; blocks for 20 ms at most."""
    age_ns = time.time_ns() - mtime_ns
    if 0 <= age_ns < TICK_NS:
        time.sleep((TICK_NS - age_ns) / 1e9)


def has_stamps_of(known: FileHash, status: os.stat_result) -> bool:
    """Tell whether a file has not been touched since its hash was taken."""
    return known[1:] == _stamps(status)


def open_for_reading(on_disk: str, directory: int | None = None) -> int:
    """Open whatever is there without ever waiting for it, as a FIFO would let us."""
    return os.open(on_disk, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=directory)


def digest_of(descriptor: int, size: int) -> bytes:
    """Return the SHA-256 of an open file of about that size, from where it stands to its end."""
    hasher = hashlib.sha256()
    if size < SMALL_BYTES:
        while chunk := os.read(descriptor, size + 1):
            hasher.update(chunk)
        return hasher.digest()
    buffer = memoryview(bytearray(BUFFER_BYTES))
    while count := os.readv(descriptor, [buffer]):
        hasher.update(buffer[:count])
    return hasher.digest()


def _read_unchanged(on_disk: str, status: os.stat_result, descriptor: int) -> bytes | None:
    """Return the digest of an open file; None when it is not the same file from before to after the reading."""
    if _stamps(os.fstat(descriptor)) != _stamps(status):
        return None
    digest = digest_of(descriptor, status.st_size)
    return digest if _stamps(os.stat(on_disk)) == _stamps(status) else None


def _stamps(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return what a hash remembers of a file besides its digest."""
    return status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino


def _kind_of(mode: int) -> PathKind:
    """Return the kind of something that is there."""
    if stat.S_ISREG(mode):
        return PathKind.FILE
    return PathKind.DIRECTORY if stat.S_ISDIR(mode) else PathKind.SPECIAL


def _kind_of_failure(error: OSError) -> PathKind:
    """Return the kind of something that cannot be looked at; when nothing is known of it, the error is raised again."""
    if is_hindrance(error):
        raise error
    return PathKind.MISSING if error.errno in _ABSENT else PathKind.UNREADABLE
