"""Hints that something was touched, and what of all that is recorded they put in doubt."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from .paths import is_below
from .patterns import Deep, Literal, compile_query
from .values import GlobQuery, Hint, Reach, WatchedDirectory

__all__ = ("doubtful_files", "doubtful_queries", "where_matches_are")

LEVELS_MAX = 1000
"""As many levels of directories as a recursive pattern has."""


def doubtful_files(hints: Sequence[Hint], files: Iterable[str]) -> dict[str, None]:
    """Return those of the files that may be different now, in the order of the hints, then of their paths."""
    known = frozenset(files)
    doubtful: dict[str, None] = {}
    directories: dict[str, list[str]] = {}
    hints = _without_repetition(hints)
    if any(hint.reach is not Reach.ENTRY for hint in hints):
        for path in sorted(known):
            directories.setdefault(posixpath.dirname(path) or ".", []).append(path)
    for path, reach in hints:
        if path in known:
            doubtful[path] = None
        if reach is Reach.DIRECTORY:
            doubtful.update(dict.fromkeys(directories.get(path, ())))
        elif reach is Reach.SUBTREE:
            inside = (held for directory, held in directories.items() if is_below(directory, path))
            doubtful.update(dict.fromkeys(sorted(held for some in inside for held in some)))
    return doubtful


def _without_repetition(hints: Sequence[Hint]) -> tuple[Hint, ...]:
    """Leave out what another hint implies: a removed directory is told of with everything that it held."""
    subtrees = {hint.path for hint in hints if hint.reach is Reach.SUBTREE}
    return tuple(dict.fromkeys(hint for hint in hints if not any(above in subtrees for above in _above(hint.path))))


def _above(path: str) -> Iterator[str]:
    """Return the directories above a path, nearest first, up to the root of whatever it is in."""
    while path not in {"", ".", "/"}:
        path = posixpath.dirname(path) or "."
        yield path


def doubtful_queries(hints: Sequence[Hint], queries: Iterable[GlobQuery]) -> tuple[GlobQuery, ...]:
    """Return those of the patterns that may match something else now."""
    hints = _without_repetition(hints)
    return tuple(query for query in queries if any(_concerns(hint, query) for hint in hints))


def _concerns(hint: Hint, query: GlobQuery) -> bool:
    """Tell whether a pattern may match something else because of a hint."""
    path, reach = hint
    if reach is Reach.ENTRY:
        return compile_query(query).matches(path)
    where = where_matches_are(query)
    if _holds(where, path):
        return True
    # Something below it may match, or it does itself.
    return reach is Reach.SUBTREE and (is_below(where.path, path) or _holds(where, posixpath.dirname(path) or "."))


def where_matches_are(query: GlobQuery) -> WatchedDirectory:
    """Return the directory from which all matches of a pattern can be reached, and how deep they may lie."""
    pattern = compile_query(query)
    parts = list(pattern.parts)
    path = "/" if pattern.is_absolute else ""
    while len(parts) > 1 and isinstance(first := parts[0], Literal):
        path += first.name + "/"
        del parts[0]
    levels = LEVELS_MAX if any(isinstance(part, Deep) for part in parts) else len(parts) - 1
    return WatchedDirectory(path.rstrip("/") or (path or "."), levels)


def _holds(place: WatchedDirectory, directory: str) -> bool:
    """Tell whether a directory is one of those that count."""
    if directory == place.path:
        return True
    if not is_below(directory, place.path):
        return False
    below = directory if place.path == "." else directory[len(place.path.rstrip("/")) + 1 :]
    return below.count("/") < place.levels
