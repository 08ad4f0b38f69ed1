"""Patterns of paths: what may be written, which paths match, and which directories are worth reading.

A pattern is read once and compiled to two things.
The expression over the whole path decides, and yields what named wildcards matched.
The parts, one per directory level, only lead the walk; they may let through more than the expression does.

`*` and `?` stay within a component, no component of a match is empty, hidden names match like others, `[!x]`
negates, `**` as a whole component stands for any number of directories, and `${*name}` captures what its
sub-pattern matches. A pattern that ends in a slash matches directories only, one that ends in `*` matches files and
directories, any other matches files only.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .paths import join
from .refusals import InvalidArgument, InvalidPath
from .values import NOWHERE, GlobQuery, Source

__all__ = (
    "Deep",
    "Literal",
    "Part",
    "PathPattern",
    "Wild",
    "anchor_pattern",
    "check_pattern",
    "check_static_pattern",
    "compile_query",
    "escape",
    "has_wildcards",
    "named_wildcards",
)

_TOKEN = re.compile(
    r"\$\{\*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}"
    r"|\[(?P<negated>!?+)(?P<members>\][^]/]*|[^]/]+)\]"
    r"|(?P<stars>\*+)|(?P<one>\?)|(?P<slash>/+)"
)
_WILDCARD = re.compile(r"[*?]|\[!?+(?:\][^]/]*|[^]/]+)\]")
_MEMBER = re.compile(r"(.)-(.)|(.)", re.DOTALL)
_NOT_EMPTY = "(?=[^/])"


@dataclass(frozen=True, slots=True)
class Literal:
    """A level of the walk with a known name."""

    name: str


@dataclass(frozen=True, slots=True)
class Wild:
    """A level of the walk whose names must match an expression."""

    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Deep:
    """Any number of levels of the walk, or none."""


Part = Literal | Wild | Deep


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern that was read."""

    regex: re.Pattern[str]
    """Matches whole paths; directories with or without their slash."""
    parts: tuple[Part, ...]
    """What leads the walk, level by level."""
    is_absolute: bool
    """The walk starts at `/`, not at the root of the project."""
    wants_directory: bool
    """Only directories match."""

    def matches(self, path: str) -> bool:
        """Tell whether a path matches; a directory is written with a trailing slash."""
        return self.regex.fullmatch(path) is not None

    def captures(self, path: str) -> tuple[tuple[str, str], ...] | None:
        """Return what each named wildcard matched, sorted by name; None when the path does not match."""
        found = self.regex.fullmatch(path)
        return None if found is None else tuple(sorted(found.groupdict().items()))


def has_wildcards(text: str) -> bool:
    """Tell whether a text is a pattern rather than a path."""
    return _WILDCARD.search(text) is not None


def named_wildcards(pattern: str) -> list[str]:
    """Return the names of the named wildcards of a pattern."""
    return [found["name"] for found in _TOKEN.finditer(pattern) if found["name"]]


def escape(path: str) -> str:
    """Return the pattern that matches exactly this path."""
    return re.sub(r"[*?[]", r"[\g<0>]", path)


def anchor_pattern(base: str, pattern: str, source: Source = NOWHERE) -> str:
    """Return a pattern that is relative to `base` as a normalised one, relative to the root or absolute.

    A trailing slash is kept. Wildcard characters in the name of the base stand for themselves.

    Raises
    ------
    InvalidArgument
        The pattern is empty, too long, or holds a NUL byte.
    """
    joined = join(escape(base), pattern, source)
    return joined + "/" if pattern.endswith("/") and joined != "/" else joined


def check_pattern(pattern: str, source: Source, substitutions: Sequence[tuple[str, str]] = ()) -> None:
    """Refuse a pattern that has no meaning.

    Raises
    ------
    InvalidArgument
        A named wildcard is misspelled, its sub-pattern is not allowed, a range is upside down,
        or `..` follows a wildcard.
    """
    join(".", pattern, source)
    _check_climbing(pattern, source)
    try:
        _compile(pattern, tuple(substitutions))
    except InvalidArgument as refusal:
        raise InvalidArgument(refusal.message, source) from refusal


