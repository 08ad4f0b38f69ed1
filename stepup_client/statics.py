"""What nobody builds, and where products go: `static`, `glob`, and `mkdir` and `pool` of version 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from stepup_client.core.declarations import DeferredGlobs, DirectoryPaths, GlobQuery, Pool, StaticPaths
from stepup_client.core.globs import NamedGlob, escape, iter_wildcard_names
from stepup_client.core.joined_globs import NGlobMulti
from stepup_client.core.paths import StrPath, StrPaths
from stepup_client.core.static_results import StaticFiles
from stepup_client.errors import PathError, StepUpError
from stepup_client.rpc.current import caller

__all__ = ("glob", "mkdir", "pool", "static")

_STATICS_TEXT_MAX = 100_000
"""Characters of paths in one statement, so that messages stay short however long the list is."""


def static(*paths: StrPaths | NamedGlob | NGlobMulti) -> StaticFiles:
    """Declare files that nobody builds, directories of such files, and patterns of both.

    Returns
    -------
    The declared files and directories, sorted, relative to the current directory; directories with a trailing slash.
    """
    me = caller()
    variables = me.variables()
    texts: list[str] = []
    for path in paths:
        texts += _texts_of_glob(path) if isinstance(path, NamedGlob | NGlobMulti) else variables.paths(path)
    return StaticFiles([me.declare_static(StaticPaths(part), variables) for part in _parts(texts)], me.line)


def _texts_of_glob(found: NamedGlob | NGlobMulti) -> list[str]:
    """Return the matches of a pattern, spelled so that they are not taken for patterns themselves."""
    return [escape(str(path)) for path in found.files()]


def _parts(texts: list[str]) -> list[tuple[str, ...]]:
    """Cut a list of paths into parts that are not too long."""
    parts: list[list[str]] = []
    room = 0
    for text in texts:
        room -= len(text)
        if room < 0:
            parts.append([])
            room = _STATICS_TEXT_MAX
        parts[-1].append(text)
    return [tuple(part) for part in parts]


@overload
def glob(pattern: StrPath, **subs: str) -> NamedGlob: ...


@overload
def glob(
    pattern: StrPath, *more: StrPath, _required: bool, _defer: bool | None = None, **subs: str
) -> NGlobMulti | None: ...


@overload
def glob(pattern: StrPath, *more: StrPath, _defer: bool, **subs: str) -> NGlobMulti | None: ...


@overload
def glob(pattern: StrPath, *more: StrPath, **subs: str) -> NamedGlob | NGlobMulti: ...


def glob(
    pattern: StrPath,
    *more: StrPath,
    _required: bool | str | None = None,
    _defer: bool | str | None = None,
    **subs: str,
) -> NamedGlob | NGlobMulti | None:
    """Return what matches a pattern now; the calling step runs again when that changes.

    Nothing is declared by that. A call with several patterns, `_required` or `_defer` can only be one of version 1
    and is read as such: it declares what matches static.

    Parameters
    ----------
    pattern
        `*`, `?` and `[..]` stay within a name, `**` stands for any number of directories, `${*name}` has a name.
    more
        Of version 1: further patterns. Those matches count in which the same name stands for the same text.
    _required
        Of version 1: raise an exception when nothing matches.
    _defer
        Of version 1: declare static whatever matches when it is first used as an input; return None.
    subs
        What each named wildcard may stand for; `*` unless said.

    Returns
    -------
    The pattern with its matches.
    """
    if more or _required is not None or _defer is not None:
        return _glob_of_version_1((pattern, *more), subs, required=bool(_required), defer=bool(_defer))
    return _look_up(pattern, subs)


def _look_up(pattern: StrPath, subs: dict[str, str]) -> NamedGlob:
    """Ask the director what matches a pattern, which registers it."""
    me = caller()
    variables = me.variables()
    text = variables.path(pattern)
    me.record(variables)
    names = tuple(dict.fromkeys(iter_wildcard_names(text)))
    results: dict[tuple[str, ...], set[str]] = {}
    for match in me.session.glob(GlobQuery(text, subs), me.base, me.line()):
        results.setdefault(tuple(match.captures[name] for name in names), set()).add(match.path)
    return NamedGlob(text, subs, results)


def _glob_of_version_1(
    patterns: Sequence[StrPath], subs: dict[str, str], *, required: bool, defer: bool
) -> NGlobMulti | None:
    """Declare what matches several patterns static: now, or when it is used."""
    if defer:
        _defer_globs(patterns, subs, required=required)
        return None
    found = NGlobMulti([_look_up(pattern, _subs_of(pattern, subs)) for pattern in patterns])
    if required and not found:
        raise PathError(f"Nothing matches {', '.join(map(repr, map(str, patterns)))}, which is required.")
    paths = [str(path) for path in found.files()]
    me = caller()
    if directories := tuple(path for path in paths if path.endswith("/")):
        me.declare(DirectoryPaths(directories, create=False))
    for part in _parts([escape(path) for path in paths if not path.endswith("/")]):
        me.declare_static(StaticPaths(part), me.variables())
    return found


def _subs_of(pattern: StrPath, subs: dict[str, str]) -> dict[str, str]:
    """Return the sub-patterns that concern one of several patterns."""
    names = set(iter_wildcard_names(str(pattern)))
    return {name: sub for name, sub in subs.items() if name in names}


def _defer_globs(patterns: Sequence[StrPath], subs: dict[str, str], *, required: bool) -> None:
    """Declare patterns whose matches become static when they are used."""
    if required or subs:
        raise StepUpError("A deferred glob has neither named wildcards, nor is it required to match.")
    me = caller()
    variables = me.variables()
    me.declare(DeferredGlobs(tuple(variables.path(pattern) for pattern in patterns)), variables)


def mkdir(dirname: StrPath, *, optional: bool = False, pool: str | None = None, block: bool = False) -> None:
    """Create a directory for products, as in version 1; the other arguments change nothing, for it is made at once."""
    del optional, pool, block
    me = caller()
    variables = me.variables()
    me.declare(DirectoryPaths((variables.path(dirname),), create=True), variables)


def pool(name: str, size: int) -> None:
    """Say how much there is of a resource, as in version 1; `--resources` of the user counts more.

    Raises
    ------
    StepUpError
        The name is empty, or the size negative.
    """
    if not name or size < 0:
        raise StepUpError(f"A pool has a name, and a size that is not negative, not {name!r} and {size}.")
    caller().declare(Pool(name, size))
