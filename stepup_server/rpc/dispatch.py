"""DispatchService: two directions of one conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_server.core.commands import OrderWorker
from stepup_server.core.events import WorkerConnected, WorkerDisconnected, WorkerReported
from stepup_server.core.ids import StreamId, WorkerId
from stepup_server.core.leases import lease_of_workers
from stepup_server.core.refusals import InvalidArgument
from stepup_server.engine.blobs import Blobs
from stepup_server.engine.engine import Engine
from stepup_server.engine.follows import Piece
from stepup_server.engine.mailbox import Mailbox
from stepup_server.failpoints import reach

from . import convert
from .callers import current_caller
from .tokens import AttemptTokens, Issue

__all__ = ("DispatchServicer",)


class DispatchServicer:
    """What workers say, and what they are told."""

    def __init__(self, engine: Engine, blobs: Blobs, tokens: AttemptTokens) -> None:
        self._engine = engine
        self._blobs = blobs
        self._tokens = tokens

    async def synchronize(
        self, requests: AsyncIterator[dispatch.SynchronizeRequest]
    ) -> AsyncIterator[dispatch.SynchronizeResponse]:
        """Keep one worker doing what the director wants, until either side leaves or the worker dials again."""
        first = await anext(requests, None)
        if first is None:
            return
        with self._engine.stream() as (stream, mailbox):
            worker = await self._connect(first, stream)
            listening = asyncio.create_task(self._listen(worker, stream, requests), name=f"listen to worker {worker}")
            issue = Issue(self._tokens, current_caller().member)
            try:
                async for orders in _orders(mailbox, listening, issue):
                    self._offer_inputs(orders)
                    response = convert.orders_to_wire(orders)
                    response.tokens.extend(issue.due(order.attempt for order in orders.orders))
                    if response.sequence == 1:
                        settings = self._engine.director.desk.settings
                        response.root, response.epoch = settings.root, settings.epoch
                        response.lease_s = lease_of_workers(settings.lease_s)
                    yield response
                    reach("after_dispatch_before_ack")
            finally:
                listening.cancel()
                self._engine.tell(WorkerDisconnected(worker=worker, stream=stream))

    async def send_output(self, request: dispatch.SendOutputRequest) -> dispatch.SendOutputResponse:
        """Hand a piece of what a step writes to who watches it."""
        follow = self._engine.follows.find(request.follow)
        if follow is None:
            return dispatch.SendOutputResponse(gone=True)
        piece = Piece(request.stdout_offset, request.stdout, request.stderr_offset, request.stderr, request.is_all)
        await follow.hand_over(piece)
        return dispatch.SendOutputResponse(stdout_offset=follow.stdout, stderr_offset=follow.stderr)

    def _offer_inputs(self, orders: OrderWorker) -> None:
        """Let those fetch the inputs of their steps who do not see them."""
        if self._engine.director.workforce.workers[orders.worker].description.own_workspace:
            assignments = (order.assignment for order in orders.orders if order.assignment is not None)
            self._blobs.offer(seen for assignment in assignments for seen in assignment.inputs)

    async def _connect(self, first: dispatch.SynchronizeRequest, stream: StreamId) -> WorkerId:
        """Introduce a worker."""
        if not first.HasField("worker"):
            raise InvalidArgument("The first message of a worker must describe it.")
        holding = tuple(map(convert.attempt_from_wire, first.holding))
        facts = convert.facts_from_wire(first)
        self._blobs.take(data for result in first.finished for data in result.contents)
        description = replace(convert.description_from_wire(first.worker), member=current_caller().member)
        answer = await self._engine.ask(
            lambda id_: WorkerConnected(
                request=id_, stream=stream, description=description, holding=holding, facts=facts
            ),
            int,
        )
        return WorkerId(answer)

    async def _listen(
        self, worker: WorkerId, stream: StreamId, requests: AsyncIterator[dispatch.SynchronizeRequest]
    ) -> None:
        """Pass on what a worker says."""
        async for request in requests:
            reach("before_report")
            self._blobs.take(data for result in request.finished for data in result.contents)
            self._engine.tell(
                WorkerReported(
                    worker=worker,
                    stream=stream,
                    seen=request.seen,
                    slots=request.worker.slots if request.HasField("worker") else None,
                    holding=tuple(map(convert.attempt_from_wire, request.holding)),
                    facts=convert.facts_from_wire(request),
                    transfers=convert.transfers_from_wire(request),
                    hindrances=tuple(request.hindrances),
                )
            )


async def _orders(mailbox: Mailbox, listening: asyncio.Task[None], issue: Issue) -> AsyncGenerator[OrderWorker]:
    """Yield orders until the worker speaks no more, or nobody wants to speak to it; the same again for new tokens."""
    waiting = asyncio.ensure_future(mailbox.wait_orders())
    last: OrderWorker | None = None
    try:
        while True:
            await asyncio.wait((waiting, listening), timeout=issue.wait_s(), return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                orders = waiting.result()
                if orders is None:
                    return
                waiting = asyncio.ensure_future(mailbox.wait_orders())
                last = _reminder(orders)
                yield orders
            elif listening.done():
                listening.result()
                return
            elif last is not None:
                yield last
    finally:
        waiting.cancel()


def _reminder(orders: OrderWorker) -> OrderWorker:
    """Return the same orders without what needs to be said once only."""
    return replace(orders, orders=tuple(replace(order, assignment=None) for order in orders.orders), acknowledged=())
