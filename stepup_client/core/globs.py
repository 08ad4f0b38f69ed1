"""What a pattern matched, with what its named wildcards stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from stepup_client.errors import StepUpError

from .declarations import GlobMatch
from .paths import as_paths

if TYPE_CHECKING:
    from path import Path

__all__ = ("NamedGlob", "NamedGlobMatch", "escape")

_NAMED = r"\$\{\*\w*\}"
_ANONYMOUS = r"[*?[]"


def escape(path: str) -> str:
    """Return a pattern that matches this path only."""
    return re.sub(_ANONYMOUS, r"[\g<0>]", path)


class NamedGlob:
    """A pattern with its matches, as the director found them."""

    __slots__ = ("_found", "pattern", "subs")

    def __init__(self, pattern: str, subs: Mapping[str, str] | None = None, found: Sequence[GlobMatch] = ()) -> None:
        """Keep what was found; nothing is looked up."""
        self.pattern = pattern
        self.subs = dict(subs or {})
        self._found = tuple(found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Path | NamedGlobMatch]:
        return iter(self.matches() if self._has_names() else self.files())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NamedGlob):
            return NotImplemented
        return (self.pattern, self.subs, self._found) == (other.pattern, other.subs, other._found)

    __hash__ = None  # type: ignore[assignment] # as for any mutable value

    def __repr__(self) -> str:
        return f"NamedGlob({self.pattern!r}, {self.subs!r}, files={[match.path for match in self._found]!r})"

    def files(self) -> list[Path]:
        """Return all matching paths, sorted; directories end in a slash."""
        return as_paths(sorted(match.path for match in self._found))

    def matches(self) -> list[NamedGlobMatch]:
        """Return the matches, grouped and sorted by what the named wildcards stand for."""
        groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for match in self._found:
            groups.setdefault(tuple(sorted(match.captures.items())), []).append(match.path)
        alone = self._names_everything()
        return [NamedGlobMatch(dict(names), sorted(groups[names]), alone=alone) for names in sorted(groups)]

    def single(self) -> Path:
        """Return the only matching path.

        Raises
        ------
        StepUpError
            There is none, or there are several.
        """
        return _only(self.pattern, self.files())

    def _has_names(self) -> bool:
        return re.search(_NAMED, self.pattern) is not None

    def _names_everything(self) -> bool:
        """Tell whether the names alone decide which path matches."""
        return re.search(_ANONYMOUS, re.sub(_NAMED, "", self.pattern)) is None


class NamedGlobMatch:
    """The paths that match with the same captures; each capture is an attribute."""

    __slots__ = ("_alone", "_paths", "mapping")

    def __init__(self, mapping: dict[str, str], paths: list[str], *, alone: bool) -> None:
        """Keep captures and paths; `alone` when the captures allow for one path only."""
        self.mapping = mapping
        self._paths = paths
        self._alone = alone

    def __getattr__(self, name: str) -> str:
        if name in NamedGlobMatch.__slots__ or name not in self.mapping:
            raise AttributeError(f"No named wildcard ${{*{name}}}")
        return self.mapping[name]

    def __repr__(self) -> str:
        return f"NamedGlobMatch({self.mapping!r}, files={self._paths!r})"

    @property
    def files(self) -> Path | list[Path]:
        """The path, or a list when the pattern also has wildcards without a name."""
        return self.single if self._alone else as_paths(self._paths)

    @property
    def single(self) -> Path:
        """The only path."""
        return _only(f"match {self.mapping}", as_paths(self._paths))


def _only(what: str, paths: list[Path]) -> Path:
    if len(paths) != 1:
        raise StepUpError(f"Expected one path for {what}, got {len(paths)}.")
    return paths[0]
