"""The fork server: a warm Python process that becomes a script in milliseconds.

It is forked from the daemon before any channel or thread exists, imports what scripts will want, opens and closes one
channel so that gRPC's costs are paid, waits until it has a single thread again, and from then on only forks.
It never forks with an open channel.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from stepup_shared.hindrance import explain
from stepup_shared.threads import require_channel

from .guardian import die_with_parent
from .messages import Began, Finished, Message, NotForked, Remark, RunScript, Send, Unpacker, WarmUp, pack
from .process import open_pidfd, signal_group
from .script import PATH_FILTER, become_script, forget_exit_handlers, hides_imports

__all__ = ("WarmUpFunction", "start_fork_server")

WarmUpFunction = Callable[[str], None]
"""Opens a channel to the director's socket, makes a call, and closes it."""

_SINGLE_THREAD_S_MAX = 1.0
_RSS_UNIT = 1024
_STDIO_COUNT = 2
"""Standard output and standard error."""


def start_fork_server(
    environment: Mapping[str, str], modules: Sequence[str], warm_up: WarmUpFunction
) -> tuple[int, socket.socket]:
    """Fork the fork server off this process; return its pid and our end of the line to it.

    Must be called while this process has a single thread, no event loop and no channel.
    """
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        theirs.close()
        return pid, ours
    try:
        ours.close()
        die_with_parent(signal.SIGKILL, parent)
        server = _ForkServer(theirs, warm_up)
        server.settle(environment)
        server.preload(modules)
        server.serve()
    finally:
        os._exit(0)


class _ForkServer:
    """Takes requests, forks, reaps and reports; one thread, no loop."""

    def __init__(self, line: socket.socket, warm_up: WarmUpFunction) -> None:
        self._line = line
        self._warm_up = warm_up
        self._null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._poll = select.poll()
        self._unpacker = Unpacker()
        self._stdio: list[tuple[int, ...]] = []
        """What runs that were not read as a whole yet shall write to; less than two where there was no room for it."""
        self._pids: dict[int, int] = {}
        self._runs: dict[int, tuple[int, int]] = {}
        """By pidfd: the id of the run and its pid."""
        self._hiding: dict[str | None, bool] = {}
        """By path filter: what is loaded here would hide an import that counts."""

    def settle(self, environment: Mapping[str, str]) -> None:
        """Shed what belongs to the program that this process was forked from."""
        # Not ignored: a script that is stopped as soon as it is forked must not miss it.
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        forget_exit_handlers()
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        sys.path[:] = _path_without_launcher()

    def preload(self, modules: Sequence[str]) -> None:
        """Import what scripts will want."""
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception as error:  # noqa: BLE001  a module may raise anything while it is imported
                self._say(Remark(f"Cannot preload {name}: {type(error).__name__}: {error}"))
        self._hides_imports({"STEPUP_ROOT": os.getcwd()})
        _freeze()

    def serve(self) -> None:
        """Do what is asked until the daemon closes the line."""
        self._poll.register(self._line, select.POLLIN)
        while True:
            for fd, _events in self._poll.poll():
                if fd != self._line.fileno():
                    self._on_end(fd)
                elif not self._on_readable():
                    return

    def _on_readable(self) -> bool:
        received, fds, flags, _address = socket.recv_fds(self._line, 1 << 16, 64)
        if fds or flags & socket.MSG_CTRUNC:
            self._stdio.append(tuple(fds))
        for message in self._unpacker.feed(received):
            self._on_message(message)
        return received != b""

    def _on_message(self, message: Message) -> None:
        match message:
            case RunScript():
                self._run(message)
            case Send(id=run, number=number):
                if run in self._pids:
                    signal_group(self._pids[run], signal.Signals(number))
            case WarmUp(socket=path):
                self._open_first_channel(path)
            case Began() | NotForked() | Finished() | Remark():
                raise ValueError(f"The daemon said what only the fork server says: {message!r}")

    def _open_first_channel(self, path: str) -> None:
        """Pay for the first channel now, unless gRPC would crash for want of threads or descriptors."""
        try:
            require_channel()
        except OSError as error:
            self._say(Remark(f"Scripts will open their first channels by themselves. {explain(error)}"))
            return
        self._warm_up(path)
        self._await_single_thread()
        _freeze()

    def _run(self, request: RunScript) -> None:
        cold = request.notes != "" and self._hides_imports(request.variables)
        fds = self._stdio.pop(0)
        try:
            pid = _fork_with(fds)
        except OSError as error:
            self._say(NotForked(request.id, error.errno or 0))
            return
        else:
            if not pid:
                stdio = (self._null, fds[0], fds[1])
                become_script(request.argv, request.cwd, request.variables, stdio, request.notes, cold=cold)
        finally:
            for fd in fds:
                os.close(fd)
        try:
            # There is room for it: two descriptors were just closed. Unless somebody has lowered the limit.
            pidfd = open_pidfd(pid)
        except OSError as error:
            self._say(NotForked(request.id, error.errno or 0))
            return
        self._poll.register(pidfd, select.POLLIN)
        self._runs[pidfd] = (request.id, pid)
        self._pids[request.id] = pid
        self._say(Began(request.id, pid))

    def _hides_imports(self, variables: Mapping[str, str]) -> bool:
        """Tell whether a module that counts as an input is loaded: nobody would see that a script imports it."""
        text = variables.get(PATH_FILTER, os.environ.get(PATH_FILTER))
        if text not in self._hiding:
            self._hiding[text] = hides_imports(text, variables["STEPUP_ROOT"])
        return self._hiding[text]

    def _on_end(self, pidfd: int) -> None:
        run, pid = self._runs.pop(pidfd)
        self._poll.unregister(pidfd)
        os.close(pidfd)
        del self._pids[run]
        _pid, status, usage = os.wait4(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._say(Finished(run, code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT))

    def _say(self, message: Message) -> None:
        self._line.sendall(pack(message))

    def _await_single_thread(self) -> None:
        """Wait for the threads of a closed channel to end: a fork takes along only the calling one."""
        deadline = time.monotonic() + _SINGLE_THREAD_S_MAX
        while len(os.listdir("/proc/self/task")) > 1:
            if time.monotonic() > deadline:
                self._say(Remark("The fork server has more than one thread: a preloaded module started some."))
                return
            time.sleep(0.001)


def _fork_with(fds: tuple[int, ...]) -> int:
    """Fork, if the files are there which the child is to write to.

    Raises
    ------
    OSError
        There can be no more files or processes.
    """
    if len(fds) < _STDIO_COUNT:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return os.fork()


def _freeze() -> None:
    """Keep the collector of scripts from touching, and thereby copying, what they share with this process."""
    gc.collect()
    gc.freeze()


def _path_without_launcher() -> list[str]:
    """Return the import path without the directory of the program that started this process."""
    launcher = os.path.dirname(os.path.realpath(sys.argv[0])) if sys.argv else ""
    is_launcher = bool(sys.path) and sys.path[0] in ("", os.getcwd(), launcher)
    return sys.path[1:] if is_launcher else sys.path[:]
