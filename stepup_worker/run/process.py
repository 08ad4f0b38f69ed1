"""What a running step looks like to its attempt, however it was started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import NamedTuple, Protocol

__all__ = ("Child", "Ended", "LaunchFailed", "open_pidfd", "signal_group")


class LaunchFailed(Exception):
    """A program could not be executed; `number` says why as `errno` does."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number
        """Why, as `errno` says it."""


class Ended(NamedTuple):
    """How a process ended and what it used."""

    code: int
    """The exit code, or minus the number of the signal."""
    cpu_s: float
    """User and system time of the process and the children it waited for."""
    rss_bytes_max: int
    """Peak memory of its largest process."""
    at: float
    """When its end was noticed, on the monotonic clock."""


class Child(Protocol):
    """A process that runs a step."""

    @property
    def exists(self) -> asyncio.Future[None] | None:
        """Resolved when the process exists; None: it does.

        Fails with an OSError when there could be none, and with `LaunchFailed` when it has to be started otherwise.
        """
        ...

    @property
    def ended(self) -> asyncio.Future[Ended]:
        """Resolved when the process has ended and was reaped."""
        ...

    def send_signal(self, number: signal.Signals) -> None:
        """Signal the process group; nothing happens after the end."""
        ...


def open_pidfd(pid: int) -> int:
    """Open what tells the end of a child; one of which nobody would learn it may not go on.

    Raises
    ------
    OSError
        There can be no more descriptors; the child is gone.
    """
    try:
        return os.pidfd_open(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def signal_group(pid: int, number: signal.Signals) -> None:
    """Signal the group that a process leads, or the process alone while it has not made its group yet."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            os.kill(pid, number)
