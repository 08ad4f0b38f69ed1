"""Names of resources in ByteStream, as the Remote Execution API spells them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import grpc

from stepup_server.engine.contents import Content

from .status import CallFailed

__all__ = ("Resource", "parse_read", "parse_write")

_CONTENT = r"(?P<kind>blobs|compressed-blobs/zstd)/(?P<hash>[0-9a-f]{64})/(?P<size>[0-9]{1,18})"
_READ = re.compile(rf"(?:[^/]+/)*?{_CONTENT}")
_WRITE = re.compile(rf"(?:[^/]+/)*?uploads/(?P<upload>[A-Za-z0-9-]{{1,64}})/{_CONTENT}(?:/.*)?")
_NAME_MAX = 1024


@dataclass(frozen=True, slots=True)
class Resource:
    """What a name stands for."""

    content: Content
    """The content, before compression."""
    is_compressed: bool
    """It travels as zstd."""
    upload: str = ""
    """The writer's name of an upload; empty for reading."""


def parse_read(name: str) -> Resource:
    """Return what is to be read.

    Raises
    ------
    CallFailed
        INVALID_ARGUMENT: it is no such name.
    """
    return _parse(_READ, name, "[INSTANCE/]blobs/HASH/SIZE or [INSTANCE/]compressed-blobs/zstd/HASH/SIZE")


def parse_write(name: str) -> Resource:
    """Return what is to be written; raises as `parse_read`."""
    return _parse(_WRITE, name, "[INSTANCE/]uploads/UUID/blobs/HASH/SIZE")


def _parse(pattern: re.Pattern[str], name: str, form: str) -> Resource:
    match = pattern.fullmatch(name) if len(name) <= _NAME_MAX else None
    if match is None:
        raise CallFailed(
            grpc.StatusCode.INVALID_ARGUMENT, f"resource_name {name[:100]!r} has not the form {form}, with SHA-256."
        )
    content = Content(bytes.fromhex(match["hash"]), int(match["size"]))
    return Resource(content, match["kind"] != "blobs", match.groupdict().get("upload") or "")
