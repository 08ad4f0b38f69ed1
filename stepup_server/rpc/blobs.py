"""Files by digest over the Remote Execution API: ContentAddressableStorage, ByteStream, Capabilities.

Bytes are read, hashed, compressed and written in threads, a piece at a time, so that a file of any size takes a few
megabytes of memory and nobody waits for it who wants something else.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import grpc

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_proto.reapi import semver_pb2 as semver
from stepup_server.engine.contents import PIECE_BYTES, BlobCorrupt, BlobTooLarge, Content, Contents, Upload
from stepup_shared.malloc import keep_large_blocks

from .compression import compress, decompress, decompressor_into
from .resources import Resource, parse_read, parse_write
from .status import CallFailed

__all__ = (
    "BATCH_BYTES_MAX",
    "DIGESTS_MAX",
    "BlobDesk",
    "ByteStreamServicer",
    "CapabilitiesServicer",
    "StorageServicer",
)

BATCH_BYTES_MAX = 3 * 1024 * 1024
"""Content in one batch: with names and framing it fits into the 4 MiB that clients of gRPC take by default."""
DIGESTS_MAX = 20_000
"""Digests in one message."""

_THREADS = 2

_DIGEST_BYTES = 32
_OK: dict[str, object] = {}
"""A status, as a mapping that messages take."""
_Code = grpc.StatusCode
_Result = TypeVar("_Result")


class BlobDesk:
    """The store, and the threads that work on it."""

    def __init__(self, store: Contents) -> None:
        """Serve a store; threads and thresholds are set up when the first bytes travel."""
        self.store = store
        """What there is."""
        self._pool: ThreadPoolExecutor | None = None
        self.writing: set[str] = set()
        """Uploads that somebody is at."""

    async def run(self, work: Callable[..., _Result], *arguments: object) -> _Result:
        """Do something in a thread."""
        if self._pool is None:
            keep_large_blocks()
            self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    def close(self) -> None:
        """End the threads after what they are doing."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


class StorageServicer:
    """ContentAddressableStorage: many small contents in one call."""

    def __init__(self, desk: BlobDesk) -> None:
        self._desk = desk

    async def find_missing_blobs(self, request: reapi.FindMissingBlobsRequest) -> reapi.FindMissingBlobsResponse:
        """Tell which contents would have to be uploaded."""
        _check_function(request.digest_function)
        contents = _contents(request.blob_digests)
        missing = await self._desk.run(self._desk.store.missing, contents)
        return reapi.FindMissingBlobsResponse(missing_blob_digests=map(_digest_to_wire, missing))

    async def batch_update_blobs(self, request: reapi.BatchUpdateBlobsRequest) -> reapi.BatchUpdateBlobsResponse:
        """Store contents; each one succeeds or fails for itself."""
        _check_function(request.digest_function)
        contents = _contents([one.digest for one in request.requests])
        _check_batch(content.size for content in contents)
        pairs = list(zip(contents, request.requests, strict=True))
        statuses = await self._desk.run(lambda: [self._put(content, one) for content, one in pairs])
        return reapi.BatchUpdateBlobsResponse(
            responses=[
                reapi.BatchUpdateBlobsResponse.Response(digest=one.digest, status=status)
                for one, status in zip(request.requests, statuses, strict=True)
            ]
        )

    def _put(self, content: Content, request: reapi.BatchUpdateBlobsRequest.Request) -> dict[str, object]:
        """Store one content."""
        try:
            self._desk.store.put(content, _plain(request.data, request.compressor, content.size))
        except (BlobCorrupt, BlobTooLarge):
            return _status(_Code.INVALID_ARGUMENT, f"The data does not have the digest {content.digest.hex()}.")
        except OSError as error:
            return _status(_Code.RESOURCE_EXHAUSTED, f"{content.size} bytes cannot be stored: {error.strerror}.")
        return _OK

    async def batch_read_blobs(self, request: reapi.BatchReadBlobsRequest) -> reapi.BatchReadBlobsResponse:
        """Return contents."""
        _check_function(request.digest_function)
        contents = _contents(request.digests)
        _check_batch(content.size for content in contents)
        found = await self._desk.run(lambda: list(map(self._desk.store.read, contents)))
        return reapi.BatchReadBlobsResponse(
            responses=[
                reapi.BatchReadBlobsResponse.Response(
                    digest=digest,
                    data=data or b"",
                    status=_OK if data is not None else _status(_Code.NOT_FOUND, "It is not here."),
                )
                for digest, data in zip(request.digests, found, strict=True)
            ]
        )


