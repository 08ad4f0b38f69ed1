"""Small contents that came with the results of attempts, in memory, until they are put in their places.

They come in the loop and are put in their places by threads.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

__all__ = ("TRAY_BYTES_MAX", "Tray")

TRAY_BYTES_MAX = 64 * 1024 * 1024
"""How much memory they take; what comes when it is full is stored as a file."""


@dataclass(slots=True)
class _Kept:
    data: bytes
    uses: int
    """How many results have brought it that were not published yet, as far as is known."""
    at: float


class Tray:
    """Contents by digest. A director that dies forgets them; the workers still have the results."""

    def __init__(self, bytes_max: int = TRAY_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._kept: dict[bytes, _Kept] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, digest: bytes, data: bytes) -> bool:
        """Keep a content; return whether there was room."""
        with self._lock:
            kept = self._kept.get(digest)
            if kept is None:
                if self._bytes + len(data) > self._bytes_max:
                    return False
                self._bytes += len(data)
                kept = self._kept[digest] = _Kept(data, 0, 0.0)
            kept.uses += 1
            kept.at = time.time()
            return True

    def get(self, digest: bytes) -> bytes | None:
        """Return a content, if it is here."""
        kept = self._kept.get(digest)
        return None if kept is None else kept.data

    def release(self, digest: bytes) -> None:
        """Forget a content when all results that have brought it are published."""
        with self._lock:
            kept = self._kept.get(digest)
            if kept is not None:
                kept.uses -= 1
                if kept.uses <= 0:
                    self._drop(digest)

    def forget_older(self, moment: float) -> None:
        """Forget what nobody has brought since a moment, in seconds since 1970."""
        with self._lock:
            for digest in [digest for digest, kept in self._kept.items() if kept.at < moment]:
                self._drop(digest)

    def _drop(self, digest: bytes) -> None:
        self._bytes -= len(self._kept.pop(digest).data)
