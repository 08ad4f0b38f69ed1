"""Do patterns match static files only? Checked at the end of a build, from what steps were told.

A step that asks for a pattern relies on files that nobody builds; the step itself need not have run in this build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .desk import Desk
from .lending import deferred_above
from .records import File
from .states import ReturnCode, Tag
from .values import Page

__all__ = ("Stranger", "find_strangers", "report_strangers")

ROWS_MAX = 100
"""How many lines a page has."""

REMEDY = """\
Every matched file must be declared static or lie inside a static tree.
A matched directory also qualifies when it contains a static file or tree.
Declare the files with static(), or declare their directory as a static tree."""


class Stranger(NamedTuple):
    """A match that nobody declares static."""

    title: str
    """Who asked, and for what."""
    path: str
    """Directories end in a slash."""
    state: str
    """Of the file in the graph, if it is there."""
    is_product: bool
    """A step makes it."""


def find_strangers(desk: Desk) -> list[Stranger]:
    """Return the matches of all registered patterns that are not justified, sorted."""
    return sorted(
        stranger
        for step in desk.graph.steps.values()
        if not step.detached
        for query, matches in step.globs.items()
        for stranger in _strangers_among(desk, f"{step.label}: {query.pattern}", (match.path for match in matches))
    )


def _strangers_among(desk: Desk, title: str, paths: Iterable[str]) -> Iterator[Stranger]:
    """Return the paths that are not justified."""
    for path in paths:
        file = desk.graph.file_by_path.get(path.rstrip("/"))
        if not _is_justified(desk, path, file):
            product = file is not None and not file.detached and file.is_product
            yield Stranger(title, path, "(no node)" if file is None or file.detached else file.state.name, product)


def _is_justified(desk: Desk, path: str, file: File | None) -> bool:
    """Tell whether a match is static, in a tree, or a directory that holds something static."""
    if file is not None and not file.detached and file.is_static:
        return True
    directory = path.rstrip("/")
    if desk.graph.tree_above(directory) is not None or any(True for _ in deferred_above(desk.graph, directory)):
        return True
    return path.endswith("/") and (
        any(not tree.detached for tree in desk.graph.trees_below(directory))
        or any(below.is_static and not below.detached for below in desk.graph.files_below(directory))
    )


def report_strangers(desk: Desk, strangers: list[Stranger]) -> ReturnCode:
    """Say what is not justified; return what that means for the build."""
    products = [stranger for stranger in strangers if stranger.is_product]
    if products:
        desk.report(Tag.ERROR, f"{len(products)} glob match(es) are files that a step builds.", *_pages(products))
        return ReturnCode.FAILED
    if strangers:
        desk.report(Tag.WARNING, f"{len(strangers)} glob match(es) are not declared static.", *_pages(strangers))
        return ReturnCode.WARNING
    return ReturnCode.OK


def _pages(strangers: list[Stranger]) -> Iterator[Page]:
    """Return one page for each pattern, and what to do."""
    rows: dict[str, list[str]] = {}
    for stranger in strangers:
        rows.setdefault(stranger.title, []).append(f"{stranger.state:>20}  {stranger.path}")
    for title, lines in rows.items():
        more = [f"... and {len(lines) - ROWS_MAX} more"] if len(lines) > ROWS_MAX else []
        yield Page(title, "\n".join(lines[:ROWS_MAX] + more))
    yield Page("Remedy", REMEDY)