class ByteStreamServicer:
    """ByteStream: contents of any size, a piece at a time."""

    def __init__(self, desk: BlobDesk) -> None:
        self._desk = desk

    async def read(self, request: bytestream.ReadRequest) -> AsyncIterator[bytestream.ReadResponse]:
        """Send a content, verified as it goes if all of it is asked for."""
        resource = parse_read(request.resource_name)
        content = resource.content
        _check_range(request, content)
        source = await self._desk.run(self._desk.store.open, content)
        if source is None:
            raise _not_found(content)
        reader = _Reader(source, request.read_offset, request.read_limit, is_compressed=resource.is_compressed)
        try:
            while data := await self._desk.run(reader.next_piece):
                yield bytestream.ReadResponse(data=data)
            if request.read_offset == request.read_limit == 0 and reader.digest != content.digest:
                await self._desk.run(self._desk.store.forget, content)
                raise CallFailed(_Code.DATA_LOSS, f"The file that had the content {content.digest.hex()} has changed.")
        finally:
            os.close(source)

    async def write(self, requests: AsyncIterator[bytestream.WriteRequest]) -> bytestream.WriteResponse:
        """Take a content, from where an earlier try has ended."""
        first = await anext(requests, None)
        if first is None:
            raise CallFailed(_Code.INVALID_ARGUMENT, "A stream without a message writes nothing.")
        resource = parse_write(first.resource_name)
        if await self._desk.run(self._desk.store.has, resource.content):
            return bytestream.WriteResponse(committed_size=-1 if resource.is_compressed else resource.content.size)
        if resource.upload in self._desk.writing:
            raise CallFailed(_Code.UNAVAILABLE, "This upload is still being written by an earlier call.")
        self._desk.writing.add(resource.upload)
        try:
            return await self._take(first, requests, resource)
        except BlobTooLarge:
            raise CallFailed(
                _Code.INVALID_ARGUMENT, f"More than the {resource.content.size} bytes of the resource name have come."
            ) from None
        except BlobCorrupt:
            raise CallFailed(
                _Code.INVALID_ARGUMENT, f"The data does not have the digest {resource.content.digest.hex()}."
            ) from None
        except OSError as error:
            raise CallFailed(
                _Code.RESOURCE_EXHAUSTED, f"{resource.content.size} bytes cannot be stored: {error.strerror}."
            ) from error
        finally:
            self._desk.writing.discard(resource.upload)

    async def _take(
        self, first: bytestream.WriteRequest, requests: AsyncIterator[bytestream.WriteRequest], resource: Resource
    ) -> bytestream.WriteResponse:
        """Take all pieces and make the whole visible."""
        upload = await self._desk.run(self._desk.store.begin, resource.upload, resource.content)
        writer = _Writer(upload, is_compressed=resource.is_compressed)
        try:
            await self._desk.run(writer.begin_at, first.write_offset)
            is_finished = await self._append(writer, first)
            async for request in requests:
                is_finished = await self._append(writer, request) or is_finished
            if not is_finished:
                raise CallFailed(_Code.INVALID_ARGUMENT, "The stream has ended without finish_write.")
            await self._desk.run(self._desk.store.finish, upload, resource.content)
        finally:
            upload.close()
        return bytestream.WriteResponse(committed_size=writer.travelled)

    async def _append(self, writer: _Writer, request: bytestream.WriteRequest) -> bool:
        """Take one piece; return whether it was the last one."""
        if request.write_offset != writer.travelled:
            raise CallFailed(
                _Code.INVALID_ARGUMENT,
                f"write_offset is {request.write_offset}, but {writer.travelled} bytes have come.",
            )
        await self._desk.run(writer.write, request.data)
        return request.finish_write

    async def query_write_status(
        self, request: bytestream.QueryWriteStatusRequest
    ) -> bytestream.QueryWriteStatusResponse:
        """Tell how far an upload has come."""
        resource = parse_write(request.resource_name)
        if await self._desk.run(self._desk.store.has, resource.content):
            return bytestream.QueryWriteStatusResponse(committed_size=resource.content.size, complete=True)
        arrived = await self._desk.run(self._desk.store.arrived, resource.upload, resource.content)
        if not arrived or resource.is_compressed:
            raise CallFailed(_Code.NOT_FOUND, "Nothing of this upload has arrived: begin at 0.")
        return bytestream.QueryWriteStatusResponse(committed_size=arrived, complete=False)


class CapabilitiesServicer:
    """Capabilities: what a client may expect of the other two."""

    async def get_capabilities(self, _request: reapi.GetCapabilitiesRequest) -> reapi.ServerCapabilities:
        """Tell versions, the digest function, compressors and limits."""
        zstd = reapi.Compressor.ZSTD
        return reapi.ServerCapabilities(
            cache_capabilities=reapi.CacheCapabilities(
                digest_functions=[reapi.DigestFunction.SHA256],
                action_cache_update_capabilities=reapi.ActionCacheUpdateCapabilities(update_enabled=False),
                max_batch_total_size_bytes=BATCH_BYTES_MAX,
                supported_compressors=[zstd],
                supported_batch_update_compressors=[zstd],
            ),
            low_api_version=semver.SemVer(major=2, minor=0),
            high_api_version=semver.SemVer(major=2, minor=3),
        )


