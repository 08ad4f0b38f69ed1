"""A server of contents over real gRPC, and a client of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import pytest

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_proto.reapi import bytestream_pb2_grpc as bytestream_grpc
from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_proto.reapi import remote_execution_pb2_grpc as reapi_grpc
from stepup_server.core.values import FileHash, Observation, PathKind
from stepup_server.files.blobs import BlobStore
from stepup_server.files.transfers import ProjectBlobs
from stepup_server.rpc.bytestream import ByteStreamServicer
from stepup_server.rpc.callers import Door
from stepup_server.rpc.handlers import handlers_of
from stepup_server.rpc.storage import CapabilitiesServicer, StorageServicer
from stepup_server.rpc.tokens import AttemptTokens
from tests.support.tokens import OWNER, open_aio_channel

__all__ = ("PIECE", "Site", "digest_of", "observation_of", "site_at")

PIECE = 1024 * 1024


class Site:
    """A server of contents and a client of it."""

    def __init__(self, root: Path, channel: grpc.aio.Channel, blobs: ProjectBlobs) -> None:
        self.root = root
        self.blobs = blobs
        self.storage = reapi_grpc.ContentAddressableStorageStub(channel)
        self.stream = bytestream_grpc.ByteStreamStub(channel)
        self.capabilities = reapi_grpc.CapabilitiesStub(channel)

    def write(self, path: str, data: bytes) -> reapi.Digest:
        """Write a file of the project that the graph knows."""
        (self.root / path).write_bytes(data)
        self.blobs.offer([observation_of(path, data)])
        return digest_of(data)

    async def read(self, name: str, offset: int = 0, limit: int = 0) -> bytes:
        request = bytestream.ReadRequest(resource_name=name, read_offset=offset, read_limit=limit)
        return b"".join([response.data async for response in self.stream.Read(request)])

    async def upload(self, name: str, data: bytes, *, start: int = 0, piece: int = PIECE) -> int:
        async def requests() -> AsyncIterator[bytestream.WriteRequest]:
            offset = start
            while True:
                part = data[offset : offset + piece]
                is_last = offset + len(part) >= len(data)
                yield bytestream.WriteRequest(resource_name=name, write_offset=offset, data=part, finish_write=is_last)
                offset += len(part)
                if is_last:
                    return

        return (await self.stream.Write(requests())).committed_size

    async def begin(self, name: str, data: bytes, offset: int = 0) -> None:
        """Send a piece that is not the last one, and break off."""
        call = self.stream.Write(iter([bytestream.WriteRequest(resource_name=name, write_offset=offset, data=data)]))
        with pytest.raises(grpc.aio.AioRpcError, match="can be resumed"):
            await call

    async def missing(self, *digests: reapi.Digest) -> list[reapi.Digest]:
        request = reapi.FindMissingBlobsRequest(blob_digests=digests)
        return list((await self.storage.FindMissingBlobs(request)).missing_blob_digests)


@asynccontextmanager
async def site_at(root: Path) -> AsyncGenerator[Site]:
    """Serve the contents of a project."""
    blobs = ProjectBlobs(BlobStore(str(root)))
    server = grpc.aio.server()
    door = Door(OWNER, AttemptTokens(60.0, time.monotonic))
    services = reapi.DESCRIPTOR.services_by_name
    server.add_generic_rpc_handlers(
        (
            handlers_of(services["ContentAddressableStorage"], StorageServicer(blobs), door),
            handlers_of(services["Capabilities"], CapabilitiesServicer(), door),
            handlers_of(bytestream.DESCRIPTOR.services_by_name["ByteStream"], ByteStreamServicer(blobs), door),
        )
    )
    address = f"unix:{root}/socket"
    server.add_insecure_port(address)
    await server.start()
    async with open_aio_channel(address) as channel:
        yield Site(root, channel, blobs)
    await server.stop(None)
    blobs.close()


def observation_of(path: str, data: bytes) -> Observation:
    return Observation(path, PathKind.FILE, FileHash(hashlib.sha256(data).digest(), 0o100644, len(data), 0, 0))


def digest_of(data: bytes) -> reapi.Digest:
    return reapi.Digest(hash=hashlib.sha256(data).hexdigest(), size_bytes=len(data))
