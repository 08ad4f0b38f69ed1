"""Where a project's outputs may lie: beneath its root, and beneath further directories that its owner has granted.

A path is looked up twice: by its words, and, where a link is in the way, by where the link leads. What is found must
lie beneath one of the directories; from there on no link is followed, so whatever is swapped afterwards leads nowhere.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from .beneath import Root, UnsafePath

__all__ = ("Granted",)


class Granted:
    """The directories of one project, opened when they are needed; for a moment, and for one thread."""

    def __init__(self, root: str, allowed: Sequence[str] = ()) -> None:
        """Use an absolute root and further absolute directories."""
        self._root = root
        self._allowed = tuple(allowed)
        self._open: dict[str, Root] = {}

    def __enter__(self) -> Self:
        """Use it for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        for root in self._open.values():
            root.close()
        self._open.clear()

    def locate(self, path: str) -> tuple[Root, str]:
        """Return the directory beneath which a path lies, and its name there.

        Raises
        ------
        UnsafePath
            It lies beneath none of them.
        """
        if not self._allowed and not path.startswith(("/", "..")):
            return self._root_at(self._root), path
        absolute = posixpath.normpath(posixpath.join(self._root, path))
        found = self._find(absolute, (self._root, *self._allowed))
        if self._allowed and (found is None or found[0].first_link(posixpath.dirname(found[1]))):
            found = self._find_real(absolute) or found
        if found is None:
            raise UnsafePath(path, "lies outside of the project")
        return found

    def _find_real(self, absolute: str) -> tuple[Root, str] | None:
        """Return the granted directory into which a path leads by links, and the rest; never what belongs to StepUp."""
        directory, name = posixpath.split(absolute)
        real = posixpath.join(os.path.realpath(directory), name)
        if real.startswith(posixpath.join(os.path.realpath(self._root), ".stepup/")):
            return None
        return self._find(real, tuple(map(os.path.realpath, self._allowed)))

    def _find(self, absolute: str, directories: Sequence[str]) -> tuple[Root, str] | None:
        """Return the directory that holds a path by its words, and the rest."""
        for directory in directories:
            prefix = directory.rstrip("/") + "/"
            if absolute.startswith(prefix):
                return self._root_at(directory), absolute[len(prefix) :]
        return None

    def _root_at(self, directory: str) -> Root:
        """Return an open directory."""
        root = self._open.get(directory)
        if root is None:
            root = self._open[directory] = Root(directory)
        return root

    # The same methods as those of a root, each raising as it does

    def open_file(self, path: str) -> int:
        """Open a regular file for reading."""
        root, name = self.locate(path)
        return root.open_file(name)

    def stat(self, path: str) -> os.stat_result | None:
        """Return what is at a path itself, be it a link; None when nothing is there."""
        root, name = self.locate(path)
        return root.stat(name)

    def make_parent(self, path: str) -> None:
        """Make the directory of a file, with its parents."""
        root, name = self.locate(path)
        directory = posixpath.dirname(name)
        if directory:
            root.make_directory(directory)

    def make_directory(self, path: str) -> None:
        """Make a directory with its parents; the root itself is there."""
        if posixpath.normpath(posixpath.join(self._root, path)) not in {self._root, *self._allowed}:
            root, name = self.locate(path)
            root.make_directory(name)
