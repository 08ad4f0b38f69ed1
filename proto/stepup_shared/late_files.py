"""Files that come late: what another host has written to a network file system is seen a moment later.

Whoever misses one looks again, a bounded number of times, after its directory was opened anew: that makes a client of
NFS ask its server instead of its own memory.
"""

from __future__ import annotations

import os
from contextlib import suppress

__all__ = ("PAUSES_S", "refresh")

PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Before each further look; a client of NFS trusts its memory of a file for 3 s at least, and 60 s at most."""


def refresh(path: str) -> None:
    """Let the file system ask anew what is at a path."""
    for place, flags in ((os.path.dirname(path) or ".", os.O_DIRECTORY), (path, os.O_NONBLOCK | os.O_NOCTTY)):
        with suppress(OSError):
            descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | flags)
            try:
                os.fstat(descriptor)
            finally:
                os.close(descriptor)
