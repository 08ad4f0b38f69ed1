"""The conversation with the director: one stream, on which each side says what is new to the other.

Nothing here decides. What is said comes from a `Speaker`, what is heard goes to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

import grpc
import grpc.aio

from stepup_proto.v1.dispatch_pb2 import SynchronizeRequest, SynchronizeResponse
from stepup_proto.v1.dispatch_pb2_grpc import DispatchServiceStub
from stepup_shared.keepalive import CLIENT_OPTIONS
from stepup_shared.refusals import REFUSAL_KEY
from stepup_shared.versions import mismatch
from stepup_worker.core.events import OrdersReceived
from stepup_worker.core.values import Piece, Statement, Taken

from .convert import Introduction, orders_from_wire, piece_to_wire, statement_to_wire, taken_from_wire
from .endpoint import Endpoint

if TYPE_CHECKING:
    from stepup_proto.v1.dispatch_pb2_grpc import DispatchServiceAsyncStub

__all__ = ("Disbelieved", "Disconnected", "Postponed", "Refused", "Speaker", "Unreachable", "synchronize")

_HEARTBEAT_S = 10.0

_TAKE_S_MAX = 30.0
"""How long whoever watches a step may take for the next piece, before it is offered again."""

_FAREWELL_S_MAX = 1.0
"""How long the director may take to close its half of the stream."""

_OPTIONS = (
    # A channel that replaces a broken one must not inherit its back-off.
    ("grpc.use_local_subchannel_pool", 1),
    *CLIENT_OPTIONS,
    # An attempt to connect that meets a dead link is not waited for longer than that; the next may meet a living one.
    ("grpc.min_reconnect_backoff_ms", 10_000),
    # The director's orders are as long as its steps' lists of inputs.
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
)

_REFUSALS = frozenset(
    (
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.PERMISSION_DENIED,
    )
)


_Call: TypeAlias = "grpc.aio.StreamStreamCall[SynchronizeRequest, SynchronizeResponse]"


class Disconnected(Exception):
    """The conversation ended and this worker did not want it to; the text says why."""


class Unreachable(Disconnected):
    """The director is not there, or has gone: try again."""


class Postponed(Unreachable):
    """The director wants this worker to wait; the text is its own."""


class Refused(Disconnected):
    """The director does not want this worker."""


class Disbelieved(Refused):
    """The director does not know this worker, or not any more."""


class Speaker(Protocol):
    """What takes part in the conversation."""

    def on_connected(self) -> None:
        """Take note that the director answers."""
        ...

    def use_sender(self, send: Callable[[Piece], Awaitable[Taken | None]] | None) -> None:
        """Take the way for the output of steps; None: there is none any more."""
        ...

    def on_orders(self, orders: OrdersReceived) -> None:
        """Take what the director wants."""
        ...

    def next_statement(self, *, always: bool = False) -> Statement | None:
        """Return what is to be said now; None when there is no news, unless something must be said."""
        ...

    async def wait_news(self) -> None:
        """Wait until there may be something to say."""
        ...

    def is_leaving(self) -> bool:
        """Tell whether the conversation shall end."""
        ...


async def synchronize(endpoint: Endpoint, introduction: Introduction, speaker: Speaker) -> None:
    """Talk with a director until this worker wants to leave.

    Raises
    ------
    Disconnected
        The conversation could not begin, or broke.
    """
    async with endpoint.open(_OPTIONS) as channel:
        stub = DispatchServiceStub(channel)
        speaker.use_sender(lambda piece: _send_output(stub, piece))
        call = stub.Synchronize()
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(_speak(call, introduction, speaker))
            listening = group.create_task(_listen(call, introduction, speaker))
            await asyncio.wait((speaking, listening), return_when=asyncio.FIRST_COMPLETED)
            # Whoever speaks no more wants to leave, and hears the director's last words.
            await asyncio.wait((listening,), timeout=_FAREWELL_S_MAX)
            speaking.cancel()
            listening.cancel()
        speaker.use_sender(None)
    if not speaker.is_leaving():
        raise listening.result()


async def _send_output(stub: DispatchServiceAsyncStub, piece: Piece) -> Taken | None:
    """Hand a piece of output over, as soon as it is wanted; None when that did not work."""
    try:
        return taken_from_wire(await stub.SendOutput(piece_to_wire(piece), timeout=_TAKE_S_MAX))
    except (grpc.aio.AioRpcError, grpc.aio.UsageError):
        return None


async def _speak(call: _Call, introduction: Introduction, speaker: Speaker) -> None:
    """Say what is new, all of it at once, and something at least every ten seconds."""
    statement = speaker.next_statement(always=True)
    try:
        while True:
            while statement is not None:
                await call.write(statement_to_wire(statement, introduction))
                statement = speaker.next_statement()
            if speaker.is_leaving():
                break
            try:
                async with asyncio.timeout(_HEARTBEAT_S):
                    await speaker.wait_news()
                statement = speaker.next_statement()
            except TimeoutError:
                statement = speaker.next_statement(always=True)
        await call.done_writing()
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        # The stream is broken; the listener learns why.
        return


async def _listen(call: _Call, introduction: Introduction, speaker: Speaker) -> Disconnected:
    """Take what the director says until the stream ends; return why it ended."""
    is_connected = False
    try:
        while isinstance(response := await call.read(), SynchronizeResponse):
            wrong = mismatch(response.version, introduction.version)
            if wrong is not None:
                return Refused(wrong)
            if not is_connected:
                is_connected = True
                speaker.on_connected()
            speaker.on_orders(orders_from_wire(response))
    except grpc.aio.AioRpcError as error:
        return _disconnected(error.code(), error.details(), is_said=_is_said(error.trailing_metadata()))
    return _disconnected(await call.code(), await call.details(), is_said=_is_said(await call.trailing_metadata()))


def _is_said(metadata: grpc.aio.Metadata | None) -> bool:
    """Tell whether the director has refused a call itself, and not what lies in between."""
    return any(key == REFUSAL_KEY for key, _ in metadata or ())


def _disconnected(code: grpc.StatusCode, details: str | None, *, is_said: bool) -> Disconnected:
    text = "it ended the conversation" if code is grpc.StatusCode.OK else details or code.name
    if code is grpc.StatusCode.UNAUTHENTICATED:
        return Disbelieved(text)
    if is_said and code is grpc.StatusCode.UNAVAILABLE:
        return Postponed(text)
    return Refused(text) if code in _REFUSALS else Unreachable(text)
