"""Local modules of scripts that run where the project is not: fetched when they are imported.

In a workspace of its own a step finds its inputs, and nothing else. What a script imports is found out only by running
it, so its worker is asked for the sources just before Python looks for them.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

from stepup_shared.quiet import await_quiet, strangers

from .imports import PathFilter

if TYPE_CHECKING:
    from .rpc.session import PlanSession

__all__ = ("ProjectFinder", "install")

_SUFFIXES = (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)

_PATTERNS = tuple(dict.fromkeys(["*/", *(f"*{os.path.splitext(suffix)[1]}" for suffix in _SUFFIXES)]))
"""What may be a module, or hold some."""


def install(accepted: PathFilter) -> None:
    """Let imports of this process find modules of the project that the filter accepts."""
    try:
        place = sys.meta_path.index(PathFinder)
    except ValueError:
        place = len(sys.meta_path)
    sys.meta_path.insert(place, ProjectFinder(accepted))


class ProjectFinder:
    """Finds nothing itself: it sees to it that the finder behind it does."""

    def __init__(self, accepted: PathFilter) -> None:
        self._accepted = accepted
        self._names: dict[str, set[str]] = {}
        """What may be a module, by directory."""
        self._thread = threading.local()
        self._session: PlanSession | None = None
        self._others: set[int] | None = None
        """The threads that were there before our connections since the last fork; None: there were none."""
        self._minds_forks = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Fetch what a module may be made of, and leave the rest to the finder that comes next."""
        del target
        # While we ask, imports are our own.
        if not getattr(self._thread, "is_asking", False):
            with self._asking():
                self._fetch(fullname.rpartition(".")[2], sys.path if path is None else path)
        return None

    @contextmanager
    def _asking(self) -> Generator[None]:
        self._thread.is_asking = True
        try:
            yield
        finally:
            self._thread.is_asking = False
            if self._session is not None:
                # A process that forks itself should not have a connection open.
                self._session.close()
                self._session = None

    def _fetch(self, name: str, entries: Iterable[str]) -> None:
        """Fetch all files that may be the module of a name in some directories of the project."""
        paths: list[str] = []
        for entry in entries:
            directory = os.path.realpath(entry)
            if self._accepted.accepts(os.path.join(directory, name)):
                found = self._candidates(directory, name)
                if found:
                    # What it knows of the directory is old, or it found none.
                    sys.path_importer_cache.pop(entry, None)
                paths += found
        if paths:
            self._open_session().locate(".", paths)

    def _candidates(self, directory: str, name: str) -> list[str]:
        """Return what may be the module of a name in a directory, relative to the root."""
        here = os.path.relpath(directory, self._accepted.root)
        names = self._list(here)
        found = [name + suffix for suffix in _SUFFIXES if name + suffix in names]
        if f"{name}/" in names:
            found += [name, *(f"{name}/__init__{suffix}" for suffix in _SUFFIXES)]
        return [os.path.normpath(os.path.join(here, path)) for path in found]

    def _list(self, here: str) -> set[str]:
        """Return the names of what may be a module in a directory, relative to the root."""
        if here not in self._names:
            matches = self._open_session().locate(here, patterns=_PATTERNS)
            ends = ("/" if match.endswith("/") else "" for match in matches)
            bases = (os.path.basename(match.rstrip("/")) for match in matches)
            self._names[here] = {base + end for base, end in zip(bases, ends, strict=True)}
        return self._names[here]

    def _open_session(self) -> PlanSession:
        """Return a session of this process, apart from the one with which the script itself may speak."""
        if self._session is None:
            from .rpc.connection import ConnectionSettings
            from .rpc.session import PlanSession

            self._mind_forks()
            settings = ConnectionSettings(
                os.environ["STEPUP_DIRECTOR_SOCKET"], None, os.environ.get("STEPUP_TOKEN_FILE", "")
            )
            self._session = PlanSession(settings, int(os.environ["STEPUP_STEP_I"]), int(os.environ["STEPUP_JOB_I"]))
        return self._session

    def _mind_forks(self) -> None:
        """Remember what was there before a connection, of which nothing may be left when this process forks itself."""
        if self._others is None:
            self._others = strangers()
        if not self._minds_forks:
            self._minds_forks = True
            os.register_at_fork(before=self._await_quiet)

    def _await_quiet(self) -> None:
        """Wait for the threads of the closed connection to end.

        gRPC closes behind our backs; a process that is forked while one of its threads holds a lock never gets it back.
        """
        others, self._others = self._others, None
        if others is not None:
            await_quiet(others)
