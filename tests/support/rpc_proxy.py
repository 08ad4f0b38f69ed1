"""A proxy that understands calls, not only bytes: any RPC can be lost, answered in vain, doubled, or said again later.

It knows no messages, so it serves every method of every service there is or will be. Faults are planned by the name of
the method, `stepup_proto.v1.PlanService/Declare`, and each strikes a few calls in a row.
"""

from __future__ import annotations

import asyncio
import enum
import inspect
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn, Self, TypeAlias

import grpc
import grpc.aio

from stepup_shared.identity import SERVER_NAME, Credential
from stepup_shared.keepalive import SERVER_OPTIONS
from tests.support.tokens import lead_token

__all__ = ("Fault", "Recording", "RpcProxy")

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"
Metadata: TypeAlias = "tuple[tuple[str, str | bytes], ...]"

_OURS = ("grpc-", "user-agent", "te", "content-type", ":")
"""Metadata that belong to one connection."""


@enum.unique
class Fault(enum.Enum):
    """What happens to a call. Of a stream whose messages follow each other, the same happens to a message."""

    DROP_REQUEST = "request lost"
    """It does not arrive; the caller is told that nobody is there."""
    DROP_REPLY = "reply lost"
    """It is done, and the caller is told that nobody is there."""
    DUPLICATE = "doubled in flight"
    """It arrives twice at the same time."""
    REPLAY = "said again"
    """It arrives once more when it has long been answered, and when the caller may be gone."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A call that was made."""

    method: str
    """Service and name."""
    requests: tuple[bytes, ...]
    """Its messages."""
    metadata: Metadata
    """What came with it."""


