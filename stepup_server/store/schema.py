"""The database file: how it is recognised, opened and brought up to date.

The version of the schema is the number of migrations that were applied; their list only grows at its end.
Each migration is one transaction.
Nothing is ever wiped: a file that is not ours, or newer than us, is left as it is.
"""

from __future__ import annotations

import importlib.resources
import os
import sqlite3
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from urllib.parse import quote

from stepup_server.engine.ports import JournalFailed
from stepup_server.failpoints import reach
from stepup_shared.durable import sync_directory

from .failures import failed, translated

__all__ = ("APPLICATION_ID", "MIGRATIONS", "Migration", "note_open", "open_for_reading", "open_for_writing")

Migration = Callable[[sqlite3.Connection], None]

APPLICATION_ID = 0x53556752
"""`SUgR` in the header of the file."""
BUSY_TIMEOUT_S = 5.0
"""How long to wait for another program that holds the lock, such as a person's sqlite3."""

_open_here: Counter[str] = Counter()
"""The databases that this process has open for writing.

A process loses its locks on a file when it closes any descriptor of it. Then another one that opens and closes the
database believes to be the last to do so, and removes the log into which this one goes on writing, for nobody.
"""

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"


def _create(connection: sqlite3.Connection) -> None:
    """Make version 1."""
    script = importlib.resources.files("stepup_server.store").joinpath("schema.sql").read_text(encoding="utf-8")
    _execute_all(connection, script)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _add_places(connection: sqlite3.Connection) -> None:
    """Make version 2: where people see the nodes of the graph."""
    connection.execute("CREATE TABLE place (node INTEGER PRIMARY KEY, place INTEGER NOT NULL)")


def _add_causes(connection: sqlite3.Connection) -> None:
    """Make version 3: why steps run, and what their last success saw."""
    for column in (
        "past TEXT NOT NULL DEFAULT '{}'",
        "explained INTEGER NOT NULL DEFAULT 0",
        "reasons TEXT NOT NULL DEFAULT '[]'",
        "story TEXT NOT NULL DEFAULT '{}'",
    ):
        connection.execute(f"ALTER TABLE step ADD COLUMN {column}")


def _add_subprocesses(connection: sqlite3.Connection) -> None:
    """Make version 4: programs that steps have run by themselves."""
    connection.execute(
        "CREATE TABLE subprocess (step INTEGER NOT NULL, position INTEGER NOT NULL, command TEXT NOT NULL,"
        " workdir TEXT NOT NULL, shell INTEGER NOT NULL, environment_overrides TEXT NOT NULL,"
        " exit_code INTEGER NOT NULL, stdin TEXT NOT NULL, stdout TEXT NOT NULL, stderr TEXT NOT NULL,"
        " PRIMARY KEY (step, position)) WITHOUT ROWID"
    )


def _add_version_1(connection: sqlite3.Connection) -> None:
    """Make version 5: deferred globs and pools, as plans of version 1 declare them."""
    connection.execute("ALTER TABLE tree ADD COLUMN is_pattern INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE step ADD COLUMN pools TEXT NOT NULL DEFAULT '{}'")


def _add_where(connection: sqlite3.Connection) -> None:
    """Make version 6: which workers may run a step."""
    connection.execute("ALTER TABLE step ADD COLUMN \"where\" TEXT NOT NULL DEFAULT ''")


def _add_tries(connection: sqlite3.Connection) -> None:
    """Make version 7: how long steps may run, how often they may fail, and how workers died at work on them."""
    for column in (
        "timeout_s REAL NOT NULL DEFAULT 0",
        "retries INTEGER NOT NULL DEFAULT 0",
        "tries INTEGER NOT NULL DEFAULT 0",
        "losses TEXT NOT NULL DEFAULT '[]'",
    ):
        connection.execute(f"ALTER TABLE step ADD COLUMN {column}")


def _add_survival(connection: sqlite3.Connection) -> None:
    """Make version 8: attempts that go on with another director, whether they have called the dead one or not."""
    connection.execute("ALTER TABLE step RENAME COLUMN spoke TO ended_tick")
    connection.execute("UPDATE step SET ended_tick = 0")
    connection.execute("ALTER TABLE step ADD COLUMN going TEXT NOT NULL DEFAULT '{}'")


