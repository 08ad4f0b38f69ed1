"""The daemon's end of the line to its fork server."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence

from stepup_shared.hindrance import is_hindrance

from .capture import Capture
from .messages import Began, Finished, Message, NotForked, Remark, RunScript, Send, Unpacker, WarmUp, pack
from .process import Ended, LaunchFailed, signal_group

__all__ = ("ForkLine", "Script")


class Script:
    """A script that the fork server runs."""

    def __init__(self, number: int, line: ForkLine, loop: asyncio.AbstractEventLoop) -> None:
        self.exists: asyncio.Future[None] = loop.create_future()
        """Resolved when the process exists; failed when there could be none: see `Child`."""
        self.ended: asyncio.Future[Ended] = loop.create_future()
        """Resolved when the process has ended and was reaped."""
        self.pid: int | None = None
        """Known as soon as the fork server has said it."""
        self._id = number
        self._line = line

    def begin(self, pid: int) -> None:
        """Take note that the process exists."""
        self.pid = pid
        if not self.exists.done():
            self.exists.set_result(None)

    def fail(self, error: Exception) -> None:
        """Take note that there could be no process."""
        if not self.exists.done():
            self.exists.set_exception(error)

    def send_signal(self, number: signal.Signals) -> None:
        """Signal the process group; nothing happens after the end."""
        if not self.ended.done():
            self._line.say(Send(self._id, number))


class ForkLine:
    """Asks the fork server for scripts and hears how they ended."""

    def __init__(
        self,
        pid: int,
        line: socket.socket,
        loop: asyncio.AbstractEventLoop,
        on_remark: Callable[[str], None],
    ) -> None:
        self.pid = pid
        """The fork server's process."""
        self.is_alive = True
        """False once it died, or the line was closed; never true again."""
        self._line = line
        self._loop = loop
        self._on_remark = on_remark
        self._unpacker = Unpacker()
        self._scripts: dict[int, Script] = {}
        self._count = 0
        loop.add_reader(line.fileno(), self._on_readable)

    def warm_up(self, path: str) -> None:
        """Tell it where the director listens, so that it pays for its first channel now."""
        self.say(WarmUp(path))

    def run(self, argv: Sequence[str], variables: Mapping[str, str], cwd: str, capture: Capture, notes: str) -> Script:
        """Have a script run; it leads a session of its own.

        Raises
        ------
        LaunchFailed
            The fork server is gone.
        OSError
            The machine does not let it hear of the script; so does the end of a script that could not be forked.
        """
        self._count += 1
        script = Script(self._count, self, self._loop)
        self._scripts[self._count] = script
        try:
            self.say(RunScript(self._count, list(argv), cwd, dict(variables), notes), (capture.stdout, capture.stderr))
        except OSError:
            del self._scripts[self._count]
            raise
        if not self.is_alive:
            raise LaunchFailed(errno.EPIPE)
        return script

    def pids(self) -> frozenset[int]:
        """Return the fork server's pid while it is not reaped."""
        return frozenset((self.pid,)) if self.is_alive else frozenset()

    def say(self, message: Message, fds: Sequence[int] = ()) -> None:
        """Send a message; nothing happens when the fork server is gone, which is noticed elsewhere."""
        content = pack(message)
        sent = 0
        try:
            sent = socket.send_fds(self._line, [content], list(fds)) if fds else 0
            self._line.sendall(content[sent:])
        except OSError as error:
            if fds and not sent and is_hindrance(error):
                raise
            self._on_lost()

    def close(self) -> None:
        """End the line, and with it the fork server."""
        if self.is_alive:
            self._loop.remove_reader(self._line.fileno())
            self._line.close()
            self.is_alive = False

    def _on_readable(self) -> None:
        try:
            received = self._line.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._on_lost()
        for message in self._unpacker.feed(received):
            self._on_message(message)

    def _on_message(self, message: Message) -> None:
        match message:
            case Began(id=number, pid=pid):
                self._scripts[number].begin(pid)
            case NotForked(id=number, number=reason):
                self._scripts.pop(number).fail(OSError(reason, os.strerror(reason)))
            case Finished():
                self._on_finished(message)
            case Remark(text=text):
                self._on_remark(text)
            case WarmUp() | RunScript() | Send():
                raise ValueError(f"The fork server said what only the daemon says: {message!r}")

    def _on_finished(self, message: Finished) -> None:
        script = self._scripts.pop(message.id)
        ended = Ended(message.code, message.cpu_s, message.rss_bytes_max, time.monotonic())
        if not script.ended.done():
            script.ended.set_result(ended)

    def _on_lost(self) -> None:
        """End all scripts: nobody could tell any more how they end. Those that have not begun can begin otherwise."""
        if not self.is_alive:
            return
        self.close()
        os.waitpid(self.pid, 0)
        self._on_remark("The fork server died. Its scripts were killed; further ones start a new interpreter.")
        for script in self._scripts.values():
            if script.pid is not None:
                signal_group(script.pid, signal.SIGKILL)
            script.fail(LaunchFailed(errno.EPIPE))
            if not script.ended.done():
                script.ended.set_result(Ended(-signal.SIGKILL, 0.0, 0, time.monotonic()))
        self._scripts.clear()
