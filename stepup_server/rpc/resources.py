"""Names of contents as they travel: digests, and the resource names of ByteStream."""

from __future__ import annotations

import re
from typing import NamedTuple

import grpc

from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_server.engine.blobs import Content

from .limits import SIZE_MAX
from .status import CallFailed, invalid_argument

__all__ = (
    "Resource",
    "check_digest_function",
    "content_from_wire",
    "content_to_wire",
    "resource_to_read",
    "resource_to_write",
)

_HASH = re.compile(r"[0-9a-f]{64}")
_BLOB = r"(?P<zstd>compressed-blobs/zstd|blobs)/(?P<hash>[0-9a-f]{64})/(?P<size>0|[1-9][0-9]{0,18})"
_INSTANCE = r"(?:(?!(?:blobs|compressed-blobs|uploads|\.\.?)/)[^/\0]+/)*?"
"""One server may hold several stores; this one has one, whatever its name."""
_TO_READ = re.compile(_INSTANCE + _BLOB)
# What a writer adds behind the size is for people.
_TO_WRITE = re.compile(
    rf"uploads/(?P<upload>[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}})/{_BLOB}(?:/.*)?"
)


class Resource(NamedTuple):
    """What a resource name stands for."""

    content: Content
    is_compressed: bool
    """It travels as one zstd stream."""
    upload: str
    """The writer's name for its upload, a UUID; empty when it is read."""


def resource_to_read(name: str) -> Resource:
    """Return what a reader names; raises CallFailed when it cannot be understood."""
    return _resource(name, _TO_READ, "blobs/HASH/SIZE or compressed-blobs/zstd/HASH/SIZE")


def resource_to_write(name: str) -> Resource:
    """Return what a writer names; raises CallFailed when it cannot be understood."""
    return _resource(name, _TO_WRITE, "uploads/UUID/blobs/HASH/SIZE or uploads/UUID/compressed-blobs/zstd/HASH/SIZE")


def _resource(name: str, form: re.Pattern[str], wanted: str) -> Resource:
    """Take a name apart."""
    match = form.fullmatch(name)
    if match is None:
        raise invalid_argument(
            f"Not a resource of this server: {name[:120]!r}. It serves {wanted}, SHA-256 in lower case."
        )
    content = Content(bytes.fromhex(match["hash"]), int(match["size"]))
    _check_size(content)
    return Resource(content, match["zstd"] != "blobs", match.groupdict().get("upload", "").lower())


def content_from_wire(message: reapi.Digest) -> Content:
    """Return what a digest stands for."""
    if not _HASH.fullmatch(message.hash) or message.size_bytes < 0:
        raise invalid_argument(f"Not a SHA-256 digest with a size: {message.hash[:80]!r}, {message.size_bytes} bytes.")
    content = Content(bytes.fromhex(message.hash), message.size_bytes)
    _check_size(content)
    return content


def content_to_wire(content: Content) -> reapi.Digest:
    """Return a digest as a message."""
    return reapi.Digest(hash=content.digest.hex(), size_bytes=content.size)


def check_digest_function(function: reapi.DigestFunction.Value) -> None:
    """Refuse all digests but SHA-256."""
    if function not in {reapi.DigestFunction.UNKNOWN, reapi.DigestFunction.SHA256}:
        raise invalid_argument("This server knows the digest function SHA256 only.")


def _check_size(content: Content) -> None:
    """Refuse contents that nobody can have."""
    if content.size > SIZE_MAX:
        text = f"A content of {content.size} bytes is larger than this server takes: {SIZE_MAX} bytes."
        raise CallFailed(grpc.StatusCode.RESOURCE_EXHAUSTED, text)
