"""Contents to and from the director over the Remote Execution API.

Small ones are gathered for a while, unless somebody waits, and travel together; large ones as streams of pieces,
several at a time, which go on where they were broken off. Whoever waits does not notice that a connection breaks: it is
tried again until it works, or until the waiting is cancelled.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import hashlib
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_proto.reapi import bytestream_pb2_grpc, remote_execution_pb2_grpc
from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_shared.hindrance import Hindered, write_all
from stepup_shared.malloc import keep_large_blocks
from stepup_worker.core.contents import BlobMissing, Content, Stored, StoreRefused

from .channel import Link, is_broken_off

__all__ = ("BlobClient",)

_PIECE_BYTES = 1024 * 1024
_SMALL_BYTES = 512 * 1024
"""Up to here a content travels with others in one message."""
_UNASKED_BYTES = 64 * 1024
"""Up to here it costs less to send contents than to ask whether they are lacking."""
_BATCH_BYTES = 3 * 1024 * 1024
_BATCH_COUNT = 2000
_STREAMS = 4
"""Large contents that travel at the same time."""
_AHEAD_S = 0.02
"""How long what will be needed later may wait for more of it: far less than a worker has in hand."""
_CALL_S_MAX = 60.0
_RETRY_S_MIN = 0.05
_RETRY_S_MAX = 2.0

_AWAY = frozenset(
    (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        # Another director listens already, and the conversation has not brought its token yet.
        grpc.StatusCode.UNAUTHENTICATED,
    )
)
"""Codes that tell of the connection rather than of the content."""
_BUGS_MAX = 3
"""How often the director may meet a bug before it is believed: what a step has made may have taken hours."""
_MISSING = frozenset((grpc.StatusCode.NOT_FOUND, grpc.StatusCode.DATA_LOSS))

_Result = TypeVar("_Result")
_Asked = TypeVar("_Asked")
_Note: TypeAlias = Callable[[Content, int], None]
"""Hears how many bytes of a content have been moved."""


class _Status(Protocol):
    """The part of `google.rpc.Status` that matters."""

    @property
    def code(self) -> int: ...
    @property
    def message(self) -> str: ...


class BlobClient:
    """A depot at the other end of a channel."""

    def __init__(self, link: Link) -> None:
        """Use whatever channel leads to the director."""
        self._link = link
        self._streams = asyncio.Semaphore(_STREAMS)
        self._moved: dict[Content, int] = {}
        """Bytes of large contents that are on their way."""
        self._fetches: _Gathered[Content, bytes] = _Gathered(self._fetch_batch, lambda content: content.size, _AHEAD_S)
        self._stores: _Gathered[Stored, None] = _Gathered(self._store_batch, lambda _: 0, 0.0)

    async def fetch(self, content: Content, path: str) -> None:
        """Write a content, verified, to a new file; raises `BlobMissing` when it is not to be had."""
        if content.size <= _SMALL_BYTES:
            _write_new(path, await self.read(content))
            return
        try:
            async with self._streams:
                await _Download(self._link, content, path, self._note).run()
        finally:
            self._moved.pop(content, None)

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
            for file in files:
                self._moved.pop(file.content, None)

    def moved(self, content: Content) -> int:
        """Return how many bytes of a content have been moved while it is on its way."""
        return self._moved.get(content, 0)

    def _note(self, content: Content, moved: int) -> None:
        self._moved[content] = moved

    async def _fetch_batch(self, contents: Sequence[Content]) -> list[bytes | Exception]:
        """Fetch small contents."""
        request = reapi.BatchReadBlobsRequest(digests=map(_digest_to_wire, contents))
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
            return await getattr(stub, method)(request, timeout=_CALL_S_MAX)

        return await _until_answered(ask)

    async def _update(self, files: Sequence[Stored]) -> dict[Content, Exception]:
        """Store small contents in one message; return what failed."""
        request = reapi.BatchUpdateBlobsRequest(
            requests=[
                reapi.BatchUpdateBlobsRequest.Request(digest=_digest_to_wire(content), data=_read(path))
                for content, path in files
            ]
        )
        response = await self._ask_storage("BatchUpdateBlobs", request)
        refusals = {one.digest.hash: _refusal(one.status) for one in response.responses if one.status.code}
        return {content: refusals[content.digest.hex()] for content, _ in files if content.digest.hex() in refusals}

    async def _upload(self, file: Stored) -> dict[Content, Exception]:
        """Store a large content; return its failure."""
        async with self._streams:
            try:
                await _Upload(self._link, file, self._note).run()
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


class _Download:
    """One large content on its way here; a piece is written while the next one comes."""

    def __init__(self, link: Link, content: Content, path: str, note: _Note) -> None:
        self._link = link
        self._note = note
        self._content = content
        self._path = path
        self._hasher = hashlib.sha256()
        self._size = 0
        self._writing: Future[None] | None = None
        """The last piece, on its way to the disk."""

    async def run(self) -> None:
        """Fetch it; go on after each break where it was broken off."""
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            await _until_answered(lambda: self._go_on(fd))
            self._verify()
        except BaseException:
            os.unlink(self._path)
            raise
        finally:
            _close_after(self._writing, fd)

    def _verify(self) -> None:
        """Refuse what has come if it is something else."""
        if self._hasher.digest() != self._content.digest:
            raise BlobMissing

    async def _go_on(self, fd: int) -> None:
        await self._settle()
        name = f"blobs/{self._content.digest.hex()}/{self._content.size}"
        request = bytestream.ReadRequest(resource_name=name, read_offset=self._size)
        stub = await _stream_stub(self._link)
        async for response in stub.Read(request):
            await self._settle()
            self._writing = _threads().submit(self._take, fd, response.data)
        await self._settle()

    async def _settle(self) -> None:
        """Wait until the last piece is written."""
        writing = self._writing
        if writing is not None:
            await asyncio.wait((asyncio.wrap_future(writing),))
            self._writing = None
            writing.result()
            self._note(self._content, self._size)

    def _take(self, fd: int, data: bytes) -> None:
        """Keep the next piece; called in a thread."""
        write_all(fd, data)
        self._hasher.update(data)
        self._size += len(data)


class _Upload:
    """One large content on its way to the director."""

    def __init__(self, link: Link, file: Stored, note: _Note) -> None:
        self._link = link
        self._note = note
        self._file = file
        digest, size = file.content.digest.hex(), file.content.size
        self._name = f"uploads/{uuid.uuid4()}/blobs/{digest}/{size}"
        self._is_new = True

    async def run(self) -> None:
        """Store it; go on after each break behind what has arrived."""
        try:
            await _until_answered(self._go_on)
        except BlobMissing as missing:
            raise StoreRefused(f"The upload of {self._file.path} was not found any more.") from missing

    async def _go_on(self) -> None:
        offset = 0 if self._is_new else await self._arrived()
        self._is_new = False
        if offset < self._file.content.size:
            await (await _stream_stub(self._link)).Write(self._pieces(offset))

    async def _arrived(self) -> int:
        """Ask how far an earlier try has come."""
        request = bytestream.QueryWriteStatusRequest(resource_name=self._name)
        try:
            status = await (await _stream_stub(self._link)).QueryWriteStatus(request, timeout=_CALL_S_MAX)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return 0
            raise
        arrived: int = self._file.content.size if status.complete else status.committed_size
        return arrived

    async def _pieces(self, offset: int) -> AsyncIterator[bytestream.WriteRequest]:
        """Yield the rest of the file; a piece is read while the last one travels."""
        fd = os.open(self._file.path, os.O_RDONLY | os.O_CLOEXEC)
        reading = _threads().submit(os.pread, fd, _PIECE_BYTES, offset)
        try:
            while True:
                data = await asyncio.wrap_future(reading)
                is_last = offset + len(data) >= self._file.content.size or not data
                if not is_last:
                    reading = _threads().submit(os.pread, fd, _PIECE_BYTES, offset + len(data))
                yield bytestream.WriteRequest(
                    resource_name=self._name, write_offset=offset, finish_write=is_last, data=data
                )
                offset += len(data)
                self._note(self._file.content, offset)
                if is_last:
                    return
        finally:
            _close_after(reading, fd)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Return threads that read and write pieces of large contents."""
    keep_large_blocks()
    return ThreadPoolExecutor(_STREAMS, "blobs")


