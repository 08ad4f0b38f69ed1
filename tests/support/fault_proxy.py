"""A proxy between two programs that can stall, delay and cut what passes: TCP or Unix sockets, on either side.

A stalled proxy is a half-open connection: everything is accepted and nothing arrives, and nobody is told.
Run as `python -m tests.support.fault_proxy LISTEN CONNECT [DELAY_S]`, it only forwards, until it is killed.
Addresses are `unix:/path` or `tcp:10.0.0.1:7000`.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from tests.support.tokens import lead_token

__all__ = ("FaultProxy",)

_CHUNK = 64 * 1024
_CHUNKS_MAX = 64


class FaultProxy:
    """Forwards connections, in a thread of its own."""

    def __init__(self, listen: str, connect: str) -> None:
        """Stand between an address on which to listen and one to connect to."""
        self.listen = listen
        self.connect = connect
        self.delay_s = 0.0
        """How long everything is under way, in both directions."""
        self.accepted = 0
        """How many connections there have been."""
        self.passed = 0
        """How many bytes were handed over, in both directions."""
        self.breaks: list[int] = []
        """After so many bytes, in ascending order, all connections break."""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._listens = threading.Event()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy {listen}", daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        (kind, _, listen), (_, _, upstream) = self.listen.partition(":"), self.connect.partition(":")
        if kind == "unix":
            lead_token(listen, upstream)
        self._thread.start()
        assert self._listens.wait(20)
        return self

    def __exit__(self, *_reason: object) -> None:
        """Cut everything and end."""
        self._tell(self._closing.set)
        self._thread.join(20)

    def cut(self) -> None:
        """Let nothing through any more, and tell nobody: a half-open connection."""
        self._tell(self._flowing.clear)

    def mend(self) -> None:
        """Let through what has come and what will come."""
        self._tell(self._flowing.set)

    def hang_up(self) -> None:
        """Break all connections, both ends being told; new ones may be made."""
        self._tell(self._hang_up)

    def _tell(self, what: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(what)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        kind, _, address = self.listen.partition(":")
        if kind == "unix":
            server = await asyncio.start_unix_server(self._accept, address)
        else:
            host, _, port = address.rpartition(":")
            server = await asyncio.start_server(self._accept, host, int(port))
        self._listens.set()
        await self._closing.wait()
        server.close()
        self._hang_up()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._forward(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Stand between one connection and the one behind it."""
        self.accepted += 1
        self._writers.add(writer)
        with suppress(OSError):
            await self._flowing.wait()
            reader_beyond, writer_beyond = await _open(self.connect)
            self._writers.add(writer_beyond)
            with suppress(OSError):
                await asyncio.gather(self._pump(reader, writer_beyond), self._pump(reader_beyond, writer))
            await self._close(writer_beyond)
        await self._close(writer)

    async def _close(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bring bytes from one side to the other; at its end, both sides end."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_CHUNKS_MAX)
        delivering = asyncio.ensure_future(self._deliver(under_way, writer))
        try:
            while True:
                data = await reader.read(_CHUNK)
                await under_way.put((self._loop.time() + self.delay_s, data))
                if not data:
                    break
            await delivering
        finally:
            delivering.cancel()

    async def _deliver(self, under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        """Hand over what has been under way for long enough."""
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(due - self._loop.time())
            await self._flowing.wait()
            if not data:
                writer.transport.abort()
                return
            writer.write(data)
            await writer.drain()
            self.passed += len(data)
            if self.breaks and self.passed >= self.breaks[0]:
                self.breaks.pop(0)
                self._hang_up()


async def _open(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    kind, _, rest = address.partition(":")
    if kind == "unix":
        return await asyncio.open_unix_connection(rest)
    host, _, port = rest.rpartition(":")
    return await asyncio.open_connection(host, int(port))


if __name__ == "__main__":
    with FaultProxy(sys.argv[1], sys.argv[2]) as forwarding:
        forwarding.delay_s = float(sys.argv[3]) if sys.argv[3:] else 0.0
        threading.Event().wait()