class RpcProxy(grpc.GenericRpcHandler):
    """Serves all methods by asking another server, in a thread of its own."""

    def __init__(
        self,
        listen: str,
        upstream: str,
        streams: Iterable[tuple[str, bool, bool]],
        credential: Credential | None = None,
    ) -> None:
        """Stand between two Unix sockets; `streams` names methods, and which of their sides are streams.

        With a credential, the far one is HOST:PORT of a director, which is asked by TLS.
        """
        self._listen, self._upstream, self._credential = listen, upstream, credential
        self._streams = {method: (requests, replies) for method, requests, replies in streams}
        self._plan: dict[str, list[Fault]] = defaultdict(list)
        self.seen: Counter[str] = Counter()
        """Calls, and messages of conversations, by method."""
        self.struck: Counter[tuple[str, Fault]] = Counter()
        """Faults that came to be."""
        self.recorded: list[Recording] = []
        """Calls that were to be said again, and were not yet."""
        self._channel: Any = None
        self._loop = asyncio.new_event_loop()
        self._listens = threading.Event()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="rpc proxy", daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        if self._credential is None:
            lead_token(self._listen, self._upstream)
        self._thread.start()
        assert self._listens.wait(20)
        return self

    def __exit__(self, *_reason: object) -> None:
        """End."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(20)

    def plan(self, method: str, *faults: Fault) -> None:
        """Let faults strike the next calls of a method, one each."""
        self._plan[method] += faults

    def replay(self) -> list[grpc.StatusCode]:
        """Say again all that was recorded, oldest first; return what it was answered."""
        return asyncio.run_coroutine_threadsafe(self._replay_all(), self._loop).result(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        options = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
        server = grpc.aio.server(options=(*options, *SERVER_OPTIONS))
        server.add_generic_rpc_handlers((self,))
        server.add_insecure_port(f"unix:{self._listen}")
        await server.start()
        async with self._dial(*options) as channel:
            self._channel = channel
            self._listens.set()
            await self._closing.wait()
            await server.stop(0.2)

    def _dial(self, *options: tuple[str, int]) -> grpc.aio.Channel:
        """Return a channel to the server that is asked."""
        dialing = (*options, ("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 200))
        if self._credential is None:
            return grpc.aio.insecure_channel(f"unix:{self._upstream}", options=dialing)
        shown = self._credential
        credentials = grpc.ssl_channel_credentials(shown.anchor, shown.key, shown.certificate)
        named = (*dialing, ("grpc.ssl_target_name_override", SERVER_NAME))
        return grpc.aio.secure_channel(self._upstream, credentials, options=named)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        """Return what serves a method."""
        method = handler_call_details.method.removeprefix("/")
        behaviours: dict[tuple[bool, bool], tuple[Callable[..., Any], Callable[..., Any]]] = {
            (False, False): (grpc.unary_unary_rpc_method_handler, self._ask),
            (False, True): (grpc.unary_stream_rpc_method_handler, self._follow),
            (True, False): (grpc.stream_unary_rpc_method_handler, self._bring),
            (True, True): (grpc.stream_stream_rpc_method_handler, self._converse),
        }
        make, behave = behaviours[self._streams.get(method, (False, False))]
        handler: grpc.RpcMethodHandler[bytes, bytes] = make(_bind(method, behave))
        return handler

    def _strike(self, method: str) -> Fault | None:
        """Count a call, and return what happens to it."""
        self.seen[method] += 1
        if not self._plan[method]:
            return None
        fault = self._plan[method].pop(0)
        self.struck[method, fault] += 1
        return fault

    # One request, one reply

    async def _ask(self, method: str, request: bytes, context: Context) -> bytes:
        metadata = _metadata_of(context)
        call = self._channel.unary_unary(f"/{method}")
        return await self._try(
            method, (request,), context, lambda: call(request, metadata=metadata, timeout=context.time_remaining())
        )

    # Many requests, one reply

    async def _bring(self, method: str, requests: AsyncIterator[bytes], context: Context) -> bytes:
        """Collect all requests, as they are to arrive twice; whoever breaks off has said only some of them."""
        metadata = _metadata_of(context)
        said = tuple([request async for request in requests])
        call = self._channel.stream_unary(f"/{method}")
        return await self._try(method, said, context, lambda: call(_stream(said), metadata=metadata))

    async def _try(
        self, method: str, said: tuple[bytes, ...], context: Context, ask: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Make a call, with what happens to it."""
        fault = self._strike(method)
        if fault is Fault.DROP_REQUEST:
            await _lose(context)
        if fault is Fault.REPLAY:
            self.recorded.append(Recording(method, said, _metadata_of(context)))
        try:
            if fault is Fault.DUPLICATE:
                first, _ = await asyncio.gather(ask(), ask(), return_exceptions=True)
                if isinstance(first, BaseException):
                    raise first
                answer = first
            else:
                answer = await ask()
        except grpc.aio.AioRpcError as error:
            await _pass_on(error, context)
        if fault is Fault.DROP_REPLY:
            await _lose(context)
        return answer

    # One request, many replies

    async def _follow(self, method: str, request: bytes, context: Context) -> AsyncIterator[bytes]:
        fault = self._strike(method)
        if fault is Fault.DROP_REQUEST:
            await _lose(context)
        if fault is Fault.REPLAY:
            self.recorded.append(Recording(method, (request,), _metadata_of(context)))
        call = self._channel.unary_stream(f"/{method}")(request, metadata=_metadata_of(context))
        twin = self._channel.unary_stream(f"/{method}")(request, metadata=_metadata_of(context))
        if fault is not Fault.DUPLICATE:
            twin.cancel()
        try:
            async for reply in call:
                if fault is Fault.DROP_REPLY:
                    await _lose(context)
                yield reply
        except grpc.aio.AioRpcError as error:
            await _pass_on(error, context)
        finally:
            call.cancel()
            twin.cancel()

    # A conversation

    async def _converse(self, method: str, requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[bytes]:
        """Let faults strike single messages; one that is lost breaks the stream, as nothing else can lose it."""
        call = self._channel.stream_stream(f"/{method}")(metadata=_metadata_of(context))
        speaking = asyncio.ensure_future(self._speak(method, requests, call))
        try:
            while True:
                listening = asyncio.ensure_future(call.read())
                await asyncio.wait((listening, speaking), return_when=asyncio.FIRST_COMPLETED)
                if speaking.done() and speaking.result() is not None:
                    listening.cancel()
                    await _lose(context)
                reply = await listening
                if not isinstance(reply, bytes):
                    return
                if self._plan[method][:1] == [Fault.DROP_REPLY]:
                    self._strike(method)
                    await _lose(context)
                yield reply
        except grpc.aio.AioRpcError as error:
            await _pass_on(error, context)
        finally:
            speaking.cancel()
            call.cancel()

    async def _speak(self, method: str, requests: AsyncIterator[bytes], call: Any) -> Fault | None:  # noqa: ANN401  calls have no useful type
        """Bring the messages of one side; return what has broken the stream, if something has."""
        said: list[bytes] = []
        async for request in requests:
            fault = None if self._plan[method][:1] == [Fault.DROP_REPLY] else self._strike(method)
            if fault is Fault.DROP_REQUEST:
                return fault
            said.append(request)
            with suppress(asyncio.InvalidStateError, grpc.aio.AioRpcError):
                await call.write(request)
                if fault is Fault.DUPLICATE:
                    await call.write(request)
                if fault is Fault.REPLAY:
                    # The first one introduces the worker and is said at the beginning only.
                    await call.write(said[len(said) // 2])
        with suppress(asyncio.InvalidStateError, grpc.aio.AioRpcError):
            await call.done_writing()
        return None

    # Later

    async def _replay_all(self) -> list[grpc.StatusCode]:
        recorded, self.recorded = self.recorded, []
        return [await self._replay_one(one) for one in recorded]

    async def _replay_one(self, one: Recording) -> grpc.StatusCode:
        path, (requests, replies) = f"/{one.method}", self._streams[one.method]
        try:
            if requests:
                await self._channel.stream_unary(path)(_stream(one.requests), metadata=one.metadata, timeout=2)
            elif replies:
                call = self._channel.unary_stream(path)(one.requests[0], metadata=one.metadata, timeout=2)
                await call.read()
                call.cancel()
            else:
                await self._channel.unary_unary(path)(one.requests[0], metadata=one.metadata, timeout=2)
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK


def _bind(method: str, behave: Callable[..., Any]) -> Callable[..., Any]:
    """Return a behaviour that knows its method; gRPC looks at whether it is a coroutine or a generator."""
    if inspect.iscoroutinefunction(behave):

        async def one(request: object, context: Context) -> bytes:
            answer: bytes = await behave(method, request, context)
            return answer

        return one

    async def many(request: object, context: Context) -> AsyncIterator[bytes]:
        async for reply in behave(method, request, context):
            yield reply

    return many


async def _stream(messages: Iterable[bytes]) -> AsyncIterator[bytes]:
    for message in messages:
        yield message


def _metadata_of(context: Context) -> Metadata:
    """Return what a caller has sent with its call."""
    return tuple((key, value) for key, value in context.invocation_metadata() or () if not key.startswith(_OURS))


async def _lose(context: Context) -> NoReturn:
    await context.abort(grpc.StatusCode.UNAVAILABLE, "lost on its way, by the test")
    raise AssertionError("abort returned")


async def _pass_on(error: grpc.aio.AioRpcError, context: Context) -> NoReturn:
    """Fail as the other server did."""
    await context.abort(error.code(), error.details() or "", tuple(error.trailing_metadata() or ()))
    raise AssertionError("abort returned")
