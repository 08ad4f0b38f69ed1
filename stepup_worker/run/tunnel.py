"""The way to a director behind ssh: the system's own `ssh`, with the user's configuration, as a child of this worker.

It leads from a socket here, in a directory that only this user may enter, to the director's socket there. It holds the
reading end of a pipe as its input, so that it ends with this worker, whatever happens to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from typing import NamedTuple

from stepup_worker.core.ssh import (
    TOKEN_MARK,
    Place,
    cancel_words,
    complaint_from,
    discovery_words,
    socket_from,
    tunnel_words,
)

from .launch import Launcher, Process
from .process import LaunchFailed

__all__ = ("Opening", "Tunnel", "TunnelFailed")

_OPEN_S_MAX = 60.0
"""How long ssh may take to get through, all in all."""
_END_S_MAX = 2.0
"""How long it may take to end when asked to."""
_SAID_BYTES_MAX = 64 * 1024


class TunnelFailed(Exception):
    """There is no way at this moment; the text says why."""

    def __init__(self, text: str, *, is_final: bool) -> None:
        """Say why, and whether trying again would not help."""
        super().__init__(text)
        self.is_final = is_final
        """Trying again would not help."""


class Opening(NamedTuple):
    """Where a tunnel begins."""

    socket: str
    """Path on this machine."""
    token: str
    """The owner's, on the director's machine."""


class _Said:
    """What a program says, as far as it was read; the last of it when it is much."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._reading, self.writing = os.pipe()
        self.data = b""
        self.ended = False
        self.news = asyncio.Event()
        os.set_blocking(self._reading, False)
        loop.add_reader(self._reading, self._read)

    def _read(self) -> None:
        try:
            piece = os.read(self._reading, _SAID_BYTES_MAX)
        except BlockingIOError:
            return
        self.data = (self.data + piece)[-_SAID_BYTES_MAX:]
        self.news.set()
        if not piece:
            self.close()

    def close(self) -> None:
        """Read no more."""
        if not self.ended:
            self.ended = True
            self._loop.remove_reader(self._reading)
            os.close(self._reading)

    @property
    def text(self) -> str:
        """All that it has said."""
        return self.data.decode(errors="replace")


class _Running:
    """An `ssh` that runs, and what it says."""

    def __init__(self, launcher: Launcher, words: tuple[str, ...]) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            self.output, self.errors = (_opened(_Said(loop), theirs, ours) for _ in range(2))
            reading, hold = os.pipe()
            theirs.callback(os.close, reading)
            ours.callback(os.close, hold)
            try:
                stdio = (reading, self.output.writing, self.errors.writing)
                self._process: Process = launcher.execute(words, {}, "/", stdio)
            except LaunchFailed as failure:
                raise TunnelFailed(f"ssh cannot be started: {failure}.", is_final=True) from failure
            self._ours = ours.pop_all()

    async def end(self) -> int:
        """Wait for its end and for all that it has said; return the exit code."""
        code = (await self._process.ended).code
        for said in (self.output, self.errors):
            while not said.ended:
                said.news.clear()
                await said.news.wait()
        return code

    async def line_behind(self, mark: str) -> str:
        """Return the line behind a mark; empty when it ends before it has said so."""
        while True:
            line, newline, _ = self.output.text.partition(mark)[2].partition("\n")
            if newline or self.output.ended:
                return line.strip() if newline else ""
            self.output.news.clear()
            await self.output.news.wait()

    async def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_S_MAX):
                await asyncio.shield(self._process.ended)
        self._process.send_signal(signal.SIGKILL)
        await asyncio.shield(self._process.ended)
        self._ours.close()


def _opened(said: _Said, theirs: contextlib.ExitStack, ours: contextlib.ExitStack) -> _Said:
    """Note which end of a pipe is for whom."""
    theirs.callback(os.close, said.writing)
    ours.callback(said.close)
    return said


class Tunnel:
    """The way to one director, opened anew for each conversation."""

    def __init__(self, place: Place, environment: Mapping[str, str], directory: str) -> None:
        """Lead nowhere yet; sockets will be in a directory of this worker's own."""
        self._place = place
        self._local = os.path.join(directory, "ssh")
        self._launcher = Launcher(asyncio.get_running_loop(), environment)
        self._running: _Running | None = None
        self._cancelling: tuple[str, ...] = ()

    def living(self) -> frozenset[int]:
        """Return the pids of all children that are not reaped yet."""
        return self._launcher.living()

    @property
    def complaint(self) -> str:
        """What ssh has complained about, at last."""
        lines = [] if self._running is None else self._running.errors.text.split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    async def open(self) -> Opening:
        """Return a new way to the director, and end the one before.

        Raises
        ------
        TunnelFailed
            There is none.
        """
        try:
            async with asyncio.timeout(_OPEN_S_MAX):
                remote = await self._discover()
                # The one before may live and lead nowhere, through a link that was cut without a word.
                await self.close()
                return await self._begin(remote)
        except TimeoutError as error:
            raise TunnelFailed(f"ssh did not get through within {_OPEN_S_MAX:.0f} s", is_final=False) from error
        except OSError as error:
            raise TunnelFailed(f"ssh cannot be started: {error.strerror}", is_final=False) from error

    async def close(self) -> None:
        """End ssh, if it runs."""
        running, self._running = self._running, None
        if running is not None:
            await running.stop()
            with contextlib.suppress(TunnelFailed, OSError):
                await _ended(_Running(self._launcher, self._cancelling))
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._local)

    async def _discover(self) -> str:
        """Return where the director listens, over there."""
        asking = _Running(self._launcher, discovery_words(self._place))
        code = await _ended(asking)
        remote = socket_from(asking.output.text)
        if code or not remote:
            raise self._failed(code, asking.errors.text)
        return remote

    async def _begin(self, remote: str) -> Opening:
        """Start the ssh that leads to a director's socket."""
        running = self._running = _Running(self._launcher, tunnel_words(self._place, self._local, remote))
        self._cancelling = cancel_words(self._place, self._local, remote)
        token = await running.line_behind(TOKEN_MARK)
        if not token:
            self._running = None
            raise self._failed(await _ended(running), running.errors.text)
        if not _is_there(self._local):
            complaint = self.complaint
            await self.close()
            raise TunnelFailed(f"ssh does not forward sockets: {complaint}", is_final=True)
        return Opening(self._local, token)

    def _failed(self, code: int, errors: str) -> TunnelFailed:
        complaint = complaint_from(self._place, code, errors)
        return TunnelFailed(complaint.text, is_final=complaint.is_final)


def _is_there(path: str) -> bool:
    return os.path.exists(path)


async def _ended(running: _Running) -> int:
    """Return the exit code of a program that ends by itself; it is ended when nobody waits any more."""
    try:
        return await running.end()
    finally:
        await running.stop()
