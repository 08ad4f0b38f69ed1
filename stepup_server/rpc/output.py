"""The output of a step, for one who watches it: as it comes from its worker, then as it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from stepup_proto.v1 import control_pb2 as control
from stepup_server.core.answers import FollowTicket
from stepup_server.core.commands import OutputRow
from stepup_server.core.events import FollowEnded, FollowRequested
from stepup_server.core.refusals import NotNow
from stepup_server.engine.engine import Engine
from stepup_server.engine.follows import Follow, Piece
from stepup_server.engine.ports import Archive

__all__ = ("follow_output",)

_ANSWER_S_MAX = 10.0
"""How long a worker may take to tell what a step has written so far."""

_PART_BYTES_MAX = 256 * 1024


async def follow_output(
    engine: Engine, archive: Archive, request: control.FollowOutputRequest
) -> AsyncIterator[control.FollowOutputResponse]:
    """Tell what a step writes, or has written."""
    with engine.follows.open() as follow:
        ticket = await engine.ask(
            lambda id_: FollowRequested(request=id_, name=request.name, follow=follow.number), FollowTicket
        )
        head = control.OutputHead(label=ticket.label, attempt=ticket.attempt, running=ticket.running)
        yield control.FollowOutputResponse(head=head)
        goes_on = False
        if ticket.running:
            try:
                async for piece in _pieces(follow, to_the_end=request.follow):
                    for part in _parts(piece.stdout, piece.stderr):
                        yield part
                    goes_on = piece.is_all and not request.follow
            finally:
                engine.tell(FollowEnded(follow=follow.number))
        if not goes_on:
            row = await archive.output(ticket.step)
            for part in _rest(ticket, follow, row):
                yield part


async def _pieces(follow: Follow, *, to_the_end: bool) -> AsyncIterator[Piece]:
    """Return what comes from the worker: until the attempt is over, or until that is all for the moment."""
    while True:
        try:
            async with asyncio.timeout(None if to_the_end else _ANSWER_S_MAX):
                piece = await follow.next_piece()
        except TimeoutError as error:
            raise NotNow("The worker of this step does not answer at the moment. Try again later.") from error
        if piece is None:
            return
        yield piece
        if piece.is_all and not to_the_end:
            return


def _rest(ticket: FollowTicket, follow: Follow, row: OutputRow | None) -> list[control.FollowOutputResponse]:
    """Return what is stored and was not told, and how the attempt ended."""
    if row is None or row.attempt != ticket.attempt:
        text = "its end was not told" if ticket.attempt else "it has never run"
        return [control.FollowOutputResponse(end=control.OutputEnd(text=text))]
    end = control.OutputEnd(text=row.end, exit_code=row.exit_code)
    told = _parts(row.stdout[follow.stdout :], row.stderr[follow.stderr :])
    return [*told, control.FollowOutputResponse(end=end)]


def _parts(stdout: bytes, stderr: bytes) -> list[control.FollowOutputResponse]:
    """Return bytes as messages."""
    parts = [control.FollowOutputResponse(stdout=piece) for piece in _cut(stdout)]
    return parts + [control.FollowOutputResponse(stderr=piece) for piece in _cut(stderr)]


def _cut(data: bytes) -> list[bytes]:
    return [data[start : start + _PART_BYTES_MAX] for start in range(0, len(data), _PART_BYTES_MAX)]
