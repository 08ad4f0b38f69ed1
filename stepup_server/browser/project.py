"""The stored graph of a project, read anew when it has changed."""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock

from stepup_server.core.commands import OutputRow, SubprocessRow
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.ids import NodeId
from stepup_server.store.restore import load, load_output, load_subprocesses

__all__ = ("StoredProject",)

_Stamp = tuple[int, ...]


class StoredProject:
    """What the database of a project says; nothing is ever changed."""

    def __init__(self, root: str) -> None:
        self.root = root
        """The project, absolute."""
        self._path = os.path.join(root, ".stepup/graph.db")
        self._lock = Lock()
        self._stamp: _Stamp = ()
        self._director = Director(DirectorSettings(root=root), {})

    def director(self) -> Director:
        """Return a director as it would start now; it is never run.

        Raises
        ------
        JournalFailed
            There is no database, or it cannot be read.
        """
        with self._lock:
            stamp = self._look()
            if stamp != self._stamp or not stamp:
                snapshot = load(self._path)
                director = Director(DirectorSettings(root=self.root), {})
                director.restore(snapshot, 0.0)
                self._director, self._stamp = director, stamp
            return self._director

    def output(self, step: NodeId) -> OutputRow | None:
        """Return what the last attempt of a step wrote and used."""
        return load_output(self._path, step)

    def subprocesses(self, step: NodeId) -> tuple[SubprocessRow, ...]:
        """Return the programs that the last attempt of a step has run."""
        return load_subprocesses(self._path, step)

    def _look(self) -> _Stamp:
        """Return what changes when the database does."""
        stamp: list[int] = []
        for path in (self._path, f"{self._path}-wal"):
            with suppress(FileNotFoundError):
                found = os.stat(path)
                # Whoever reads the database leaves an empty log behind.
                stamp += [found.st_mtime_ns, found.st_size, found.st_ino] if found.st_size else []
        return tuple(stamp)
