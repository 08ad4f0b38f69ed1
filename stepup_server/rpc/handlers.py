"""Between the wire and the servicers: parsing, refusals as status codes, bugs as INTERNAL with a record in the log.

Requests are parsed here, not by gRPC, because gRPC answers malformed bytes with UNKNOWN and the name of a Python class.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, NoReturn

import grpc
import grpc.aio
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from stepup_server.core.refusals import Refusal
from stepup_server.engine.blobs import BlobRefused
from stepup_shared.refusals import REFUSAL_KEY

from .callers import Door
from .gate import Gate, Malformed
from .status import BLOB_STATUS_TABLE, CallFailed, refusal_to_wire, status_of

__all__ = ("handlers_of",)

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[..., Any]
"""What gRPC calls: the types of the three shapes have nothing in common."""

_log = structlog.get_logger()


def handlers_of(service: ServiceDescriptor, servicer: object, door: Door) -> grpc.GenericRpcHandler:
    """Return the handlers of a service; method `GetGraph` is served by `servicer.get_graph`."""
    table: dict[str, grpc.RpcMethodHandler[bytes, Message]] = {}
    for method in service.methods:
        serve = getattr(servicer, _snake(method.name))
        make, behave = _SHAPES[method.client_streaming, method.server_streaming]
        table[method.name] = make(
            behave(serve, Gate(method, door)),
            request_deserializer=None,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )
    return grpc.method_handlers_generic_handler(service.full_name, table)


def _snake(name: str) -> str:
    """Return the Python name of a method."""
    return "".join("_" + char.lower() if char.isupper() else char for char in name).lstrip("_")


def _unary(serve: Callable[..., Coroutine[Any, Any, Message]], gate: Gate) -> Behaviour:
    """Serve one request with one response."""

    async def behave(raw: bytes, context: Context) -> Message:
        try:
            with gate.admit(context):
                return await serve(gate.read(raw))
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


def _server_stream(serve: Callable[..., AsyncIterator[Message]], gate: Gate) -> Behaviour:
    """Serve one request with many responses."""

    async def behave(raw: bytes, context: Context) -> AsyncIterator[Message]:
        try:
            with gate.admit(context):
                async for response in serve(gate.read(raw)):
                    yield response
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


def _two_way_stream(serve: Callable[..., AsyncIterator[Message]], gate: Gate) -> Behaviour:
    """Serve many requests with many responses."""

    async def behave(raw_requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[Message]:
        try:
            with gate.admit(context):
                async for response in serve(gate.read_all(raw_requests)):
                    yield response
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


def _client_stream(serve: Callable[..., Coroutine[Any, Any, Message]], gate: Gate) -> Behaviour:
    """Serve many requests with one response."""

    async def behave(raw_requests: AsyncIterator[bytes], context: Context) -> Message:
        try:
            with gate.admit(context):
                return await serve(gate.read_all(raw_requests))
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


_SHAPES: dict[tuple[bool, bool], tuple[Callable[..., grpc.RpcMethodHandler[Any, Any]], Callable[..., Behaviour]]] = {
    (False, False): (grpc.unary_unary_rpc_method_handler, _unary),
    (False, True): (grpc.unary_stream_rpc_method_handler, _server_stream),
    (True, False): (grpc.stream_unary_rpc_method_handler, _client_stream),
    (True, True): (grpc.stream_stream_rpc_method_handler, _two_way_stream),
}
"""By whether the client, and the server, says many things: what gRPC calls it, and how it is served."""


async def _fail(error: Exception, context: Context) -> NoReturn:
    """End a call with the status that an exception stands for."""
    if isinstance(error, Malformed | CallFailed | BlobRefused | Refusal):
        _let_go(error)
    if isinstance(error, Malformed):
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
    if isinstance(error, CallFailed):
        await context.abort(error.code, _cut(error.message))
    if isinstance(error, BlobRefused):
        await context.abort(BLOB_STATUS_TABLE[error.fault], _cut(str(error)))
    if isinstance(error, Refusal):
        error.message = _cut(error.message)
        detail = ((REFUSAL_KEY, refusal_to_wire(error).SerializeToString()),)
        await context.abort(status_of(error), error.message, detail)
    if isinstance(error, grpc.aio.AbortError | grpc.aio.UsageError):
        raise error
    _log.error("call failed", exc_info=error)
    await context.abort(grpc.StatusCode.INTERNAL, "The director has met a bug; its log tells more.")


def _let_go(error: BaseException | None) -> None:
    """Forget where an exception came from: the frames hold the request, which may be large, until somebody collects."""
    while error is not None:
        earlier = error.__context__
        error.__traceback__ = error.__context__ = error.__cause__ = None
        error = earlier


def _cut(text: str) -> str:
    """Return a text that fits into the metadata of a call, twice: metadata is limited to 16 KiB.

    Status details travel percent-encoded: three bytes for each byte that is no printable character of ASCII.
    """
    raw = text.encode()
    most = _DETAILS_BYTES_MAX if text.isascii() and text.isprintable() else _DETAILS_BYTES_MAX // 3
    return text if len(raw) <= most else raw[:most].decode(errors="ignore") + " ..."


_DETAILS_BYTES_MAX = 6000
