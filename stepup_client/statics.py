"""What nobody builds, and where products go: `static`, `glob`, and `mkdir` and `pool` of version 1."""

from __future__ import annotations

from typing import NoReturn

from stepup_client.core.declarations import DirectoryPaths, GlobQuery, StaticPaths
from stepup_client.core.globs import NamedGlob, escape, iter_wildcard_names
from stepup_client.core.options import refuse_later_arguments
from stepup_client.core.paths import StrPath, StrPaths
from stepup_client.core.static_results import StaticFiles
from stepup_client.errors import NotYetError
from stepup_client.rpc.current import caller

__all__ = ("glob", "mkdir", "pool", "static")

_STATICS_TEXT_MAX = 100_000
"""Characters of paths in one statement, so that messages stay short however long the list is."""


def static(*paths: StrPaths | NamedGlob) -> StaticFiles:
    """Declare files that nobody builds, directories of such files, and patterns of both.

    Returns
    -------
    The declared files and directories, sorted, relative to the current directory; directories with a trailing slash.
    """
    me = caller()
    variables = me.variables()
    texts: list[str] = []
    for path in paths:
        texts += _texts_of_glob(path) if isinstance(path, NamedGlob) else variables.paths(path)
    return StaticFiles([me.declare_static(StaticPaths(part), variables) for part in _parts(texts)], me.line)


def _texts_of_glob(found: NamedGlob) -> list[str]:
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


def glob(pattern: StrPath, *more: StrPath, _required: bool = False, _defer: bool = False, **subs: str) -> NamedGlob:
    """Return what matches a pattern now; the calling step runs again when that changes."""
    if more:
        raise NotYetError("glob() with several patterns")
    if _required or _defer:
        raise NotYetError(f"glob({'_required' if _required else '_defer'}=True)")
    me = caller()
    variables = me.variables()
    text = variables.path(pattern)
    me.record(variables)
    names = tuple(dict.fromkeys(iter_wildcard_names(text)))
    results: dict[tuple[str, ...], set[str]] = {}
    for match in me.session.glob(GlobQuery(text, subs), me.base, me.line()):
        results.setdefault(tuple(match.captures[name] for name in names), set()).add(match.path)
    return NamedGlob(text, subs, results)


def mkdir(dirname: StrPath, *, optional: bool = False, pool: str | None = None, block: bool = False) -> None:
    """Create a directory for products, as in version 1; `optional` changes nothing, for it is made at once."""
    del optional
    refuse_later_arguments("mkdir", pool=pool, block=block)
    me = caller()
    variables = me.variables()
    me.declare(DirectoryPaths((variables.path(dirname),), create=True), variables)


def pool(*_: object, **__: object) -> NoReturn:
    """Not available yet."""
    raise NotYetError("pool()")
