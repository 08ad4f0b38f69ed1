"""A worker that lies: it speaks the protocol and says whatever a test likes."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any, Self, cast

import grpc

from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_proto.v1 import types_pb2 as types
from stepup_proto.v1.dispatch_pb2_grpc import DispatchServiceStub
from stepup_shared.versions import VERSION

__all__ = ("Liar",)

_STREAM_S_MAX = 60


class Liar:
    """One stream of a worker that does nothing."""

    def __init__(self, channel: grpc.Channel, **description: object) -> None:
        """Introduce itself."""
        self._said: queue.SimpleQueue[dispatch.SynchronizeRequest | None] = queue.SimpleQueue()
        facts: dict[str, Any] = {"incarnation": "1", "slots": 1, "version": VERSION} | description
        self.say(worker=dispatch.WorkerDescription(**facts))
        call = DispatchServiceStub(channel).Synchronize(self._words(), timeout=_STREAM_S_MAX)
        self._orders: list[types.AttemptId] = []
        self._ended: list[types.AttemptId] = []
        self._heard = cast("Iterator[dispatch.SynchronizeResponse]", call)

    def __enter__(self) -> Self:
        """Stay for the length of a block."""
        return self

    def __exit__(self, *_reason: object) -> None:
        """Leave."""
        self._said.put(None)

    def _words(self) -> Iterator[dispatch.SynchronizeRequest]:
        return iter(self._said.get, None)

    def say(self, **fields: Any) -> None:  # noqa: ANN401 -- fields of the message
        """Say something."""
        self._said.put(dispatch.SynchronizeRequest(**fields))

    def hear(self) -> dispatch.SynchronizeResponse:
        """Wait for what the director says next; raises `grpc.RpcError` when it has had enough."""
        heard = next(self._heard)
        self._orders = [order.attempt for order in heard.orders]
        return heard

    def hear_order(self) -> types.AttemptId:
        """Wait until something is ordered, and pretend to have begun it; return which attempt."""
        while all(attempt in self._ended for attempt in self._orders):
            self.hear()
        attempt = next(attempt for attempt in self._orders if attempt not in self._ended)
        self.say(holding=self._orders, started=[dispatch.AttemptStarted(attempt=attempt)])
        return attempt

    def end(self, attempt: types.AttemptId, **facts: Any) -> None:  # noqa: ANN401 -- fields of the message
        """Say how an attempt has ended, and wait until the director has taken note."""
        self._ended.append(attempt)
        self.say(holding=self._orders, finished=[dispatch.AttemptResult(attempt=attempt, **facts)])
        self._wait(lambda heard: attempt in heard.acknowledged)

    def _wait(self, condition: Callable[[dispatch.SynchronizeResponse], bool]) -> None:
        while not condition(self.hear()):
            pass

    def reason(self) -> tuple[grpc.StatusCode, str]:
        """Wait until it is thrown out, and return why."""
        try:
            while True:
                self.hear()
        except grpc.RpcError as error:
            call = cast("grpc.Call", error)
            return call.code(), call.details() or ""
        except StopIteration:
            return grpc.StatusCode.OK, ""
