"""Zstandard for blobs, with bounds on time and memory whatever comes in.

A few bytes can stand for gigabytes. So nothing is decompressed at once: each piece of plain text goes to whoever counts
it before the next one is made, and a stream that would need a larger window than that is refused at its beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, cast

import zstandard

from stepup_server.engine.contents import PIECE_BYTES, BlobCorrupt, Upload

__all__ = ("WINDOW_BYTES_MAX", "compress", "decompress", "decompressor_into")

WINDOW_BYTES_MAX = 8 * 1024 * 1024
"""What decompressing one stream may take of memory."""

_LEVEL = 1
"""The faster levels save hardly any time, and the better ones cost more than they save on any fast network."""


def compress(data: bytes) -> bytes:
    """Return a whole frame."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(data)


def decompress(data: bytes, size: int) -> bytes:
    """Return a content of a known size; of one that is larger, only so much that this can be seen.

    Raises
    ------
    BlobCorrupt
        It is not compressed, or needs too large a window.
    """
    try:
        with _decompressor().stream_reader(data, read_across_frames=True) as reader:
            return reader.read(size + 1)
    except zstandard.ZstdError as error:
        raise BlobCorrupt from error


def decompressor_into(upload: Upload) -> Callable[[bytes], None]:
    """Return what takes compressed bytes as they come and adds plain ones to an upload; raises as `decompress`."""
    stream = _decompressor().stream_writer(cast("IO[bytes]", _Sink(upload)), write_size=PIECE_BYTES)

    def take(data: bytes) -> None:
        try:
            stream.write(data)
        except zstandard.ZstdError as error:
            raise BlobCorrupt from error

    return take


def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)


class _Sink:
    """Lets a decompressor write into an upload."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def write(self, data: bytes, /) -> int:
        """Take decompressed bytes."""
        self._upload.append(data)
        return len(data)
