"""Launching programs as cheaply as Python can.

`_posixsubprocess.fork_exec` uses vfork and runs no fork handlers, which gRPC needs and which makes the cost independent
of the size of this process. Its parameters are private and change between versions of Python, so they are known here
only for the versions that were tried; others launch through `subprocess`, which costs a third more.
The spawn of uvloop is never used: it forks for real, and in a process with gRPC traffic some of its children crash.
"""

from __future__ import annotations

import _posixsubprocess
import asyncio
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from stepup_shared.hindrance import is_hindrance

from .capture import Capture
from .forks import ForkWatch
from .process import Ended, LaunchFailed, signal_group

__all__ = ("Launcher", "Process")

_IS_KNOWN = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info < (3, 14)
"""The parameters of `fork_exec` are those used here."""

_RETRY_S = 0.1

_RSS_UNIT = 1024
"""Linux counts `ru_maxrss` in KiB."""


class Process:
    """A child of this process, leader of its own session."""

    def __init__(self, pid: int, loop: asyncio.AbstractEventLoop, living: set[int]) -> None:
        self.exists = None
        """It does."""
        self.pid = pid
        """Also the number of its session and process group."""
        self.ended: asyncio.Future[Ended] = loop.create_future()
        """Resolved when the process has ended and was reaped."""
        self._loop = loop
        self._living = living
        self._living.add(pid)
        self._pidfd = -1
        self._watch()

    def send_signal(self, number: signal.Signals) -> None:
        """Signal the process group; nothing happens after the end."""
        if self.pid in self._living:
            signal_group(self.pid, number)

    def _watch(self) -> None:
        """Wait for the end; without a descriptor for that it has to be noticed later, for what runs runs."""
        try:
            self._pidfd = os.pidfd_open(self.pid)
        except OSError:
            self._loop.call_later(_RETRY_S, self._watch)
        else:
            self._loop.add_reader(self._pidfd, self._on_end)

    def _on_end(self) -> None:
        _pid, status, usage = os.wait4(self.pid, 0)
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pidfd = -1
        self._living.discard(self.pid)
        if self.ended.done():
            return
        self.ended.set_result(
            Ended(
                code=os.waitstatus_to_exitcode(status),
                cpu_s=usage.ru_utime + usage.ru_stime,
                rss_bytes_max=usage.ru_maxrss * _RSS_UNIT,
                at=time.monotonic(),
            )
        )


class Launcher:
    """Starts programs with the environment of steps."""

    def __init__(self, loop: asyncio.AbstractEventLoop, base: Mapping[str, str]) -> None:
        self._loop = loop
        self._base = {name: _assignment(name, value) for name, value in base.items()}
        self._path = base.get("PATH", os.defpath)
        self._living: set[int] = set()
        self._null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def launch(self, words: Sequence[str], variables: Mapping[str, str], cwd: str, capture: Capture) -> Process:
        """Execute a program in a session of its own.

        A program without a slash is looked up in the PATH of the step.

        Raises
        ------
        LaunchFailed
            The program could not be executed.
        OSError
            The machine has no process or no descriptor for it.
        """
        return self.execute(words, variables, cwd, (self._null, capture.stdout, capture.stderr))

    def execute(
        self, words: Sequence[str], variables: Mapping[str, str], cwd: str, stdio: tuple[int, int, int]
    ) -> Process:
        """Execute a program with these descriptors for input, output and errors; raises as `launch`."""
        environment = self._base.copy()
        for name, value in variables.items():
            environment[name] = _assignment(name, value)
        arguments = [os.fsencode(word) for word in words]
        program = arguments[0]
        candidates = (program,) if b"/" in program else _candidates(program, variables.get("PATH", self._path))
        start = _fork_exec if _IS_KNOWN else _popen
        # Beforehand, for there is no way back once the process exists.
        spare = os.dup(self._null)
        try:
            pid = start(arguments, candidates, list(environment.values()), cwd, stdio)
        finally:
            os.close(spare)
        return Process(pid, self._loop, self._living)

    def living(self) -> frozenset[int]:
        """Return the pids of all children that are not reaped yet."""
        return frozenset(self._living)


def _fork_exec(
    arguments: list[bytes], candidates: tuple[bytes, ...], environment: list[bytes], cwd: str, std: tuple[int, int, int]
) -> int:
    """Start a process and learn through a pipe, which a successful exec closes, whether it could be executed."""
    read_end, write_end = os.pipe()
    forks = _fork_watch()
    forks.begin()
    try:
        try:
            pid = _posixsubprocess.fork_exec(
                arguments,
                candidates,
                True,  # close_fds
                (write_end,),  # fds_to_keep
                cwd,
                environment,
                std[0],  # p2cread
                -1,  # p2cwrite
                -1,  # c2pread
                std[1],  # c2pwrite
                -1,  # errread
                std[2],  # errwrite
                read_end,
                write_end,
                True,  # restore_signals
                True,  # start_new_session
                -1,  # process_group
                None,  # gid
                None,  # extra groups
                None,  # uid
                -1,  # umask
                None,  # type: ignore[arg-type]  # preexec_fn may be None, whatever typeshed says
                True,  # allow_vfork
            )
        finally:
            os.close(write_end)
        forks.wait_exec(pid, read_end)
        complaint = os.read(read_end, 512)
    finally:
        os.close(read_end)
    if complaint:
        os.waitpid(pid, 0)
        raise _failure(_errno_from_complaint(complaint))
    if forks.has_killed(pid):
        raise _failure(errno.EAGAIN)
    return pid


@cache
def _fork_watch() -> ForkWatch:
    """Return what counts the forks of this process."""
    return ForkWatch()


def _failure(number: int) -> OSError | LaunchFailed:
    """Return what to raise for a program that could not be executed."""
    error = OSError(number, os.strerror(number))
    return error if is_hindrance(error) else LaunchFailed(number)


def _errno_from_complaint(complaint: bytes) -> int:
    """Read `OSError:<hexadecimal errno>:<where>`."""
    return int(complaint.split(b":")[1], 16)


def _popen(
    arguments: list[bytes], candidates: tuple[bytes, ...], environment: list[bytes], cwd: str, std: tuple[int, int, int]
) -> int:
    """Start a process through the standard library; the process object is dropped, its pid is waited for by us."""
    number = errno.ENOENT
    for candidate in candidates:
        try:
            process = subprocess.Popen(
                arguments,
                executable=candidate,
                stdin=std[0],
                stdout=std[1],
                stderr=std[2],
                cwd=cwd,
                env=_environment_for_popen(environment),
                start_new_session=True,
            )
        except OSError as error:
            number = error.errno or errno.ENOEXEC
            continue
        process.returncode = 0  # or its destructor would wait for the process, too
        return process.pid
    raise _failure(number)


def _environment_for_popen(environment: list[bytes]) -> dict[str, str]:
    words = (os.fsdecode(word).partition("=") for word in environment)
    return {name: value for name, _equals, value in words}


def _assignment(name: str, value: str) -> bytes:
    return os.fsencode(f"{name}={value}")


@lru_cache(maxsize=1024)
def _candidates(program: bytes, path: str) -> tuple[bytes, ...]:
    return tuple(os.path.join(directory or b".", program) for directory in os.fsencode(path).split(b":"))
