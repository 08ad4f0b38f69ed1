"""Which files deferred globs hold, or would take: they lend them until somebody declares them."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Graph
from .patterns import compile_query
from .records import File, Tree
from .values import GlobQuery

__all__ = ("deferred_above", "files_matching", "is_lent")


def deferred_above(graph: Graph, path: str) -> Iterator[Tree]:
    """Return the attached deferred globs that match a path, by pattern."""
    for pattern, tree in sorted(graph.deferred_by_pattern.items()):
        if not tree.detached and compile_query(GlobQuery(pattern, ())).matches(path):
            yield tree


def is_lent(graph: Graph, file: File) -> bool:
    """Tell whether a deferred glob holds a file, which gives it away to whoever declares it."""
    holder = None if file.creator is None else graph.trees.get(file.creator)
    return holder is not None and holder.is_pattern


def files_matching(graph: Graph, pattern: str) -> list[File]:
    """Return the files that a pattern matches, attached or not."""
    meaning = compile_query(GlobQuery(pattern, ()))
    return [file for file in graph.files.values() if meaning.matches(file.path)]
