"""Private directories for sockets, below /tmp because the path of a socket has at most 107 bytes."""

from __future__ import annotations

import os
import re
import shutil
import stat

__all__ = ("is_socket_directory", "make_socket_directory", "remove_socket_directory")

_PREFIX = "/tmp/stepup-"  # what follows cannot be guessed, and the directory is new
_NAME = re.compile(re.escape(_PREFIX) + r"[A-Za-z0-9_]{8}")


def make_socket_directory() -> str:
    """Make a new directory that only this user may enter; return its path.

    Raises
    ------
    OSError
        There is no room, or something of the kind.
    """
    while True:
        directory = _PREFIX + os.urandom(4).hex()
        try:
            os.mkdir(directory, 0o700)
        except FileExistsError:
            continue
        return directory


def is_socket_directory(directory: str) -> bool:
    """Tell whether a directory is there that by its name, kind and owner is one of ours."""
    if _NAME.fullmatch(directory) is None:
        return False
    try:
        status = os.lstat(directory)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def remove_socket_directory(directory: str) -> None:
    """Remove a directory of our making with all that is in it; nothing else is ever removed."""
    if is_socket_directory(directory):
        shutil.rmtree(directory, ignore_errors=True)