class _Reader:
    """Pieces of a file, ready to travel."""

    def __init__(self, fd: int, offset: int, limit: int, *, is_compressed: bool) -> None:
        self._fd = fd
        self._offset = offset
        self._left = limit or -1
        self._hasher = hashlib.sha256()
        self._is_compressed = is_compressed

    @property
    def digest(self) -> bytes:
        """The SHA-256 of what was read so far."""
        return self._hasher.digest()

    def next_piece(self) -> bytes:
        """Return the next piece, each compressed for itself; empty at the end."""
        count = PIECE_BYTES if self._left < 0 else min(PIECE_BYTES, self._left)
        piece = os.pread(self._fd, count, self._offset)
        self._offset += len(piece)
        if self._left > 0:
            self._left -= len(piece)
        self._hasher.update(piece)
        return compress(piece) if self._is_compressed and piece else piece


class _Writer:
    """Takes pieces as they travel; what is compressed never takes more memory than a piece and the window."""

    def __init__(self, upload: Upload, *, is_compressed: bool) -> None:
        self._upload = upload
        self._take = decompressor_into(upload) if is_compressed else upload.append
        self._is_compressed = is_compressed
        self.travelled = 0
        """Bytes that have come, as they travel."""

    def begin_at(self, offset: int) -> None:
        """Go on behind what has arrived earlier, or start again at 0."""
        if offset and (self._is_compressed or offset != self._upload.size):
            raise CallFailed(
                _Code.INVALID_ARGUMENT, f"write_offset is {offset}, but {self._upload.size} bytes have arrived."
            )
        if not offset:
            self._upload.restart()
        self.travelled = offset

    def write(self, data: bytes) -> None:
        """Take the next piece."""
        self._take(data)
        self.travelled += len(data)


def _plain(data: bytes, compressor: int, size: int) -> bytes:
    """Return the content of an entry of a batch."""
    return data if compressor == reapi.Compressor.IDENTITY else decompress(data, size)


def _contents(digests: Iterable[reapi.Digest]) -> list[Content]:
    """Return contents for digests, all of which must be possible."""
    contents = [_content(digest) for digest in digests]
    if len(contents) > DIGESTS_MAX:
        raise CallFailed(_Code.INVALID_ARGUMENT, f"{len(contents)} digests in one message; at most {DIGESTS_MAX}.")
    return contents


def _content(digest: reapi.Digest) -> Content:
    """Return what a digest stands for."""
    try:
        value = bytes.fromhex(digest.hash)
    except ValueError:
        value = b""
    if len(value) != _DIGEST_BYTES or digest.size_bytes < 0 or digest.hash != value.hex():
        raise CallFailed(
            _Code.INVALID_ARGUMENT, f"{digest.hash[:80]!r} with {digest.size_bytes} bytes is no digest made by SHA-256."
        )
    return Content(value, digest.size_bytes)


def _digest_to_wire(content: Content) -> reapi.Digest:
    return reapi.Digest(hash=content.digest.hex(), size_bytes=content.size)


def _check_function(function: int) -> None:
    """Refuse other digest functions."""
    if function not in {reapi.DigestFunction.UNKNOWN, reapi.DigestFunction.SHA256}:
        raise CallFailed(_Code.INVALID_ARGUMENT, "Only SHA-256 is understood.")


def _check_batch(sizes: Iterable[int]) -> None:
    """Refuse a batch that does not fit into a message."""
    total = sum(sizes)
    if total > BATCH_BYTES_MAX:
        raise CallFailed(
            _Code.INVALID_ARGUMENT,
            f"{total} bytes in one batch; at most {BATCH_BYTES_MAX}: use ByteStream for large ones.",
        )


def _check_range(request: bytestream.ReadRequest, content: Content) -> None:
    """Refuse what lies outside of a content."""
    if not 0 <= request.read_offset <= content.size:
        raise CallFailed(
            _Code.OUT_OF_RANGE, f"read_offset is {request.read_offset}, but the content has {content.size} bytes."
        )
    if request.read_limit < 0:
        raise CallFailed(_Code.INVALID_ARGUMENT, f"read_limit is {request.read_limit}: it cannot be negative.")


def _not_found(content: Content) -> CallFailed:
    return CallFailed(_Code.NOT_FOUND, f"The content {content.digest.hex()} is not here.")


def _status(code: grpc.StatusCode, message: str) -> dict[str, object]:
    """Return a status for one of many."""
    return {"code": code.value[0], "message": message}
