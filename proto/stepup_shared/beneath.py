"""Paths beneath a root, without following links: the only way in which files of a project are written or removed.

A name that comes from a plan, a worker or a message is only a claim. Whether it leads where it seems to lead is decided
by the kernel when the path is walked: `openat2(2)` with `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS` where there is one
(Linux 5.6), otherwise directory by directory with `O_NOFOLLOW`. What is done then is done through the descriptor of
the directory, so nobody can put a link in the way in between.
"""

from __future__ import annotations

import ctypes
import errno
import os
import posixpath
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

__all__ = ("HOLES_BYTES_MAX", "NAME_BYTES_MAX", "PATH_BYTES_MAX", "Root", "UnsafePath", "check_name")

PATH_BYTES_MAX = 4095
NAME_BYTES_MAX = 255
HOLES_BYTES_MAX = 1 << 38
"""A file of which more is not there than this (256 GiB) is nothing that anybody wants to have read to its end."""

_RESERVED = ".stepup"
"""Belongs to the director; nothing in it is a file of the project."""

_OPENAT2 = 437
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RESOLVE = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class UnsafePath(Exception):
    """A path leads, or may lead, out of where it must stay; or something else than a regular file is at its end."""

    def __init__(self, path: str, reason: str, what: str = "") -> None:
        """Remember what is wrong with which path."""
        super().__init__(f"{path!r} {reason}")
        self.path = path
        """As it was given."""
        self.reason = reason
        """What is wrong, to follow the path in a sentence."""
        self.what = what
        """The word for what is there instead of a regular file, or in the way; empty when the path itself is wrong."""


def check_name(path: str) -> None:
    """Refuse a path that is no normal relative path of a file in a project, whatever is on the disk.

    Raises
    ------
    UnsafePath
        It is empty or absolute, has empty, `.` or `..` components, NUL or lone surrogates, is too long,
        or lies in `.stepup`.
    """
    reason = _what_is_wrong(path)
    if reason:
        raise UnsafePath(path, reason)


def _what_is_wrong(path: str) -> str:
    """Return why a path cannot be used, or nothing."""
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "is no valid text"
    components = path.split("/")
    faults = (
        (not path, "is empty"),
        ("\0" in path, "contains a NUL byte"),
        (path.startswith("/"), "is absolute"),
        (".." in components, "leads out of its directory by '..'"),
        ("" in components or "." in components, "is not normal: it has empty or '.' components"),
        (len(encoded) > PATH_BYTES_MAX, f"is longer than {PATH_BYTES_MAX} bytes"),
        (any(len(name.encode("utf-8", "replace")) > NAME_BYTES_MAX for name in components), "has too long a component"),
        (components[0] == _RESERVED, f"lies in {_RESERVED}, which belongs to StepUp"),
    )
    return next((reason for is_so, reason in faults if is_so), "")


