"""The folder of a worker that shares nothing with its director: a cache, and a tree for each attempt."""

from __future__ import annotations

import os

from stepup_shared.hindrance import is_lack_of_room
from stepup_worker.core.contents import Content, Depot
from stepup_worker.core.values import Assignment, AttemptId, Transfer

from .cache import Cache
from .folders import Folders
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
        self._folders = Folders(os.path.join(folder, "attempts"))
        self._socket = socket
        self._cache = Cache(os.path.join(folder, "cache"), cache_bytes_max, depot)
        self._trees: dict[AttemptId, Tree] = {}

    def site_for(self, attempt: AttemptId, assignment: Assignment) -> Tree:
        """Return the tree of an attempt."""
        place = Place(self._folders.take(), self.director_root, self._socket)

        def on_closed() -> None:
            del self._trees[attempt]
            self._folders.give_back(place.folder, place.director_root)

        tree = Tree(assignment, place, self._cache, on_closed)
        self._trees[attempt] = tree
        return tree

    def expect(self, assignment: Assignment) -> None:
        """Fetch what an attempt will need, while it waits for a slot."""
        for seen in assignment.inputs:
            if seen.hash is not None and not seen.path.startswith("/"):
                self._cache.expect(Content(seen.hash.digest, seen.hash.size))

    def make_room(self, error: OSError) -> bool:
        """Remove some of what nobody needs now, if that may help against an error; return whether it may."""
        return is_lack_of_room(error) and self._cache.drop_half()

    def tree_of(self, attempt: AttemptId) -> Tree | None:
        """Return the tree of an attempt that goes on."""
        return self._trees.get(attempt)

    def transfers(self) -> tuple[Transfer, ...]:
        """Return how far large files are that are on their way."""
        found = (tree.transfer(attempt) for attempt, tree in self._trees.items())
        return tuple(transfer for transfer in found if transfer is not None)
