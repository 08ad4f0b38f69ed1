"""Noticing that Python has forked where vfork failed, and what became of the child.

A fork runs the handlers that libraries have registered, a vfork does not. Those of gRPC kill some children of a process
that has gRPC's threads, or stop them for ever, before they have executed anything. gRPC would register none with
GRPC_ENABLE_FORK_SUPPORT=0, but scripts that are forked from this process's other child would inherit that, and their
own gRPC could not be used after a fork any more.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal

__all__ = ("ForkWatch",)

_CRASHES = frozenset((signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGKILL))
_EXEC_MS_MAX = 2000
"""How long it may take a child to execute something."""


class ForkWatch:
    """Counts the forks of this process. There is one in a process, as long as it lives."""

    def __init__(self) -> None:
        """Let the C library tell of forks; where it cannot, there seem to be none."""
        self._count = 0
        self._seen = 0
        # It must never be freed.
        self._handler = ctypes.CFUNCTYPE(None)(self._note)
        register = getattr(ctypes.CDLL(None), "__register_atfork", None)
        if register is not None:
            register(self._handler, None, None, None)

    def _note(self) -> None:
        self._count += 1

    def begin(self) -> None:
        """Remember how many forks there have been."""
        self._seen = self._count

    def wait_exec(self, pid: int, pipe: int) -> None:
        """After a fork, kill a child that does not get as far as to close a pipe, as executing something does."""
        if self._count != self._seen and not _can_read(pipe):
            os.kill(pid, signal.SIGKILL)

    def has_killed(self, pid: int) -> bool:
        """Tell whether a child that has closed the pipe has done so by dying of a fork; if so, it is reaped."""
        if self._count == self._seen or os.access(f"/proc/{pid}/exe", os.F_OK):
            return False
        # It is dead, or about to be.
        end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if end is None or end.si_code == os.CLD_EXITED or end.si_status not in _CRASHES:
            return False
        os.waitpid(pid, 0)
        return True


def _can_read(pipe: int) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(_EXEC_MS_MAX))
