"""Threads that are there before they are needed, so that no work is refused because there can be no more."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

__all__ = ("started_pool",)

_START_S_MAX = 10.0


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
