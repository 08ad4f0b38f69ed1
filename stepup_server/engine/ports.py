"""What the engine needs from the outside world, as protocols; the edges implement them, tests replace them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from stepup_server.core.commands import OutputRow, Record, Report
from stepup_server.core.events import PathsTouched
from stepup_server.core.ids import NodeId
from stepup_server.core.values import FileHash, GlobMatch, GlobQuery, Observation, Published, Removed, WatchedDirectory

__all__ = (
    "Archive",
    "Clock",
    "Disk",
    "DiskFailed",
    "Feed",
    "Journal",
    "JournalFailed",
    "JournalLost",
    "NumberedReport",
    "Reporter",
    "Watcher",
    "WatcherFailed",
)


class JournalFailed(Exception):
    """The journal could not make a record durable; the cause says why."""


class JournalLost(Exception):
    """The journal belongs to somebody else now, or is gone: nothing can be made durable ever again."""


class DiskFailed(Exception):
    """The machine keeps us from a file: nothing is known of it. The text says which, why, and what to do."""


class WatcherFailed(Exception):
    """Directories cannot be watched; the text says why, and what to do."""


class Clock(Protocol):
    """Time, which the core never asks for by itself."""

    def now(self) -> float:
        """Return monotonic seconds."""
        ...


class Journal(Protocol):
    """Durable memory of the graph."""

    async def commit(self, records: Sequence[Record]) -> None:
        """Make all records durable, in order, in one transaction.

        Raises
        ------
        JournalFailed
            Nothing of it is durable.
        JournalLost
            Nothing of it is durable, and nothing will be.
        """
        ...


class Archive(Protocol):
    """What steps have written, as it is stored."""

    async def output(self, step: NodeId) -> OutputRow | None:
        """Return what the last attempt of a step has written; None when nothing is known.

        Raises
        ------
        JournalFailed
            It cannot be read.
        """
        ...


class Disk(Protocol):
    """The project's files, seen from the director's host. Paths are relative to the root, or absolute.

    Methods raise `DiskFailed` when they may be asked again later, until `give_up` was called.
    """

    def give_up(self) -> None:
        """From now on, take what the machine keeps us from for what cannot be read or written."""
        ...

    async def inspect(self, paths: Sequence[str]) -> tuple[Observation, ...]:
        """Look what is there, without reading; hashes are None."""
        ...

    async def compare(self, files: Sequence[tuple[str, FileHash | None]]) -> tuple[Observation, ...]:
        """Look whether files have the stamps of these hashes, without reading: the known hash is returned, or None."""
        ...

    async def hash(
        self, files: Sequence[tuple[str, FileHash | None]], products: int = 0, *, late: bool = False
    ) -> tuple[Observation, ...]:
        """Hash files, except those whose stamps are those of the known hash, which is then returned.

        The first so many are products: a link is not followed, whether it is one of them or on the way.
        Those that come late, because another host has made them, are waited for.
        """
        ...

    async def expand(self, queries: Sequence[GlobQuery]) -> tuple[tuple[GlobMatch, ...], ...]:
        """Expand patterns; each result is sorted by path."""
        ...

    async def remove(self, files: Sequence[tuple[str, FileHash | None]]) -> Removed:
        """Remove files that still have the given hash (None: in any case) and directories that became empty."""
        ...

    async def publish(self, files: Sequence[tuple[str, FileHash]], inputs: Sequence[tuple[str, FileHash]]) -> Published:
        """Put files whose content is stored as blobs in their places, with their modes, unless inputs have changed."""
        ...

    async def forget_blobs(self) -> None:
        """Remove blobs that were stored until now."""
        ...

    async def make_directories(self, paths: Sequence[str]) -> None:
        """Create directories with their parents."""
        ...


class Watcher(Protocol):
    """Notices that somebody touches the project's files. Paths are relative to the root, or absolute."""

    async def watch(
        self,
        directories: Sequence[WatchedDirectory],
        tell: Callable[[PathsTouched], None],
        fail: Callable[[str], None],
    ) -> None:
        """Tell what was touched in these directories since the last pause, and go on telling.

        A directory that was not watched before counts as touched. After a failure nothing is told any more.

        Raises
        ------
        WatcherFailed
            They cannot be watched.
        """
        ...

    async def pause(self) -> PathsTouched:
        """Return what was touched and not told yet, and tell nothing more until the next order to watch."""
        ...


class Reporter(Protocol):
    """Tells people what happens."""

    def report(self, report: Report) -> None:
        """Take a line; never waits and never fails."""
        ...


@dataclass(frozen=True, slots=True)
class NumberedReport:
    """A report with its place in the stream."""

    sequence: int
    """Counts from 1 in the life of a director."""
    at: float
    """Unix seconds on the director's clock."""
    report: Report
    """What happened."""
    missed: int
    """Reports that this follower lost just before this one, because it was too slow or came too late."""


class Feed(Protocol):
    """The stream of all reports, for whoever follows it."""

    @property
    def last_sequence(self) -> int:
        """Number of the last report; 0 before the first one."""
        ...

    def subscribe(self, after: int = 0) -> AsyncIterator[Sequence[NumberedReport]]:
        """Yield all reports with numbers above `after`, in groups; ends when the director does."""
        ...
