"""What keeps a program from its work and is no mistake in the project: a full disk, too few descriptors, and such.

It goes away when somebody does something about the machine. So whoever meets it says what it is and what is needed, and
tries again; nothing that a step did or did not do follows from it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
from collections.abc import Generator
from typing import NamedTuple

__all__ = (
    "ROOM_BYTES",
    "Hindered",
    "HinderedElsewhere",
    "explain",
    "free_bytes",
    "has_descriptors",
    "is_full",
    "is_hindrance",
    "is_lack_of_room",
    "naming",
    "needing",
    "require_room",
    "write_all",
)

ROOM_BYTES = 1024 * 1024
"""Where something is to be written that much must be free."""
FULL_BYTES = 64 * 1024
"""What is less than that is nothing: writes of more than a few blocks have failed, or are about to."""


class _Kind(NamedTuple):
    """What an error number means, and what helps."""

    what: str
    advice: str
    is_local: bool = True
    """It matters at which path it was met."""


_KINDS = {
    errno.ENOSPC: _Kind("the disk is full", "Make room there."),
    errno.EDQUOT: _Kind("the disk quota is used up", "Make room there, or ask for more."),
    errno.EIO: _Kind("the disk reports an input/output error", "Look after the disk."),
    errno.EROFS: _Kind("the file system is read-only", "Make it writable."),
    errno.EMFILE: _Kind(
        "this process has no file descriptors left", "Raise the limit: prlimit --nofile, ulimit -n.", is_local=False
    ),
    errno.ENFILE: _Kind(
        "the machine has no file descriptors left", "Raise the limit: sysctl fs.file-max.", is_local=False
    ),
    errno.ETOOMANYREFS: _Kind(
        "too many file descriptors are in flight", "Raise the limit: prlimit --nofile, ulimit -n.", is_local=False
    ),
    errno.EAGAIN: _Kind(
        "the limit on processes is reached", "Raise it: ulimit -u, or pids.max of the control group.", is_local=False
    ),
    errno.ENOMEM: _Kind("the machine has no memory left", "Give it more, or run less.", is_local=False),
    errno.ENOBUFS: _Kind("the machine has no memory left", "Give it more, or run less.", is_local=False),
}


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What a smaller file may not meet."""


class Hindered(OSError):
    """The machine keeps us from something; the text says what, where, and what to do."""


class HinderedElsewhere(Hindered):
    """The machine at the other end keeps us from something: nothing that is done here helps."""


def is_lack_of_room(error: OSError) -> bool:
    """Tell whether it may help to remove something from a disk of this machine."""
    return error.errno in _FULL and not isinstance(error, HinderedElsewhere)


def is_hindrance(error: BaseException) -> bool:
    """Tell whether an error is about the machine, and may be gone when the same is tried again."""
    return isinstance(error, OSError) and error.errno in _KINDS


def explain(error: OSError, *, place: str = "", needed: int | None = None) -> str:
    """Say what is the matter, where, how much is needed, and what to do; `place` is used where the error names none."""
    if isinstance(error, Hindered):
        return str(error.strerror)
    what, advice, is_local = _KINDS.get(error.errno or 0) or _Kind(error.strerror or "it cannot be used", "")
    where = place if error.filename is None or not is_local else os.fsdecode(error.filename)
    need = "" if needed is None else f", and {needed} bytes are needed"
    text = f"{where}: {what}" if where else f"{what[0].upper()}{what[1:]}"
    return f"{text}{_limit(error)}{need}. {advice}".rstrip()


def _limit(error: OSError) -> str:
    """Say how many descriptors there may be, where that is what is lacking."""
    return f" (it may have {resource.getrlimit(resource.RLIMIT_NOFILE)[0]})" if error.errno == errno.EMFILE else ""


@contextlib.contextmanager
def naming(path: str) -> Generator[None]:
    """Let errors name a path that do not name one by themselves, as those of writes."""
    try:
        yield
    except OSError as error:
        if error.filename is None and not isinstance(error, Hindered):
            error.filename = path
        raise


@contextlib.contextmanager
def needing(path: str, size: int) -> Generator[None]:
    """Let hindrances say which file of which size could not be written."""
    try:
        yield
    except OSError as error:
        if isinstance(error, Hindered) or not is_hindrance(error):
            raise
        needed = size if error.errno in _FULL else None
        raise Hindered(error.errno, explain(OSError(error.errno, "", path), needed=needed)) from error


def free_bytes(path: str) -> int | None:
    """Return how much may still be written to the file system of a path; None where nobody knows."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    blocks = found.f_bfree if os.geteuid() == 0 else found.f_bavail
    return found.f_frsize * blocks if found.f_blocks else None


def is_full(path: str) -> bool:
    """Tell whether what was just written to the file system of a path may have got lost for lack of room."""
    free = free_bytes(path)
    return free is not None and free < FULL_BYTES


def require_room(path: str) -> None:
    """Raise `Hindered` unless a file of some size can be written to the file system of a path."""
    free = free_bytes(path)
    if free is not None and free < ROOM_BYTES:
        text = f"{path}: the disk is full, and {ROOM_BYTES} bytes must be free. Make room there."
        raise Hindered(errno.ENOSPC, text)


def has_descriptors(count: int) -> bool:
    """Tell whether so many more files can be open at the same time as there are now."""
    drawn: list[int] = []
    try:
        while len(drawn) < count:
            drawn.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        return False
    finally:
        for descriptor in drawn:
            os.close(descriptor)
    return True


def write_all(fd: int, data: bytes) -> None:
    """Write all bytes; a disk that becomes full takes the first ones before it complains."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
