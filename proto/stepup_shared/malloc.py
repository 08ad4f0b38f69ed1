"""Thresholds of the allocator for processes that move large pieces of data."""

from __future__ import annotations

import ctypes

__all__ = ("keep_large_blocks",)

# The names of glibc's malloc.h with their numbers.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_THRESHOLD = -3

_LARGE_BYTES = 64 * 1024 * 1024


def keep_large_blocks() -> bool:
    """Let the allocator keep large blocks for the next one, instead of giving each back to the kernel.

    Without this, page faults take two thirds of the time in which blobs travel. Return False where the C library has
    no such thresholds, which costs speed and nothing else.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    choices = (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD, _M_TOP_PAD)
    return all(mallopt(choice, _LARGE_BYTES) == 1 for choice in choices)
