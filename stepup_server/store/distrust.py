"""After the machine has stopped: what was written shortly before may not be what was recorded.

What steps write is not synced, nor is what workers send; the kernel sees to that within half a minute. So a director
that finds a database of before the last start of the machine forgets the stamps of all files that were written in the
last minute before the last of them: the next build compares their contents, and makes again what was damaged.
"""

from __future__ import annotations

import os
import sqlite3
import time

__all__ = ("boot_id", "distrust_recent_files")

SETTLED_NS = 60_000_000_000
"""What was written so long before the power was lost is surely on the disk: twice what Linux takes for it."""


def boot_id() -> str:
    """Return what tells one start of the machine from another; nothing where there is no such thing."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def distrust_recent_files(connection: sqlite3.Connection, root: str) -> None:
    """Forget the stamps of what may have been on its way to the disk, so that it is read again."""
    rows = connection.execute("SELECT id, path, mtime_ns FROM file WHERE digest IS NOT NULL").fetchall()
    now = time.time_ns()
    # Whatever was lost was written after this: the power was lost later than anything was recorded.
    since = max((mtime_ns for _, _, mtime_ns in rows if mtime_ns <= now), default=0) - SETTLED_NS
    doubtful = [(id_,) for id_, path, mtime_ns in rows if mtime_ns >= since or _changed_ns(root, path) >= since]
    connection.executemany("UPDATE file SET inode = 0 WHERE id = ?", doubtful)


def _changed_ns(root: str, path: str) -> int:
    """Return when a file was changed, which no program can make up; 0 when it is not there."""
    try:
        return os.stat(os.path.join(root, path)).st_ctime_ns
    except OSError:
        return 0
