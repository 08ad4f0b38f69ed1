"""The guardian: a process that outlives the daemon just long enough to leave nothing behind.

All descendants of a dead process are handed to the nearest living ancestor that asked for them. The guardian asks,
so it can end every process a step ever started, even one that made a session of its own, however the daemon died.
The daemon asks too: should the guardian be killed, the daemon does the same.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal

__all__ = ("become_subreaper", "die_with_parent", "guard", "kill_descendants", "reap_strays")

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGTSTP, signal.SIGCONT, signal.SIGUSR1)
"""What somebody says to the worker, not to its guardian."""


def guard(daemon: int, lifeline_fd: int | None) -> int:
    """Wait until the daemon ends, end all that it left, and return its exit status.

    SIGTERM, SIGINT, SIGTSTP, SIGCONT and SIGUSR1 are passed on to it.
    When the lifeline ends, so does the daemon, at once.
    """
    read_end = _open_signal_pipe()
    poll = select.poll()
    poll.register(read_end, select.POLLIN)
    if lifeline_fd is not None:
        poll.register(lifeline_fd, select.POLLIN | select.POLLHUP)
    while (status := _reap(daemon)) is None:
        for fd, _events in poll.poll():
            if fd == read_end:
                _pass_on(os.read(read_end, 512), daemon)
            elif not _is_open(fd):
                poll.unregister(fd)
                os.kill(daemon, signal.SIGKILL)
    kill_descendants()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def become_subreaper() -> None:
    """Ask for the orphans among all descendants of this process."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(number: signal.Signals, parent: int) -> None:
    """Ask for a signal when the parent ends, and send it now should that have happened already."""
    _prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def kill_descendants() -> None:
    """Kill and reap all descendants; only a subreaper gets hold of those whose parents died.

    Those that run under another user cannot be killed and are left.
    """
    own_group = os.getpgid(0)
    while True:
        reached = [_kill_with_group(pid, own_group) for pid in _children()]
        if reached and not any(reached):
            return
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def reap_strays(known: frozenset[int]) -> None:
    """Reap orphans that ended; children in `known` are left for whoever waits for them."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in known:
            return
        os.waitpid(found.si_pid, 0)


def _open_signal_pipe() -> int:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *_PASSED_ON):
        signal.signal(number, lambda _number, _frame: None)
    return read_end


def _pass_on(numbers: bytes, daemon: int) -> None:
    for number in numbers:
        if number in _PASSED_ON:
            os.kill(daemon, number)


def _is_open(lifeline_fd: int) -> bool:
    return os.read(lifeline_fd, 512) != b""


def _reap(daemon: int) -> int | None:
    """Reap all children that ended; return the daemon's status once it is among them."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == daemon:
            return status
        if pid == 0:
            return None


def _children() -> tuple[int, ...]:
    me = os.getpid()
    try:
        with open(f"/proc/{me}/task/{me}/children", encoding="ascii") as file:
            return tuple(int(word) for word in file.read().split())
    except FileNotFoundError:
        return tuple(pid for pid in _processes() if _parent(pid) == me)


def _processes() -> tuple[int, ...]:
    return tuple(int(name) for name in os.listdir("/proc") if name.isdigit())


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _kill_with_group(pid: int, own_group: int) -> bool:
    """Tell whether the process is, or is about to be, dead."""
    try:
        group = os.getpgid(pid)
        if group != own_group:
            os.killpg(group, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