def check_static_pattern(pattern: str, source: Source, substitutions: Sequence[tuple[str, str]] = ()) -> None:
    """Refuse a pattern that cannot be declared static: a recursive one means a static tree.

    Raises
    ------
    InvalidPath
        The last component is `**`.
    InvalidArgument
        The pattern has no meaning.
    """
    check_pattern(pattern, source, substitutions)
    if pattern.rpartition("/")[2] == "**":
        raise InvalidPath(
            f"A static pattern cannot end in a recursive wildcard: {pattern}. Declare the directory as a static tree,"
            " e.g. static('src/'), which has all that is in it; glob() lists the files.",
            source,
        )


def compile_query(query: GlobQuery) -> PathPattern:
    """Return the meaning of a query.

    Raises
    ------
    InvalidArgument
        As `check_pattern`.
    """
    return _compile(query.pattern, query.substitutions)


def _check_climbing(pattern: str, source: Source) -> None:
    """Refuse `..` behind a wildcard, whose meaning would depend on links."""
    components = pattern.split("/")
    climbs = [position for position, component in enumerate(components) if component == ".."]
    if climbs and has_wildcards("/".join(components[: climbs[-1]])):
        raise InvalidArgument(f"A pattern cannot go up ('..') from a wildcard: {pattern}", source)


class _Token(NamedTuple):
    """A piece of a pattern."""

    kind: str
    """`text`, `stars`, `one`, `class`, `slash`, `deep` or `name`."""
    text: str
    """The literal text, the expression of a class, or the name."""


@functools.lru_cache(maxsize=1024)
def _compile(pattern: str, substitutions: tuple[tuple[str, str], ...]) -> PathPattern:
    """Read a pattern."""
    normal = _normalise(pattern)
    tokens = _merge_deep(_read(normal))
    inner = {name: _read_inner(name, text) for name, text in substitutions}
    flat = [piece for token in tokens for piece in _unfold(token, inner)]
    try:
        return PathPattern(
            regex=re.compile(_fence(normal) + _expression(tokens, inner), re.DOTALL),
            parts=tuple(_parts(flat)),
            is_absolute=pattern.startswith("/"),
            wants_directory=pattern.endswith("/"),
        )
    except re.error as error:
        raise InvalidArgument(f"A pattern is wrong ({error.msg}): {pattern}") from error


def _normalise(pattern: str) -> str:
    """Return a pattern without empty and `.` components; the ends keep their slashes."""
    normal = posixpath.normpath(pattern)
    normal = "/" + normal.lstrip("/") if normal.startswith("/") else normal
    return normal + "/" if pattern.endswith("/") and normal != "/" else normal


def _fence(pattern: str) -> str:
    """Return an expression that keeps wildcards from matching `..` and the root of the file system."""
    climbs = sum(component == ".." for component in pattern.split("/"))
    return "" if pattern.startswith("/") else rf"(?!/|(?:\.\./){{{climbs}}}\.\.(?:/|$))"


def _read(pattern: str) -> list[_Token]:
    """Cut a pattern into tokens."""
    if re.search(r"\$\{\*(?![A-Za-z_][A-Za-z0-9_]*\})", pattern):
        raise InvalidArgument(f"A named wildcard is written ${{*name}}: {pattern}")
    tokens: list[_Token] = []
    end = 0
    for found in _TOKEN.finditer(pattern):
        if found.start() > end:
            tokens.append(_Token("text", pattern[end : found.start()]))
        tokens.append(_token(pattern, found))
        end = found.end()
    if end < len(pattern):
        tokens.append(_Token("text", pattern[end:]))
    return tokens


def _token(pattern: str, found: re.Match[str]) -> _Token:
    """Name a piece that is not literal text."""
    match found.lastgroup:
        case "name":
            return _Token("name", found["name"])
        case "members":
            return _class(found["negated"], found["members"])
        case "stars":
            before, after = pattern[: found.start()], pattern[found.end() :]
            fills = before[-1:] in {"", "/"} and after[:1] in {"", "/"}
            return _Token("deep" if fills and found["stars"] == "**" else "stars", "")
        case "one":
            return _Token("one", "")
        case _:
            return _Token("slash", "")


