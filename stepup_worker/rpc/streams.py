"""Large contents on their way: streams that go on where they were broken off, packed where the link is slow.

One piece is read or written, and packed or unpacked, in a thread while another one travels.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import os
import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeAlias

import grpc
import grpc.aio

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_proto.reapi import bytestream_pb2_grpc
from stepup_shared.hindrance import write_all
from stepup_shared.malloc import keep_large_blocks
from stepup_shared.packing import PackingFailed, Unpacker, packer
from stepup_worker.core.contents import BlobMissing, Content, Stored, StoreRefused
from stepup_worker.core.pace import SAMPLE_BYTES, Pace

from .answers import CALL_S_MAX, until_answered
from .channel import Link

__all__ = ("Streams",)

_PIECE_BYTES = 1024 * 1024
_STREAMS = 4
"""Large contents that travel at the same time."""

_Note: TypeAlias = Callable[[int], None]
"""Hears how many bytes of a content have been moved."""


class Streams:
    """Moves large contents, a few at a time."""

    def __init__(self, link: Link, pace: Pace) -> None:
        """Use whatever channel leads to the director, and learn how fast it is."""
        self._link = link
        self._pace = pace
        self._turns = asyncio.Semaphore(_STREAMS)
        self._moved: dict[Content, int] = {}
        """Bytes of contents that are on their way."""

    async def fetch(self, content: Content, path: str) -> None:
        """Write a content, verified, to a new file; raises `BlobMissing` when it is not to be had."""
        try:
            async with self._turns:
                with self._following(content) as note:
                    await _Download(self._link, self._pace, content, path, note).run()
        finally:
            self.forget((content,))

    async def store(self, file: Stored) -> None:
        """Let the director have a content; raises `StoreRefused` when it does not take it. It is to be forgotten."""
        async with self._turns:
            with self._following(file.content) as note:
                await _Upload(self._link, self._pace, file, note).run()

    def moved(self, content: Content) -> int:
        """Return how many bytes of a content have been moved, until it is forgotten."""
        return self._moved.get(content, 0)

    def forget(self, contents: Iterable[Content]) -> None:
        """Forget how far contents are."""
        for content in contents:
            self._moved.pop(content, None)

    @contextmanager
    def _following(self, content: Content) -> Generator[_Note]:
        """Take note of how far a content is, and of when it travels."""

        def note(moved: int) -> None:
            self._moved[content] = moved

        self._pace.begin(_now())
        try:
            yield note
        finally:
            self._pace.end(_now())


class _Download:
    """One large content on its way here."""

    def __init__(self, link: Link, pace: Pace, content: Content, path: str, note: _Note) -> None:
        self._link = link
        self._pace = pace
        self._note = note
        self._content = content
        self._path = path
        self._writing: Future[None] | None = None
        """The last piece, on its way to the disk."""

    async def run(self) -> None:
        """Fetch it; go on after each break where it was broken off."""
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        target = _Target(fd, self._content)
        try:
            while not target.is_complete:
                await until_answered(lambda: self._go_on(target))
            target.verify()
        except BaseException:
            os.unlink(self._path)
            raise
        finally:
            _close_after(self._writing, fd)

    async def _go_on(self, target: _Target) -> None:
        """Read to the end, or as far as it takes to know how fast the link is."""
        await self._settle(target)
        begins_at, is_packed = target.size, self._pace.is_slow
        target.begin(is_packed=is_packed)
        request = bytestream.ReadRequest(
            resource_name=f"{_form(is_packed=is_packed)}/{self._content.digest.hex()}/{self._content.size}",
            read_offset=target.size,
            read_limit=0 if self._pace.is_known else SAMPLE_BYTES,
        )
        stub = await _stream_stub(self._link)
        async for response in stub.Read(request):
            await self._settle(target)
            self._pace.note(len(response.data), _now())
            self._writing = _threads().submit(target.take, response.data)
        await self._settle(target)
        if target.size == begins_at:
            # Whoever gives nothing and calls that all has not what was asked for.
            raise BlobMissing

    async def _settle(self, target: _Target) -> None:
        """Wait until the last piece is written."""
        writing = self._writing
        if writing is not None:
            await asyncio.wait((asyncio.wrap_future(writing),))
            self._writing = None
            writing.result()
            self._note(target.size)


class _Target:
    """A file that a content is written to; used by one thread at a time."""

    def __init__(self, fd: int, content: Content) -> None:
        self._fd = fd
        self._content = content
        self._hasher = hashlib.sha256()
        self._unpacker: Unpacker | None = None
        self.size = 0
        """Bytes that have come, unpacked."""

    @property
    def is_complete(self) -> bool:
        """Tell whether all bytes are here."""
        return self.size == self._content.size

    def begin(self, *, is_packed: bool) -> None:
        """Prepare for a stream that begins where the last one has ended."""
        self._unpacker = Unpacker(self) if is_packed else None

    def take(self, data: bytes) -> None:
        """Keep the next piece, as it has travelled."""
        if self._unpacker is None:
            self.write(data)
            return
        try:
            self._unpacker.feed(data)
        except PackingFailed as error:
            raise BlobMissing from error

    def write(self, data: bytes) -> int:
        """Keep the next piece, and return how large it is."""
        if self.size + len(data) > self._content.size:
            raise BlobMissing
        write_all(self._fd, data)
        self._hasher.update(data)
        self.size += len(data)
        return len(data)

    def verify(self) -> None:
        """Refuse what has come if it is something else."""
        if self._hasher.digest() != self._content.digest:
            raise BlobMissing


class _Upload:
    """One large content on its way to the director."""

    def __init__(self, link: Link, pace: Pace, file: Stored, note: _Note) -> None:
        self._link = link
        self._pace = pace
        self._note = note
        self._file = file
        self._failure: StoreRefused | OSError | None = None
        """Why the file could not be read; gRPC would hide what its requests raise."""
        self._begin_anew(is_packed=pace.is_slow)

    def _begin_anew(self, *, is_packed: bool) -> None:
        """Choose the form in which it travels, whatever has arrived in another one."""
        self._is_packed = is_packed
        self._is_to_be_packed = False
        self._is_new = True
        digest, size = self._file.content.digest.hex(), self._file.content.size
        self._name = f"uploads/{uuid.uuid4()}/{_form(is_packed=is_packed)}/{digest}/{size}"

    async def run(self) -> None:
        """Store it; go on after each break behind what has arrived."""
        try:
            await until_answered(self._go_on)
        except BlobMissing as missing:
            raise StoreRefused(f"The upload of {self._file.path} was not found any more.") from missing

    async def _go_on(self) -> None:
        offset = 0 if self._is_new else await self._arrived()
        self._is_new, self._failure = False, None
        if offset is None:
            return
        try:
            await (await _stream_stub(self._link)).Write(self._requests(offset))
        except grpc.aio.AioRpcError as error:
            if self._failure is not None:
                raise self._failure from error
            if not self._is_to_be_packed:
                raise
            self._begin_anew(is_packed=True)
            await self._go_on()

    async def _arrived(self) -> int | None:
        """Ask how much of what travels has come in an earlier try; None: all of it."""
        request = bytestream.QueryWriteStatusRequest(resource_name=self._name)
        try:
            status = await (await _stream_stub(self._link)).QueryWriteStatus(request, timeout=CALL_S_MAX)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return 0
            raise
        return None if status.complete else int(status.committed_size)

    async def _requests(self, offset: int) -> AsyncIterator[bytestream.WriteRequest]:
        """Yield what is still to travel; it ends before the last piece if that cannot be read, or packing pays."""
        try:
            async for piece in self._pieces(offset):
                yield bytestream.WriteRequest(resource_name=self._name, write_offset=offset, data=piece)
                offset += len(piece)
                self._pace.note(len(piece), _now())
        except (StoreRefused, OSError) as error:
            self._failure = error
            return
        if not self._is_to_be_packed:
            yield bytestream.WriteRequest(resource_name=self._name, write_offset=offset, finish_write=True)

    async def _pieces(self, offset: int) -> AsyncIterator[bytes]:
        """Yield pieces as they travel; a piece is read while the last one travels."""
        source = _Source(self._file, is_packed=self._is_packed)
        reading = _threads().submit(source.take_behind, offset)
        try:
            while data := await asyncio.wrap_future(reading):
                moved = source.moved
                reading = _threads().submit(source.take)
                yield data
                self._note(moved)
                left = self._file.content.size - moved
                self._is_to_be_packed = not self._is_packed and self._pace.is_slow and left > SAMPLE_BYTES
                if self._is_to_be_packed:
                    return
        finally:
            reading.add_done_callback(lambda _: source.close())


class _Source:
    """A file as the bytes that travel, from its beginning; used by one thread at a time."""

    def __init__(self, file: Stored, *, is_packed: bool) -> None:
        self._file = file
        self._fd = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC)
        self._packer = packer(file.content.size) if is_packed else None
        self.moved = 0
        """Bytes of the file that were taken."""

    def take_behind(self, offset: int) -> bytes:
        """Return the first piece that has not arrived; packing again gives the same bytes."""
        if self._packer is None:
            self.moved = offset
            return self.take()
        skipped = 0
        while piece := self.take():
            skipped += len(piece)
            if skipped > offset:
                return piece[offset - skipped :]
        return b""

    def take(self) -> bytes:
        """Return the next piece; empty at the end."""
        while left := self._file.content.size - self.moved:
            data = os.pread(self._fd, min(_PIECE_BYTES, left), self.moved)
            if not data:
                raise StoreRefused(f"{self._file.path} has become shorter while it was being sent.")
            self.moved += len(data)
            packed = data if self._packer is None else self._packer.compress(data)
            if packed:
                return packed
        last, self._packer = self._packer, None
        return b"" if last is None else last.flush()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


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


def _form(*, is_packed: bool) -> str:
    """Return how the names of resources begin that travel in one form or the other."""
    return "compressed-blobs/zstd" if is_packed else "blobs"


def _now() -> float:
    return asyncio.get_running_loop().time()
