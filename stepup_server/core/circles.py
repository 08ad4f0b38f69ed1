"""Tells whether new edges would close a circle of steps that wait for each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from .graph import Graph
from .ids import NodeId
from .records import File, Step

__all__ = ("Counts", "find_circle")

Counts = Callable[[Step, bool], bool]
"""Tells whether an edge of a step counts; True: an amended one."""


def find_circle(
    graph: Graph,
    step: Step | None,
    inputs: Iterable[File],
    outputs: Iterable[File],
    counts: Counts | None = None,
) -> list[Step] | None:
    """Return the steps of a circle that new edges of a step would close, the step itself not among them.

    None if there is none. `step` is None for one that has no edges to keep. Only edges that count are followed.

    Two waves go down from the outputs and up from the inputs in turn, and the search ends as soon as one of them
    has reached all it can: a plan declares its steps in the order of their dependencies, or in the reverse order,
    so one of the two is short.
    """
    kept = ((), ()) if step is None else (graph.outputs(step), graph.inputs(step))
    ahead = {file.id: file for file in (*kept[0], *outputs)}
    behind = {file.id: file for file in (*kept[1], *inputs)}
    if ahead.keys() & behind.keys():
        return []
    down = _Wave(graph, ahead.values(), down=True, counts=counts)
    up = _Wave(graph, behind.values(), down=False, counts=counts)
    while True:
        for wave, other in ((down, up), (up, down)):
            reached = wave.advance()
            if reached is None:
                meeting = next((near for near in other.first if near.id in wave.came_from), None)
                return None if meeting is None else wave.way_to(meeting)
            if reached.id in other.came_from:
                return [*down.way_to(reached), *reversed(up.way_to(reached)[:-1])]


class _Wave:
    """A search along the dependencies in one direction, each step once, nearest first."""

    def __init__(self, graph: Graph, files: Iterable[File], *, down: bool, counts: Counts | None) -> None:
        self._graph = graph
        self._down = down
        self._counts = counts
        self._queue: deque[tuple[Step, Step | None]] = deque()
        self.came_from: dict[NodeId, Step | None] = {}
        """The steps that were reached, each with the one before it."""
        self._follow(files, None)
        self.first = [step for step, _ in self._queue]
        """The steps next to the origin."""

    def _follow(self, files: Iterable[File], origin: Step | None) -> None:
        """Queue the steps at the other side of some files."""
        for file in files:
            self._queue.extend((step, origin) for step, dynamic in self._across(file) if self._is_way(step, dynamic))

    def _across(self, file: File) -> Iterator[tuple[Step, bool]]:
        """Return the steps at the other side of a file, each with how it came to be there."""
        if self._down:
            yield from ((self._graph.steps[id_], dynamic) for id_, dynamic in file.consumers.items())
        elif (maker := self._graph.producer(file)) is not None:
            yield maker, maker.outputs.get(file.id, False)

    def _is_way(self, step: Step, dynamic: bool) -> bool:  # noqa: FBT001 -- it is the value of the edge
        """Tell whether the search goes along an edge."""
        return self._counts is None or self._counts(step, dynamic)

    def _leave(self, step: Step) -> None:
        """Go on behind a step that was reached."""
        edges = step.outputs if self._down else step.inputs
        self._follow((self._graph.files[id_] for id_, dynamic in edges.items() if self._is_way(step, dynamic)), step)

    def advance(self) -> Step | None:
        """Return a step that was not reached before; None if there is none."""
        while self._queue:
            step, origin = self._queue.popleft()
            if step.id not in self.came_from:
                self.came_from[step.id] = origin
                self._leave(step)
                return step
        return None

    def way_to(self, step: Step) -> list[Step]:
        """Return the steps from the origin to a step that was reached."""
        way: list[Step] = []
        current: Step | None = step
        while current is not None:
            way.append(current)
            current = self.came_from[current.id]
        return way[::-1]
