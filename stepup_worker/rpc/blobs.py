"""Contents to and from the director over the Remote Execution API.

Small ones are gathered for a while, unless somebody waits, and travel together; large ones as streams. Whoever waits
does not notice that a connection breaks: it is tried again until it works, or until the waiting is cancelled. Where
the link has turned out to be slow, all of them travel as zstd.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_proto.reapi import remote_execution_pb2_grpc
from stepup_shared.hindrance import Hindered, write_all
from stepup_shared.packing import PackingFailed, pack_if_it_pays, unpack
from stepup_worker.core.contents import BlobMissing, Content, Stored, StoreRefused
from stepup_worker.core.pace import Pace

from .answers import CALL_S_MAX, refusal, until_answered
from .channel import Link
from .streams import Streams

__all__ = ("BlobClient",)

_SMALL_BYTES = 512 * 1024
"""Up to here a content travels with others in one message."""
_UNASKED_BYTES = 64 * 1024
"""Up to here it costs less to send contents than to ask whether they are lacking."""
_BATCH_BYTES = 3 * 1024 * 1024
_BATCH_COUNT = 2000
_AHEAD_S = 0.02
"""How long what will be needed later may wait for more of it: far less than a worker has in hand."""
_ZSTD = reapi.Compressor.ZSTD

_Result = TypeVar("_Result")
_Asked = TypeVar("_Asked")


class BlobClient:
    """A depot at the other end of a channel."""

    def __init__(self, link: Link, pace: Pace | None = None) -> None:
        """Use whatever channel leads to the director, which is as fast as is known."""
        self._link = link
        self._pace = pace or Pace()
        self._streams = Streams(link, self._pace)
        self._fetches: _Gathered[Content, bytes] = _Gathered(self._fetch_batch, lambda content: content.size, _AHEAD_S)
        self._stores: _Gathered[Stored, None] = _Gathered(self._store_batch, lambda _: 0, 0.0)

    async def fetch(self, content: Content, path: str) -> None:
        """Write a content, verified, to a new file; raises `BlobMissing` when it is not to be had."""
        if content.size <= _SMALL_BYTES:
            _write_new(path, await self.read(content))
        else:
            await self._streams.fetch(content, path)

    async def read(self, content: Content) -> bytes:
        """Return a small content, verified; raises `BlobMissing` when it is not to be had."""
        return await self._fetches.ask(content)

    def hurry(self) -> None:
        """Ask at once for all that was to be fetched soon: somebody waits."""
        self._fetches.hurry()

    async def store(self, files: Sequence[Stored]) -> None:
        """Let the director have contents that it lacks; raises `StoreRefused` when it does not take one."""
        try:
            await asyncio.gather(*(self._stores.ask(file) for file in files))
        finally:
            self._streams.forget(file.content for file in files)

    def moved(self, content: Content) -> int:
        """Return how many bytes of a content have been moved while it is on its way."""
        return self._streams.moved(content)

    async def _fetch_batch(self, contents: Sequence[Content]) -> list[bytes | Exception]:
        """Fetch small contents."""
        request = reapi.BatchReadBlobsRequest(
            digests=map(_digest_to_wire, contents),
            acceptable_compressors=[_ZSTD] if self._pace.is_slow else [],
        )
        response = await self._ask_storage("BatchReadBlobs", request)
        found = {one.digest.hash: one for one in response.responses}
        return [_verified(content, found.get(content.digest.hex())) for content in contents]

    async def _store_batch(self, files: Sequence[Stored]) -> list[Exception | None]:
        """Store what the director lacks; little is sent without asking first."""
        if sum(file.content.size for file in files) <= _UNASKED_BYTES:
            failures = await self._update(list({file.content: file for file in files}.values()))
            return [failures.get(file.content) for file in files]
        return await self._store_lacking(files)

    async def _store_lacking(self, files: Sequence[Stored]) -> list[Exception | None]:
        """Find out what the director lacks, and store that."""
        request = reapi.FindMissingBlobsRequest(blob_digests=[_digest_to_wire(file.content) for file in files])
        response = await self._ask_storage("FindMissingBlobs", request)
        lacking = {digest.hash for digest in response.missing_blob_digests}
        wanted = {file.content: file for file in files if file.content.digest.hex() in lacking}
        outcomes = await asyncio.gather(
            *(self._upload(file) for file in wanted.values() if file.content.size > _SMALL_BYTES),
            *map(self._update, _in_batches([file for file in wanted.values() if file.content.size <= _SMALL_BYTES])),
        )
        failures = {content: failure for outcome in outcomes for content, failure in outcome.items()}
        return [failures.get(file.content) for file in files]

    async def _ask_storage(self, method: str, request: Message) -> Any:  # noqa: ANN401 -- of three types
        """Make a call, until it is answered."""

        async def ask() -> Any:  # noqa: ANN401 -- of three types
            stub = remote_execution_pb2_grpc.ContentAddressableStorageStub(await self._link.channel())
            return await getattr(stub, method)(request, timeout=CALL_S_MAX)

        return await until_answered(ask)

    async def _update(self, files: Sequence[Stored]) -> dict[Content, Exception]:
        """Store small contents in one message; return what failed."""
        request = reapi.BatchUpdateBlobsRequest(
            requests=[_to_wire(file, may_pack=self._pace.is_slow) for file in files]
        )
        response = await self._ask_storage("BatchUpdateBlobs", request)
        refusals = {one.digest.hash: refusal(one.status) for one in response.responses if one.status.code}
        return {content: refusals[content.digest.hex()] for content, _ in files if content.digest.hex() in refusals}

    async def _upload(self, file: Stored) -> dict[Content, Exception]:
        """Store a large content; return its failure."""
        try:
            await self._streams.store(file)
        except (StoreRefused, OSError) as refused:
            return {file.content: refused}
        return {}


class _Gathered(Generic[_Asked, _Result]):
    """Questions of a short while, asked in as few messages as they fit into."""

    def __init__(
        self,
        ask_all: Callable[[Sequence[_Asked]], Awaitable[Sequence[_Result | Exception]]],
        size_of: Callable[[_Asked], int],
        patience_s: float,
    ) -> None:
        self._ask_all = ask_all
        self._size_of = size_of
        self._patience_s = patience_s
        self._timer: asyncio.Handle | None = None
        self._open: list[tuple[_Asked, asyncio.Future[_Result]]] = []
        self._calls: set[asyncio.Task[None]] = set()

    async def ask(self, asked: _Asked) -> _Result:
        """Ask, together with all who ask within a while."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Result] = loop.create_future()
        if not self._open:
            self._timer = loop.call_later(self._patience_s, self._send)
        self._open.append((asked, future))
        return await future

    def hurry(self) -> None:
        """Ask in this turn of the loop what was to be asked later."""
        if self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        """Ask all that is open."""
        waiting, self._open = self._open, []
        start = size = 0
        for place, (asked, _) in enumerate(waiting):
            size += self._size_of(asked)
            if place > start and (size > _BATCH_BYTES or place - start >= _BATCH_COUNT):
                self._begin(waiting[start:place])
                start, size = place, self._size_of(asked)
        self._begin(waiting[start:])

    def _begin(self, waiting: list[tuple[_Asked, asyncio.Future[_Result]]]) -> None:
        call = asyncio.get_running_loop().create_task(self._answer(waiting))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

        def end_unless_wanted(future: asyncio.Future[_Result]) -> None:
            if future.cancelled() and all(other.cancelled() for _, other in waiting):
                call.cancel()

        for _, future in waiting:
            future.add_done_callback(end_unless_wanted)

    async def _answer(self, waiting: list[tuple[_Asked, asyncio.Future[_Result]]]) -> None:
        """Ask in one message and tell everybody what came of it."""
        try:
            answers = await self._ask_all([asked for asked, _ in waiting])
        except Exception as error:  # noqa: BLE001 -- those who wait must hear of it, whatever it is
            answers = [error] * len(waiting)
        for (_, future), answer in zip(waiting, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)


