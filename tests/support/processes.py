"""The processes that a test has started, however far they have gone: all of them carry its mark."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

__all__ = ("is_alive", "kill_marked", "marked_processes", "open_links", "process_name")

MARK = "TEST_MARK"
"""The variable that all descendants of a test inherit."""


def marked_processes(mark: str) -> dict[int, str]:
    """Return the living processes with a mark in their environment: number and command line."""
    wanted = f"{MARK}={mark}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid() and is_alive(int(entry.name)):
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = process_name(int(entry.name))
    return found


def kill_marked(mark: str) -> None:
    """End all processes with a mark."""
    for pid in marked_processes(mark):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and has not ended; one that waits to be reaped has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def process_name(pid: int) -> str:
    """Return the command line of a process; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def open_links(pid: int) -> list[str]:
    """Return what the descriptors of a process refer to; nothing when it is gone."""
    found: list[str] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.append(str(entry.readlink()))
    return found
