"""ByteStream: files of any size in pieces, which a broken connection does not make travel twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_server.engine.blobs import Blobs, Upload

from .resources import Resource, resource_to_read, resource_to_write
from .status import CallFailed, invalid_argument

__all__ = ("ByteStreamServicer",)


class ByteStreamServicer:
    """Large files by digest."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def read(self, request: bytestream.ReadRequest) -> AsyncIterator[bytestream.ReadResponse]:
        """Send a content, or a part of it, in pieces."""
        resource = resource_to_read(request.resource_name)
        offset, limit = request.read_offset, request.read_limit
        if not 0 <= offset <= resource.content.size:
            text = f"The offset {offset} is not within the {resource.content.size} bytes of this content."
            raise CallFailed(grpc.StatusCode.OUT_OF_RANGE, text)
        if limit < 0 or (limit and resource.is_compressed):
            raise invalid_argument("A limit is not negative, and 0 when the content is compressed.")
        pieces = self._blobs.pieces(resource.content, offset, limit, compressed=resource.is_compressed)
        async for data in pieces:
            yield bytestream.ReadResponse(data=data)

    async def write(self, requests: AsyncIterator[bytestream.WriteRequest]) -> bytestream.WriteResponse:
        """Take an upload, or the rest of one."""
        first = await anext(requests, None)
        if first is None:
            raise invalid_argument("An upload begins with a message.")
        resource = resource_to_write(first.resource_name)
        upload = await self._blobs.begin(resource.upload, resource.content, compressed=resource.is_compressed)
        if upload is None:
            return bytestream.WriteResponse(committed_size=-1 if resource.is_compressed else resource.content.size)
        try:
            await self._take(upload, first, requests)
        finally:
            await upload.pause()
        return bytestream.WriteResponse(committed_size=upload.arrived)

    async def _take(
        self, upload: Upload, first: bytestream.WriteRequest, requests: AsyncIterator[bytestream.WriteRequest]
    ) -> None:
        """Take pieces up to the last one."""
        name, request = first.resource_name, first
        if not request.write_offset and upload.arrived:
            await upload.restart()
        while True:
            if request.resource_name not in {"", name}:
                raise invalid_argument("An upload is about one resource.")
            await upload.append(request.write_offset, request.data)
            if request.finish_write:
                await upload.finish()
                return
            following = await anext(requests, None)
            if following is None:
                raise invalid_argument("The upload ended before its last piece; it can be resumed.")
            request = following

    async def query_write_status(
        self, request: bytestream.QueryWriteStatusRequest
    ) -> bytestream.QueryWriteStatusResponse:
        """Tell how much of an upload has arrived."""
        resource: Resource = resource_to_write(request.resource_name)
        arrived = await self._blobs.arrived(resource.upload, resource.content, compressed=resource.is_compressed)
        return bytestream.QueryWriteStatusResponse(committed_size=arrived.size, complete=arrived.is_complete)
