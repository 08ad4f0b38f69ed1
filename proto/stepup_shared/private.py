"""Directories in which nobody else can put, read or replace anything, whatever the umask is."""

from __future__ import annotations

import errno
import os
import stat

from stepup_shared.hindrance import Hindered

__all__ = ("OpenToOthers", "check_own", "make_own", "make_private")

_FOR_OTHERS = 0o077
_WRITABLE_BY_OTHERS = 0o022
_WRITABLE_BY_ALL = 0o002


class OpenToOthers(Hindered):
    """Somebody else can change, or could have changed, what is in a directory; the text says how to mend that."""

    def __str__(self) -> str:
        """Return the text alone."""
        return str(self.strerror)


def make_private(directory: str) -> None:
    """Make a directory that nobody else may enter; one that is there is closed to others.

    Raises
    ------
    OpenToOthers
        Everybody could write to it, so nobody knows who has written what is in it, or it belongs to somebody else.
    """
    os.makedirs(directory, mode=0o700, exist_ok=True)
    status = os.stat(directory)
    if status.st_mode & _WRITABLE_BY_ALL:
        raise OpenToOthers(
            errno.EPERM,
            f"Everybody can write to {directory}, so what is in it may be anybody's."
            f" Remove it, or if you trust it: chmod 700 {directory}",
        )
    if not status.st_mode & _FOR_OTHERS:
        return
    if status.st_uid != os.geteuid():
        raise OpenToOthers(
            errno.EPERM,
            f"{directory} belongs to another user, and is open to others: remove it, or let its owner build.",
        )
    os.chmod(directory, stat.S_IMODE(status.st_mode) & ~_FOR_OTHERS)


def make_own(directory: str, what: str) -> None:
    """Make a directory that nobody else may enter; one that is there has to be such that only we can write to it.

    Raises
    ------
    OpenToOthers
        It is not; `what` says what the directory is for.
    """
    os.makedirs(directory, mode=0o700, exist_ok=True)
    check_own(directory, what)


def check_own(directory: str, what: str) -> None:
    """Refuse a directory in which somebody else could put something in the place of ours.

    Raises
    ------
    OpenToOthers
        Somebody else could; `what` says what the directory is for.
    """
    status = os.stat(directory)
    if status.st_uid != os.geteuid():
        raise OpenToOthers(
            errno.EPERM, f"The directory of {what}, {directory}, belongs to another user: choose one of your own."
        )
    if status.st_mode & _WRITABLE_BY_OTHERS:
        raise OpenToOthers(
            errno.EPERM, f"The directory of {what}, {directory}, can be written to by others: chmod 700 {directory}"
        )
