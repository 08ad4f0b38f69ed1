"""The command line's end of ControlService: one channel, plain values in and out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Protocol, Self, TypeVar, cast

from stepup_client.rpc import control_convert
from stepup_client.rpc.control_values import (
    BuildOptions,
    BuildStarted,
    DirectorGone,
    DirectorRefused,
    Event,
    GraphTexts,
    OutputPart,
    Reason,
    Status,
    StopLevel,
)
from stepup_client.rpc.quiet_grpc import aio, grpc
from stepup_client.rpc.ways import Way, open_aio_channel
from stepup_proto.v1 import control_pb2, control_pb2_grpc
from stepup_shared.keepalive import CLIENT_OPTIONS

__all__ = ("ControlClient",)

_Response = TypeVar("_Response")

_OPTIONS = (
    *CLIENT_OPTIONS,
    # The director is our own and speaks over a private socket; a graph or a page may be long.
    ("grpc.max_receive_message_length", -1),
)

_CALL_S_MAX = 30.0
"""How long a call that does not block may take."""

_GONE = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    # What is left of a stream whose director was killed.
    grpc.StatusCode.UNKNOWN,
)
"""The codes that mean: there is nobody there any more, or not for us."""


class ControlClient:
    """Say things to one director.

    Every method raises `DirectorGone` when the director cannot be reached or is stopping,
    and `DirectorRefused` when it refuses.
    """

    def __init__(self, way: Way) -> None:
        """Remember where the director listens; nothing is sent yet."""
        self._channel = open_aio_channel(way, _OPTIONS)
        self._stub = cast("_Stub", control_pb2_grpc.ControlServiceStub(self._channel))

    async def __aenter__(self) -> Self:
        """Use the client for the length of a block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the channel, breaking off what is still going on."""
        await self._channel.close()

    async def build(self, options: BuildOptions) -> BuildStarted:
        """Start a build, or join the one that goes on."""
        request = control_convert.build_options_to_wire(options)
        response = await _answer(self._stub.Build(request, timeout=_CALL_S_MAX))
        return control_convert.build_started_from_wire(response)

    async def rebuild(self) -> int:
        """Start a build with the options of the last one and return its number."""
        response = await _answer(self._stub.Rebuild(control_pb2.RebuildRequest(), timeout=_CALL_S_MAX))
        return response.build

    async def wait(self, *, update: str | None = None, delete: str | None = None) -> int:
        """Wait until no build is going on, or for a change of a path, and return the return code of the last build."""
        response = await _answer(self._stub.Wait(control_pb2.WaitRequest(updated=update, deleted=delete)))
        return response.return_code

    async def drain(self) -> None:
        """Let the build start no further steps."""
        await _answer(self._stub.Drain(control_pb2.DrainRequest(), timeout=_CALL_S_MAX))

    async def drain_workers(self, workers: Sequence[str], *, wait: bool) -> tuple[str, ...]:
        """Let workers leave and return their names; with `wait`, when they have left."""
        request = control_pb2.DrainWorkerRequest(workers=workers, wait=wait)
        response = await _answer(self._stub.DrainWorker(request, timeout=None if wait else _CALL_S_MAX))
        return tuple(response.workers)

    async def workers_json(self) -> str:
        """Return who the workers are, for programs."""
        return control_convert.workers_json_from_wire(await self._get_status())

    async def join(self) -> int:
        """Wait until the director is idle, stop it, and return the return code of the last build."""
        response = await _answer(self._stub.Join(control_pb2.JoinRequest()))
        return response.return_code

    async def shutdown(self, level: StopLevel) -> None:
        """Ask the director to stop now, as firmly as the level says."""
        request = control_convert.stop_level_to_wire(level)
        await _answer(self._stub.Shutdown(request, timeout=_CALL_S_MAX))

    async def status(self) -> Status:
        """Return what the director is doing."""
        return control_convert.status_from_wire(await self._get_status())

    async def status_json(self) -> str:
        """Return what the director is doing, for programs."""
        return control_convert.status_json_from_wire(await self._get_status())

    async def graph(self, *, with_mermaid: bool = False) -> GraphTexts:
        """Return the whole graph."""
        response = await _answer(self._stub.GetGraph(control_pb2.GetGraphRequest(mermaid=with_mermaid)))
        return control_convert.graph_from_wire(response)

    async def explain(self, name: str) -> tuple[Reason, ...]:
        """Return why a step is what it is."""
        request = control_pb2.ExplainRequest(name=name)
        return control_convert.explanation_from_wire(await _answer(self._stub.Explain(request, timeout=_CALL_S_MAX)))

    async def cancel(self, name: str) -> tuple[str, int]:
        """End the running attempt of a step; return its label and the number of the attempt."""
        request = control_pb2.CancelStepRequest(name=name)
        response = await _answer(self._stub.CancelStep(request, timeout=_CALL_S_MAX))
        return response.label, response.attempt.number

    async def follow_output(self, name: str, *, follow: bool) -> AsyncIterator[OutputPart]:
        """Yield what a step has written, and with `follow` what it goes on to write."""
        call = self._stub.FollowOutput(control_pb2.FollowOutputRequest(name=name, follow=follow))
        try:
            async for response in call:
                yield control_convert.output_part_from_wire(response)
        except aio.AioRpcError as error:
            raise _explained(error) from error

    async def events(self, *, after: int) -> AsyncIterator[Event]:
        """Yield everything that happens after the given event, until the director stops."""
        call = self._stub.Events(control_pb2.EventsRequest(after=after))
        try:
            async for response in call:
                for event in response.events:
                    yield control_convert.event_from_wire(event)
        except aio.AioRpcError as error:
            raise _explained(error) from error

    async def _get_status(self) -> control_pb2.GetStatusResponse:
        return await _answer(self._stub.GetStatus(control_pb2.GetStatusRequest(), timeout=_CALL_S_MAX))


class _Stub(Protocol):
    """The generated stub with its types; the generator leaves them out."""

    def Build(
        self, request: control_pb2.BuildRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.BuildResponse]: ...

    def Rebuild(
        self, request: control_pb2.RebuildRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.RebuildResponse]: ...

    def Wait(self, request: control_pb2.WaitRequest) -> Awaitable[control_pb2.WaitResponse]: ...

    def Drain(
        self, request: control_pb2.DrainRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.DrainResponse]: ...

    def DrainWorker(
        self, request: control_pb2.DrainWorkerRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.DrainWorkerResponse]: ...

    def Join(self, request: control_pb2.JoinRequest) -> Awaitable[control_pb2.JoinResponse]: ...

    def Shutdown(
        self, request: control_pb2.ShutdownRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.ShutdownResponse]: ...

    def GetStatus(
        self, request: control_pb2.GetStatusRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.GetStatusResponse]: ...

    def GetGraph(self, request: control_pb2.GetGraphRequest) -> Awaitable[control_pb2.GetGraphResponse]: ...

    def Explain(
        self, request: control_pb2.ExplainRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.ExplainResponse]: ...

    def CancelStep(
        self, request: control_pb2.CancelStepRequest, *, timeout: float | None = None
    ) -> Awaitable[control_pb2.CancelStepResponse]: ...

    def FollowOutput(
        self, request: control_pb2.FollowOutputRequest
    ) -> AsyncIterator[control_pb2.FollowOutputResponse]: ...

    def Events(self, request: control_pb2.EventsRequest) -> AsyncIterator[control_pb2.EventsResponse]: ...


async def _answer(call: Awaitable[_Response]) -> _Response:
    """Wait for an answer; turn a status into one of our two kinds of failure."""
    try:
        return await call
    except aio.AioRpcError as error:
        raise _explained(error) from error


def _explained(error: aio.AioRpcError) -> DirectorGone | DirectorRefused:
    """Say in one line what went wrong."""
    code = error.code()
    details = (error.details() or "").strip() or code.name
    if code in _GONE:
        return DirectorGone(details)
    if code is grpc.StatusCode.INTERNAL:
        return DirectorRefused(f"The director has a bug: {details} (see .stepup/director.log)")
    return DirectorRefused(details)
