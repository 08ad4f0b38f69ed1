"""Contents as zstd, in bounded memory whatever comes.

A frame of 64 kB can hold 2 GB. So what is unpacked comes out in pieces of 128 KiB at most, goes on at once, and whoever
takes it counts; and a window of more than 8 MiB, which would have to be held as a whole, is refused.
The library is loaded when something is packed: most builds pack nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import zstandard

__all__ = ("LEVEL", "PackingFailed", "Unpacker", "pack_if_it_pays", "packer", "unpack")

LEVEL = 1
"""Higher ones take longer than a network of one gigabit per second would."""
WINDOW_BYTES_MAX = 8 * 1024 * 1024
SMALL_BYTES = 512
"""Below this nothing is gained."""
GAIN_MIN = 1.1
"""A content that becomes less smaller than this travels as it is."""


class PackingFailed(Exception):
    """What came is no zstd stream that we take."""


class _Sink(Protocol):
    """Where unpacked bytes go."""

    def write(self, data: bytes) -> int:
        """Take them, or raise."""
        ...


class Unpacker:
    """Unpacks a stream that arrives in pieces."""

    def __init__(self, sink: _Sink) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
        self._writer = decompressor.stream_writer(sink, closefd=False)  # type: ignore[arg-type] # it calls write only

    def feed(self, data: bytes) -> None:
        """Unpack the next piece into the sink; what the sink raises ends it.

        Raises
        ------
        PackingFailed
            It is no zstd, or needs too large a window.
        """
        try:
            self._writer.write(data)
        except self._error as error:
            raise PackingFailed(_describe(error)) from error


def unpack(data: bytes, size: int) -> bytes:
    """Unpack a small content of a known size; one byte more than that is never produced.

    Raises
    ------
    PackingFailed
        It is no zstd, needs too large a window, or has another size.
    """
    import zstandard

    decompressor = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
    try:
        with decompressor.stream_reader(data, read_across_frames=True) as reader:
            content = reader.read(size + 1)
    except zstandard.ZstdError as error:
        raise PackingFailed(_describe(error)) from error
    if len(content) != size:
        more = "more" if len(content) > size else "fewer"
        raise PackingFailed(f"it unpacks to {more} than the {size} bytes that were announced")
    return content


def pack_if_it_pays(data: bytes) -> bytes | None:
    """Return a small content as a zstd frame; None when it does not become smaller."""
    if len(data) < SMALL_BYTES:
        return None
    import zstandard

    packed = zstandard.ZstdCompressor(level=LEVEL).compress(data)
    return packed if len(packed) * GAIN_MIN < len(data) else None


def packer(size: int) -> zstandard.ZstdCompressionObj:
    """Return what packs a content that comes in pieces into one frame."""
    import zstandard

    return zstandard.ZstdCompressor(level=LEVEL).compressobj(size=size)


def _describe(error: zstandard.ZstdError) -> str:
    """Say what is wrong with a stream."""
    if "memory" in str(error) or "window" in str(error).lower():
        return f"it needs a window of more than {WINDOW_BYTES_MAX // 1024 // 1024} MiB"
    return f"it is no zstd stream ({error})"
