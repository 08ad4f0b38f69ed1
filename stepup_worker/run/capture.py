"""Files that catch what a step writes, without a reader that has to keep up."""

from __future__ import annotations

import os
from typing import NamedTuple

from stepup_shared.hindrance import free_bytes, is_full

__all__ = ("Capture", "Written", "read_output", "read_piece")

_ROOM_BYTES = 16 * 1024 * 1024
"""A disk with less than that is not written to; and whoever has written more has filled it up himself."""


class Capture:
    """The nameless files of one attempt."""

    def __init__(self, directory: str | None) -> None:
        """Open two files: on disk, so that a talkative step cannot fill the memory; in memory if there is no room."""
        self._directory = directory
        self.stdout = _open_nameless(directory)
        """Descriptor for standard output."""
        try:
            self.stderr = _open_nameless(directory)
            """Descriptor for standard error."""
        except OSError:
            os.close(self.stdout)
            raise
        self._notes: int | None = None

    def open_notes(self) -> str:
        """Open a file for what a script has imported, and return the path by which it is found.

        Nothing of it is inherited, so that no script can close it, or use its number for something else.
        """
        if self._notes is None:
            self._notes = os.memfd_create("notes", os.MFD_CLOEXEC)
        return f"/proc/{os.getpid()}/fd/{self._notes}"

    @property
    def has_notes(self) -> bool:
        """There is a script that may have imported something."""
        return self._notes is not None

    def read_notes(self) -> tuple[str, ...]:
        """Return the names that a script has noted."""
        size = 0 if self._notes is None else os.fstat(self._notes).st_size
        if self._notes is None or not size:
            return ()
        return tuple(os.fsdecode(name) for name in os.pread(self._notes, size, 0).split(b"\0"))

    def lost_to(self) -> str | None:
        """Return the directory whose disk is too full to have kept what was written; None when all is here."""
        if self._directory is None or not is_full(self._directory):
            return None
        device = os.stat(self._directory).st_dev
        found = map(os.fstat, (self.stdout, self.stderr))
        sizes = [status.st_size for status in found if status.st_dev == device]
        return self._directory if sizes and sum(sizes) <= _ROOM_BYTES else None

    def close(self) -> None:
        """Give all files up."""
        for fd in (self.stdout, self.stderr, self._notes):
            if fd is not None:
                os.close(fd)


class Written(NamedTuple):
    """What was written to one file, or its beginning."""

    text: bytes
    """As far as it was read."""
    size: int
    """All of it."""

    def cut(self, bytes_max: int) -> bytes:
        """Return it, cut at a limit with a line that says so."""
        text = self.text[:bytes_max]
        if len(text) == self.size:
            return text
        return text + b"\n[output cut: these are the first %d of %d bytes]\n" % (len(text), self.size)


def read_output(fd: int, bytes_max: int) -> Written:
    """Return the beginning of what was written."""
    size = os.fstat(fd).st_size
    return Written(os.pread(fd, bytes_max, 0) if size else b"", size)


def read_piece(fd: int, offset: int, bytes_max: int) -> bytes:
    """Return what was written behind an offset, as far as it has come."""
    return os.pread(fd, bytes_max, offset)


def _open_nameless(directory: str | None) -> int:
    free = 0 if directory is None else free_bytes(directory)
    if directory is None or (free is not None and free < _ROOM_BYTES):
        return os.memfd_create("output", os.MFD_CLOEXEC)
    try:
        return os.open(directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC | os.O_APPEND, 0o600)
    except OSError:
        # Some file systems have no nameless files, and some disks no room for another one.
        return os.memfd_create("output", os.MFD_CLOEXEC)
