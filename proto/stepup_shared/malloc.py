"""Thresholds of the allocator for processes that move large pieces of data."""

from __future__ import annotations

import ctypes

__all__ = ("keep_large_blocks",)

# The names of glibc's malloc.h with their numbers.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_THRESHOLD = -3

_MIB = 1024 * 1024

_THRESHOLDS = ((_M_MMAP_THRESHOLD, 64 * _MIB), (_M_TRIM_THRESHOLD, 256 * _MIB), (_M_TOP_PAD, 16 * _MIB))
"""As measured with pieces of 1 MiB: nothing is mapped for itself, and freed memory is kept."""


def keep_large_blocks() -> bool:
    """Let the allocator keep large blocks for the next one, instead of giving each back to the kernel.

    Without this, page faults take two thirds of the time in which blobs travel. Return False where the C library has
    no such thresholds, which costs speed and nothing else.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return all(mallopt(choice, size) == 1 for choice, size in _THRESHOLDS)
