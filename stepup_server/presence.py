"""How a director is found and known to be alive: a lock, a socket in a private directory, and a note of both.

The lock on `.stepup/director.lock` is held by the kernel as long as the process lives, so there is nothing to clean up
after a crash and nothing that could be mistaken for a living director.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from stepup_shared.hindrance import naming
from stepup_shared.private import make_own, make_private
from stepup_shared.socket_directory import is_socket_directory, make_socket_directory, remove_socket_directory
from stepup_shared.tokens import local_token_path

__all__ = ("ProjectIsTaken", "claim_project", "has_successor", "own_token", "socket_for", "write_note", "write_probe")

LOCK_ATTEMPTS = 20
LOCK_PAUSE_S = 0.005


class ProjectIsTaken(Exception):
    """Another director serves this project, or has left steps that still run."""


@contextmanager
def claim_project(root: str) -> Generator[str | None]:
    """Hold the lock of a project; return where a director listened that did not end well, if the place is one of ours.

    Its steps and workers may still be calling there.

    Raises
    ------
    ProjectIsTaken
        Another process holds it; the message says which.
    """
    make_private(os.path.join(root, ".stepup"))
    descriptor = os.open(os.path.join(root, ".stepup/director.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _lock(descriptor, root)
        yield _leftover_socket(root)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, root: str) -> None:
    """Take the lock. Whoever looks for a director holds it for a moment, so one refusal proves nothing."""
    for last in (False,) * LOCK_ATTEMPTS + (True,):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if last:
                raise ProjectIsTaken(_who_holds(root)) from error
            time.sleep(LOCK_PAUSE_S)
        else:
            return


def _who_holds(root: str) -> str:
    """Say who serves a project."""
    note = _read_note(root)
    who = f" (pid {note['pid']}, socket {note['socket']})" if note else ""
    return (
        f"Another director{who} serves {root} already. Stop it with 'stepup shutdown', or use it with 'stepup build'."
    )


def _read_note(root: str) -> dict[str, str] | None:
    """Return what the last director has written about itself."""
    try:
        with open(os.path.join(root, ".stepup/director.json"), encoding="utf-8") as stream:
            return {name: str(value) for name, value in json.load(stream).items()}
    except (OSError, ValueError, AttributeError):
        return None


def _leftover_socket(root: str) -> str | None:
    """Return the socket of a director that did not end well, if it is in a directory of our making."""
    socket = (_read_note(root) or {}).get("socket", "")
    return socket if is_socket_directory(os.path.dirname(socket)) else None


@contextmanager
def socket_for(wanted: str | None, left: str | None) -> Generator[str]:
    """Return the path of the socket in a directory that only this user may enter; remove the directory at the end.

    Without a wish it is the one that was left, where steps of an earlier director find this one; else that is removed.
    """
    if left is not None and wanted is None and os.path.basename(left) == "director":
        wanted = left
    elif left is not None and left != wanted:
        remove_socket_directory(os.path.dirname(left))
    directory = make_socket_directory() if wanted is None else os.path.dirname(wanted)
    path = wanted or os.path.join(directory, "director")
    make_own(directory, "the socket")
    try:
        yield path
    finally:
        remove_socket_directory(directory)


@contextmanager
def own_token(socket: str) -> Generator[str]:
    """Return a new token for the owner, which lies beside the socket as long as the director is there."""
    path, token = local_token_path(socket), f"owner.{secrets.token_hex(24)}"
    with suppress(FileNotFoundError):
        os.unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with naming(path), open(descriptor, "w", encoding="ascii") as file:
        file.write(token)
    try:
        yield token
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def has_successor(socket: str, token: str) -> bool:
    """Tell whether another director listens at the path of a socket now, which the lock did not keep out."""
    try:
        with open(local_token_path(socket), encoding="ascii") as file:
            return file.read() != token
    except OSError:
        return False


@contextmanager
def write_note(root: str, socket: str, version: str) -> Generator[None]:
    """Tell clients and workers where the director is, as long as it is there."""
    path = os.path.join(root, ".stepup/director.json")
    with naming(path), open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump({"socket": socket, "pid": os.getpid(), "version": version}, stream)
    os.replace(path + ".new", path)
    try:
        yield
    finally:
        if (_read_note(root) or {}).get("socket") == socket:
            # What is left there is found to be stale by whoever calls.
            with suppress(OSError):
                os.unlink(path)


def write_probe(root: str) -> str:
    """Leave something at the root by which workers show that they see it; return what it is.

    It is another one at each start, so that a copy of the project is not taken for the project. It is overwritten in
    its place: on a network file system a new file of that name would be seen later than a new content.
    """
    probe = secrets.token_hex(16)
    path = os.path.join(root, ".stepup/probe")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        with naming(path):
            os.pwrite(descriptor, probe.encode("ascii"), 0)
            os.ftruncate(descriptor, len(probe))
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return probe
