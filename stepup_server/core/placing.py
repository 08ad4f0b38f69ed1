"""Which step runs where: slots, resources, conditions, locality, load.

A step fits a worker that fulfils its `where`, has the units it asks for beside what runs there, and a free slot. Of
several, the one that has most of its inputs already, then the one with the most room, then the one that joined first.
A resource with a capacity in the build is one pool for all workers; any other is counted on each worker that offers it.

The steps are asked in order. Who asks for nothing that only some workers have waits for a slot, and then nothing of
lower order passes it. Who waits for more does not hold up others, but nothing of lower order may take a unit that it
waits for, on the worker where the fewest are missing; nor is anything handed out ahead where it waits for a slot.
So large requests do not starve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .desk import Desk
from .ids import NodeId, WorkerId
from .ready import ReadyQueue, Request
from .records import Attempt, Step, Worker
from .where import parse_where
from .workforce import Workforce

__all__ = ("BLOCKED", "Placing", "matching", "offers")

BLOCKED = "blocked"
"""The resource of steps that version 1 blocks: no worker is waited for that may offer it."""

DIGESTS_MAX = 16_384
"""How many files a worker is thought to have still: 2 MB for each worker."""


@dataclass(slots=True)
class _Round:
    """What better steps wait for, while steps are asked in order."""

    workers: list[Worker]
    """Those that may be given anything."""
    pools: dict[str, int] = field(default_factory=dict[str, int])
    """Units of each pool."""
    units: dict[tuple[WorkerId, str], int] = field(default_factory=dict[tuple[WorkerId, str], int])
    """Units on each worker."""
    slots: set[WorkerId] = field(default_factory=set[WorkerId])
    """Workers on which a slot is waited for."""


class Placing:
    """Finds places for steps, and counts what is taken."""

    def __init__(self, desk: Desk, workforce: Workforce, ready: ReadyQueue) -> None:
        self._desk = desk
        self._workforce = workforce
        self._ready = ready
        self.held: dict[str, int] = {}
        """Units of each resource that running steps hold, wherever they run. Mirrors `Attempt.units`."""

    @property
    def capacities(self) -> Mapping[str, int]:
        """Units of each pool."""
        return self._desk.capacities.units

    # Finding

    def next_place(self, may_be_ahead: Callable[[Step], bool]) -> tuple[Step, Worker] | None:
        """Return the first step that can be handed out now, and to whom; it stays in the queue."""
        round_ = _Round(self.takers())
        if not round_.workers:
            return None
        for step, request in self._ready.heads():
            candidates = self._candidates(request, round_)
            worker = self._choose(step, candidates, round_, may_be_ahead)
            if worker is not None:
                return step, worker
            if len(candidates) == len(round_.workers):
                return None
            self._reserve(request, candidates, round_)
        return None

    def takers(self) -> list[Worker]:
        """Return the workers that may be given anything, in the order of joining."""
        return [one for one in self._workforce.connected if one.description.slots and not one.leave]

    def _candidates(self, request: Request, round_: _Round) -> list[Worker]:
        """Return the workers on which only a slot may be missing."""
        if not request.asks:
            return round_.workers
        pools, units = self._divide(request)
        held, waited = self.held, round_.pools
        if any(held.get(name, 0) + waited.get(name, 0) + n > self.capacities[name] for name, n in pools):
            return []
        return [
            worker
            for worker in matching(request, round_.workers)
            if all(self._free(worker, name, round_) >= number for name, number in units)
        ]

    def _divide(self, request: Request) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Divide what is asked for into units of pools and units of workers."""
        pools = [one for one in request.resources if one[0] in self.capacities]
        return pools, [one for one in request.resources if one[0] not in self.capacities]

    def _free(self, worker: Worker, name: str, round_: _Round) -> int:
        """Return how many units of a worker nobody has or waits for."""
        taken = worker.units.get(name, 0) + round_.units.get((worker.id, name), 0)
        return worker.description.resources.get(name, 0) - taken

    def _choose(
        self, step: Step, candidates: list[Worker], round_: _Round, may_be_ahead: Callable[[Step], bool]
    ) -> Worker | None:
        """Return the best of some workers that has a slot, or room to wait for one if that changes no order."""
        if step.losses:
            # It may have taken a worker down, and runs alone.
            return next((one for one in candidates if not one.holding and not one.concluding), None)
        free = [worker for worker in candidates if worker.free_slots > 0]
        if len(free) == 1:
            return free[0]
        if free:
            return max(free, key=lambda worker: (self._nearby(step, worker), worker.free_slots, -worker.id))
        extra = self._desk.settings.prefetch
        room = [one for one in candidates if _room(one, extra) > 0 and one.id not in round_.slots]
        if not room or not may_be_ahead(step):
            return None
        return max(room, key=lambda worker: (self._nearby(step, worker), _room(worker, extra), -worker.id))

    def _reserve(self, request: Request, candidates: list[Worker], round_: _Round) -> None:
        """Keep what a step waits for from those of lower order, if there is a worker that can give it one day."""
        pools, units = self._divide(request)
        able = self._able(request, round_.workers)
        if not able or any(number > self.capacities[name] for name, number in pools):
            return
        for name, number in pools:
            round_.pools[name] = round_.pools.get(name, 0) + number
        round_.slots.update(worker.id for worker in candidates)
        best = min(candidates or able, key=lambda one: (self._missing(one, units, round_), one.id))
        for name, number in units:
            round_.units[best.id, name] = round_.units.get((best.id, name), 0) + number

    def _missing(self, worker: Worker, units: Iterable[tuple[str, int]], round_: _Round) -> int:
        """Return how many units are still to be given back on a worker."""
        return sum(max(0, number - self._free(worker, name, round_)) for name, number in units)

    def _able(self, request: Request, workers: list[Worker]) -> list[Worker]:
        """Return the workers that could run a step if nothing else were running."""
        _, units = self._divide(request)
        return [one for one in matching(request, workers) if offers(one, units)]

    def has_hope(self) -> bool:
        """Tell whether a step of the queue can be run, at once, later, or by a worker that may still come."""
        workers = self.takers()
        return any(self._may_be_placed(request, workers) for _, request in self._ready.heads())

    def _may_be_placed(self, request: Request, workers: list[Worker]) -> bool:
        """Tell whether a step can be placed one day."""
        if not request.asks:
            return True
        pools, units = self._divide(request)
        if any(number > self.capacities[name] for name, number in pools):
            return False
        may_come = not self._desk.settings.embedded or not workers
        return (may_come and all(name != BLOCKED for name, _ in units)) or bool(self._able(request, workers))

    def lacking(self, step: Step) -> list[str]:
        """Return the resources of which a step asks for more than there is at all."""
        return [name for name, units in step.resources if units > self.most_of(name)]

    def most_of(self, name: str) -> int:
        """Return how many units of a resource a step may have at most."""
        if name in self.capacities:
            return self.capacities[name]
        return max((one.description.resources.get(name, 0) for one in self.takers()), default=0)

    # Taking

    def take(self, worker: Worker, step: Step, attempt: Attempt) -> None:
        """Take the units that a step asks for; its worker will have its inputs."""
        attempt.units = step.resources
        for name, units in attempt.units:
            self.held[name] = self.held.get(name, 0) + units
            worker.units[name] = worker.units.get(name, 0) + units
        if worker.description.own_workspace:
            _remember(worker, (file.hash.digest for file in self._desk.graph.inputs(step) if file.hash is not None))

    def give_back(self, attempt: Attempt) -> None:
        """Give back the units that an attempt held."""
        worker = self._workforce.workers[attempt.worker]
        for name, units in attempt.units:
            self.held[name] -= units
            worker.units[name] -= units
        attempt.units = ()

    def note_products(self, worker: WorkerId, step: Step) -> None:
        """Remember that a worker with a workspace of its own has what it has just made."""
        record = self._workforce.workers[worker]
        if record.description.own_workspace:
            files = self._desk.graph.outputs(step)
            _remember(record, (file.hash.digest for file in files if file.hash is not None))

    def _nearby(self, step: Step, worker: Worker) -> int:
        """Return how many bytes of a step's inputs a worker has already, as far as it matters."""
        if not worker.known:
            return 0
        hashes = (file.hash for file in self._desk.graph.inputs(step))
        return sum(found.size for found in hashes if found is not None and found.digest in worker.known)

    def steps_on(self, worker: Worker, name: str) -> list[NodeId]:
        """Return the steps that hold units of a resource on a worker, in the order of handing out."""
        steps = (self._desk.graph.steps[id_] for id_ in worker.holding.values())
        return [step.id for step in steps if step.attempt is not None and name in dict(step.attempt.units)]


def matching(request: Request, workers: Iterable[Worker]) -> list[Worker]:
    """Return the workers that fulfil the condition of a request."""
    if not request.where:
        return list(workers)
    condition = parse_where(request.where)
    return [worker for worker in workers if condition.holds(worker.description)]


def offers(worker: Worker, units: Iterable[tuple[str, int]]) -> bool:
    """Tell whether a worker has enough of everything, whoever holds it now."""
    return all(worker.description.resources.get(name, 0) >= number for name, number in units)


def _room(worker: Worker, extra: int) -> int:
    """Return how many attempts a worker could hold besides."""
    return 0 if worker.reserved else worker.description.slots + extra - len(worker.holding)


def _remember(worker: Worker, digests: Iterable[bytes]) -> None:
    """Note what a worker has; what it got long ago may have made room."""
    known = worker.known
    for digest in digests:
        known.pop(digest, None)
        known[digest] = None
    while len(known) > DIGESTS_MAX:
        del known[next(iter(known))]
