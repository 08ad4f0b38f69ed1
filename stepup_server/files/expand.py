"""Expanding patterns on disk: a walk that reads only the directories in which something can match.

Links to directories are followed, except into a directory that the walk is already in, so that `**` ends.
A directory that cannot be read has no matches.
Names that are not UTF-8 cannot be spoken of in the protocol, and never match.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stepup_server.core.patterns import Deep, Literal, Part, PathPattern, Wild, compile_query
from stepup_server.core.values import GlobMatch, GlobQuery
from stepup_shared.hindrance import is_hindrance

__all__ = ("expand_queries",)


def expand_queries(root: str, queries: Sequence[GlobQuery]) -> tuple[tuple[GlobMatch, ...], ...]:
    """Return the matches of each query, sorted by path. All of them see the same listings."""
    walk = _Walk(root)
    return tuple(tuple(sorted(walk.matches(compile_query(query)))) for query in queries)


class _Entry(NamedTuple):
    """What a directory holds."""

    name: str
    is_directory: bool
    """Links are followed."""
    is_link: bool


class _Place(NamedTuple):
    """A directory that the walk has reached."""

    path: str
    """Empty for the root of the project; otherwise ends in a slash."""
    level: int
    """The part of the pattern that is next."""
    inside: tuple[tuple[int, int], ...]
    """Identities of the directories that recursive parts went through."""


class _Walk:
    """One look at the disk."""

    def __init__(self, root: str) -> None:
        self._prefix = root.rstrip("/") + "/"
        self._listings: dict[str, list[_Entry]] = {}

    def matches(self, pattern: PathPattern) -> Iterator[GlobMatch]:
        """Return what a pattern matches, in no order."""
        for path in self._candidates(pattern):
            captures = pattern.captures(path)
            if captures is not None:
                yield GlobMatch(path, captures)

    def _candidates(self, pattern: PathPattern) -> dict[str, None]:
        """Return the paths to which the parts of a pattern lead; directories end in a slash."""
        found: dict[str, None] = {}
        seen: set[tuple[str, int]] = set()
        places = [_Place("/" if pattern.is_absolute else "", 0, ())]
        while places:
            place = places.pop()
            if (place.path, place.level) in seen:
                continue
            seen.add((place.path, place.level))
            if place.level == len(pattern.parts):
                found[place.path] = None
                continue
            files, onward = self._step(place, pattern.parts[place.level])
            places += onward
            if place.level + 1 == len(pattern.parts):
                found.update(dict.fromkeys(files))
        found.pop("", None)
        return found

    def _step(self, place: _Place, part: Part) -> tuple[list[str], list[_Place]]:
        """Return the files that a part lets through, and the directories to go on from."""
        if isinstance(part, Deep):
            return self._descend(place)
        entries = self._look(place.path, part.name) if isinstance(part, Literal) else self._pick(place.path, part)
        files = [place.path + entry.name for entry in entries if not entry.is_directory]
        directories = [f"{place.path}{entry.name}/" for entry in entries if entry.is_directory]
        return files, [_Place(path, place.level + 1, place.inside) for path in directories]

    def _descend(self, place: _Place) -> tuple[list[str], list[_Place]]:
        """Stand still, or go one directory deeper with the same recursive part."""
        status = self._stat(place.path)
        inside = (*place.inside, (status.st_dev, status.st_ino)) if status else place.inside
        files: list[str] = []
        onward = [_Place(place.path, place.level + 1, place.inside)]
        for entry in self._list(place.path):
            path = place.path + entry.name
            if not entry.is_directory:
                files.append(path)
            elif not (entry.is_link and self._is_inside(path, inside)):
                onward.append(_Place(path + "/", place.level, inside))
        return files, onward

    def _is_inside(self, path: str, inside: tuple[tuple[int, int], ...]) -> bool:
        """Tell whether a link leads back into a directory that the walk is in."""
        status = self._stat(path)
        return status is None or (status.st_dev, status.st_ino) in inside

    def _pick(self, directory: str, part: Wild) -> list[_Entry]:
        """Return the entries whose names match."""
        return [entry for entry in self._list(directory) if part.regex.fullmatch(entry.name)]

    def _look(self, directory: str, name: str) -> list[_Entry]:
        """Return the one entry of that name, if it is there."""
        status = self._stat(directory + name)
        return [] if status is None else [_Entry(name, stat.S_ISDIR(status.st_mode), is_link=False)]

    def _stat(self, path: str) -> os.stat_result | None:
        """Look at a path; None when there is nothing."""
        try:
            return os.stat(self._on_disk(path))
        except OSError as error:
            _raise_hindrance(error)
            return None

    def _list(self, directory: str) -> list[_Entry]:
        """Return what a directory holds, read once."""
        listing = self._listings.get(directory)
        if listing is None:
            listing = self._listings[directory] = _read(self._on_disk(directory))
        return listing

    def _on_disk(self, path: str) -> str:
        """Return a path which does not depend on the current directory."""
        return path if path.startswith("/") else self._prefix + path


def _read(directory: str) -> list[_Entry]:
    """List a directory."""
    try:
        with os.scandir(directory) as entries:
            return [known for entry in entries if (known := _entry(entry)) is not None]
    except OSError as error:
        _raise_hindrance(error)
        return []


def _raise_hindrance(error: OSError) -> None:
    """Raise an error again which says nothing about a directory: no match would be a lie."""
    if is_hindrance(error):
        raise error


def _entry(entry: os.DirEntry[str]) -> _Entry | None:
    """Return what one entry is; None for a link that leads nowhere and for a name that is not text."""
    if not _is_text(entry.name):
        return None
    if not entry.is_symlink():
        return _Entry(entry.name, entry.is_dir(), is_link=False)
    try:
        return _Entry(entry.name, stat.S_ISDIR(os.stat(entry.path).st_mode), is_link=True)
    except OSError as error:
        _raise_hindrance(error)
        return None


def _is_text(name: str) -> bool:
    """Tell whether a name is UTF-8."""
    return name.isascii() or not any("\udc80" <= character <= "\udcff" for character in name)
