"""Why a step that has all its inputs is not given to a worker, in words."""

from __future__ import annotations

from collections.abc import Iterable

from .graph import Graph
from .placing import Placing, matching, offers
from .reasons import Reason
from .records import Step, Worker
from .waiting import FINAL
from .where import parse_where

__all__ = ("Obstacles",)

HOLDERS_MAX = 3
"""How many steps are named that hold what another waits for."""


class Obstacles:
    """Looks at the workers with the eyes of one step."""

    def __init__(self, graph: Graph, placing: Placing) -> None:
        self._graph = graph
        self._placing = placing

    def find(self, step: Step) -> Reason | None:
        """Return what stands in the way of a step; None for one that asks for nothing, or only for what pools have."""
        workers = self._placing.takers()
        if not step.request.asks or not workers:
            return None
        found = self._nowhere(step, workers) or self._taken(step, workers)
        return None if found is None else Reason(*found, step.label)

    def is_final(self, reason: Reason) -> bool:
        """Tell whether only another worker can help."""
        return reason.kind in FINAL

    # What no worker has

    def _nowhere(self, step: Step, workers: list[Worker]) -> tuple[str, str] | None:
        """Say what no worker has, and which comes nearest."""
        fitting = matching(step.request, workers)
        if not fitting:
            return "where", f"no worker matches where={step.where!r}; nearest: {_nearest_to(step.where, workers)}"
        units = [one for one in step.resources if one[0] not in self._placing.capacities]
        if any(offers(worker, units) for worker in fitting):
            return None
        name, number = next((one for one in units if not any(offers(worker, [one]) for worker in fitting)), units[0])
        best = max(fitting, key=lambda worker: (worker.description.resources.get(name, 0), -worker.id))
        among = f" that matches where={step.where!r}" if step.where else ""
        has = best.description.resources.get(name, 0)
        return "resource", f"no worker{among} offers {name}={number}; nearest: {_name(best)} offers {name}={has}"

    # What others have

    def _taken(self, step: Step, workers: list[Worker]) -> tuple[str, str] | None:
        """Say what a step waits for that others hold."""
        for name, number in step.resources:
            if name in self._placing.capacities:
                free = self._placing.capacities[name] - self._placing.held.get(name, 0)
                if number > free:
                    return "held", f"it waits for {number} of {name}{self._holders(workers, name)}"
        units = [one for one in step.resources if one[0] not in self._placing.capacities]
        able = [worker for worker in matching(step.request, workers) if offers(worker, units)]
        return self._taken_on(min(able, key=lambda worker: (_missing(worker, units), worker.id)), units)

    def _taken_on(self, worker: Worker, units: list[tuple[str, int]]) -> tuple[str, str] | None:
        """Say what is held of the worker on which the least is missing."""
        for name, number in units:
            if number > worker.description.resources.get(name, 0) - worker.units.get(name, 0):
                holders = self._holders([worker], name)
                return "held", f"it waits for {number} of {name} on {_name(worker)}{holders}"
        if worker.free_slots <= 0:
            return "slot", f"it waits for a slot on {_name(worker)}"
        return None

    def _holders(self, workers: Iterable[Worker], name: str) -> str:
        """Name the steps that hold units of a resource."""
        ids = [id_ for worker in workers for id_ in self._placing.steps_on(worker, name)]
        labels = [self._graph.steps[id_].title for id_ in ids[:HOLDERS_MAX]]
        more = f" and {len(ids) - HOLDERS_MAX} more" if len(ids) > HOLDERS_MAX else ""
        return f", held by {', '.join(labels)}{more}" if labels else ""


def _name(worker: Worker) -> str:
    return worker.description.name


def _missing(worker: Worker, units: Iterable[tuple[str, int]]) -> int:
    """Return how many units are still to be given back."""
    have = worker.description.resources
    return sum(max(0, number - have.get(name, 0) + worker.units.get(name, 0)) for name, number in units)


def _nearest_to(where: str, workers: list[Worker]) -> str:
    """Say what the worker lacks that lacks the least."""
    condition = parse_where(where)
    lacks = {worker.id: list(condition.lacks(worker.description)) for worker in workers}
    best = min(workers, key=lambda worker: (len(lacks[worker.id]), worker.id))
    return f"{_name(best)} {', '.join(lacks[best.id])}"
