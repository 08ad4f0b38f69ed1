"""Threads of which Python knows nothing, and waiting for their end before this process forks.

A forked process inherits what a library such as gRPC believes about its threads, and the locks that these hold, but no
thread.
"""

from __future__ import annotations

import os
import threading
import time

__all__ = ("await_quiet", "strangers")

_QUIET_S_MAX = 1.0
"""How long threads may take to end."""

_PAUSE_S = 0.001


def strangers() -> set[int]:
    """Return the threads of this process that Python has not started."""
    ours = {thread.native_id for thread in threading.enumerate()}
    return {int(name) for name in os.listdir("/proc/self/task")} - ours


def await_quiet(known: set[int]) -> None:
    """Wait until there are no strangers but those that were known, for a bounded time."""
    deadline = time.monotonic() + _QUIET_S_MAX
    while not strangers() <= known and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
