"""A director that only listens: it records what a plan says and answers as it was told to."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from stepup_proto.v1 import control_pb2, plan_pb2, plan_pb2_grpc, types_pb2

__all__ = ("FakeDirector",)

_Context = grpc.ServicerContext


class FakeDirector(plan_pb2_grpc.PlanServiceServicer):
    """Serves on a Unix socket while it is open."""

    def __init__(self, socket: str) -> None:
        """Listen; `refuse` and `fail` may be set before a plan speaks."""
        self.socket = socket
        self.requests: list[Any] = []
        """All requests, in the order of their arrival."""
        self.refuse: Callable[[plan_pb2.Declaration], types_pb2.Refusal | None] = lambda _: None
        """Tells whether a declaration is to be refused."""
        self.unavailable = 0
        """How many calls are answered with UNAVAILABLE first."""
        self.amend_answer = plan_pb2.AmendResponse()
        self.warnings: list[str] = []
        self.project, self.tree = Path(), Path()
        """Where files are, and where the step sees them once it has asked for them."""
        self._server = grpc.server(ThreadPoolExecutor(max_workers=4))
        plan_pb2_grpc.add_PlanServiceServicer_to_server(self, self._server)
        self._server.add_generic_rpc_handlers((self._control_service(),))
        self._server.add_insecure_port(f"unix:{socket}")
        self.heard = threading.Event()
        """Set when somebody has spoken."""
        self._server.start()

    def stop(self) -> None:
        """Close the socket."""
        self._server.stop(None).wait()

    @property
    def batches(self) -> list[plan_pb2.DeclareRequest]:
        """What was declared, message by message."""
        return [request for request in self.requests if isinstance(request, plan_pb2.DeclareRequest)]

    @property
    def declarations(self) -> list[plan_pb2.Declaration]:
        """What was declared, in order."""
        return [declaration for batch in self.batches for declaration in batch.declarations]

    def Declare(self, request: plan_pb2.DeclareRequest, context: _Context) -> plan_pb2.DeclareResponse:
        """Record; every static path stands for itself."""
        self._receive(request, context)
        response = plan_pb2.DeclareResponse(warnings=self.warnings)
        for index, declaration in enumerate(request.declarations):
            refusal = self.refuse(declaration)
            if refusal is not None:
                _refuse(context, refusal)
            if declaration.WhichOneof("statement") == "static":
                paths = sorted(declaration.static.paths)
                response.statics.append(plan_pb2.StaticResult(index=index, paths=paths))
        return response

    def Glob(self, request: plan_pb2.GlobRequest, context: _Context) -> plan_pb2.GlobResponse:
        """Match two files of one group."""
        self._receive(request, context)
        matches = [plan_pb2.GlobMatch(path=path, captures={"n": path[0]}) for path in ("a1.txt", "b1.txt")]
        return plan_pb2.GlobResponse(matches=matches)

    def Amend(self, request: plan_pb2.AmendRequest, context: _Context) -> plan_pb2.AmendResponse:
        """Answer as told."""
        self._receive(request, context)
        return self.amend_answer

    def Locate(self, request: plan_pb2.LocateRequest, context: _Context) -> plan_pb2.LocateResponse:
        """Match what is in a project elsewhere, and copy what is asked for."""
        self._receive(request, context)
        here = self.project / request.base
        matches = {path for pattern in request.patterns for path in here.glob(pattern)}
        for path in map(Path, request.paths):
            (self.tree / path.parent).mkdir(parents=True, exist_ok=True)
            if (self.project / path).is_file():
                shutil.copy(self.project / path, self.tree / path)
        names = sorted(f"{path.relative_to(self.project)}{'/' * path.is_dir()}" for path in matches)
        return plan_pb2.LocateResponse(matches=names)

    def GetStepInfo(self, request: plan_pb2.GetStepInfoRequest, context: _Context) -> plan_pb2.GetStepInfoResponse:
        """Describe some step."""
        self._receive(request, context)
        return plan_pb2.GetStepInfoResponse(command="./plan.py", workdir="sub/", inputs=["plan.py"])

    def GetGraph(self, request: control_pb2.GetGraphRequest, context: _Context) -> control_pb2.GetGraphResponse:
        """Describe some graph."""
        self._receive(request, context)
        return control_pb2.GetGraphResponse(text="text", provenance_dot="provenance", dependency_dot="dependency")

    def _control_service(self) -> grpc.GenericRpcHandler:
        """Return the one method of ControlService that plans call."""
        get_graph = grpc.unary_unary_rpc_method_handler(
            self.GetGraph,
            request_deserializer=control_pb2.GetGraphRequest.FromString,
            response_serializer=control_pb2.GetGraphResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler("stepup_proto.v1.ControlService", {"GetGraph": get_graph})

    def _receive(self, request: object, context: _Context) -> None:
        self.requests.append(request)
        self.heard.set()
        if self.unavailable:
            self.unavailable -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "not now")


def _refuse(context: _Context, refusal: types_pb2.Refusal) -> None:
    context.set_trailing_metadata((("stepup-refusal-bin", refusal.SerializeToString()),))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, refusal.message)
