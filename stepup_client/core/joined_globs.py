"""Several patterns of version 1, joined on what their named wildcards stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from stepup_client.errors import StepUpError

from .globs import NamedGlob, NamedGlobMatch, iter_wildcard_names
from .paths import as_paths

if TYPE_CHECKING:
    from path import Path

__all__ = ("NGlobMatch", "NGlobMulti")


class NGlobMulti:
    """The matches of several patterns in which the same name stands for the same text."""

    __slots__ = ("_globs", "_matches")

    def __init__(self, globs: Sequence[NamedGlob]) -> None:
        """Join patterns that were looked up."""
        self._globs = tuple(globs)
        self._matches = sorted(_joined(globs), key=lambda match: sorted(match.mapping.items()))

    def __bool__(self) -> bool:
        return bool(self._matches)

    def __iter__(self) -> Iterator[Path | NGlobMatch]:
        has_names = any(True for found in self._globs for _ in iter_wildcard_names(found.pattern))
        return iter(self.matches() if has_names else self.files())

    def __repr__(self) -> str:
        return f"NGlobMulti({[found.pattern for found in self._globs]!r}, files={self.files()!r})"

    def matches(self) -> list[NGlobMatch]:
        """Return the joined matches, sorted by what the names stand for."""
        return list(self._matches)

    def files(self) -> list[Path]:
        """Return the paths of all joined matches, sorted, each once."""
        return as_paths(sorted({str(path) for match in self._matches for path in match.all_files()}))

    def single(self) -> Path:
        """Return the only matching path.

        Raises
        ------
        StepUpError
            There is none, or there are several.
        """
        return _only(self.files())


class NGlobMatch:
    """One match of each of several patterns; each capture is an attribute."""

    __slots__ = ("_mapping", "_matches")

    def __init__(self, mapping: Mapping[str, str], matches: Sequence[NamedGlobMatch]) -> None:
        """Keep what the names stand for, and the match of each pattern."""
        self._mapping = dict(mapping)
        self._matches = tuple(matches)

    def __getattr__(self, name: str) -> str:
        if name in NGlobMatch.__slots__ or name not in self._mapping:
            raise AttributeError(f"No named wildcard ${{*{name}}}")
        return self._mapping[name]

    def __repr__(self) -> str:
        return f"NGlobMatch({self._mapping!r}, files={self.files!r})"

    @property
    def mapping(self) -> dict[str, str]:
        """What each named wildcard stands for."""
        return self._mapping

    @property
    def files(self) -> list[Path | list[Path]]:
        """For each pattern its path, or a list when it also has wildcards without a name."""
        return [match.files for match in self._matches]

    @property
    def single(self) -> Path:
        """The only path."""
        return _only(self.all_files())

    def all_files(self) -> list[Path]:
        """Return the paths of all patterns."""
        paths: list[Path] = []
        for files in self.files:
            paths += files if isinstance(files, list) else [files]
        return paths

    def extended(self, match: NamedGlobMatch) -> NGlobMatch | None:
        """Return this together with a match of a further pattern; None when a name stands for something else there."""
        shared = self._mapping.keys() & match.mapping.keys()
        if any(self._mapping[name] != match.mapping[name] for name in shared):
            return None
        return NGlobMatch({**self._mapping, **match.mapping}, (*self._matches, match))


def _joined(globs: Sequence[NamedGlob]) -> list[NGlobMatch]:
    """Return all combinations of matches, one of each pattern, that agree about their names."""
    combined = [NGlobMatch({}, ())]
    for found in globs:
        pairs = ((before, match) for before in combined for match in found.matches())
        combined = [both for before, match in pairs if (both := before.extended(match)) is not None]
    return combined


def _only(paths: list[Path]) -> Path:
    if len(paths) != 1:
        raise StepUpError(f"Expected one path, got {len(paths)}.")
    return paths[0]
