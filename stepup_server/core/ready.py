"""The queue of steps that may be checked or run: order and resources.

Order: steps that only need a check first, then planners and what they need, then by the time to the end of the
longest chain behind a step, longest first; ties are broken by definition order.
A step that must wait for a resource reserves it: nothing of lower order may take a unit that it waits for,
so that a large request does not starve.

Entries of the heaps are never removed, only recognised as stale when they come to the top.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .graph import Graph
from .ids import NodeId
from .records import Step
from .states import Need

__all__ = ("ReadyQueue",)

DURATION_S_DEFAULT = 1.0


class _Rank(NamedTuple):
    """What the order is made of; the smallest comes first."""

    is_run: bool
    """It must run, not only be checked."""
    is_no_plan: bool
    """No planner needs it, and it is none."""
    tail_s: float
    """How long the chain behind it is, counted down; deferrals make it shorter."""
    step: NodeId
    """Who comes first was declared first."""


_Request = tuple[tuple[str, int], ...]


class ReadyQueue:
    """Steps whose inputs are there, with one heap per kind of request for resources."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._checks: list[_Rank] = []
        self._runs: dict[_Request, list[_Rank]] = {}
        self._members: dict[NodeId, _Rank] = {}
        """Who is in the queue, with its rank."""
        self._ranked_shape = -1
        self._ranked_steps = 0
        self.use_durations = True
        """Order by measured durations, not by the number of steps in a chain."""
        self.capacities: dict[str, int] = {}
        """Units of each resource; one that is not named has none."""
        self.held: dict[str, int] = {}
        """Units of each resource that running steps hold."""

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, id_: NodeId) -> bool:
        return id_ in self._members

    def offer(self, step: Step) -> None:
        """Put a step in the queue, or at its new place."""
        rank = self._rank(step)
        if self._members.get(step.id) != rank:
            self._members[step.id] = rank
            heap = self._runs.setdefault(step.resources, []) if rank.is_run else self._checks
            heapq.heappush(heap, rank)

    def withdraw(self, step: Step) -> None:
        """Take a step out of the queue if it is in there."""
        self._members.pop(step.id, None)

    def pop_check(self) -> Step | None:
        """Take out the first step that only needs a check."""
        while self._checks:
            rank = heapq.heappop(self._checks)
            if self._members.get(rank.step) == rank:
                del self._members[rank.step]
                return self._graph.steps[rank.step]
        return None

    def peek_run(self) -> Step | None:
        """Return the first step that can be run with the resources that are free, and leave it in the queue."""
        reserved: dict[str, int] = {}
        for rank, request in self._heads():
            step = self._graph.steps[rank.step]
            if self._fits(request, reserved):
                return step
            if not self.lacking(step):
                for name, units in request:
                    reserved[name] = reserved.get(name, 0) + units
        return None

    def _heads(self) -> Iterable[tuple[_Rank, _Request]]:
        """Return the first step of each kind of request, best first."""
        heads: list[tuple[_Rank, _Request]] = []
        for request, heap in self._runs.items():
            while heap and self._members.get(heap[0].step) != heap[0]:
                heapq.heappop(heap)
            if heap:
                heads.append((heap[0], request))
        return sorted(heads)

    def _fits(self, request: _Request, reserved: Mapping[str, int]) -> bool:
        """Tell whether a request can be served beside what runs and what better steps wait for."""
        return all(
            self.held.get(name, 0) + reserved.get(name, 0) + units <= self.capacities.get(name, 0)
            for name, units in request
        )

    def lacking(self, step: Step) -> list[str]:
        """Return the resources of which a step asks for more than there is at all."""
        return [name for name, units in step.resources if units > self.capacities.get(name, 0)]

    def hold_resources(self, step: Step) -> None:
        """Take the units that a step asks for."""
        for name, units in step.resources:
            self.held[name] = self.held.get(name, 0) + units

    def release_resources(self, step: Step) -> None:
        """Give back the units that a step held."""
        for name, units in step.resources:
            self.held[name] -= units

    # Ranks

    def rank_all(self, *, planning: bool) -> None:
        """Find the longest chains behind all steps, if the graph has changed enough for the order to be another.

        While planners are running the graph grows with every message; ranking it anew each time would cost the square
        of its size, so it must have grown by an eighth.
        """
        graph = self._graph
        grown = len(graph.steps) - self._ranked_steps
        if self._ranked_shape == graph.shape or (planning and grown * 8 < self._ranked_steps):
            return
        self._ranked_shape, self._ranked_steps = graph.shape, len(graph.steps)
        for step in _consumers_first(graph):
            longest = max((behind.tail_s for behind in graph.users(step)), default=0.0)
            step.tail_s = self._duration_s(step) + longest
        for id_ in list(self._members):
            self.offer(graph.steps[id_])

    def keeps_its_place(self, step: Step, running: Iterable[Step]) -> bool:
        """Tell whether a step would be chosen next, whatever becomes ready when these running steps end.

        Then it may be handed out before a slot is free without changing the order.
        """
        tail_s = -self._rank(step).tail_s
        return all(self._lets_pass(ahead, tail_s) for ahead in running)

    def _lets_pass(self, ahead: Step, tail_s: float) -> bool:
        """Tell whether nothing that waits for a running step comes before a step with such a chain behind it."""
        if ahead.attempt is not None and ahead.attempt.deferred:
            return False
        if ahead.is_planner or ahead.implied is Need.PLAN or ahead.tail_s - self._duration_s(ahead) >= tail_s:
            return False
        return not any(behind.may_be_skipped for behind in self._graph.users(ahead))

    def _rank(self, step: Step) -> _Rank:
        """Return the place of a step in the order."""
        tail_s = (step.tail_s or self._duration_s(step)) / (1 + step.defer_count)
        return _Rank(not step.may_be_skipped, step.implied is not Need.PLAN, -tail_s, step.id)

    def _duration_s(self, step: Step) -> float:
        """Return the expected duration of a step."""
        return (step.duration_s or DURATION_S_DEFAULT) if self.use_durations else DURATION_S_DEFAULT


def _consumers_first(graph: Graph) -> Iterator[Step]:
    """Walk through all steps so that each comes after all steps that use its outputs."""
    seen: set[NodeId] = set()
    for start in graph.steps.values():
        if start.id in seen:
            continue
        seen.add(start.id)
        stack = [(start, graph.users(start))]
        while stack:
            step, behind = stack[-1]
            following = next((other for other in behind if other.id not in seen), None)
            if following is None:
                stack.pop()
                yield step
            else:
                seen.add(following.id)
                stack.append((following, graph.users(following)))
