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
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from stepup_server.core.refusals import Refusal

from .status import REFUSAL_KEY, CallFailed, refusal_to_wire, status_of

__all__ = ("handlers_of",)

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[..., Any]
"""What gRPC calls: the types of the three shapes have nothing in common."""

_log = structlog.get_logger()


def handlers_of(service: ServiceDescriptor, servicer: object) -> grpc.GenericRpcHandler:
    """Return the handlers of a service; method `GetGraph` is served by `servicer.get_graph`."""
    table: dict[str, grpc.RpcMethodHandler[bytes, Message]] = {}
    for method in service.methods:
        request_class = GetMessageClass(method.input_type)
        serve = getattr(servicer, _snake(method.name))
        make, behave = _SHAPES[method.client_streaming, method.server_streaming]
        table[method.name] = make(
            behave(serve, request_class),
            request_deserializer=None,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )
    return grpc.method_handlers_generic_handler(service.full_name, table)


def _snake(name: str) -> str:
    """Return the Python name of a method."""
    return "".join("_" + char.lower() if char.isupper() else char for char in name).lstrip("_")


def _unary(serve: Callable[..., Coroutine[Any, Any, Message]], request_class: type[Message]) -> Behaviour:
    """Serve one request with one response."""

    async def behave(raw: bytes, context: Context) -> Message:
        try:
            return await serve(_parse(raw, request_class))
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


def _server_stream(serve: Callable[..., AsyncIterator[Message]], request_class: type[Message]) -> Behaviour:
    """Serve one request with many responses."""

    async def behave(raw: bytes, context: Context) -> AsyncIterator[Message]:
        try:
            async for response in serve(_parse(raw, request_class)):
                yield response
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


def _two_way_stream(serve: Callable[..., AsyncIterator[Message]], request_class: type[Message]) -> Behaviour:
    """Serve many requests with many responses."""

    async def behave(raw_requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[Message]:
        try:
            async for response in serve(_parse_all(raw_requests, request_class)):
                yield response
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


def _client_stream(serve: Callable[..., Coroutine[Any, Any, Message]], request_class: type[Message]) -> Behaviour:
    """Serve many requests with one response."""

    async def behave(raw_requests: AsyncIterator[bytes], context: Context) -> Message:
        try:
            return await serve(_parse_all(raw_requests, request_class))
        except Exception as error:  # noqa: BLE001 -- the last resort: each is told apart below
            await _fail(error, context)

    return behave


async def _parse_all(raw_requests: AsyncIterator[bytes], request_class: type[Message]) -> AsyncIterator[Message]:
    """Yield the messages that a stream of bytes stands for."""
    async for raw in raw_requests:
        yield _parse(raw, request_class)


_SHAPES: dict[tuple[bool, bool], tuple[Callable[..., grpc.RpcMethodHandler[Any, Any]], Callable[..., Behaviour]]] = {
    (False, False): (grpc.unary_unary_rpc_method_handler, _unary),
    (False, True): (grpc.unary_stream_rpc_method_handler, _server_stream),
    (True, False): (grpc.stream_unary_rpc_method_handler, _client_stream),
    (True, True): (grpc.stream_stream_rpc_method_handler, _two_way_stream),
}
"""By whether the client, and the server, says many things: what gRPC calls it, and how it is served."""


class _Malformed(Exception):
    """The bytes of a request are not a message of its type."""


def _parse(raw: bytes, request_class: type[Message]) -> Message:
    """Return the message that the bytes stand for."""
    try:
        return request_class.FromString(raw)
    except DecodeError as error:
        raise _Malformed(f"The request is not a {request_class.DESCRIPTOR.full_name}.") from error


async def _fail(error: Exception, context: Context) -> NoReturn:
    """End a call with the status that an exception stands for."""
    if isinstance(error, _Malformed):
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
    if isinstance(error, CallFailed):
        await context.abort(error.code, error.message[:_DETAILS_MAX])
    if isinstance(error, Refusal):
        detail = ((REFUSAL_KEY, refusal_to_wire(error).SerializeToString()),)
        message = error.message if len(error.message) < _DETAILS_MAX else error.message[:_DETAILS_MAX] + " ..."
        await context.abort(status_of(error), message, detail)
    if isinstance(error, grpc.aio.AbortError | grpc.aio.UsageError):
        raise error
    _log.error("call failed", exc_info=error)
    await context.abort(grpc.StatusCode.INTERNAL, "The director has met a bug; its log tells more.")


_DETAILS_MAX = 2000
"""Metadata is limited to 16 KiB, and status details travel percent-encoded."""
