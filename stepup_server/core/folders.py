"""Which nodes lie below a directory, without looking at all the others."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from .ids import NodeId

__all__ = ("Folders",)


class Folders:
    """An index of paths by directory."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, NodeId]] = {}
        """For each directory the paths directly in it."""
        self._folders: dict[str, dict[str, None]] = {}
        """For each directory those directly in it that hold something, at any depth."""

    def add(self, path: str, id_: NodeId) -> None:
        """Put a path into its directory."""
        directory = posixpath.dirname(path)
        entries = self._entries.get(directory)
        if entries is None:
            entries = self._entries[directory] = {}
            self._link(directory)
        entries[path] = id_

    def _link(self, directory: str) -> None:
        """Let the directories above know of one that holds something now."""
        while (above := posixpath.dirname(directory)) != directory:
            siblings = self._folders.setdefault(above, {})
            if directory in siblings:
                return
            siblings[directory] = None
            directory = above

    def remove(self, path: str) -> None:
        """Take a path out of its directory."""
        directory = posixpath.dirname(path)
        entries = self._entries[directory]
        del entries[path]
        if not entries:
            del self._entries[directory]
            self._unlink(directory)

    def _unlink(self, directory: str) -> None:
        """Let the directories above forget one that holds nothing any more."""
        while directory not in self._entries and directory not in self._folders:
            above = posixpath.dirname(directory)
            siblings = self._folders.get(above)
            if siblings is None or above == directory:
                return
            siblings.pop(directory, None)
            if siblings:
                return
            del self._folders[above]
            directory = above

    def below(self, directory: str) -> Iterator[NodeId]:
        """Return what lies below a directory, at any depth."""
        waiting = [directory]
        while waiting:
            current = waiting.pop()
            yield from self._entries.get(current, {}).values()
            waiting.extend(self._folders.get(current, {}))
