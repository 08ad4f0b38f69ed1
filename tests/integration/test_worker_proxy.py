"""What steps ask on a worker with a workspace of its own, when the link behind it breaks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import grpc.aio
import pytest
import pytest_asyncio

from stepup_worker.rpc.channel import Link
from stepup_worker.rpc.endpoint import Endpoint
from stepup_worker.rpc.proxy import Files, Proxy

METHOD = "/stepup_proto.v1.PlanService/Declare"


class KnownLink(Link):
    """Knows who asks for it."""

    def __init__(self) -> None:
        super().__init__()
        self.askers: list[asyncio.Task[Any]] = []

    async def channel(self) -> grpc.aio.Channel:
        task = asyncio.current_task()
        assert task is not None
        self.askers.append(task)
        return await super().channel()


class Director(grpc.GenericRpcHandler):
    """Answers everything in the same way."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        del handler_call_details

        async def behave(_raw: bytes, _context: object) -> bytes:
            return b"yes"

        return cast("grpc.RpcMethodHandler[bytes, bytes]", grpc.unary_unary_rpc_method_handler(cast("Any", behave)))


def ask(channel: grpc.aio.Channel) -> grpc.aio.UnaryUnaryCall[bytes, bytes]:
    """Ask as a step does."""
    method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
    return method(b"may I?")


@pytest.fixture(name="silent")
def listener_that_says_nothing(tmp_path: Path) -> Iterator[socket.socket]:
    """Return a socket at which everybody may knock."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.setblocking(False)
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        yield silent


@pytest_asyncio.fixture(name="link")
async def link_to_silence(tmp_path: Path, silent: socket.socket) -> AsyncIterator[KnownLink]:
    """Return a link that leads to nobody, behind a proxy that listens."""
    del silent
    link = KnownLink()
    await link.use(Endpoint(f"unix:{tmp_path}/silent"))
    proxy = Proxy(link, cast("Files", None))
    await proxy.listen(str(tmp_path / "proxy"))
    yield link
    await proxy.close()
    await link.close()


async def test_a_question_that_the_link_breaks_off_is_asked_again(
    tmp_path: Path, silent: socket.socket, link: KnownLink
) -> None:
    director = grpc.aio.server()
    director.add_generic_rpc_handlers((Director(),))
    director.add_insecure_port(f"unix:{tmp_path}/director")
    await director.start()
    async with grpc.aio.insecure_channel(f"unix:{tmp_path}/proxy") as channel:
        call = ask(channel)
        connection, _ = await asyncio.get_running_loop().sock_accept(silent)
        await link.use(Endpoint(f"unix:{tmp_path}/director"))
        assert await call == b"yes"
        connection.close()
    await director.stop(None)


async def test_nobody_asks_for_a_step_that_has_gone(tmp_path: Path, silent: socket.socket, link: KnownLink) -> None:
    async with grpc.aio.insecure_channel(f"unix:{tmp_path}/proxy") as channel:
        call = ask(channel)
        connection, _ = await asyncio.get_running_loop().sock_accept(silent)
        call.cancel()
        await asyncio.wait(link.askers)
        connection.close()
    assert len(link.askers) == 1
