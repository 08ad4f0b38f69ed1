"""Putting outputs in their places: by rename, with the modes that they had, wherever they come from.

Idempotent, since a director may die between the rename and the record of it: what is in its place already is found to
be so by its digest.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Generator, Sequence

from stepup_server.core.values import FileHash, Observation, PathKind, Published
from stepup_server.engine.blobs import Content
from stepup_server.failpoints import reach
from stepup_shared.beneath import Root, UnsafePath
from stepup_shared.granted import Granted
from stepup_shared.hindrance import Hindered, needing, write_all

from .blobs import PIECE_BYTES, BlobStore
from .look import digest_of

__all__ = ("publish_files",)

_PERMISSIONS = 0o777


class _Lost(Exception):
    """A content cannot be had."""


def publish_files(
    store: BlobStore, files: Sequence[tuple[str, FileHash]], allowed: Sequence[str] = (), *, is_patient: bool = False
) -> Published:
    """Put files in their places beneath the root, or beneath further directories that were allowed.

    Raises
    ------
    Hindered
        The machine keeps us from one of them, and `is_patient`: the same may be asked again.
    """
    uses = Counter(hash_.digest for _, hash_ in files)
    observations: list[Observation] = []
    lost: list[str] = []
    problems: list[str] = []
    granted = Granted(store.root, allowed)
    for path, claim in files:
        uses[claim.digest] -= 1
        try:
            with needing(path, claim.size), granted:
                observations.append(_publish_one(store, granted, path, claim, is_last=not uses[claim.digest]))
        except _Lost:
            lost.append(path)
        except UnsafePath as unsafe:
            problems.append(f"{path} {unsafe.reason}.{_advice(unsafe)}")
        except Hindered as hindered:
            if is_patient:
                raise
            problems.append(str(hindered.strerror))
        except OSError as error:
            problems.append(f"{path}: {error.strerror}.")
    for digest in uses:
        store.tray.release(digest)
    return Published(tuple(observations), tuple(lost), tuple(problems))


def _advice(unsafe: UnsafePath) -> str:
    """Say what to do about a path that leads elsewhere."""
    is_elsewhere = "link" in unsafe.reason or "outside" in unsafe.reason
    return " Grant the directory that is meant with --allow-root DIR." if is_elsewhere else " Move what is there."


def _publish_one(store: BlobStore, granted: Granted, path: str, claim: FileHash, *, is_last: bool) -> Observation:
    """Put one file in its place, unless it is there, and return what is there."""
    root, name = granted.locate(path)
    reach("before_publish")
    if not (is_last and _move(store, root, name, claim)) and not _is_there(root, name, claim):
        _copy(store, root, name, claim)
    reach("after_rename")
    return Observation(path, PathKind.FILE, _hash_in_place(root, name, claim))


def _move(store: BlobStore, root: Root, name: str, claim: FileHash) -> bool:
    """Let an upload itself take the place; return whether there was one on this file system."""
    verified = store.verified(Content(claim.digest, claim.size))
    if verified is None:
        return False
    blob = verified.path
    try:
        os.chmod(blob, claim.mode & _PERMISSIONS)
        _make_parent(root, name)
        root.move_in(blob, name)
        status = root.stat(name)
        if status is None or status.st_mtime_ns != verified.mtime_ns:
            # Somebody had it open, and has written to it meanwhile.
            return _is_there(root, name, claim)
    except OSError as error:
        if error.errno == errno.EXDEV or (isinstance(error, FileNotFoundError) and not os.path.exists(blob)):
            return False
        raise
    return True


def _is_there(root: Root, name: str, claim: FileHash) -> bool:
    """Tell whether the place has the content already, and see to its mode."""
    try:
        fd = root.open_file(name)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        status = os.fstat(fd)
        if status.st_size != claim.size or digest_of(fd, status.st_size) != claim.digest:
            return False
        if stat.S_IMODE(status.st_mode) != claim.mode & _PERMISSIONS:
            os.fchmod(fd, claim.mode & _PERMISSIONS)
    finally:
        os.close(fd)
    return True


def _copy(store: BlobStore, root: Root, name: str, claim: FileHash) -> None:
    """Copy a content from wherever it is, verified on the way.

    Raises
    ------
    _Lost
        It is nowhere, or not what it was.
    """
    content = Content(claim.digest, claim.size)
    data = store.tray.get(claim.digest)
    if data is not None:
        _write(data, store, root, name, claim)
        return
    while (opened := store.open(content)) is not None:
        try:
            _make_parent(root, name)
            with contextlib.suppress(_Lost), _replacing(store, root, name) as target:
                if _copy_verified(opened.fd, target) != claim.digest:
                    raise _Lost
                os.fchmod(target, claim.mode & _PERMISSIONS)
                return
        finally:
            os.close(opened.fd)
        store.drop(content, opened.path)
    raise _Lost


def _write(data: bytes, store: BlobStore, root: Root, name: str, claim: FileHash) -> None:
    """Write a content that came with a result, and was hashed when it came."""
    _make_parent(root, name)
    with _replacing(store, root, name) as target:
        write_all(target, data)
        os.fchmod(target, claim.mode & _PERMISSIONS)


@contextlib.contextmanager
def _replacing(store: BlobStore, root: Root, name: str) -> Generator[int]:
    """Yield the descriptor of a new file that takes a place at the end of the block; after an exception it is gone.

    It is made in our own directory: a director that dies meanwhile leaves nothing in the project.
    """
    fd, path = store.make_outgoing()
    try:
        yield fd
        reach("before_rename")
        try:
            root.move_in(path, name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_over(fd, root, name)
            os.unlink(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        raise
    finally:
        os.close(fd)


def _copy_over(source: int, root: Root, name: str) -> None:
    """Let a copy of an open file take a place on another file system."""
    os.lseek(source, 0, os.SEEK_SET)
    with root.replacing(name, 0o600) as target:
        _copy_verified(source, target)
        os.fchmod(target, stat.S_IMODE(os.fstat(source).st_mode))


def _copy_verified(source: int, target: int) -> bytes:
    """Copy all bytes and return their SHA-256."""
    hasher = hashlib.sha256()
    while piece := os.read(source, PIECE_BYTES):
        hasher.update(piece)
        write_all(target, piece)
    return hasher.digest()


def _make_parent(root: Root, name: str) -> None:
    """Make the directory of a file."""
    directory = os.path.dirname(name)
    if directory:
        root.make_directory(directory)


def _hash_in_place(root: Root, name: str, claim: FileHash) -> FileHash:
    """Return what is known of a file that was verified on its way, with the stamps that it has here."""
    status = root.stat(name)
    if status is None:
        raise _Lost
    return FileHash(claim.digest, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