def _class(negated: str, members: str) -> _Token:
    """Name a class of characters; `[x]` is the usual way to quote a character."""
    if len(members) == 1 and not negated:
        return _Token("text", members)
    inside = "".join(_member(found) for found in _MEMBER.finditer(members))
    return _Token("class", f"[^/{inside}]" if negated else f"(?!/)[{inside}]")


def _member(found: re.Match[str]) -> str:
    """Return the expression of a range or a character within a class."""
    first, last, single = found.groups()
    return re.escape(single) if single else f"{re.escape(first)}-{re.escape(last)}"


def _merge_deep(tokens: list[_Token]) -> list[_Token]:
    """Make one of `**/**`, so that no path is tried in many ways."""
    merged: list[_Token] = []
    for token in tokens:
        if token.kind == "deep" and [old.kind for old in merged[-2:]] == ["deep", "slash"]:
            merged.pop()
        else:
            merged.append(token)
    return merged


def _read_inner(name: str, text: str) -> list[_Token]:
    """Read the sub-pattern of a named wildcard."""
    tokens = _read(text)
    if not tokens or any(token.kind in {"name", "deep"} for token in tokens) or text[0] == "/" or text[-1] == "/":
        message = "is not empty, has no named or recursive wildcard, and no slash at its ends"
        raise InvalidArgument(f"The sub-pattern of ${{*{name}}} must be one that {message}: {text!r}")
    return tokens


def _unfold(token: _Token, inner: Mapping[str, list[_Token]]) -> list[_Token]:
    """Return the sub-pattern of a named wildcard, or the token itself."""
    return inner.get(token.text, [_Token("stars", "")]) if token.kind == "name" else [token]


def _expression(tokens: list[_Token], inner: Mapping[str, list[_Token]]) -> str:
    """Return the expression over whole paths."""
    pieces: list[str] = []
    named: set[str] = set()
    kinds = ["slash", *(token.kind for token in tokens), "end"]
    for before, token, after in zip(kinds, tokens, kinds[2:], strict=False):
        if token.kind == "name":
            pieces.append(_NOT_EMPTY if before == "slash" else "")
            pieces.append(_group(token.text, named, inner))
        elif token.kind == "deep":
            pieces.append("(?:[^/]+/)*" if after == "slash" else ".*")
        elif not (token.kind == "slash" and before == "deep"):
            pieces.append(_piece(before, token))
    return "".join(pieces) + ("/?" if tokens and _unfold(tokens[-1], inner)[-1].kind == "stars" else "")


def _group(name: str, named: set[str], inner: Mapping[str, list[_Token]]) -> str:
    """Return the expression of a named wildcard: the same text wherever the name occurs."""
    if name in named:
        return f"(?P={name})"
    named.add(name)
    return f"(?P<{name}>{_simple(inner.get(name, [_Token('stars', '')]))})"


def _simple(tokens: list[_Token]) -> str:
    """Return the expression of tokens without names and recursion."""
    kinds = ["", *(token.kind for token in tokens)]
    return "".join(_piece(before, token) for before, token in zip(kinds, tokens, strict=False))


def _piece(before: str, token: _Token) -> str:
    """Return the expression of a token that follows one of the kind `before`."""
    match token.kind:
        case "text":
            return re.escape(token.text)
        case "class":
            return token.text
        case "stars":
            return _NOT_EMPTY + "[^/]*" if before == "slash" else "[^/]*"
        case "one":
            return "[^/]"
        case _:
            return "/"


def _parts(flat: list[_Token]) -> Iterator[Part]:
    """Cut unfolded tokens into levels of the walk."""
    level: list[_Token] = []
    for token in [*flat, _Token("slash", "")]:
        if token.kind != "slash":
            level.append(token)
        elif level:
            yield _part(level)
            level = []


def _part(level: list[_Token]) -> Part:
    """Return what one level of the walk looks for."""
    if level[0].kind == "deep":
        return Deep()
    if all(token.kind == "text" for token in level):
        return Literal("".join(token.text for token in level))
    return Wild(re.compile(_simple(level), re.DOTALL))
