"""The folder of a worker that shares nothing with its director: a cache, and a tree for each attempt."""

from __future__ import annotations

import os
import shutil

from stepup_worker.core.contents import Content, Depot
from stepup_worker.core.values import Assignment, AttemptId, Transfer

from .cache import Cache
from .tree import Place, Tree

__all__ = ("CACHE_BYTES_MAX", "Workspace")

CACHE_BYTES_MAX = 10 * 1024**3
"""How much is kept between attempts, unless somebody says otherwise."""


class Workspace:
    """The files of all attempts of one worker."""

    def __init__(self, folder: str, depot: Depot, *, socket: str, cache_bytes_max: int = CACHE_BYTES_MAX) -> None:
        """Use a folder that nobody else uses; trees that an earlier worker has left are removed."""
        self.director_root = ""
        """The project root on the director's host; known when it has answered."""
        self._attempts = os.path.join(folder, "attempts")
        self._socket = socket
        self._cache = Cache(os.path.join(folder, "cache"), cache_bytes_max, depot)
        self._trees: dict[AttemptId, Tree] = {}
        shutil.rmtree(self._attempts, ignore_errors=True)
        os.makedirs(self._attempts, mode=0o700)

    def site_for(self, attempt: AttemptId, assignment: Assignment) -> Tree:
        """Return the tree of an attempt."""
        place = Place(f"{self._attempts}/{attempt.step}-{attempt.number}", self.director_root, self._socket)
        tree = Tree(assignment, place, self._cache, lambda: self._trees.pop(attempt, None))
        self._trees[attempt] = tree
        return tree

    def expect(self, assignment: Assignment) -> None:
        """Fetch what an attempt will need, while it waits for a slot."""
        for seen in assignment.inputs:
            if seen.hash is not None and not seen.path.startswith("/"):
                self._cache.expect(Content(seen.hash.digest, seen.hash.size))

    def tree_of(self, attempt: AttemptId) -> Tree | None:
        """Return the tree of an attempt that goes on."""
        return self._trees.get(attempt)

    def transfers(self) -> tuple[Transfer, ...]:
        """Return how far large files are that are on their way."""
        found = (tree.transfer(attempt) for attempt, tree in self._trees.items())
        return tuple(transfer for transfer in found if transfer is not None)
