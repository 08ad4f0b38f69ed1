"""Patterns with named wildcards, and what matches them.

The director expands the patterns of a plan, by the same rules as this module; a `NamedGlob` holds what it found.
By itself it can look, too, which registers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from stepup_client.errors import StepUpError

from .paths import as_path, as_paths

if TYPE_CHECKING:
    from path import Path

__all__ = (
    "NamedGlob",
    "NamedGlobMatch",
    "convert_nglob_to_glob",
    "convert_nglob_to_regex",
    "escape",
    "glob_base_dir",
    "has_anonymous_wildcards",
    "has_any_wildcards",
    "has_trailing_recursive_wildcard",
    "iter_wildcard_names",
)

_NAME = r"\$\{\*(?P<name>[^}]*)\}"
_SET = r"\[(?P<negated>!?)(?P<members>\][^]/]*|[^]/]+)\]"
_WILD = re.compile(rf"{_NAME}|{_SET}|(?P<deep>(?:(?<=/)|^)\*\*(?:/\*\*)*(?:/|$))|(?P<stars>\*+)|(?P<one>\?)")
_ANONYMOUS = re.compile(rf"[*?]|{_SET}")
_NOT_EMPTY = "(?=[^/])"


def escape(path: str) -> str:
    """Return a pattern that matches this path only."""
    return re.sub(r"[*?[]", r"[\g<0>]", path)


def iter_wildcard_names(pattern: str) -> Iterator[str]:
    """Return the names of the named wildcards of a pattern, as often as they occur.

    Raises
    ------
    StepUpError
        A name is none.
    """
    return (_name(found, pattern) for found in re.finditer(_NAME, pattern))


def has_anonymous_wildcards(pattern: str) -> bool:
    """Tell whether a pattern has wildcards without a name."""
    return _ANONYMOUS.search(re.sub(_NAME, "", pattern)) is not None


def has_any_wildcards(pattern: str) -> bool:
    """Tell whether a text is a pattern rather than a path."""
    return has_anonymous_wildcards(pattern) or any(True for _ in iter_wildcard_names(pattern))


def has_trailing_recursive_wildcard(pattern: str) -> bool:
    """Tell whether a pattern matches all that is in some directories, at any depth."""
    return pattern.rpartition("/")[2] == "**"


def glob_base_dir(pattern: str) -> str:
    """Return the directory below which everything lies that a pattern matches."""
    wild = _WILD.search(pattern)
    return (pattern if wild is None else pattern[: wild.start()]).rpartition("/")[0] or (
        "/" if pattern.startswith("/") else "."
    )


def convert_nglob_to_glob(pattern: str, subs: Mapping[str, str] | None = None) -> str:
    """Return a pattern with the sub-patterns of its named wildcards in their place, for the module `glob`."""
    inner = subs or {}
    plain = re.sub(_NAME, lambda found: inner.get(_name(found, pattern), "*"), pattern)
    return "/".join(part if part == "**" else re.sub(r"\*+", "*", part) for part in plain.split("/"))


def convert_nglob_to_regex(pattern: str, subs: Mapping[str, str] | None = None, *, allow_names: bool = True) -> str:
    """Return an expression for all paths that match a pattern; its groups are the named wildcards.

    Raises
    ------
    StepUpError
        The pattern is empty, or names a wildcard where there may be none.
    """
    if not pattern:
        raise StepUpError("An empty pattern matches nothing.")
    if not allow_names and any(True for _ in iter_wildcard_names(pattern)):
        raise StepUpError(f"A named wildcard is not allowed here: {pattern}")
    named: set[str] = set()
    pieces: list[str] = []
    end = 0
    for found in _WILD.finditer(pattern):
        pieces.append(re.escape(pattern[end : found.start()]))
        pieces.append(_piece(found, pattern, named, subs or {}))
        end = found.end()
    pieces.append(re.escape(pattern[end:]))
    return "".join(pieces) + ("/?" if _ends_in_stars(pattern, subs or {}) else "")


def _name(found: re.Match[str], pattern: str) -> str:
    """Return the name of a named wildcard."""
    name = found["name"]
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is None:
        raise StepUpError(f"A named wildcard is written ${{*name}}, not {found[0]}: {pattern}")
    return name


def _piece(found: re.Match[str], pattern: str, named: set[str], subs: Mapping[str, str]) -> str:
    """Return the expression of a wildcard."""
    not_empty = _NOT_EMPTY if found.start() == 0 or pattern[found.start() - 1] == "/" else ""
    match found.lastgroup:
        case "name":
            return not_empty + _group(_name(found, pattern), named, subs)
        case "members":
            inside = re.sub(r"[\\\[\]^&~|]", r"\\\g<0>", found["members"])
            return f"[^/{inside}]" if found["negated"] else f"(?!/)[{inside}]"
        case "deep":
            return "(?:[^/]+/)*" if found[0].endswith("/") else ".*"
        case "stars":
            return not_empty + "[^/]*"
        case _:
            return "[^/]"


def _group(name: str, named: set[str], subs: Mapping[str, str]) -> str:
    """Return the expression of a named wildcard: the same text wherever the name occurs."""
    if name in named:
        return f"(?P={name})"
    named.add(name)
    inner = subs.get(name, "*")
    expression = convert_nglob_to_regex(inner, allow_names=False).removeprefix(_NOT_EMPTY).removesuffix("/?")
    return f"(?P<{name}>{expression})"


def _ends_in_stars(pattern: str, subs: Mapping[str, str]) -> bool:
    """Tell whether a pattern matches files and directories alike: then the slash of these is not asked for."""
    last = re.search(_NAME + "$", pattern)
    text = pattern if last is None else subs.get(last["name"], "*")
    return text.endswith("*") and not has_trailing_recursive_wildcard(text)


class NamedGlob:
    """A pattern with its matches."""

    __slots__ = ("_names", "_pattern", "_regex", "_results", "_subs")

    def __init__(
        self,
        pattern: str,
        subs: Mapping[str, str] | None = None,
        results: Mapping[tuple[str, ...], Iterable[str]] | None = None,
    ) -> None:
        """Keep what was found, by what the named wildcards stand for; nothing is looked up.

        Raises
        ------
        StepUpError
            The pattern has no meaning.
        """
        self._pattern = pattern
        self._subs = dict(subs or {})
        self._names = tuple(dict.fromkeys(iter_wildcard_names(pattern)))
        self._results = {values: set(map(str, paths)) for values, paths in (results or {}).items()}
        self._regex = _compiled(pattern, self._subs)

    @property
    def pattern(self) -> str:
        """What is looked for."""
        return self._pattern

    @property
    def subs(self) -> dict[str, str]:
        """What each named wildcard may stand for, unless it is anything."""
        return self._subs

    @property
    def results(self) -> dict[tuple[str, ...], set[Path]]:
        """The matching paths, by what the named wildcards stand for, in the order of their first use."""
        return {values: set(as_paths(paths)) for values, paths in self._results.items()}

    def __bool__(self) -> bool:
        return bool(self._results)

    def __iter__(self) -> Iterator[Path | NamedGlobMatch]:
        return iter(self.matches() if self._names else self.files())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NamedGlob):
            return NotImplemented
        return (self._pattern, self._subs, self._results) == (other._pattern, other._subs, other._results)

    __hash__ = None  # type: ignore[assignment] # as for any mutable value

    def __repr__(self) -> str:
        return f"NamedGlob({self._pattern!r}, {self._subs!r}, files={self.files()!r})"

    def glob(self) -> None:
        """Add what matches on disk now, seen from the current directory. The director is not told."""
        # Only plans that look by themselves need it.
        import glob

        pattern = convert_nglob_to_glob(self._pattern, self._subs)
        found = glob.iglob(pattern, recursive=True, include_hidden=True)
        directories = set(glob.iglob(pattern.rstrip("/") + "/", recursive=True, include_hidden=True))
        self.extend(path + "/" if path + "/" in directories else path for path in found)

    def extend(self, paths: Iterable[str]) -> None:
        """Add those of some paths that match; directories are written with a trailing slash."""
        for path in paths:
            values = self._match_values(path)
            if values is not None:
                self._results.setdefault(values, set()).add(str(path))

    def reduce(self, paths: Iterable[str]) -> None:
        """Remove those of some paths that match."""
        for path in paths:
            values = self._match_values(path)
            if values is not None and values in self._results:
                self._results[values].discard(str(path))
                if not self._results[values]:
                    del self._results[values]

    def will_change(self, deleted: Collection[str], added: Collection[str]) -> NamedGlob | None:
        """Return what matches after some paths were deleted and added; None when that is the same as now."""
        later = NamedGlob(self._pattern, self._subs, self._results)
        later.extend(added)
        later.reduce(deleted)
        return None if later == self else later

    def matches(self) -> Iterator[NamedGlobMatch]:
        """Return the matches, grouped and sorted by what the named wildcards stand for."""
        alone = not has_anonymous_wildcards(self._pattern)
        for values in sorted(self._results):
            paths = as_paths(sorted(self._results[values]))
            mapping = dict(zip(self._names, values, strict=True))
            yield NamedGlobMatch(mapping, paths[0] if alone and len(paths) == 1 else paths)

    def files(self) -> list[Path]:
        """Return all matching paths, sorted; directories end in a slash."""
        return as_paths(sorted(path for paths in self._results.values() for path in paths))

    def single(self) -> Path:
        """Return the only matching path.

        Raises
        ------
        StepUpError
            There is none, or there are several.
        """
        return _only(self._pattern, self.files())

    def _match_values(self, path: str) -> tuple[str, ...] | None:
        """Return what the named wildcards stand for in a path; None when it does not match."""
        found = self._regex.fullmatch(path)
        return None if found is None else tuple(found[name] for name in self._names)


class NamedGlobMatch:
    """The paths that match with the same captures; each capture is an attribute."""

    __slots__ = ("_files", "_mapping")

    def __init__(self, mapping: dict[str, str], files: Path | list[Path]) -> None:
        """Keep what the named wildcards stand for, and the paths."""
        self._mapping = mapping
        self._files = files

    def __getattr__(self, name: str) -> str:
        if name in NamedGlobMatch.__slots__ or name not in self._mapping:
            raise AttributeError(f"No named wildcard ${{*{name}}}")
        return self._mapping[name]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NamedGlobMatch):
            return NotImplemented
        return (self._mapping, self._files) == (other._mapping, other._files)

    __hash__ = None  # type: ignore[assignment] # as for any mutable value

    def __repr__(self) -> str:
        return f"NamedGlobMatch({self._mapping!r}, files={self._files!r})"

    @property
    def mapping(self) -> dict[str, str]:
        """What each named wildcard stands for."""
        return self._mapping

    @property
    def files(self) -> Path | list[Path]:
        """The path, or a list when the pattern also has wildcards without a name."""
        return self._files

    @property
    def single(self) -> Path:
        """The only path."""
        files = self._files
        return _only(f"match {self._mapping}", files if isinstance(files, list) else [files])


def _compiled(pattern: str, subs: Mapping[str, str]) -> re.Pattern[str]:
    try:
        return re.compile(convert_nglob_to_regex(pattern, subs), re.DOTALL)
    except re.error as error:
        raise StepUpError(f"A pattern is wrong ({error.msg}): {pattern}") from None


def _only(what: str, paths: list[Path]) -> Path:
    if len(paths) != 1:
        raise StepUpError(f"Expected one path for {what}, got {len(paths)}.")
    return as_path(str(paths[0]))