MIGRATIONS: tuple[Migration, ...] = (
    _create,
    _add_places,
    _add_causes,
    _add_subprocesses,
    _add_version_1,
    _add_where,
    _add_tries,
    _add_survival,
)
"""The migration at index N makes version N + 1 from version N."""


def open_for_writing(path: str, migrations: Sequence[Migration] = MIGRATIONS) -> sqlite3.Connection:
    """Open the database, made or brought up to date if need be; transactions are explicit.

    Raises
    ------
    JournalFailed
        It cannot be opened, belongs to another program, or is newer than this one.
    """
    _refuse_foreign_header(path, len(migrations))
    with translated(path), closing(_connect(path, "rwc")) as connection:
        _refuse_foreign(connection, path, len(migrations))
        # Durable one by one, they would be most of what the first build waits for; the first commit makes them so.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if _version(connection) == 0:
            # SQLite sees to the names in the directory, not to that of the directory itself, which is new as well.
            sync_directory(os.path.dirname(os.path.dirname(os.path.abspath(path))))
        _migrate(connection, migrations)
    # Anew: statements that changed the schema may keep the log from being folded as long as their connection lives.
    with translated(path):
        connection = _connect(path, "rwc")
    try:
        with translated(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
    except JournalFailed:
        connection.close()
        raise
    return connection


def open_for_reading(path: str) -> sqlite3.Connection:
    """Open the database without the right to change it, while a director runs or none does.

    Raises
    ------
    JournalFailed
        It is not there, belongs to another program, or has not the version of this one.
    """
    if not os.path.exists(path):
        raise failed(path, "there is no database yet; the first build makes it")
    _refuse_foreign_header(path, len(MIGRATIONS))
    with translated(path):
        connection = _connect(path, "ro")
    try:
        with translated(path):
            _refuse_foreign(connection, path, len(MIGRATIONS))
            if _version(connection) < len(MIGRATIONS):
                raise failed(path, "the database is of an older version; the next build brings it up to date")
    except JournalFailed:
        connection.close()
        raise
    return connection


def _connect(path: str, mode: str) -> sqlite3.Connection:
    """Open a connection that may be handed from thread to thread."""
    return sqlite3.connect(
        f"file:{quote(os.path.abspath(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )


def note_open(path: str, change: int) -> None:
    """Note that this process has opened a database for writing (1), or closed it (-1)."""
    _open_here[os.path.abspath(path)] += change


def _refuse_foreign_header(path: str, version_max: int) -> None:
    """Refuse by the first bytes alone, because SQLite may change the files of a database that it only opens.

    In the header the version may lag behind, and an empty file is a database that was never made.
    One that this process has open was looked at, and may not be opened again but by SQLite.
    """
    if _open_here[os.path.abspath(path)]:
        return
    try:
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return
    except OSError as error:
        raise failed(path, error.strerror or "it cannot be read") from error
    if not header:
        return
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise _foreign(path)
    changes, version, application = struct.unpack_from(">i16xi4xi", header, 40)
    if not changes:
        # Nothing was ever made in it: the power may have been lost at that very moment.
        return
    _refuse(path, version, application, version_max)


def _refuse_foreign(connection: sqlite3.Connection, path: str, version_max: int) -> None:
    """Refuse a database that another program made, or a newer version of this one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables or application:
        _refuse(path, _version(connection), application, version_max)


def _refuse(path: str, version: int, application: int, version_max: int) -> None:
    """Refuse what is not ours or too new."""
    if application != APPLICATION_ID:
        raise _foreign(path)
    if version > version_max:
        raise failed(
            path,
            f"the database has version {version}, this program knows up to {version_max}; use the newer one",
        )


def _foreign(path: str) -> JournalFailed:
    """Say that the file is somebody else's."""
    return failed(path, "the file was not made by this program and is left as it is; move it away to build here")


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of the schema; 0 before the first migration."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Apply what is missing, each in a transaction of its own."""
    for number in range(_version(connection), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another program may have done it while this one waited for the lock.
            if _version(connection) == number:
                migrations[number](connection)
                connection.execute(f"PRAGMA user_version = {number + 1}")
                reach("in_migration")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _execute_all(connection: sqlite3.Connection, script: str) -> None:
    """Execute statements one by one; `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
