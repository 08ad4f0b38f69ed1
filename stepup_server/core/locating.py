"""What a step may look at without having asked for it first: the project, as far as it is meant to be seen.

A worker with a workspace of its own sees none of it, and fetches what a script imports when it is imported. That this
was an input is told at the end of the attempt, as it is everywhere.
"""

from __future__ import annotations

from .answers import Located
from .desk import Desk
from .events import LocateRequested
from .graph import Graph
from .paths import is_below, join
from .patterns import anchor_pattern, check_pattern
from .states import FileState
from .values import NOWHERE, FileHash, GlobMatch, GlobQuery, Observation, PathKind

__all__ = ("Locations", "is_shown")


class Locations:
    """Tells running steps what is where."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_locate_requested(self, event: LocateRequested) -> None:
        """Look at paths and expand patterns; nothing follows from it."""
        self._desk.current_attempt(event.attempt)
        paths = tuple(join(event.base, path, NOWHERE) for path in event.paths)
        for pattern in event.patterns:
            check_pattern(pattern, NOWHERE)
        queries = tuple(GlobQuery(anchor_pattern(event.base, pattern), ()) for pattern in event.patterns)
        if queries:
            self._desk.questions.expand_globs(queries, lambda found: self._look(event, paths, found))
        else:
            self._look(event, paths, ())

    def _look(
        self, event: LocateRequested, paths: tuple[str, ...], expanded: tuple[tuple[GlobMatch, ...], ...]
    ) -> None:
        """Look at the paths that may be seen, and answer."""
        graph = self._desk.graph
        found = {match.path for matches in expanded for match in matches}
        matches = tuple(sorted(path for path in found if is_shown(graph, path.rstrip("/"))))
        shown = tuple((path, _known_hash(graph, path)) for path in paths if is_shown(graph, path))

        def on_seen(observations: tuple[Observation, ...]) -> None:
            seen = {one.path: one for one in observations}
            files = tuple(seen.get(path) or Observation(path, PathKind.MISSING, None) for path in paths)
            self._desk.answer(event.request, Located(files, matches))

        if shown:
            self._desk.questions.hash_files(shown, on_seen)
        else:
            on_seen(())


def is_shown(graph: Graph, path: str) -> bool:
    """Tell whether a step may look at a path: it is declared, or an ordinary one below the root."""
    if is_below(path, ".stepup"):
        return False
    file = graph.file_by_path.get(path)
    if file is not None and not file.detached and file.state is not FileState.UNDECLARED:
        return True
    if graph.tree_above(path) is not None:
        return True
    return not path.startswith("/") and not any(name.startswith(".") for name in path.split("/"))


def _known_hash(graph: Graph, path: str) -> FileHash | None:
    """Return what is known of a file, so that it need not be read again."""
    file = graph.file_by_path.get(path)
    return None if file is None else file.hash
