"""Making names and contents durable: there after a loss of power, as they were when we said that they are there."""

from __future__ import annotations

import errno
import os

__all__ = ("replace_durably", "sync_directory")

_DOES_NOT_SYNC = frozenset((errno.EINVAL, errno.ENOTSUP))
"""What file systems say that do not sync directories, because their names are durable at once or not at all."""


def sync_directory(path: str) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _DOES_NOT_SYNC:
            raise
    finally:
        os.close(fd)


def replace_durably(path: str, content: bytes) -> None:
    """Let a small file that only its owner may read take the place of another one, as a whole."""
    fd = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(f"{path}.new", path)
    sync_directory(os.path.dirname(path))
