"""How fast large contents travel, which tells whether it pays to pack them."""

from __future__ import annotations

__all__ = ("SAMPLE_BYTES", "Pace")

SAMPLE_BYTES = 8 * 1024 * 1024
"""After so much the pace is known: more than the buffers on the way take at once."""

_WINDOW_BYTES = 64 * 1024 * 1024
"""What travelled before so much else counts for half."""

_SLOW_BYTES_PER_S = 50e6
"""Below this a link is slower than packing: one core packs 350 MB/s, and text becomes four times smaller."""


class Pace:
    """The pace of all streams that share a link. A moment in which nothing travels does not count."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._streams = 0
        self._bytes = 0.0
        self._seconds = 0.0
        self._at = 0.0

    @property
    def is_known(self) -> bool:
        """Whether enough has travelled to tell."""
        return self._bytes >= SAMPLE_BYTES

    @property
    def is_slow(self) -> bool:
        """Whether packing pays, as far as is known."""
        return self.is_known and self._bytes < _SLOW_BYTES_PER_S * self._seconds

    def begin(self, now: float) -> None:
        """Note that another stream begins."""
        self._pass_time(now)
        self._streams += 1

    def end(self, now: float) -> None:
        """Note that a stream has ended."""
        self._pass_time(now)
        self._streams -= 1

    def note(self, size: int, now: float) -> None:
        """Note that so many bytes have travelled, as they do: packed ones count as packed."""
        self._pass_time(now)
        self._bytes += size
        if self._bytes > _WINDOW_BYTES:
            self._bytes /= 2
            self._seconds /= 2

    def _pass_time(self, now: float) -> None:
        if self._streams:
            self._seconds += now - self._at
        self._at = now
