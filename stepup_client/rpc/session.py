"""A running step speaking to its director over gRPC.

Importing this module imports gRPC and connects to nothing, so that a warm process can import it once and fork.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import path

from stepup_client.core.declarations import (
    AmendAnswer,
    Amendment,
    GlobMatch,
    GlobQuery,
    GraphTexts,
    Source,
    Statement,
    StaticPaths,
)
from stepup_client.core.stepinfo import StepInfo
from stepup_proto.v1 import control_pb2, plan_pb2, types_pb2

from . import convert
from .connection import Connection, ConnectionSettings, Pick
from .outbox import Outbox, Promise
from .refusal import Refused

__all__ = ("PlanSession",)

_Response = TypeVar("_Response")

WARM = (path.Path,)
"""Plans get paths back: a process that imports this module to be warm shall have their class ready too."""


class PlanSession:
    """One attempt of a step, speaking to the director of its build."""

    def __init__(self, settings: ConnectionSettings, step: int, number: int) -> None:
        """Speak for the attempt with these two numbers."""
        self._settings = settings
        self._attempt = types_pb2.AttemptId(step=step, number=number)
        self._connection = Connection(settings)
        self._outbox = Outbox(self._send, self._attempt)

    def fork(self) -> PlanSession:
        """Return the session of a forked process, which cannot use the channel of its parent.

        It says everything at once: processes that are forked often end without any farewell.
        """
        child = PlanSession(self._settings, self._attempt.step, self._attempt.number)
        child._outbox = Outbox(child._send, child._attempt, buffered=False)
        return child

    def declare(self, statement: Statement, base: str, source: Source, *, awaited: bool = False) -> None:
        """Add a statement to the graph: soon, or, when `awaited`, at once, and raise what it is refused for."""
        declaration = convert.statement_to_wire(statement, base, source)
        if awaited:
            self._outbox.put_and_wait(declaration, source, Promise(self._outbox))
        else:
            self._outbox.put(declaration, source)

    def declare_static(self, statement: StaticPaths, base: str, source: Source, *, awaited: bool = False) -> Promise:
        """Add a static declaration to the graph, as `declare`, and return the promise of its answer."""
        promise = Promise(self._outbox)
        declaration = convert.statement_to_wire(statement, base, source)
        if awaited:
            self._outbox.put_and_wait(declaration, source, promise)
        else:
            self._outbox.put(declaration, source, promise)
        return promise

    def glob(self, query: GlobQuery, base: str, source: Source) -> list[GlobMatch]:
        """Expand a pattern."""
        request = convert.glob_query_to_wire(query, base, source, self._attempt)
        response = self._ask(lambda opened: opened.plan.Glob, request, "Glob", source)
        return convert.glob_matches_from_wire(response)

    def amend(self, amendment: Amendment, base: str, source: Source) -> AmendAnswer:
        """Add dependencies to the calling step."""
        request = convert.amendment_to_wire(amendment, base, source, self._attempt)
        response = self._ask(lambda opened: opened.plan.Amend, request, "Amend", source, may_wait=True)
        return convert.amend_answer_from_wire(response)

    def step_info(self, source: Source) -> StepInfo:
        """Return what was declared for the calling step."""
        request = plan_pb2.GetStepInfoRequest(attempt=self._attempt)
        response = self._ask(lambda opened: opened.plan.GetStepInfo, request, "GetStepInfo", source)
        return convert.step_info_from_wire(response)

    def locate(self, base: str, paths: Sequence[str] = (), patterns: Sequence[str] = ()) -> list[str]:
        """Have the files at these paths brought to where this step sees them, and return what the patterns match.

        All are relative to `base`, which is relative to the root, as is what is returned.
        """
        request = plan_pb2.LocateRequest(attempt=self._attempt, base=base, paths=paths, patterns=patterns)
        response = self._ask(lambda opened: opened.plan.Locate, request, "Locate", Source("", 0), may_wait=True)
        return list(response.matches)

    def close(self) -> None:
        """Close the connection: there is nothing more to say."""
        self._connection.close()

    def graph(self, source: Source) -> GraphTexts:
        """Return the whole graph."""
        request = control_pb2.GetGraphRequest()
        response = self._ask(lambda opened: opened.control.GetGraph, request, "GetGraph", source)
        return convert.graph_texts_from_wire(response)

    def prepare_fork(self) -> None:
        """Send what still waits, and leave nothing that a forked process could stumble over.

        What is refused is raised later.
        """
        self._outbox.drain()
        self._connection.rest()

    def finish(self) -> None:
        """Send what still waits; whatever comes later is sent at once. Raises what was refused."""
        self._outbox.stop_buffering()
        self._outbox.flush(Source("", 0))

    def _ask(
        self,
        pick: Pick[_Response],
        request: object,
        name: str,
        source: Source,
        *,
        may_wait: bool = False,
    ) -> _Response:
        """Say what still waits to be said, then ask."""
        self._outbox.flush(source)
        try:
            return self._connection.call(pick, request, name, may_wait=may_wait)
        except Refused as refused:
            raise refused.error(source) from None

    def _send(self, request: plan_pb2.DeclareRequest) -> plan_pb2.DeclareResponse:
        return self._connection.call(lambda opened: opened.plan.Declare, request, "Declare")
