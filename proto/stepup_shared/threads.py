"""Threads that are there before they are needed, so that no work is refused because there can be no more."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from .hindrance import has_descriptors

__all__ = ("CHANNEL_DESCRIPTORS", "CHANNEL_THREADS", "require_channel", "require_threads", "started_pool")

CHANNEL_THREADS = 8
"""As many are made for the first channel or server. gRPC crashes when it cannot have them."""

CHANNEL_DESCRIPTORS = 16
"""As many may be opened for a channel, and some more. gRPC crashes without these, too."""

_START_S_MAX = 10.0


def require_channel() -> None:
    """Raise OSError unless gRPC can have what it needs for a first channel."""
    if not has_descriptors(CHANNEL_DESCRIPTORS):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    require_threads(CHANNEL_THREADS)


def require_threads(count: int) -> None:
    """Raise OSError unless there can be so many more threads as there are now."""
    started_pool(count, "trial").shutdown()


def started_pool(threads: int, name: str) -> ThreadPoolExecutor:
    """Return a pool all of whose threads run already.

    Raises
    ------
    OSError
        The system has no more threads.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
    # None is free for the next task before all of them are there.
    barrier = Barrier(threads)
    try:
        for _ in range(threads):
            pool.submit(barrier.wait, _START_S_MAX)
    except RuntimeError as error:
        barrier.abort()
        pool.shutdown(wait=False)
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
    return pool
