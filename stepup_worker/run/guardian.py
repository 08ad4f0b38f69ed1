"""The guardian: a process that leaves nothing behind of a daemon that ended, and starts another one for one that died.

All descendants of a dead process are handed to the nearest living ancestor that asked for them. The guardian asks,
so it can end every process a step ever started, even one that made a session of its own, however the daemon died.
The daemon asks too: should the guardian be killed, the daemon does the same.

A daemon that was killed or has crashed at its work has a successor, which tells the director how its predecessor died;
the director counts that against the steps that ran. One that dies again and again without having run anything has none.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import select
import signal
import uuid
from collections.abc import Callable

from stepup_shared.hindrance import explain, is_hindrance
from stepup_worker.core.values import Exited, PredecessorEnd, Signalled

from .memory import MemoryWatch

__all__ = (
    "CRASHED",
    "Guardian",
    "Life",
    "become_subreaper",
    "die_with_parent",
    "kill_descendants",
    "reap_strays",
)

CRASHED = 70
"""The exit code of a daemon that met a bug of ours."""

_ENDINGS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGUSR1})
"""After these the daemon is about to end, and needs no successor."""

_NEVER_STARTED = 1
"""The exit code of a worker that had to end before the machine had a process for it."""

_RETRY_MS = 1000

_IDLE_DEATHS_MAX = 3
"""After so many deaths in a row without work, it is not the work that kills."""

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGTSTP, signal.SIGCONT, signal.SIGUSR1)
"""What somebody says to the worker, not to its guardian."""


class Life:
    """What a daemon and its guardian know of each other."""

    def __init__(self, predecessor_end: PredecessorEnd | None) -> None:
        """Begin, in the guardian, before the daemon exists."""
        self.incarnation = uuid.uuid4().hex
        """Tells this daemon from others of its name."""
        self.predecessor_end = predecessor_end
        """How the one before died."""
        self._has_worked = mmap.mmap(-1, 1)

    @property
    def has_worked(self) -> bool:
        """Tell whether the daemon has ever started a step."""
        return self._has_worked[0] != 0

    def note_work(self) -> None:
        """Note, in the daemon, that a step is being started."""
        self._has_worked[0] = 1


class Guardian:
    """Keeps a daemon, or its successor, until it ends on purpose."""

    def __init__(self, lifeline_fd: int | None) -> None:
        """Take signals over: SIGTERM, SIGINT, SIGUSR1, SIGTSTP and SIGCONT are passed on."""
        self._signals, self._signals_write = _open_signal_pipe()
        self._poll = select.poll()
        self._poll.register(self._signals, select.POLLIN)
        if lifeline_fd is not None:
            self._poll.register(lifeline_fd, select.POLLIN | select.POLLHUP)
        self._is_to_end = False

    def release(self) -> None:
        """Forget, in the daemon, what belongs to its guardian."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, *_PASSED_ON):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.close(self._signals)
        os.close(self._signals_write)

    def keep(self, start: Callable[[Life], int], complain: Callable[[str], None]) -> int:
        """Start daemons until one ends on purpose, end all that they left, and return the last one's exit status."""
        predecessor_end = None
        idle_deaths = 0
        while True:
            memory, life = MemoryWatch(), Life(predecessor_end)
            daemon = self._start(start, life, complain)
            if daemon is None:
                return _NEVER_STARTED
            code = self._wait(daemon)
            kill_descendants()
            if self._is_to_end or not (code < 0 or code == CRASHED):
                return code if code >= 0 else 128 - code
            idle_deaths = 0 if life.has_worked else idle_deaths + 1
            if idle_deaths == _IDLE_DEATHS_MAX:
                complain(
                    f"The worker has died {idle_deaths} times without having run a step, at last by {_cause(code)}."
                )
                return code if code >= 0 else 128 - code
            verdict = memory.verdict() if code == -signal.SIGKILL else None
            predecessor_end = PredecessorEnd(life.incarnation, Signalled(-code) if code < 0 else Exited(code), verdict)

    def _start(self, start: Callable[[Life], int], life: Life, complain: Callable[[str], None]) -> int | None:
        """Start a daemon, as soon as the machine has a process for it; None when it is not wanted any more."""
        told = False
        while not self._is_to_end:
            try:
                return start(life)
            except OSError as error:
                if not is_hindrance(error):
                    raise
                if not told:
                    complain(f"The worker cannot start. {explain(error)} Trying again until it succeeds.")
                told = True
            for fd, _events in self._poll.poll(_RETRY_MS):
                if fd == self._signals:
                    self._is_to_end = not _ENDINGS.isdisjoint(os.read(fd, 512))
                elif not _is_open(fd):
                    self._poll.unregister(fd)
                    self._is_to_end = True
        return None

    def _wait(self, daemon: int) -> int:
        """Wait until a daemon has ended; return its exit code, or minus the number of a signal."""
        while (status := _reap(daemon)) is None:
            for fd, _events in self._poll.poll():
                if fd == self._signals:
                    self._pass_on(os.read(fd, 512), daemon)
                elif not _is_open(fd):
                    # Whoever has started this worker is gone.
                    self._poll.unregister(fd)
                    self._is_to_end = True
                    os.kill(daemon, signal.SIGKILL)
        return os.waitstatus_to_exitcode(status)

    def _pass_on(self, numbers: bytes, daemon: int) -> None:
        for number in numbers:
            if number in _PASSED_ON:
                self._is_to_end = self._is_to_end or number in _ENDINGS
                os.kill(daemon, number)


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else "a crash, of which its log tells"


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


def _open_signal_pipe() -> tuple[int, int]:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *_PASSED_ON):
        signal.signal(number, lambda _number, _frame: None)
    return read_end, write_end


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