class _How(ctypes.Structure):
    """`struct open_how` of openat2(2)."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


_libc = ctypes.CDLL(None, use_errno=True)


def _openat2(directory: int, path: str, flags: int, mode: int = 0) -> int:
    """Open beneath a directory in one call of the kernel."""
    how = _How(flags, mode, _RESOLVE)
    while True:
        fd: int = _libc.syscall(
            ctypes.c_long(_OPENAT2),
            ctypes.c_int(directory),
            ctypes.c_char_p(os.fsencode(path)),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if fd >= 0:
            return fd
        code = ctypes.get_errno()
        # EAGAIN: something was renamed while the kernel was walking, so it cannot be sure.
        if code not in {errno.EINTR, errno.EAGAIN}:
            raise OSError(code, os.strerror(code), path)


def _open_by_walking(directory: int, path: str, flags: int, mode: int = 0) -> int:
    """Open beneath a directory, component by component."""
    *parents, name = path.split("/")
    current = os.dup(directory)
    try:
        for parent in parents:
            following = os.open(parent, _DIRECTORY, dir_fd=current)
            os.close(current)
            current = following
        return os.open(name, flags | os.O_NOFOLLOW, mode, dir_fd=current)
    finally:
        os.close(current)


def _has_openat2() -> bool:
    """Ask the kernel, which may also be forbidden to know it."""
    try:
        os.close(_openat2(_AT_FDCWD, ".", _DIRECTORY))
    except OSError:
        return False
    return True


_AT_FDCWD = -100
_open_beneath = _openat2 if _has_openat2() else _open_by_walking


class Root:
    """A directory, and what may be done with the files beneath it.

    All paths are relative to it and are checked by `check_name` first, unless they were checked before. Every method
    raises `UnsafePath` when a link or something irregular is in the way, and OSError for other failures.
    """

    def __init__(self, path: str) -> None:
        """Open a directory, by whatever links its own path leads through."""
        self.path = path
        """As it was given."""
        self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        """The directory itself; it stays the same if somebody renames it."""

    def __enter__(self) -> Self:
        """Use it for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the directory."""
        os.close(self.fd)

    def open_file(self, path: str) -> int:
        """Open a regular file for reading and return its descriptor; never waits for the other end of a FIFO."""
        check_name(path)
        fd = self._open(path, _READ)
        status = os.fstat(fd)
        kind = kind_of(status.st_mode)
        holes = status.st_size - 512 * status.st_blocks
        if kind == "file" and holes <= HOLES_BYTES_MAX:
            return fd
        os.close(fd)
        if kind == "file":
            raise UnsafePath(path, f"is a sparse file with {holes} bytes of holes", "sparse file")
        raise UnsafePath(path, f"is not a regular file but a {kind}", kind)

    def stat(self, path: str) -> os.stat_result | None:
        """Return what is at a path itself, be it a link; None when nothing is there."""
        check_name(path)
        try:
            with self.parent(path) as (directory, name):
                return os.stat(name, dir_fd=directory, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def make_directory(self, path: str) -> None:
        """Make a directory with its parents; those that are there stay as they are."""
        check_name(path)
        try:
            os.close(self._open(path, _DIRECTORY))
        except FileNotFoundError:
            self._make_all(path)

    def _make_all(self, path: str) -> None:
        """Make a directory and those above it, one by one; whoever was faster must have made directories, too."""
        current = os.dup(self.fd)
        try:
            for name in path.split("/"):
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=current)
                following = os.open(name, _DIRECTORY, dir_fd=current)
                os.close(current)
                current = following
        except OSError as error:
            raise self._explained(error, path, _DIRECTORY) from error
        finally:
            os.close(current)

    @contextmanager
    def replacing(self, path: str, mode: int = 0o666) -> Generator[int]:
        """Yield the descriptor of a new file beside a path, which takes the path's place at the end of the block.

        Whoever reads sees the old file or the whole new one. After an exception there is nothing new.
        """
        check_name(path)
        with self.parent(path) as (directory, name):
            temporary = f".stepup-{secrets.token_hex(8)}"
            fd = os.open(temporary, _CREATE, mode, dir_fd=directory)
            try:
                yield fd
                self._refuse_irregular(directory, name, path)
                os.replace(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
            except BaseException:
                os.unlink(temporary, dir_fd=directory)
                raise
            finally:
                os.close(fd)

    def move_in(self, source: str, path: str) -> None:
        """Let a file from elsewhere on the same file system take the place of a path, at once."""
        check_name(path)
        with self.parent(path) as (directory, name):
            self._refuse_irregular(directory, name, path)
            os.replace(source, name, dst_dir_fd=directory)

    def remove_file(self, path: str) -> None:
        """Remove a file; a link is removed itself, a directory is refused."""
        check_name(path)
        with self.parent(path) as (directory, name):
            os.unlink(name, dir_fd=directory)

    def remove_directory(self, path: str) -> None:
        """Remove a directory that is empty."""
        check_name(path)
        with self.parent(path) as (directory, name):
            os.rmdir(name, dir_fd=directory)

    @contextmanager
    def parent(self, path: str) -> Generator[tuple[int, str]]:
        """Yield the descriptor of the directory in which a path ends, and the last name."""
        directory, name = posixpath.split(path)
        if not directory:
            yield self.fd, name
            return
        fd = self._open(directory, _DIRECTORY, whole=path)
        try:
            yield fd, name
        finally:
            os.close(fd)

    def _open(self, path: str, flags: int, *, whole: str = "") -> int:
        """Open beneath the root, and tell a link in the way from other failures; `whole` is what it is opened for."""
        try:
            return _open_beneath(self.fd, path, flags)
        except OSError as error:
            raise self._explained(error, path, flags, whole) from error

    def _explained(self, error: OSError, path: str, flags: int, whole: str = "") -> UnsafePath | OSError:
        """Return what to raise instead of an error."""
        if error.errno in {errno.ELOOP, errno.EXDEV} or self._is_link_in_the_way(error, path):
            return UnsafePath(whole or path, self._about_link(path, flags), "symbolic link")
        if error.errno == errno.ENXIO:
            return UnsafePath(path, "is not a regular file but a socket or device", "socket")
        return OSError(error.errno, os.strerror(error.errno or 0), posixpath.join(self.path, path))

    def _about_link(self, path: str, flags: int) -> str:
        """Say where the link is; one that has been taken away again meanwhile was at some place."""
        link = self.first_link(path)
        if link == path and not flags & os.O_DIRECTORY:
            return "is a symbolic link"
        return f"passes through the symbolic link {link!r}" if link else "passes through a symbolic link"

    def _is_link_in_the_way(self, error: OSError, path: str) -> bool:
        """Tell whether a directory could not be entered because it is a link: O_DIRECTORY sees that first."""
        return error.errno == errno.ENOTDIR and bool(self.first_link(path))

    def first_link(self, path: str) -> str:
        """Return the shortest part of a path that is a symbolic link, for messages; empty when there is none."""
        components = path.split("/")
        for count in range(1, len(components) + 1):
            part = "/".join(components[:count])
            try:
                mode = os.lstat(part, dir_fd=self.fd).st_mode
            except OSError:
                return ""
            if stat.S_ISLNK(mode):
                return part
        return ""

    def _refuse_irregular(self, directory: int, name: str, path: str) -> None:
        """Refuse to put a file where something else than a file is."""
        try:
            mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return
        kind = kind_of(mode)
        if kind != "file":
            raise UnsafePath(path, f"is not a regular file but a {kind}", kind)


_KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISLNK, "symbolic link"),
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
)


def kind_of(mode: int) -> str:
    """Return the word for what a mode belongs to; `file` for a regular file."""
    return next((word for is_kind, word in _KINDS if is_kind(mode)), "device")
