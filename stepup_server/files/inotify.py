"""The directories that the kernel watches for us (inotify), under the names by which the project knows them.

Watched are the directories in which something matters, the directories above them inside the project, which tell of
moves and removals, and the nearest directory that is there for one that is not.
When a directory comes, goes or moves, everything below it counts as touched, after it is watched under its new name.
When the kernel's queue overflows, everything does.
"""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence

from asyncinotify import Event, Inotify, Mask, Watch

from stepup_server.core.events import PathsTouched
from stepup_server.core.paths import is_below
from stepup_server.core.values import EVERYTHING, Hint, Reach, WatchedDirectory
from stepup_server.engine.ports import WatcherFailed

__all__ = ("Directories",)

INTERNAL = ".stepup"
"""The director's own directory, in which nothing matters to anybody else."""

_SELF_GONE = Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.UNMOUNT | Mask.IGNORED
_MASK = (
    Mask.CLOSE_WRITE
    | Mask.ATTRIB
    | Mask.CREATE
    | Mask.DELETE
    | Mask.MOVED_FROM
    | Mask.MOVED_TO
    | Mask.DELETE_SELF
    | Mask.MOVE_SELF
    | Mask.ONLYDIR
)
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG})


class Directories:
    """What is watched, and what has been touched there since the last time."""

    def __init__(self, root: str) -> None:
        self._prefix = os.path.abspath(root).rstrip("/") + "/"
        self._inotify: Inotify | None = None
        self._wanted: dict[str, int] = {}
        """Where something matters, and how many levels below it."""
        self._watched: dict[str, Watch] = {}
        """By name. Links may give several names to one watch."""
        self._names: dict[int, dict[str, None]] = {}
        """The names of a watch, by its descriptor."""

    @property
    def descriptor(self) -> int:
        """What becomes readable when something is touched."""
        if self._inotify is None:
            raise WatcherFailed("Nothing is watched.")
        return self._inotify.fd

    def arm(self, directories: Iterable[WatchedDirectory]) -> PathsTouched:
        """Watch these directories and no others; return what may be different."""
        self._wanted = dict(directories)
        before = self._open()
        if before is None:
            return self._start_over()
        news = self.read()
        needed = dict.fromkeys(self._needed((".",)))
        for name in [name for name in self._watched if name not in needed]:
            self._forget(name)
        fresh = [Hint(name, Reach.DIRECTORY) for name in needed if self._add(name)]
        return PathsTouched(hints=(*news.hints, *fresh))

    def read(self) -> PathsTouched:
        """Return what was touched since the last time."""
        if self._inotify is None:
            return PathsTouched(hints=(EVERYTHING,))
        hints: dict[Hint, None] = {}
        for event in self._inotify:
            if Mask.Q_OVERFLOW in event.mask:
                return self._start_over()
            hints.update(dict.fromkeys(self._meanings(event)))
        moved = tuple(hint.path for hint in hints if hint.reach is Reach.SUBTREE)
        if moved:
            self._watch_again(moved)
        return PathsTouched(hints=tuple(hints))

    def close(self) -> None:
        """Let the kernel forget everything."""
        if self._inotify is not None:
            self._inotify.close()
            self._inotify = None
        self._watched.clear()
        self._names.clear()

    def _start_over(self) -> PathsTouched:
        """Watch everything anew; everything may be different."""
        self.close()
        self._open()
        for name in self._needed((".",)):
            self._add(name)
        return PathsTouched(hints=(EVERYTHING,))

    def _open(self) -> Inotify | None:
        """Return what watches for us already; otherwise begin."""
        before = self._inotify
        if before is None:
            try:
                self._inotify = Inotify(sync_timeout=0, cache_size=64)
            except OSError as error:
                raise _failure(error) from error
        return before

    # What the kernel says

    def _meanings(self, event: Event) -> Iterator[Hint]:
        """Return what an event says, under all names of its directory."""
        watch = event.watch
        if watch is None:
            return
        for directory in tuple(self._names.get(watch.wd, ())):
            if event.name is None:
                if event.mask & _SELF_GONE:
                    yield Hint(directory, Reach.SUBTREE)
            else:
                path = _join(directory, str(event.name))
                if path != INTERNAL:
                    yield Hint(path, Reach.SUBTREE if Mask.ISDIR in event.mask else Reach.ENTRY)

    def _watch_again(self, moved: Sequence[str]) -> None:
        """Correct the names after directories have come, gone or moved."""
        for name in [name for name in self._watched if any(is_below(name, path) for path in moved)]:
            self._forget(name)
        for name in self._needed(moved):
            self._add(name)

    # What to watch

    def _needed(self, changed: Sequence[str]) -> Iterator[str]:
        """Return the names of all directories that are to be watched at, above or below changed places."""
        for path, levels in self._wanted.items():
            yield from self._way_to(path)
            for place in changed:
                if is_below(path, place):
                    yield from self._walk(path, levels)
                elif levels and is_below(place, path):
                    yield from self._walk(place, levels - _depth(place, path))

    def _way_to(self, path: str) -> Iterator[str]:
        """Return a directory, and those above it that tell when it moves; outside the project the nearest one."""
        yield path
        if path.startswith(("/", "..")):
            while path not in {"/", ""} and not os.path.isdir(self._on_disk(path)):
                path = posixpath.dirname(path)
                yield path or "."
            return
        while path != ".":
            path = posixpath.dirname(path) or "."
            yield path

    def _walk(self, path: str, levels: int) -> Iterator[str]:
        """Return a directory and those in it, so many levels deep; links are followed, but not in circles."""
        stack: list[tuple[str, int, frozenset[tuple[int, int]]]] = [(path, levels, frozenset())]
        while stack:
            directory, left, inside = stack.pop()
            if left < 0 or directory == INTERNAL:
                continue
            try:
                status = os.stat(self._on_disk(directory))
                identity = (status.st_dev, status.st_ino)
                if identity in inside:
                    continue
                with os.scandir(self._on_disk(directory)) as entries:
                    below = [entry.name for entry in entries if left and entry.is_dir()]
            except OSError:
                continue
            yield directory
            inside |= {identity}
            stack += [(_join(directory, name), left - 1, inside) for name in below]

    # One watch

    def _add(self, name: str) -> bool:
        """Watch a directory, if it is there; return whether that is new."""
        if name in self._watched or self._inotify is None:
            return False
        try:
            # It lacks the type of what a path may be made of.
            watch = self._inotify.add_watch(self._on_disk(name), _MASK)  # pyright: ignore[reportUnknownMemberType]
        except OSError as error:
            if error.errno in _NOT_THERE:
                return False
            raise _failure(error) from error
        self._watched[name] = watch
        self._names.setdefault(watch.wd, {})[name] = None
        return True

    def _forget(self, name: str) -> None:
        """Watch a directory no more under this name."""
        watch = self._watched.pop(name)
        names = self._names[watch.wd]
        del names[name]
        if not names and self._inotify is not None:
            del self._names[watch.wd]
            try:
                self._inotify.rm_watch(watch)
            except OSError as error:
                # The kernel has forgotten it already, because the directory is gone.
                if error.errno != errno.EINVAL:
                    raise _failure(error) from error

    def _on_disk(self, path: str) -> str:
        """Return a path which does not depend on the current directory."""
        return path if path.startswith("/") else self._prefix + path


def _join(directory: str, name: str) -> str:
    """Return the path of an entry as the project knows it."""
    return name if directory == "." else posixpath.join(directory, name)


def _depth(path: str, directory: str) -> int:
    """Return how many levels a path lies below a directory."""
    if directory == ".":
        return path.count("/") + 1
    return path[len(directory.rstrip("/")) :].count("/")


_LIMITS = {
    errno.EMFILE: "fs.inotify.max_user_instances",
    errno.ENOSPC: "fs.inotify.max_user_watches",
}


def _failure(error: OSError) -> WatcherFailed:
    """Say what is wrong, and what to do."""
    limit = _LIMITS.get(error.errno or 0)
    advice = f" Raise {limit} (sysctl), or build without --watch." if limit else ""
    return WatcherFailed(f"Cannot watch the files: {error.strerror or error}.{advice} Changes are not noticed.")
