"""A director for the command line's eyes only: it answers as told and plays a list of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
import grpc.aio

from stepup_proto.v1 import control_pb2, control_pb2_grpc

__all__ = ("FakeControl", "build_end", "line", "serving")


def line(tag: str, text: str, **more: Any) -> control_pb2.Event:  # noqa: ANN401 - fields of a message
    """Return an event with a line for people."""
    return control_pb2.Event(tag=f"TAG_{tag}", text=text, **more)


def build_end(return_code: int = 0, build: int = 1) -> control_pb2.Event:
    """Return the last event of a build."""
    return control_pb2.Event(build_end=control_pb2.BuildEnd(build=build, return_code=return_code))


@dataclass
class FakeControl:
    """A servicer that remembers what it was told."""

    events: list[control_pb2.Event] = field(default_factory=list[control_pb2.Event])
    """What every reader gets, from `after` on."""
    is_stream_ended: bool = False
    """Close the stream after the last event; else keep it open until a shutdown."""
    build_failure: tuple[grpc.StatusCode, str] | None = None
    """How Build is refused."""
    is_joined: bool = False
    """Build answers that a build was going on."""
    told: list[Any] = field(default_factory=list[Any])
    """All requests in order."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """A shutdown was asked for."""
    on_join: Callable[[], object] = lambda: None
    """What else a join does."""

    async def Build(self, request: control_pb2.BuildRequest, context: Any, /) -> control_pb2.BuildResponse:  # noqa: ANN401
        self.told.append(request)
        if self.build_failure is not None:
            await context.abort(*self.build_failure)
        return control_pb2.BuildResponse(build=1, events_before=1, joined=self.is_joined)

    async def Rebuild(self, request: control_pb2.RebuildRequest, _context: object, /) -> control_pb2.RebuildResponse:
        self.told.append(request)
        return control_pb2.RebuildResponse(build=2)

    async def Wait(self, request: control_pb2.WaitRequest, _context: object, /) -> control_pb2.WaitResponse:
        self.told.append(request)
        return control_pb2.WaitResponse(return_code=36)

    async def Drain(self, request: control_pb2.DrainRequest, _context: object, /) -> control_pb2.DrainResponse:
        self.told.append(request)
        return control_pb2.DrainResponse()

    async def DrainWorker(
        self, request: control_pb2.DrainWorkerRequest, _context: object, /
    ) -> control_pb2.DrainWorkerResponse:
        self.told.append(request)
        return control_pb2.DrainWorkerResponse(workers=request.workers)

    async def Join(self, request: control_pb2.JoinRequest, _context: object, /) -> control_pb2.JoinResponse:
        self.told.append(request)
        self.on_join()
        return control_pb2.JoinResponse()

    async def Shutdown(self, request: control_pb2.ShutdownRequest, _context: object, /) -> control_pb2.ShutdownResponse:
        self.told.append(request)
        self.stopping.set()
        return control_pb2.ShutdownResponse()

    async def GetStatus(
        self, _request: control_pb2.GetStatusRequest, _context: object, /
    ) -> control_pb2.GetStatusResponse:
        return control_pb2.GetStatusResponse(
            phase="build",
            stopping=control_pb2.ShutdownRequest.LEVEL_DRAIN,
            steps={"SUCCEEDED": 2, "RUNNING": 1},
            workers=[control_pb2.WorkerStatus(index=0, name="0", host="here", pid=7, slots=4, connected=True)],
            running=[control_pb2.RunningStep(label="sleep\n9", elapsed_s=1.25)],
            root="/project",
            pid=42,
            checking=["cp a b"],
            waiting=[
                control_pb2.WaitingSteps(kind="input_missing", text="its input a is missing", count=2, example="cat a")
            ],
        )

    async def GetGraph(
        self, _request: control_pb2.GetGraphRequest, _context: object, /
    ) -> control_pb2.GetGraphResponse:
        return control_pb2.GetGraphResponse(text="t\n", provenance_dot="p\n", dependency_dot="d\n")

    async def Explain(
        self,
        request: control_pb2.ExplainRequest,
        context: Any,  # noqa: ANN401
        /,
    ) -> control_pb2.ExplainResponse:
        if request.name == "nothing":
            await context.abort(grpc.StatusCode.NOT_FOUND, "No step matches 'nothing'.")
        return control_pb2.ExplainResponse(
            reasons=[
                control_pb2.Reason(kind="ran", text=f"{request.name} ran"),
                control_pb2.Reason(depth=1, kind="first_run", text="it had never run before"),
            ]
        )

    async def CancelStep(
        self,
        request: control_pb2.CancelStepRequest,
        context: Any,  # noqa: ANN401
        /,
    ) -> control_pb2.CancelStepResponse:
        self.told.append(request)
        if request.name == "nothing":
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "nothing is not running.")
        return control_pb2.CancelStepResponse(label=request.name)

    async def FollowOutput(
        self, request: control_pb2.FollowOutputRequest, _context: object, /
    ) -> AsyncIterator[control_pb2.FollowOutputResponse]:
        self.told.append(request)
        head = control_pb2.OutputHead(label=request.name, attempt=7, running=request.follow)
        yield control_pb2.FollowOutputResponse(head=head)
        yield control_pb2.FollowOutputResponse(stdout=b"out\x1b[2J \xc3")
        yield control_pb2.FollowOutputResponse(stdout=b"\xa9\n")
        yield control_pb2.FollowOutputResponse(stderr=b"err\n")
        yield control_pb2.FollowOutputResponse(end=control_pb2.OutputEnd(text="exit 3", exit_code=3))

    async def Events(
        self, request: control_pb2.EventsRequest, _context: object, /
    ) -> AsyncIterator[control_pb2.EventsResponse]:
        yield control_pb2.EventsResponse(events=self.events[request.after :])
        if not self.is_stream_ended:
            await self.stopping.wait()


@asynccontextmanager
async def serving(control: FakeControl, socket: str) -> AsyncGenerator[None]:
    """Listen on a Unix socket."""
    server = grpc.aio.server()
    control_pb2_grpc.add_ControlServiceServicer_to_server(
        cast("control_pb2_grpc.ControlServiceServicer", control), server
    )
    server.add_insecure_port(f"unix:{socket}")
    await server.start()
    try:
        yield
    finally:
        await server.stop(0)
