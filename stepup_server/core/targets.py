"""Targets: what a build is restricted to.

A file target wants the step that makes this file, an optional one too.
A directory target, which ends in a slash, wants the steps that make regular outputs below it,
except those that are optional: it means "what this build would make there anyway".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .paths import join, parents
from .states import Need
from .values import NOWHERE

__all__ = ("Targets", "directories_of", "read_targets")


@dataclass(frozen=True, slots=True)
class Targets:
    """The files and directories that a build is restricted to; none: it makes everything."""

    files: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()
    """Normalised, without a trailing slash; `.` is the root."""

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.files or self.directories)

    @property
    def threshold(self) -> Need:
        """The largest need that is no reason to run a step."""
        return Need.DEFAULT if self else Need.OPTIONAL

    def name(self, path: str) -> bool:
        """Tell whether a path is a file target."""
        return path in self.files

    def enclose(self, path: str) -> bool:
        """Tell whether a path lies below a directory target."""
        return bool(self.directories) and not self.directories.isdisjoint(directories_of(path))


def directories_of(path: str) -> list[str]:
    """Return the directories that hold a path, with the root if it lies there."""
    above = parents(path)
    return above if path.startswith(("/", "../")) else [*above, "."]


def read_targets(texts: Iterable[str]) -> Targets:
    """Read targets, relative to the root; those that end in a slash are directories.

    Raises
    ------
    InvalidPath
        One is empty, too long or holds a NUL byte.
    """
    texts = tuple(texts)
    files, directories = (
        frozenset(join(".", text, NOWHERE) for text in texts if text.endswith("/") is is_directory)
        for is_directory in (False, True)
    )
    return Targets(files, directories)
