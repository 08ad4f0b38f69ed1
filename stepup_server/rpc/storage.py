"""ContentAddressableStorage and Capabilities: many small files in one message, and what this server can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_proto.reapi import semver_pb2 as semver
from stepup_server.engine.blobs import BlobRefused, Blobs, Content, Found, Parcel

from .limits import BATCH_BYTES_MAX
from .resources import check_digest_function, content_from_wire, content_to_wire
from .status import BLOB_STATUS_TABLE, invalid_argument

__all__ = ("CapabilitiesServicer", "StorageServicer")

_IDENTITY, _ZSTD = reapi.Compressor.IDENTITY, reapi.Compressor.ZSTD


class StorageServicer:
    """Small files by digest."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def find_missing_blobs(self, request: reapi.FindMissingBlobsRequest) -> reapi.FindMissingBlobsResponse:
        """Tell which contents would have to be uploaded."""
        check_digest_function(request.digest_function)
        contents = dict.fromkeys(map(content_from_wire, request.blob_digests))
        missing = await self._blobs.missing(tuple(contents))
        return reapi.FindMissingBlobsResponse(missing_blob_digests=map(content_to_wire, missing))

    async def batch_update_blobs(self, request: reapi.BatchUpdateBlobsRequest) -> reapi.BatchUpdateBlobsResponse:
        """Store many small contents; one that cannot be stored does not keep the others out."""
        check_digest_function(request.digest_function)
        contents = [content_from_wire(one.digest) for one in request.requests]
        _check_total(contents)
        _check_compressors(request.requests)
        parcels = [
            Parcel(content, one.data, one.compressor == _ZSTD)
            for content, one in zip(contents, request.requests, strict=True)
        ]
        faults = await self._blobs.store_many(parcels)
        response = reapi.BatchUpdateBlobsResponse()
        for one, fault in zip(request.requests, faults, strict=True):
            _tell_fault(response.responses.add(digest=one.digest).status, fault)
        return response

    async def batch_read_blobs(self, request: reapi.BatchReadBlobsRequest) -> reapi.BatchReadBlobsResponse:
        """Hand out many small contents."""
        check_digest_function(request.digest_function)
        contents = list(dict.fromkeys(map(content_from_wire, request.digests)))
        _check_total(contents)
        may_compress = _ZSTD in request.acceptable_compressors
        found = await self._blobs.read_many(contents, may_compress=may_compress)
        return reapi.BatchReadBlobsResponse(responses=map(_response, contents, found))


def _response(content: Content, found: Found | BlobRefused) -> reapi.BatchReadBlobsResponse.Response:
    """Return one content of a batch, or why it cannot be had."""
    digest = content_to_wire(content)
    if isinstance(found, BlobRefused):
        response = reapi.BatchReadBlobsResponse.Response(digest=digest)
        _tell_fault(response.status, found)
        return response
    compressor = _ZSTD if found.is_compressed else _IDENTITY
    return reapi.BatchReadBlobsResponse.Response(digest=digest, data=found.data, compressor=compressor)


def _check_compressors(requests: Iterable[reapi.BatchUpdateBlobsRequest.Request]) -> None:
    """Refuse what cannot be unpacked."""
    if any(one.compressor not in {_IDENTITY, _ZSTD} for one in requests):
        raise invalid_argument("This server knows the compressors IDENTITY and ZSTD only.")


def _check_total(contents: Sequence[Content]) -> None:
    """Refuse batches that no message can hold."""
    total = sum(content.size for content in contents)
    if total > BATCH_BYTES_MAX:
        text = f"A batch has {total} bytes of content; at most {BATCH_BYTES_MAX}. Use ByteStream for larger ones."
        raise invalid_argument(text)


class _Status(Protocol):
    """The part of `google.rpc.Status` that is set."""

    code: int
    message: str


def _tell_fault(status: _Status, fault: BlobRefused | None) -> None:
    """Say what became of one content of a batch; a status that is not touched is OK."""
    if fault is not None:
        status.code = BLOB_STATUS_TABLE[fault.fault].value[0]
        status.message = str(fault)


class CapabilitiesServicer:
    """What this server can do."""

    async def get_capabilities(self, _request: reapi.GetCapabilitiesRequest) -> reapi.ServerCapabilities:
        """Tell versions, digest functions, compressors and limits."""
        cache = reapi.CacheCapabilities(
            digest_functions=[reapi.DigestFunction.SHA256],
            action_cache_update_capabilities=reapi.ActionCacheUpdateCapabilities(update_enabled=False),
            max_batch_total_size_bytes=BATCH_BYTES_MAX,
            supported_compressors=[_ZSTD],
            supported_batch_update_compressors=[_ZSTD],
        )
        return reapi.ServerCapabilities(
            cache_capabilities=cache,
            low_api_version=semver.SemVer(major=2),
            high_api_version=semver.SemVer(major=2, minor=3),
        )
