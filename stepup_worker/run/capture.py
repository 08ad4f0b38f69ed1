"""Files that catch what a step writes, without a reader that has to keep up."""

from __future__ import annotations

import os

__all__ = ("Capture", "close_capture", "open_capture", "read_capture")

Capture = tuple[int, int]
"""Descriptors for stdout and stderr."""


def open_capture(directory: str) -> Capture:
    """Open two nameless files: on disk, so that a talkative step cannot fill the memory."""
    return _open_nameless(directory), _open_nameless(directory)


def read_capture(fd: int, bytes_max: int) -> bytes:
    """Return what was written, cut at the limit with a line that says so."""
    size = os.fstat(fd).st_size
    if not size:
        return b""
    text = os.pread(fd, bytes_max, 0)
    if size <= bytes_max:
        return text
    return text + b"\n[output cut: these are the first %d of %d bytes]\n" % (len(text), size)


def close_capture(capture: Capture) -> None:
    """Give both files up."""
    for fd in capture:
        os.close(fd)


def _open_nameless(directory: str) -> int:
    try:
        return os.open(directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC | os.O_APPEND, 0o600)
    except OSError:
        # Some file systems have no nameless files.
        return os.memfd_create("output", os.MFD_CLOEXEC)
