"""A director without a graph: tells workers what to hold, and remembers what they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import grpc
import grpc.aio

from stepup_proto.v1 import dispatch_pb2, dispatch_pb2_grpc, types_pb2

__all__ = ("FakeDirector", "assignment", "exit_code_of")

Key = tuple[int, int]
"""Step and number of an attempt."""


@dataclass
class FakeDirector(dispatch_pb2_grpc.DispatchServiceServicer):
    """Serves one worker at a time; what is told to it before a worker comes is kept."""

    path: str
    """Its socket."""
    prefetch: int = 1000
    """How many attempts are handed out at a time."""
    acknowledges: bool = True
    """Whether results are taken note of."""
    wanted: dict[Key, dispatch_pb2.Assignment] = field(default_factory=dict)
    """What is to be held, in this order."""
    stops: dict[Key, dispatch_pb2.Order.Stop] = field(default_factory=dict)
    """How far attempts are to be stopped."""
    results: dict[Key, dispatch_pb2.AttemptResult] = field(default_factory=dict)
    """The first result of each attempt."""
    repeated: list[Key] = field(default_factory=list)
    """Attempts whose result came again."""
    started: list[Key] = field(default_factory=list)
    """Attempts that began, as often as it was said."""
    statements: list[dispatch_pb2.SynchronizeRequest] = field(default_factory=list)
    """All that workers said."""
    follows: dict[int, Key] = field(default_factory=dict)
    """Whose output is wanted, by number."""
    outputs: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """What attempts have written, by number of who wants it."""
    leave: bool = False
    """Whether workers shall leave."""
    refusal: str = ""
    """Why workers are refused; empty: they are not."""

    def __post_init__(self) -> None:
        self._changed = asyncio.Condition()
        self._news = asyncio.Event()
        self._sequence = 0
        self._count = 0
        self._said: set[Key] = set()
        self._server: grpc.aio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_reason: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Begin to listen."""
        self._server = grpc.aio.server()
        dispatch_pb2_grpc.add_DispatchServiceServicer_to_server(self, self._server)
        self._server.add_insecure_port(f"unix:{self.path}")
        await self._server.start()

    async def close(self) -> None:
        """Stop listening and break all streams."""
        if self._server is not None:
            await self._server.stop(0)
            self._server = None

    def order(self, assignments: Iterable[dispatch_pb2.Assignment]) -> list[Key]:
        """Want more attempts; return their names."""
        keys: list[Key] = []
        for wish in assignments:
            self._count += 1
            number = self._count
            keys.append((number, number))
            self.wanted[number, number] = wish
        self._news.set()
        return keys

    def forget(self, key: Key) -> None:
        """Want an attempt no more."""
        del self.wanted[key]
        self._news.set()

    def stop(self, key: Key, level: dispatch_pb2.Order.Stop) -> None:
        """Want an attempt stopped."""
        self.stops[key] = level
        self._news.set()

    def dismiss(self) -> None:
        """Want the worker to leave."""
        self.leave = True
        self._news.set()

    async def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something that a worker said makes a condition true."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(condition)

    async def wait_results(self, keys: Iterable[Key]) -> list[dispatch_pb2.AttemptResult]:
        """Wait for results and return them in the order of the names."""
        names = list(keys)
        await self.wait(lambda: all(name in self.results for name in names))
        return [self.results[name] for name in names]

    async def SendOutput(
        self,
        request: dispatch_pb2.SendOutputRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> dispatch_pb2.SendOutputResponse:
        """Take a piece of what a step writes."""
        del context
        stdout, stderr = self.outputs.get(request.follow, (b"", b""))
        stdout, stderr = (
            stdout[: request.stdout_offset] + request.stdout,
            stderr[: request.stderr_offset] + request.stderr,
        )
        self.outputs[request.follow] = stdout, stderr
        async with self._changed:
            self._changed.notify_all()
        return dispatch_pb2.SendOutputResponse(stdout_offset=len(stdout), stderr_offset=len(stderr))

    def follow(self, follow: int, key: Key) -> None:
        """Want to see what an attempt writes."""
        self.follows[follow] = key
        self._news.set()

    async def Synchronize(
        self,
        request_iterator: AsyncIterator[dispatch_pb2.SynchronizeRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> AsyncIterator[dispatch_pb2.SynchronizeResponse]:
        """Talk with a worker."""
        if self.refusal:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, self.refusal)
        self._sequence = 0
        self._said.clear()
        self._news.set()
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(self._hear_all(request_iterator))
            while not hearing.done():
                await self._news.wait()
                self._news.clear()
                self._sequence += 1
                yield self._wishes()

    async def _hear_all(self, requests: AsyncIterator[dispatch_pb2.SynchronizeRequest]) -> None:
        async for request in requests:
            await self._hear(request)
        self._news.set()

    async def _hear(self, request: dispatch_pb2.SynchronizeRequest) -> None:
        self.statements.append(request)
        self.started += [(start.attempt.step, start.attempt.number) for start in request.started]
        for result in request.finished:
            key = (result.attempt.step, result.attempt.number)
            if key in self.results:
                self.repeated.append(key)
            self.results.setdefault(key, result)
        if request.finished:
            self._news.set()
        async with self._changed:
            self._changed.notify_all()

    def _wishes(self) -> dispatch_pb2.SynchronizeResponse:
        response = dispatch_pb2.SynchronizeResponse(sequence=self._sequence, leave=self.leave)
        for follow, followed in self.follows.items():
            response.followed.add(follow=follow, attempt=_attempt(followed))
        if self.acknowledges:
            for key in [key for key in self.wanted if key in self.results]:
                del self.wanted[key]
                response.acknowledged.append(_attempt(key))
        for key in list(self.wanted)[: self.prefetch]:
            order = response.orders.add(attempt=_attempt(key))
            order.stop = self.stops.get(key, dispatch_pb2.Order.STOP_UNSPECIFIED)
            if key not in self._said:
                self._said.add(key)
                order.assignment.CopyFrom(self.wanted[key])
        return response


def assignment(
    command: str,
    *,
    workdir: str = ".",
    shell: bool = False,
    inputs: Iterable[types_pb2.FileObservation] = (),
    outputs: Iterable[str] = (),
    environment: dict[str, str] | None = None,
) -> dispatch_pb2.Assignment:
    """Describe a step."""
    return dispatch_pb2.Assignment(
        command=command,
        workdir=workdir,
        shell=shell,
        inputs=inputs,
        outputs=outputs,
        environment=environment or {},
        need=types_pb2.NEED_DEFAULT,
        input_digest="00ff",
    )


def exit_code_of(result: dispatch_pb2.AttemptResult) -> int:
    """Return the exit code; fail when the process did not end by itself."""
    assert result.WhichOneof("end") == "exit_code", result
    return result.exit_code


def _attempt(key: Key) -> types_pb2.AttemptId:
    return types_pb2.AttemptId(step=key[0], number=key[1])
