"""The queue of steps that may be checked or run, and their order.

Order: steps that only need a check first, then planners and what they need, then by the time to the end of the
longest chain behind a step, longest first; ties are broken by definition order.
Who may really begin, and where, is found out by `placing.py`.

Entries of the heaps are never removed, only recognised as stale when they come to the top.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .graph import Graph
from .ids import NodeId
from .records import Request, Step
from .states import Need

__all__ = ("ReadyQueue", "Request")

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


class ReadyQueue:
    """Steps whose inputs are there, with one heap per kind of request."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._checks: list[_Rank] = []
        self._runs: dict[Request, list[_Rank]] = {}
        self._members: dict[NodeId, _Rank] = {}
        """Who is in the queue, with its rank."""
        self._ranked_shape = -1
        self._ranked_steps = 0
        self.use_durations = True
        """Order by measured durations, not by the number of steps in a chain."""

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, id_: NodeId) -> bool:
        return id_ in self._members

    def offer(self, step: Step) -> None:
        """Put a step in the queue, or at its new place."""
        rank = self._rank(step)
        if self._members.get(step.id) != rank:
            self._members[step.id] = rank
            heap = self._runs.setdefault(step.request, []) if rank.is_run else self._checks
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

    def heads(self) -> list[tuple[Step, Request]]:
        """Return the first step of each kind of request that must be run, best first; they stay in the queue."""
        heads: list[tuple[_Rank, Request]] = []
        for request, heap in self._runs.items():
            while heap and self._members.get(heap[0].step) != heap[0]:
                heapq.heappop(heap)
            if heap:
                heads.append((heap[0], request))
        return [(self._graph.steps[rank.step], request) for rank, request in sorted(heads)]

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
