"""Noticing that somebody touches the project's files: the `Watcher` port.

What is told are hints; whoever hears them looks for himself. So it is enough that nothing is lost.
While nobody listens nothing is read: the kernel keeps the queue, which costs us nothing during a build.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from stepup_server.core.events import PathsTouched
from stepup_server.core.values import EVERYTHING, WatchedDirectory
from stepup_server.engine.ports import WatcherFailed

if TYPE_CHECKING:
    from .inotify import Directories

__all__ = ("ProjectWatcher",)

GATHER_S = 0.01
"""How long to wait for more when something was touched: what comes together is told together."""
Tell = Callable[[PathsTouched], None]


class ProjectWatcher:
    """Watches directories of one project, inside and outside its root. The current directory plays no part."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._directories: Directories | None = None
        self._lock = asyncio.Lock()
        self._listening: _Listening | None = None

    async def watch(self, directories: Sequence[WatchedDirectory], tell: Tell, fail: Callable[[str], None]) -> None:
        """Tell what was touched in these directories since the last pause, and go on telling.

        A directory that was not watched before counts as touched. After a failure nothing is told any more.

        Raises
        ------
        WatcherFailed
            They cannot be watched.
        """
        async with self._lock:
            self._stop_listening()
            if self._directories is None:
                # Here because most builds watch nothing.
                from .inotify import Directories

                self._directories = Directories(self._root)
            tell(await asyncio.to_thread(self._directories.arm, directories))
            self._listening = _Listening(self._directories, tell, fail)

    async def pause(self) -> PathsTouched:
        """Return what was touched and not told yet, and tell nothing more until the next order to watch."""
        async with self._lock:
            self._stop_listening()
            try:
                return PathsTouched(hints=(EVERYTHING,)) if self._directories is None else self._directories.read()
            except WatcherFailed:
                return PathsTouched(hints=(EVERYTHING,))

    def close(self) -> None:
        """Watch nothing any more."""
        self._stop_listening()
        if self._directories is not None:
            self._directories.close()

    def _stop_listening(self) -> None:
        """Let the kernel keep what comes."""
        if self._listening is not None:
            self._listening.stop()
            self._listening = None


class _Listening:
    """Reads what the kernel has to tell, a moment after it begins to."""

    def __init__(self, directories: Directories, tell: Tell, fail: Callable[[str], None]) -> None:
        self._directories = directories
        self._tell = tell
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._descriptor = -1
        self._listen()

    def stop(self) -> None:
        """Read no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._descriptor)

    def _listen(self) -> None:
        """Wait until there is something."""
        self._timer = None
        self._descriptor = self._directories.descriptor
        self._loop.add_reader(self._descriptor, self._on_readable)

    def _on_readable(self) -> None:
        """Wait for what comes with it."""
        self._loop.remove_reader(self._descriptor)
        self._timer = self._loop.call_later(GATHER_S, self._read)

    def _read(self) -> None:
        """Tell what there is."""
        try:
            news = self._directories.read()
        except WatcherFailed as failure:
            self._fail(str(failure))
            return
        self._listen()
        self._tell(news)
