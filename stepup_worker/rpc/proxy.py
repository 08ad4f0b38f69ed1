"""The director's socket for steps on another machine: what they say is passed on, what they need is fetched first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import grpc
import grpc.aio

from stepup_proto.v1 import plan_pb2
from stepup_shared.refusals import REFUSAL_KEY
from stepup_shared.tokens import TOKEN
from stepup_worker.core.values import Amendment, AttemptId, Observation

from .channel import Link, is_broken_off
from .convert import observation_from_wire

__all__ = ("FetchFailed", "Files", "Proxy")

_PLAN = "/stepup_proto.v1.PlanService/"
_PASSED_ON = frozenset(
    (
        *(f"{_PLAN}{method.name}" for method in plan_pb2.DESCRIPTOR.services_by_name["PlanService"].methods),
        "/stepup_proto.v1.ControlService/GetGraph",
    )
)
"""What steps may say."""

_BYTES_MAX = 64 * 1024 * 1024
_OPTIONS = (("grpc.max_receive_message_length", _BYTES_MAX), ("grpc.so_reuseport", 0))

_PAUSE_S = 0.2
"""Between two attempts to reach the director."""

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


class FetchFailed(Exception):
    """What a step has asked for cannot be brought here; the text is for the user."""


class Files(Protocol):
    """The private files of attempts. Methods raise `FetchFailed`."""

    async def amended(self, attempt: AttemptId, amendment: Amendment) -> None:
        """Bring what a step has added to its inputs, and expect what it has added to its outputs."""
        ...

    async def located(self, attempt: AttemptId, files: Sequence[Observation]) -> None:
        """Bring what a step has found."""
        ...


class Proxy(grpc.GenericRpcHandler):
    """Serves steps on a Unix socket."""

    def __init__(self, link: Link, files: Files) -> None:
        """Pass calls on to a director."""
        self._link = link
        self._files = files
        self._bringers = {f"{_PLAN}Amend": self._on_amended, f"{_PLAN}Locate": self._on_located}
        self._server = grpc.aio.server(options=_OPTIONS)
        self._server.add_generic_rpc_handlers((self,))

    async def listen(self, socket: str) -> None:
        """Listen on a socket in a directory that only this user may enter."""
        self._server.add_insecure_port(f"unix:{socket}")
        await self._server.start()

    async def close(self) -> None:
        """Answer nobody any more."""
        await self._server.stop(None)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return what answers a method; nothing for those that are not for steps."""
        if handler_call_details.method not in _PASSED_ON:
            return None
        method = handler_call_details.method

        async def behave(raw: bytes, context: Context) -> bytes:
            return await self._pass_on(method, raw, context)

        return grpc.unary_unary_rpc_method_handler(behave)

    async def _pass_on(self, method: str, raw: bytes, context: Context) -> bytes:
        """Let the director answer; a refusal comes back as it is."""
        try:
            answer = await self._ask(method, raw, context)
        except grpc.aio.AioRpcError as error:
            refusal = tuple(entry for entry in error.trailing_metadata() or () if entry[0] == REFUSAL_KEY)
            await context.abort(error.code(), error.details() or "", refusal)
        bring = self._bringers.get(method)
        if bring is not None:
            try:
                await bring(raw, answer)
            except FetchFailed as failure:
                await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(failure))
        return answer

    async def _ask(self, method: str, raw: bytes, context: Context) -> bytes:
        """Ask the director, as often as it is out of reach: every call is safe to repeat.

        A step cannot know that the director is elsewhere: it waits here, as its worker does, until the link is mended.
        That ends with the attempt: whoever has called is gone then, and this is cancelled.
        """
        metadata = tuple(entry for entry in context.invocation_metadata() or () if entry[0] == TOKEN)
        while True:
            channel = await self._link.channel()
            ask: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            try:
                return await ask(raw, metadata=metadata, timeout=context.time_remaining())
            except asyncio.CancelledError:
                if not is_broken_off():
                    raise
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(_PAUSE_S)

    async def _on_amended(self, raw: bytes, answer: bytes) -> None:
        """Bring what a step may use from now on."""
        request, response = plan_pb2.AmendRequest.FromString(raw), plan_pb2.AmendResponse.FromString(answer)
        amendment = Amendment(
            base=request.base,
            outputs=tuple(request.outputs),
            volatiles=tuple(request.volatiles),
            available=tuple(map(observation_from_wire, response.available)),
        )
        await self._files.amended(AttemptId(request.attempt.step, request.attempt.number), amendment)

    async def _on_located(self, raw: bytes, answer: bytes) -> None:
        """Bring what a step has found."""
        request, response = plan_pb2.LocateRequest.FromString(raw), plan_pb2.LocateResponse.FromString(answer)
        files = [observation_from_wire(seen) for seen in response.files]
        await self._files.located(AttemptId(request.attempt.step, request.attempt.number), files)