def _verified(content: Content, response: reapi.BatchReadBlobsResponse.Response | None) -> bytes | Exception:
    """Return the bytes of a response if they are what was asked for."""
    if response is None:
        return BlobMissing()
    if response.status.code:
        reason = refusal(response.status)
        return reason if isinstance(reason, Hindered) else BlobMissing()
    data = _unpacked(response.data, content.size) if response.compressor == _ZSTD else response.data
    return data if hashlib.sha256(data).digest() == content.digest else BlobMissing()


def _unpacked(data: bytes, size: int) -> bytes:
    """Return what a zstd frame holds; nothing that was asked for if it is none."""
    try:
        return unpack(data, size)
    except PackingFailed:
        return b""


def _to_wire(file: Stored, *, may_pack: bool) -> reapi.BatchUpdateBlobsRequest.Request:
    """Read a small content, and pack it where that pays."""
    request = reapi.BatchUpdateBlobsRequest.Request(digest=_digest_to_wire(file.content), data=_read(file.path))
    if may_pack:
        packed = pack_if_it_pays(request.data)
        if packed is not None:
            request.data, request.compressor = packed, _ZSTD
    return request


def _in_batches(files: Sequence[Stored]) -> list[list[Stored]]:
    """Divide files so that each part fits into one message."""
    batches: list[list[Stored]] = []
    size = 0
    for file in files:
        size += file.content.size
        if not batches or size > _BATCH_BYTES or len(batches[-1]) >= _BATCH_COUNT:
            batches.append([])
            size = file.content.size
        batches[-1].append(file)
    return batches


def _digest_to_wire(content: Content) -> reapi.Digest:
    return reapi.Digest(hash=content.digest.hex(), size_bytes=content.size)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _write_new(path: str, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_all(fd, data)
    except OSError:
        os.unlink(path)
        raise
    finally:
        os.close(fd)
