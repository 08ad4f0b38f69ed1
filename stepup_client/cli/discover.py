"""Finding the director of a project, and recognising one that is dead.

A director holds a lock on `.stepup/director.lock` while it lives;
the kernel takes the lock away when it dies,
so nothing that a dead one left behind can be mistaken for a living one.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from stepup_client.cli.failures import UsageError
from stepup_shared.socket_directory import remove_socket_directory

__all__ = (
    "Located",
    "director_or_database",
    "find_director",
    "find_successor",
    "has_died",
    "is_director_alive",
    "remove_remains",
    "wait_for_director",
    "wait_until_gone",
    "wait_until_listening",
)

_POLL_S = 0.05
_PATIENCE_S = 10.0
_SUCCESSION_S = 2.0
_NOTICE_S = 1.0


@dataclass(frozen=True, slots=True)
class Located:
    """Where a director listens."""

    socket: str
    """Its Unix socket."""
    pid: int
    """Its process."""
    version: str
    """Its release."""


def is_director_alive(root: str) -> bool:
    """Tell whether a process holds the director's lock."""
    try:
        lock = os.open(_state_path(root, "director.lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Shared, so that two clients that look at the same moment do not take each other for a director.
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def has_died(root: str) -> bool:
    """Tell whether the last director of a project ended without taking its note away."""
    return _read_note(root) is not None and not is_director_alive(root)


def find_director(root: str) -> Located | None:
    """Return the living director of a project; None when there is none, or when it does not listen yet."""
    if not is_director_alive(root):
        return None
    located = _read_note(root)
    # A note may still be that of the director before this one.
    if located is None or not _is_process(located.pid) or not _is_socket(located.socket):
        return None
    return located


def wait_for_director(
    root: str, *, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
) -> Located:
    """Return the director of a project, giving it ten seconds to appear."""
    start = clock()
    is_noticed = False
    while True:
        located = find_director(root)
        if located is not None:
            return located
        waited = clock() - start
        if waited >= _PATIENCE_S:
            raise UsageError(
                f"No director serves {root}. Start one with `stepup build` or `stepup director`, "
                "or point STEPUP_ROOT at its project."
            )
        if waited >= _NOTICE_S and not is_noticed:
            is_noticed = True
            print(f"Waiting for a director of {root} ...", file=sys.stderr)
        pause(_POLL_S)


def wait_until_listening(
    root: str, *, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
) -> Located | None:
    """Return the living director of a project as soon as it listens; None when it is gone, or never does."""
    start = clock()
    while is_director_alive(root) and clock() - start < _PATIENCE_S:
        located = find_director(root)
        if located is not None:
            return located
        pause(_POLL_S)
    return None


def find_successor(
    root: str,
    before: Located,
    *,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Located | None:
    """Return the director that follows one that is stopping; None when there is none soon after its end."""
    start = clock()
    while clock() - start < _SUCCESSION_S or is_director_alive(root):
        located = find_director(root)
        if located is not None and located != before:
            return located
        if clock() - start >= _PATIENCE_S:
            return None
        pause(_POLL_S)
    return None


def wait_until_gone(
    root: str, *, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
) -> bool:
    """Wait until no director holds the lock, for ten seconds at most; return whether that is so."""
    start = clock()
    while is_director_alive(root):
        if clock() - start >= _PATIENCE_S:
            return False
        pause(_POLL_S)
    return True


def remove_remains(root: str) -> None:
    """Remove the logs of the last build, and the note and the socket of a director that died.

    A living director is left alone.
    """
    try:
        lock = os.open(_state_path(root, "director.lock"), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        # If it is there and cannot be used, the director will say why.
        return
    try:
        # Held while removing, so that a director that starts now cannot have its new note removed.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        _remove_note_and_socket(root)
        _remove_logs(root)
    finally:
        os.close(lock)


def _remove_note_and_socket(root: str) -> None:
    located = _read_note(root)
    if located is not None:
        remove_socket_directory(os.path.dirname(located.socket))
    with suppress(FileNotFoundError):
        os.unlink(_state_path(root, "director.json"))


def _remove_logs(root: str) -> None:
    """Remove what programs have written about the last build."""
    for name in os.listdir(f"{root}/.stepup"):
        if name.endswith(".log"):
            with suppress(OSError):
                os.unlink(_state_path(root, name))


def _read_note(root: str) -> Located | None:
    """Read what the last director said about itself; None when there is nothing sensible."""
    try:
        with open(_state_path(root, "director.json"), encoding="utf-8") as file:
            note = json.load(file)
        return Located(str(note["socket"]), int(note["pid"]), str(note.get("version", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _is_process(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _state_path(root: str, name: str) -> str:
    return f"{root}/.stepup/{name}"


def director_or_database(root: str) -> str | None:
    """Return where to ask; None when only the database can answer."""
    located = find_director(root)
    if located is not None:
        return located.socket
    if is_director_alive(root) or not os.path.exists(f"{root}/.stepup/graph.db"):
        return wait_for_director(root).socket
    return None