def _close_after(work: Future[Any] | None, fd: int) -> None:
    """Close a file, but not before the thread that may still use it has done so."""
    if work is None:
        os.close(fd)
    else:
        work.add_done_callback(lambda _: os.close(fd))


async def _stream_stub(link: Link) -> Any:  # noqa: ANN401 -- stubs have no public type
    """Return the stub of ByteStream."""
    return bytestream_pb2_grpc.ByteStreamStub(await link.channel())


async def _until_answered(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Call until the director answers; a bug that it meets may have gone the next time.

    Raises
    ------
    BlobMissing
        It has not what was asked for.
    OSError
        It cannot as long as there is no room.
    StoreRefused
        It says no for another reason.
    """
    delay_s, bugs = _RETRY_S_MIN, 0
    while True:
        try:
            return await call()
        except asyncio.CancelledError:
            if not is_broken_off():
                raise
        except grpc.aio.AioRpcError as error:
            if error.code() in _MISSING:
                raise BlobMissing from error
            if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise _no_room(error.details() or error.code().name) from error
            is_bug = error.code() is grpc.StatusCode.INTERNAL
            bugs += is_bug
            if error.code() not in _AWAY and not (is_bug and bugs < _BUGS_MAX):
                raise StoreRefused(error.details() or error.code().name) from error
        await asyncio.sleep(delay_s)
        delay_s = min(2 * delay_s, _RETRY_S_MAX)


_HINDRANCES = frozenset(code.value[0] for code in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE))
"""Codes that tell of the director's machine, and not of a content."""


def _refusal(status: _Status) -> Exception:
    """Return why the director neither gives nor takes a content."""
    return _no_room(status.message) if status.code in _HINDRANCES else StoreRefused(status.message)


def _no_room(text: str) -> Hindered:
    return Hindered(errno.ENOSPC, f"The director: {text}")


def _verified(content: Content, response: reapi.BatchReadBlobsResponse.Response | None) -> bytes | Exception:
    """Return the bytes of a response if they are what was asked for."""
    if response is not None and response.status.code in _HINDRANCES:
        return _refusal(response.status)
    if response is None or response.status.code or hashlib.sha256(response.data).digest() != content.digest:
        return BlobMissing()
    return response.data


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
