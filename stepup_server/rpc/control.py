"""ControlService: translate, ask, translate back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import NoneType

from stepup_proto.v1 import control_pb2 as control
from stepup_server.core.answers import BuildTicket, CancelTicket, WorkersDrained
from stepup_server.core.events import (
    BuildRequested,
    CancelRequested,
    DrainRequested,
    JoinRequested,
    RebuildRequested,
    StopRequested,
    WaitRequested,
    WorkerDrainRequested,
)
from stepup_server.engine.engine import Engine
from stepup_server.engine.ports import Archive, Feed

from . import convert
from .output import follow_output
from .views import explanation_to_wire, graph_to_wire, status_to_wire

__all__ = ("ControlServicer",)


class ControlServicer:
    """What operators and displays say."""

    def __init__(self, engine: Engine, feed: Feed, archive: Archive, version: str) -> None:
        self._engine = engine
        self._archive = archive
        self._feed = feed
        self._version = version
        self._events_before = 0

    async def build(self, request: control.BuildRequest) -> control.BuildResponse:
        """Start a build, or join one."""
        before = self._feed.last_sequence
        options = convert.build_options_from_wire(request)
        ticket = await self._engine.ask(lambda id_: BuildRequested(request=id_, options=options), BuildTicket)
        if not ticket.joined:
            self._events_before = before
        return control.BuildResponse(build=ticket.build, events_before=before, joined=ticket.joined)

    async def rebuild(self, _request: control.RebuildRequest) -> control.RebuildResponse:
        """Start another build."""
        before = self._feed.last_sequence
        ticket = await self._engine.ask(lambda id_: RebuildRequested(request=id_), BuildTicket)
        if not ticket.joined:
            self._events_before = before
        return control.RebuildResponse(build=ticket.build)

    async def wait(self, request: control.WaitRequest) -> control.WaitResponse:
        """Wait until no build is going on, or for a change."""
        change = convert.change_from_wire(request)
        code = await self._engine.ask(lambda id_: WaitRequested(request=id_, change=change), int)
        return control.WaitResponse(return_code=code)

    async def drain(self, _request: control.DrainRequest) -> control.DrainResponse:
        """Start nothing more in this build."""
        await self._engine.ask(lambda id_: DrainRequested(request=id_), NoneType)
        return control.DrainResponse()

    async def drain_worker(self, request: control.DrainWorkerRequest) -> control.DrainWorkerResponse:
        """Let workers leave."""
        chosen = tuple(request.workers)
        answer = await self._engine.ask(
            lambda id_: WorkerDrainRequested(request=id_, workers=chosen, wait=request.wait), WorkersDrained
        )
        return control.DrainWorkerResponse(workers=answer.names)

    async def join(self, _request: control.JoinRequest) -> control.JoinResponse:
        """Stop after this build."""
        code = await self._engine.ask(lambda id_: JoinRequested(request=id_), int)
        return control.JoinResponse(return_code=code)

    async def shutdown(self, request: control.ShutdownRequest) -> control.ShutdownResponse:
        """Stop as gently as asked."""
        level = convert.stop_level_from_wire(request.level)
        await self._engine.ask(lambda id_: StopRequested(request=id_, level=level), NoneType)
        return control.ShutdownResponse()

    async def get_status(self, _request: control.GetStatusRequest) -> control.GetStatusResponse:
        """Count everything."""
        status = status_to_wire(self._engine.director, self._version, self._engine.now())
        status.events_before = self._events_before
        return status

    async def get_graph(self, request: control.GetGraphRequest) -> control.GetGraphResponse:
        """Write the graph down."""
        return graph_to_wire(self._engine.director, with_mermaid=request.mermaid)

    async def explain(self, request: control.ExplainRequest) -> control.ExplainResponse:
        """Say why a step is what it is."""
        return explanation_to_wire(self._engine.director.explain(request.name))

    async def cancel_step(self, request: control.CancelStepRequest) -> control.CancelStepResponse:
        """End a running step."""
        ticket = await self._engine.ask(lambda id_: CancelRequested(request=id_, name=request.name), CancelTicket)
        return control.CancelStepResponse(label=ticket.label, attempt=convert.attempt_to_wire(ticket.attempt))

    async def follow_output(self, request: control.FollowOutputRequest) -> AsyncIterator[control.FollowOutputResponse]:
        """Tell what a step writes."""
        async for part in follow_output(self._engine, self._archive, request):
            yield part

    async def events(self, request: control.EventsRequest) -> AsyncIterator[control.EventsResponse]:
        """Tell everything that happens."""
        async for group in self._feed.subscribe(request.after):
            yield control.EventsResponse(events=map(convert.event_to_wire, group))
