"""The workers: who is there, what each should be holding, what each has been told.

Level-triggered: orders are always the whole list of what a worker should hold. Only the details of an assignment travel
once per stream, and again when the worker turns out not to hold the attempt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .commands import EndStream, OrderWorker
from .desk import Desk
from .events import WorkerConnected, WorkerDisconnected, WorkerReported
from .hindrances import note_hindrances
from .ids import AttemptId, NodeId, StreamId, WorkerId
from .quarantine import QUARANTINE_S, Quarantine
from .records import Attempt, Step, Worker
from .refusals import InvariantBroken, NotNow
from .states import Phase, StopLevel, Tag
from .stories import ref_of
from .values import Order, WorkerDescription
from .welcome import check_welcome

__all__ = ("Workforce",)


class Workforce:
    """All workers that are connected or expected back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.workers: dict[WorkerId, Worker] = {}
        self._next_id = 0
        self._quarantine = Quarantine(desk)

    # Coming and going

    def on_worker_connected(self, event: WorkerConnected) -> tuple[Worker, tuple[NodeId, ...]]:
        """Take a worker in, or back; return it with the steps that its dead predecessor was holding."""
        description = event.description
        if self._desk.phase is Phase.STOPPING:
            raise NotNow("The director is stopping.")
        check_welcome(self._desk.settings, description)
        self._quarantine.check(description.name)
        worker = self._find(description.name)
        lost: tuple[NodeId, ...] = ()
        if worker is None:
            worker = self.expect(description)
        _check_dial(worker.description, description)
        if worker.connected:
            self._end_stream(worker, description)
        if worker.description.incarnation not in {"", description.incarnation}:
            lost = self._take_all(worker)
            worker.draining = False
            worker.known.clear()
        lost += self._take_absent(worker, event)
        worker.description, worker.stream = description, event.stream
        worker.connected, worker.leave, worker.changed = True, worker.draining, True
        worker.sequence, worker.seen_at = 0, self._desk.now
        worker.told = {id_: 0 for id_ in event.holding if id_ in worker.holding}
        worker.brought = frozenset((*event.holding, *(fact.attempt for fact in event.facts)))
        self._desk.deadlines.cancel(worker.id)
        self._announce(worker)
        return worker, lost

    def _end_stream(self, worker: Worker, newcomer: WorkerDescription) -> None:
        """Let go of the stream of a worker that has opened another: it is dead, though nobody has noticed yet."""
        if worker.description.incarnation != newcomer.incarnation and not _has_died(worker, newcomer):
            raise NotNow(_name_is_taken(worker.description))
        if worker.stream is not None:
            self._desk.commands.append(EndStream(worker.stream))

    def has_met(self, description: WorkerDescription) -> bool:
        """Tell whether this very process is known already."""
        worker = self._find(description.name)
        return worker is not None and worker.description.incarnation == description.incarnation

    def _take_absent(self, worker: Worker, event: WorkerConnected) -> tuple[NodeId, ...]:
        """Take away what was handed out and the worker knows nothing of.

        It may have begun, in another process or before the end of its lease, and must not begin again under its number;
        or the orders were lost on their way, and then a new attempt costs nothing.
        """
        known = {*event.holding, *(fact.attempt for fact in event.facts)}
        return _take(worker, [id_ for id_ in worker.holding if id_ not in known])

    def _find(self, name: str) -> Worker | None:
        """Return the worker of this name."""
        return next((worker for worker in self.workers.values() if worker.description.name == name), None)

    def expect(self, description: WorkerDescription) -> Worker:
        """Make the record of a worker that comes, or is expected to come back."""
        worker = Worker(WorkerId(self._next_id), description, connected=False)
        self.workers[worker.id] = worker
        self._next_id += 1
        return worker

    def expect_back(self, name: str, member: str) -> Worker:
        """Return the worker of this name; one that an earlier director knew is waited for as long as the lease."""
        worker = self._find(name)
        if worker is None:
            root = self._desk.settings.root
            stranger = WorkerDescription(name=name, incarnation="", host="", pid=0, slots=0, root=root, member=member)
            worker = self.expect(stranger)
            worker.seen_at = self._desk.now
            self._desk.deadlines.set(worker.id, self._desk.now + self._desk.settings.lease_s)
        return worker

    def _announce(self, worker: Worker) -> None:
        """Tell people that a worker is there."""
        description = worker.description
        if self._desk.settings.embedded:
            self._desk.report(Tag.DIRECTOR, f"Launched worker {worker.id}")
        else:
            slots = "1 slot" if description.slots == 1 else f"{description.slots} slots"
            self._desk.report(
                Tag.DIRECTOR,
                f"Worker {worker.id} joined: {slots}, pid {description.pid} on {description.host}",
            )

    def on_worker_disconnected(self, event: WorkerDisconnected) -> bool:
        """Note that a stream ended; return whether its attempts must be given up at once."""
        id_ = event.worker
        worker = self.workers[id_]
        if not self.is_present(event):
            return False
        worker.connected, worker.changed = False, False
        if worker.leave and not worker.holding:
            self._desk.report(None)
            return False
        if self._desk.settings.embedded and self._desk.stop < StopLevel.INTERRUPT:
            # Its guardian starts another one; should that have died, too, the command line ends the build.
            self._desk.deadlines.set(id_, self._desk.now + self._desk.settings.lease_s)
            return False
        if not worker.holding or self._desk.settings.embedded:
            return True
        self._desk.report(
            Tag.WARNING,
            f"Lost touch with worker {id_}, which holds {len(worker.holding)} step(s);"
            f" waiting {self._desk.settings.lease_s:.0f} s for it to come back.",
        )
        self._desk.deadlines.set(id_, self._desk.now + self._desk.settings.lease_s)
        return False

    def is_present(self, event: WorkerReported | WorkerDisconnected) -> bool:
        """Tell whether something is about the present stream of a worker."""
        worker = self.workers.get(event.worker)
        return worker is not None and worker.connected and worker.stream == event.stream

    def is_lying(self, event: WorkerReported) -> bool:
        """Tell whether a worker has told lies too often; then its stream ends, and it may not come back soon."""
        worker = self.workers[event.worker]
        if not self._quarantine.has_too_many(worker, (*event.holding, *(fact.attempt for fact in event.facts))):
            return False
        self.shut_out(worker)
        self._desk.report(
            Tag.WARNING,
            f"Worker {worker.id} ({worker.description.name} on {worker.description.host}) has reported on attempts that"
            f" it was never given. It is kept out for {QUARANTINE_S:.0f} s.",
        )
        return True

    def of_member(self, name: str) -> tuple[Worker, ...]:
        """Return the workers that have come with a certificate of that name."""
        return tuple(worker for worker in self.workers.values() if worker.description.member == name)

    def shut_out(self, worker: Worker) -> None:
        """End the conversation with a worker, and wait for it no more."""
        worker.connected, worker.changed = False, False
        self._desk.deadlines.cancel(worker.id)
        if worker.stream is not None:
            self._desk.commands.append(EndStream(worker.stream))

    def give_up(self, id_: WorkerId) -> tuple[NodeId, ...]:
        """Give up what a worker was holding; return the steps."""
        return self._take_all(self.workers[id_])

    def _take_all(self, worker: Worker) -> tuple[NodeId, ...]:
        """Take everything from a worker."""
        worker.told.clear()
        return _take(worker, tuple(worker.holding))

    @property
    def connected(self) -> list[Worker]:
        """The workers that are connected, in the order of joining."""
        return [worker for worker in self.workers.values() if worker.connected]

    @property
    def has_own_workspaces(self) -> bool:
        """Tell whether a worker is known that stores what its steps make."""
        return any(worker.description.own_workspace for worker in self.workers.values())

    @property
    def slots(self) -> int:
        """How many attempts all connected workers run at a time."""
        return sum(worker.description.slots for worker in self.connected)

    # Reports

    def on_worker_reported(self, event: WorkerReported) -> tuple[NodeId, ...]:
        """Compare what a worker does with what it should do; return the steps that it has given back.

        What it was told and does not hold, it is told again, unless it is stopping.
        """
        worker = self.workers[event.worker]
        worker.seen_at = self._desk.now
        self._note_transfers(worker, event)
        note_hindrances(self._desk, worker, event.hindrances)
        if event.slots is not None:
            worker.description = replace(worker.description, slots=event.slots)
        absent = self._find_absent(worker, event)
        for id_ in absent:
            del worker.told[id_]
        if absent or any(id_ not in worker.holding for id_ in event.holding):
            worker.changed = True
        if worker.description.slots:
            return ()
        return _take(worker, absent)

    def _note_transfers(self, worker: Worker, event: WorkerReported) -> None:
        """Tell people how far the files of attempts are."""
        worker.transfers = {one.attempt: one for one in event.transfers}
        for transfer in event.transfers:
            step = self._desk.graph.steps.get(transfer.attempt.step)
            if step is not None and step.attempt is not None and step.attempt.id == transfer.attempt:
                self._desk.report(None, step=replace(ref_of(step), transfer=transfer))

    def _find_absent(self, worker: Worker, event: WorkerReported) -> list[AttemptId]:
        """Return the attempts that a worker was told to hold and does not, although it has seen the orders."""
        present = {*event.holding, *(fact.attempt for fact in event.facts)}
        return [
            id_
            for id_, sequence in worker.told.items()
            if sequence <= event.seen and id_ not in present and id_ in worker.holding
        ]

    def acknowledge(self, id_: WorkerId, attempt: AttemptId) -> None:
        """Let a worker forget a result."""
        worker = self.workers[id_]
        worker.acknowledged[attempt] = None
        worker.changed = True

    # Work

    def free_slots(self) -> int:
        """Return how many steps could begin at once; without workers one, since a check needs none."""
        if not self.connected:
            return 1
        return sum(max(0, worker.free_slots) for worker in self.connected)

    def hand_out(self, worker: Worker, step: Step, attempt: Attempt) -> None:
        """Let a worker hold an attempt."""
        worker.holding[attempt.id] = step.id
        worker.reserved = bool(step.losses)
        worker.changed = True

    def take_back(self, attempt: Attempt) -> None:
        """Let a worker hold an attempt no more."""
        worker = self.workers[attempt.worker]
        if attempt.id in worker.holding:
            _take(worker, (attempt.id,))
        worker.told.pop(attempt.id, None)
        worker.changed = True

    def stop_all(self, level: StopLevel) -> None:
        """Ask for all attempts to be stopped, as firmly as `level` says."""
        for step in self._desk.running_steps():
            if step.attempt is not None and step.attempt.stop < level:
                step.attempt.stop = level
                self.workers[step.attempt.worker].changed = True

    def recall_waiting(self) -> tuple[AttemptId, ...]:
        """Ask for what has not begun, because something else may have to come first; return what was asked for."""
        waiting = [
            step.attempt for step in self._desk.running_steps() if step.attempt and self.may_give_back(step.attempt)
        ]
        for attempt in waiting:
            attempt.stop = max(attempt.stop, StopLevel.DRAIN)
            self.workers[attempt.worker].changed = True
        return tuple(attempt.id for attempt in waiting)

    def may_give_back(self, attempt: Attempt) -> bool:
        """Tell whether an attempt has not begun, as far as is known, and is held by a worker that can be asked."""
        return attempt.started_tick is None and not attempt.ended and self.workers[attempt.worker].connected

    def drain(self, worker: Worker) -> None:
        """Give a worker nothing more, ask for what has not begun, and let it leave with the rest."""
        worker.draining = worker.leave = worker.changed = True
        for id_, step in worker.holding.items():
            attempt = self._desk.graph.steps[step].attempt
            if attempt is not None and attempt.id == id_ and self.may_give_back(attempt):
                attempt.stop = max(attempt.stop, StopLevel.DRAIN)
        self._desk.report(Tag.DIRECTOR, f"Draining worker {worker.id}")

    def dismiss_all(self) -> None:
        """Let all workers leave."""
        for worker in self.connected:
            worker.leave = worker.changed = True

    def write_orders(self) -> None:
        """Tell all workers for whom something has changed what they should be doing."""
        for worker in self.connected:
            if worker.changed and worker.stream is not None:
                self._desk.commands.append(self._orders_for(worker, worker.stream))

    def _orders_for(self, worker: Worker, stream: StreamId) -> OrderWorker:
        """Put down all that a worker should hold."""
        worker.sequence += 1
        worker.changed = False
        orders = tuple(self._order(worker, id_, step) for id_, step in worker.holding.items())
        followed = tuple((follow, id_) for id_, step in worker.holding.items() for follow in self._follows(step))
        acknowledged = tuple(worker.acknowledged)
        worker.acknowledged.clear()
        return OrderWorker(
            worker.id,
            stream,
            worker.sequence,
            orders,
            acknowledged,
            worker.leave,
            version=self._desk.settings.version,
            scattered=self._is_scattered(),
            followed=followed,
        )

    def _is_scattered(self) -> bool:
        """Tell whether workers on several hosts, or on another than this one, see the project itself."""
        home = self._desk.settings.host
        hosts = {worker.description.host for worker in self.connected if not worker.description.own_workspace}
        return bool(home) and bool(hosts - {home})

    def is_elsewhere(self, id_: WorkerId) -> bool:
        """Tell whether what the steps of a worker make in the project may be seen here a moment later."""
        description, home = self.workers[id_].description, self._desk.settings.host
        return bool(home) and not description.own_workspace and description.host != home

    def _follows(self, step_id: NodeId) -> dict[int, None]:
        """Return those who watch what a step writes."""
        attempt = self._desk.graph.steps[step_id].attempt
        return {} if attempt is None else attempt.follows

    def _order(self, worker: Worker, id_: AttemptId, step_id: NodeId) -> Order:
        """Put down one attempt, with its details when the worker does not have them."""
        attempt = self._desk.graph.steps[step_id].attempt
        if attempt is None or attempt.id != id_:
            raise InvariantBroken(f"worker {worker.id} should hold attempt {id_}, which is not running")
        if id_ in worker.told:
            return Order(id_, attempt.stop, None)
        worker.told[id_] = worker.sequence
        return Order(id_, attempt.stop, attempt.assignment)


def _take(worker: Worker, attempts: Iterable[AttemptId]) -> tuple[NodeId, ...]:
    """Take attempts from a worker; one that ran a suspect alone is free for others when it has nothing left."""
    steps = tuple(worker.holding.pop(id_) for id_ in attempts)
    worker.reserved = worker.reserved and bool(worker.holding)
    return steps


def _name_is_taken(other: WorkerDescription) -> str:
    """Say why a worker has to wait: the other one may be dead, and nobody has noticed yet."""
    return (
        f"Another worker is connected under the name {other.name!r} (pid {other.pid} on {other.host})."
        " If it does not end, choose another name: --name NAME."
    )


def _check_dial(known: WorkerDescription, newcomer: WorkerDescription) -> None:
    """Refuse a stream that was opened before one that is known: it was torn, and its first message comes late."""
    if known.incarnation == newcomer.incarnation and 0 < newcomer.dial < known.dial:
        raise NotNow(f"Worker {newcomer.name!r} has opened another stream since.")


def _has_died(worker: Worker, description: WorkerDescription) -> bool:
    """Tell whether a worker comes in the place of one whose death has not been noticed yet."""
    end = description.predecessor_end
    return end is not None and end.incarnation == worker.description.incarnation
