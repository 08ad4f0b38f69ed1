"""The journal: one transaction per group of records, in a thread of its own.

`synchronous=FULL` in WAL mode: when `commit` returns, the group survives a crash of the machine.
The event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from stepup_server.core.commands import FileRow, OutputRow, Record, StepRow, SubprocessRow, TreeRow
from stepup_server.core.ids import NodeId
from stepup_server.engine.ports import JournalLost
from stepup_server.failpoints import reach
from stepup_shared.threads import started_pool

from .distrust import distrust_recent_files
from .failures import translated
from .schema import note_open, open_for_writing
from .tables import FILES, OUTPUTS, STEPS, SUBPROCESSES, TREES

__all__ = ("SqliteJournal",)


class SqliteJournal:
    """Durable memory of the graph in a SQLite file, which is made if need be.

    Raises
    ------
    JournalFailed
        The file cannot be opened, or is not ours to change.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection = open_for_writing(path)
        note_open(path, 1)
        self._file = _identity(path)
        self._epoch: int | None = None
        self._thread = started_pool(1, "journal")

    def begin_epoch(self, boot: str = "") -> int:
        """Take over from all who have written before, whether they live or not; return how many there were, and us.

        When the machine was started since they have written (`boot` is another one), recent files are read again.

        Raises
        ------
        JournalFailed
            It cannot be written.
        """
        with translated(self._path), self._transaction():
            self._epoch = self._read_epoch() + 1
            self._note("epoch", str(self._epoch))
            if boot and boot != self._fact("boot"):
                distrust_recent_files(self._connection, os.path.dirname(os.path.dirname(os.path.abspath(self._path))))
                self._note("boot", boot)
        return self._epoch

    async def commit(self, records: Sequence[Record]) -> None:
        """Make all records durable, in order, in one transaction; after a failure the next one may succeed.

        Raises
        ------
        JournalFailed
            Nothing of it is durable.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, tuple(records))

    async def close(self) -> None:
        """Fold the log into the database file and close it; commits that were asked for come first.

        A disk that does not take it has the log, which is as durable as the file.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _commit(self, records: Sequence[Record]) -> None:
        """Write one group."""
        group = _Group.of(records)
        with translated(self._path), self._transaction():
            self._check_epoch()
            group.write(self._connection)
            reach("in_transaction")
        reach("after_commit")

    @contextmanager
    def _transaction(self) -> Generator[None]:
        """Write all or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _check_epoch(self) -> None:
        """Write nothing for a director whose time is over."""
        if self._epoch is not None and self._read_epoch() != self._epoch:
            raise JournalLost(f"{self._path}: another director has taken over.")
        if not _is_at(self._path, self._file):
            raise JournalLost(f"{self._path}: somebody has removed or replaced the database.")

    def _read_epoch(self) -> int:
        """Return the number of the director that may write."""
        return int(self._fact("epoch") or 0)

    def _fact(self, name: str) -> str:
        """Return a fact; empty when it is not known."""
        # All at once: a statement that is not finished keeps the log from being folded.
        lines = self._connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchall()
        return str(lines[0][0]) if lines else ""

    def _note(self, name: str, value: str) -> None:
        """Write a fact."""
        self._connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, value))

    def _close(self) -> None:
        """Fold and close; while others read, nothing is folded."""
        reach("before_fold")
        try:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.close()
            note_open(self._path, -1)
        reach("after_fold")


@dataclass(slots=True)
class _Group:
    """Records made one: the last row of a node wins."""

    steps: dict[NodeId, StepRow] = field(default_factory=dict)
    files: dict[NodeId, FileRow] = field(default_factory=dict)
    trees: dict[NodeId, TreeRow] = field(default_factory=dict)
    outputs: dict[NodeId, OutputRow] = field(default_factory=dict)
    places: dict[NodeId, int] = field(default_factory=dict)
    subprocesses: dict[NodeId, list[SubprocessRow]] = field(default_factory=dict[NodeId, list[SubprocessRow]])
    facts: dict[str, str] = field(default_factory=dict)
    undone: dict[NodeId, None] = field(default_factory=dict)
    """Their subprocesses are deleted before the rows are written."""
    forgotten: dict[NodeId, None] = field(default_factory=dict)
    """Deleted before the rows are written, so a node may come back in a later record."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> _Group:
        """Merge records, in order."""
        group = cls()
        for record in records:
            group.add(record)
        return group

    def add(self, record: Record) -> None:
        """Merge one more record. What it forgets, it forgets last."""
        self.steps.update((row.id, row) for row in record.steps)
        self.files.update((row.id, row) for row in record.files)
        self.trees.update((row.id, row) for row in record.trees)
        self.outputs.update((row.step, row) for row in record.outputs)
        self.places.update(record.places)
        for step in record.undone:
            self.undone[step] = None
            self.subprocesses.pop(step, None)
        for row in record.subprocesses:
            self.subprocesses.setdefault(row.step, []).append(row)
        self.facts.update(record.facts)
        for node in record.forgotten:
            self.forgotten[node] = None
            for rows in (self.steps, self.files, self.trees, self.outputs, self.places, self.subprocesses):
                rows.pop(node, None)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the rows within a transaction."""
        if self.forgotten:
            for table in (STEPS, FILES, TREES, OUTPUTS):
                table.delete(connection, self.forgotten)
            connection.executemany("DELETE FROM place WHERE node = ?", ((node,) for node in self.forgotten))
        SUBPROCESSES.delete(connection, self.undone | self.forgotten)
        STEPS.write(connection, self.steps.values())
        FILES.write(connection, self.files.values())
        TREES.write(connection, self.trees.values())
        OUTPUTS.write(connection, self.outputs.values())
        connection.executemany("INSERT OR REPLACE INTO place (node, place) VALUES (?, ?)", self.places.items())
        SUBPROCESSES.write(connection, (row for rows in self.subprocesses.values() for row in rows))
        connection.executemany(
            "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            self.facts.items(),
        )


def _identity(path: str) -> tuple[int, int] | None:
    """Return which file is at a path; None when there is none."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _is_at(path: str, identity: tuple[int, int] | None) -> bool:
    """Tell whether the file at a path is still the one that was opened; a disk that does not answer proves nothing."""
    try:
        return _identity(path) == identity
    except OSError:
        return True
