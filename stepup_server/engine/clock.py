"""The real clock: the only call of `time.monotonic` in the director."""

from __future__ import annotations

import time

__all__ = ("MonotonicClock",)


class MonotonicClock:
    """Implements the port `Clock`."""

    def now(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()
