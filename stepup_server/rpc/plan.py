"""PlanService: translate, ask, translate back."""

from __future__ import annotations

from stepup_proto.v1 import plan_pb2 as plan
from stepup_proto.v1 import types_pb2 as types
from stepup_server.core.answers import Located
from stepup_server.core.commands import AmendAnswer, Declared, GlobAnswer, StepInfo
from stepup_server.core.events import StepInfoRequested
from stepup_server.core.ids import NodeId
from stepup_server.engine.blobs import Blobs
from stepup_server.engine.engine import Engine

from . import convert

__all__ = ("PlanServicer",)


class PlanServicer:
    """What running steps say."""

    def __init__(self, engine: Engine, blobs: Blobs) -> None:
        self._engine = engine
        self._blobs = blobs

    async def declare(self, request: plan.DeclareRequest) -> plan.DeclareResponse:
        """Add to the graph."""
        base = self._base(request.attempt)
        answer = await self._engine.ask(lambda id_: convert.declare_from_wire(request, id_, base), Declared)
        return convert.declared_to_wire(answer)

    async def glob(self, request: plan.GlobRequest) -> plan.GlobResponse:
        """Expand a pattern."""
        base = self._base(request.attempt)
        answer = await self._engine.ask(lambda id_: convert.glob_from_wire(request, id_, base), GlobAnswer)
        return convert.matches_to_wire(answer.matches)

    async def amend(self, request: plan.AmendRequest) -> plan.AmendResponse:
        """Add dependencies to the calling step."""
        base = self._base(request.attempt)
        answer = await self._engine.ask(lambda id_: convert.amend_from_wire(request, id_, base), AmendAnswer)
        self._blobs.offer(answer.available)
        return convert.amend_to_wire(answer)

    async def get_step_info(self, request: plan.GetStepInfoRequest) -> plan.GetStepInfoResponse:
        """Tell a step what was declared for it."""
        attempt = convert.attempt_from_wire(request.attempt)
        answer = await self._engine.ask(lambda id_: StepInfoRequested(request=id_, attempt=attempt), StepInfo)
        return convert.step_info_to_wire(answer)

    async def locate(self, request: plan.LocateRequest) -> plan.LocateResponse:
        """Tell what is at paths of the project."""
        base = self._base(request.attempt)
        answer = await self._engine.ask(lambda id_: convert.locate_from_wire(request, id_, base), Located)
        self._blobs.offer(answer.files)
        return convert.located_to_wire(answer)

    def _base(self, attempt: types.AttemptId) -> str:
        """Return the working directory of the calling step, which paths are relative to by default."""
        step = self._engine.director.desk.graph.steps.get(NodeId(attempt.step))
        return "." if step is None else step.directory
