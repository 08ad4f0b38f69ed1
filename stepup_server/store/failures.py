"""What SQLite's errors mean, in one sentence each."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator

from stepup_server.engine.ports import JournalFailed

__all__ = ("failed", "translated")

_CAUSES = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the database or its directory is read-only",
    "SQLITE_PERM": "access is denied",
    "SQLITE_CANTOPEN": "it cannot be opened or made",
    "SQLITE_IOERR": "the disk reports an input/output error",
    "SQLITE_CORRUPT": "the database is damaged",
    "SQLITE_NOTADB": "the file is not a database",
    "SQLITE_BUSY": "another program holds the database locked",
}
"""By the beginning of the error's name; extended names add a word."""


def failed(path: str, cause: str) -> JournalFailed:
    """Return the error that names a path and a cause."""
    return JournalFailed(f"{path}: {cause}.")


@contextlib.contextmanager
def translated(path: str) -> Generator[None, None, None]:
    """Raise what SQLite complains of as `JournalFailed`."""
    try:
        yield
    except sqlite3.Error as error:
        raise failed(path, _cause(error)) from error


def _cause(error: sqlite3.Error) -> str:
    """Return a sentence without a full stop."""
    # The name is missing from errors that Python's own module raises.
    name: str = getattr(error, "sqlite_errorname", "")
    for beginning, cause in _CAUSES.items():
        if name.startswith(beginning):
            return f"{cause} ({name})"
    return f"{error} ({name})" if name else str(error)
