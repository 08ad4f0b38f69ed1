"""Small contents in memory: making a file for each would cost more than fetching it again one day."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ("SHELF_BYTES_MAX", "SMALL_BYTES_MAX", "Shelf")

SMALL_BYTES_MAX = 64 * 1024
"""Up to here a content is small."""

SHELF_BYTES_MAX = 64 * 1024 * 1024
"""How much memory small contents take."""


class Shelf:
    """Contents by digest; the least recently used go first when there is no room."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._contents: OrderedDict[bytes, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, digest: bytes) -> bytes | None:
        """Return a content, if it is here."""
        data = self._contents.get(digest)
        if data is not None:
            self._contents.move_to_end(digest)
        return data

    def put(self, digest: bytes, data: bytes) -> None:
        """Keep a content, as long as there is room."""
        self._bytes += len(data) - len(self._contents.pop(digest, b""))
        self._contents[digest] = data
        while self._bytes > self._bytes_max:
            _, gone = self._contents.popitem(last=False)
            self._bytes -= len(gone)
