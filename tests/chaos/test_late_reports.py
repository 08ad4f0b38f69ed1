"""R-10: what comes from an attempt that was given up is refused, and changes nothing."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Self, cast

import grpc
from google.protobuf.message import Message

from stepup_proto.v1 import dispatch_pb2, plan_pb2, types_pb2
from stepup_proto.v1.dispatch_pb2_grpc import DispatchServiceStub
from stepup_proto.v1.plan_pb2_grpc import PlanServiceStub
from stepup_shared.tokens import metadata_of
from tests.support.counts import Counts
from tests.support.deadline import wait_until
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

CALL_S_MAX = 30


class SlowWorker:
    """A worker that is told what to do, and says what the test wants it to say."""

    def __init__(self, ordeal: Ordeal, slots: int) -> None:
        """Introduce itself."""
        self._root, self._slots = str(ordeal.folder.root), slots
        self._stack = ExitStack()
        self.channel = self._stack.enter_context(open_channel(ordeal.socket))
        """To the director, as its owner."""
        self._said: queue.SimpleQueue[dispatch_pb2.SynchronizeRequest | None] = queue.SimpleQueue()
        synchronize = cast("Callable[..., Any]", DispatchServiceStub(self.channel).Synchronize)
        self._stream = synchronize(iter(self._said.get, None), timeout=2 * CALL_S_MAX)
        self._told: Iterator[dispatch_pb2.SynchronizeResponse] = iter(self._stream)

    def __enter__(self) -> Self:
        """Stay for the length of a block."""
        return self

    def __exit__(self, *_reason: object) -> None:
        """Be gone."""
        self._said.put(None)
        self._stream.cancel()
        self._stack.close()

    def introduce(self, *finished: dispatch_pb2.AttemptResult) -> dispatch_pb2.SynchronizeResponse:
        """Say who it is, and what has finished; return the first answer."""
        who = dispatch_pb2.WorkerDescription(
            name="slow", incarnation="1", host="here", pid=1, slots=self._slots, root=self._root
        )
        self.say(dispatch_pb2.SynchronizeRequest(worker=who, finished=finished))
        return next(self._told)

    def say(self, message: dispatch_pb2.SynchronizeRequest) -> None:
        """Say something."""
        self._said.put(message)

    def wait_order(self, told: dispatch_pb2.SynchronizeResponse) -> dispatch_pb2.SynchronizeResponse:
        """Return what it is told when it is to run something."""
        while not told.orders:
            told = next(self._told)
        return told


def test_what_an_attempt_says_that_was_given_up_changes_nothing(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=2, depth=2, gated=True) as ordeal:
        ordeal.start_director("--lease", "1")
        with SlowWorker(ordeal, slots=1) as slow:
            told = slow.introduce()
            build = ordeal.build()
            order = slow.wait_order(told)
            (given_up,), (token,) = order.orders, order.tokens
            began = dispatch_pb2.AttemptStarted(attempt=given_up.attempt, at=1.0)
            slow.say(dispatch_pb2.SynchronizeRequest(seen=order.sequence, holding=[given_up.attempt], started=[began]))
            folder.wait_status(lambda status: bool(status["running"]), "the step is known to run")
        ordeal.start_worker("w", "-j", "2")
        wait_until(lambda: "all" in dict(ordeal.ledger().began), "the last step has begun", folder.story)
        before = graph(ordeal)
        with SlowWorker(ordeal, slots=0) as slow:
            failed = dispatch_pb2.AttemptResult(attempt=given_up.attempt, exit_code=1, stderr=b"too late")
            told = slow.introduce(failed)
            assert not told.orders
            owner = calls_of(slow.channel, given_up.attempt, "")
            itself = calls_of(slow.channel, given_up.attempt, token.token)
        assert set(owner) == {grpc.StatusCode.FAILED_PRECONDITION}
        assert set(itself) <= {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.UNAUTHENTICATED}
        assert graph(ordeal) == before
        ordeal.gate.touch()
        build.end().checked()
        ordeal.shut_down()
        ledger = ordeal.judge()
        assert ledger.repeated == {}
        counts.tell("R-10 late", late_reports=1 + len(owner) + len(itself), changes=0, steps=ordeal.steps)


def calls_of(channel: grpc.Channel, attempt: types_pb2.AttemptId, token: str) -> list[grpc.StatusCode]:
    """Make all calls that an attempt can make; return how they ended."""
    step = plan_pb2.StepDeclaration(command="false", need=types_pb2.NEED_DEFAULT)
    requests: dict[str, Message] = {
        "Declare": plan_pb2.DeclareRequest(attempt=attempt, batch=99, declarations=[plan_pb2.Declaration(step=step)]),
        "Amend": plan_pb2.AmendRequest(attempt=attempt, outputs=["late"]),
        "Glob": plan_pb2.GlobRequest(attempt=attempt, pattern="*"),
        "GetStepInfo": plan_pb2.GetStepInfoRequest(attempt=attempt),
    }
    stub = PlanServiceStub(channel)
    return [code_of(getattr(stub, name), request, token) for name, request in requests.items()]


def code_of(call: Callable[..., Any], request: Message, token: str) -> grpc.StatusCode:
    """Make a call; return how it ended."""
    try:
        call(request, timeout=CALL_S_MAX, metadata=metadata_of(token))
    except grpc.RpcError as error:
        return cast("grpc.Call", error).code()
    return grpc.StatusCode.OK


def graph(ordeal: Ordeal) -> str:
    """Return what the director knows of all steps and files."""
    ordeal.folder.run("graph", str(ordeal.run / "graph")).checked()
    return (ordeal.run / "graph.txt").read_text()
