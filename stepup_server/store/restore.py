"""Reading the database back: the whole graph at the start of a director, or for inspection at any time."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
from collections.abc import Generator

from stepup_server.core.commands import OutputRow, Snapshot, SubprocessRow
from stepup_server.core.ids import NodeId

from .failures import translated
from .schema import open_for_reading
from .tables import FILES, OUTPUTS, STEPS, SUBPROCESSES, TREES

__all__ = ("load", "load_output", "load_subprocesses")


def load(path: str) -> Snapshot:
    """Read the graph, as one moment between two groups of records; changes nothing.

    Raises
    ------
    JournalFailed
        There is no such database, or it cannot be read.
    """
    with _without_collector(), _reading(path) as connection:
        return Snapshot(
            steps=tuple(STEPS.read(connection)),
            files=tuple(FILES.read(connection)),
            trees=tuple(TREES.read(connection)),
            places=dict(connection.execute("SELECT node, place FROM place")),
            facts=dict(connection.execute("SELECT name, value FROM fact")),
        )


def load_output(path: str, step: NodeId) -> OutputRow | None:
    """Read what the last attempt of a step wrote and used; None when nothing is known.

    Raises
    ------
    JournalFailed
        There is no such database, or it cannot be read.
    """
    with _reading(path) as connection:
        return next(OUTPUTS.read(connection, step), None)


def load_subprocesses(path: str, step: NodeId) -> tuple[SubprocessRow, ...]:
    """Read which programs the last attempt of a step has run, in order.

    Raises
    ------
    JournalFailed
        There is no such database, or it cannot be read.
    """
    with _reading(path) as connection:
        return tuple(SUBPROCESSES.read(connection, step))


@contextlib.contextmanager
def _reading(path: str) -> Generator[sqlite3.Connection, None, None]:
    """Open the database for one transaction that only reads."""
    connection = open_for_reading(path)
    try:
        with translated(path):
            connection.execute("BEGIN")
            yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _without_collector() -> Generator[None, None, None]:
    """Keep the collector from walking many new objects of which none is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
