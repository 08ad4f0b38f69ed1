"""A worker that obeys orders as the protocol says, in virtual time."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stepup_server.core.commands import OrderWorker
from stepup_server.core.events import WorkerConnected, WorkerReported
from stepup_server.core.ids import AttemptId, RequestId, StreamId, WorkerId
from stepup_server.core.paths import label_of
from stepup_server.core.refusals import Refusal
from stepup_server.core.states import StopLevel
from stepup_server.core.values import (
    Assignment,
    AttemptFact,
    AttemptOutcome,
    Exited,
    NotStarted,
    Observation,
    Order,
    PredecessorEnd,
    Signalled,
    WorkerDescription,
)
from tests.support.disk import VirtualDisk
from tests.support.scripts import Call, Running, Script

__all__ = ("FakeWorker", "Held", "Stage")


@enum.unique
class Stage(enum.Enum):
    """How far a worker is with an attempt."""

    WAITING = "waiting for a slot"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(slots=True, eq=False)
class Held:
    """An attempt on a worker."""

    attempt: AttemptId
    assignment: Assignment
    stage: Stage = Stage.WAITING
    outcome: AttemptOutcome | None = None
    said: bool = False
    """The result has been told on the present stream."""
    acknowledged: bool = False
    running: Running | None = None
    """What its script sees, once it has begun."""
    calls: Generator[Call, Any, int] | None = None
    request: RequestId | None = None
    """The call that it waits for."""

    @property
    def label(self) -> str:
        """Return the name under which people see the step."""
        return label_of(self.assignment.command, self.assignment.workdir)


@dataclass(slots=True, eq=False)
class FakeWorker:
    """Runs scripts instead of processes."""

    name: str
    disk: VirtualDisk
    find_script: Callable[[Assignment], Script]
    slots: int = 1
    incarnation: str = "1"
    member: str = ""
    """The name in its certificate, if it has one."""
    own_workspace: bool = False
    """What its steps make is stored as blobs, and has to be published."""
    predecessor_end: PredecessorEnd | None = None
    """How the process before it died, if it did."""
    unreachable: set[str] = field(default_factory=set)
    """Inputs that it cannot fetch."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    id: WorkerId | None = None
    """Known when it has been connected once."""
    is_connected: bool = False
    has_left: bool = False
    may_leave: bool = False
    mail: deque[OrderWorker] = field(default_factory=deque)
    """Orders that it has not read yet."""
    streams: int = 0
    """How many streams it has opened."""
    seen: int = 0
    held: dict[AttemptId, Held] = field(default_factory=dict)
    began: list[AttemptFact] = field(default_factory=list)
    """Facts that were not told yet, in order."""
    owes_answer: bool = False
    started: list[AttemptId] = field(default_factory=list)
    """Every attempt that it ever began."""

    # What it says

    def introduction(self, request: RequestId) -> WorkerConnected:
        """Open a stream: say again all that it holds and all that is not acknowledged."""
        self.mail.clear()
        self.is_connected, self.has_left, self.may_leave, self.seen = True, False, False, 0
        self.streams += 1
        self.began = []
        for held in self.held.values():
            held.said = held.acknowledged
            if held.stage is Stage.RUNNING:
                self.began.append(AttemptFact(held.attempt, None))
            elif held.outcome is not None and not held.acknowledged:
                self.began.append(AttemptFact(held.attempt, held.outcome))
        facts = self._take_facts()
        return WorkerConnected(
            request=request,
            stream=StreamId(self.streams),
            description=self.description,
            holding=self._holding(),
            facts=facts,
        )

    @property
    def description(self) -> WorkerDescription:
        """Return who it is."""
        return WorkerDescription(
            name=self.name,
            incarnation=self.incarnation,
            host="here",
            pid=1,
            slots=self.slots,
            root="" if self.own_workspace else ".",
            own_workspace=self.own_workspace,
            labels=self.labels,
            resources=self.resources,
            predecessor_end=self.predecessor_end,
            member=self.member,
        )

    @property
    def has_news(self) -> bool:
        """Tell whether there is something to say."""
        return self.is_connected and bool(self.began or self.owes_answer)

    def statement(self) -> WorkerReported:
        """Say what it is doing."""
        if self.id is None:
            raise AssertionError(f"{self.name} was never connected")
        self.owes_answer = False
        facts = self._take_facts()
        return WorkerReported(
            worker=self.id,
            stream=StreamId(self.streams),
            seen=self.seen,
            holding=self._holding(),
            facts=facts,
        )

    def _take_facts(self) -> tuple[AttemptFact, ...]:
        facts, self.began = tuple(self.began), []
        for fact in facts:
            if fact.outcome is not None:
                self.held[fact.attempt].said = True
        return facts

    def _holding(self) -> tuple[AttemptId, ...]:
        return tuple(one.attempt for one in self.held.values() if not one.said and not one.acknowledged)

    # What it is told

    def read_mail(self) -> None:
        """Act upon the oldest orders that it has not read."""
        orders = self.mail.popleft()
        self.seen, self.may_leave = orders.sequence, orders.leave
        for attempt in orders.acknowledged:
            if attempt in self.held and self.held[attempt].stage is Stage.ENDED:
                self.held[attempt].acknowledged = True
        listed = {order.attempt for order in orders.orders}
        for held in [one for one in self.held.values() if one.attempt not in listed]:
            self._drop(held)
        for order in orders.orders:
            self._follow(order)

    def _drop(self, held: Held) -> None:
        if held.stage is Stage.ENDED and not held.acknowledged:
            return
        del self.held[held.attempt]
        self.began = [fact for fact in self.began if fact.attempt != held.attempt]

    def _follow(self, order: Order) -> None:
        held = self.held.get(order.attempt)
        if held is None:
            if order.assignment is None:
                self.owes_answer = True
                return
            held = self.held[order.attempt] = Held(order.attempt, order.assignment)
        if held.stage is Stage.WAITING and order.stop > StopLevel.NONE:
            self._end(held, AttemptOutcome(end=NotStarted("It was stopped before it began.")))
        elif held.stage is Stage.RUNNING and order.stop >= StopLevel.INTERRUPT:
            self._end(held, self._conclude(held, Signalled(2 if order.stop is StopLevel.INTERRUPT else 9)))

    # What it does

    def next_waiting(self) -> Held | None:
        """Return the attempt that would begin next, if there is a free slot."""
        running = sum(held.stage is Stage.RUNNING for held in self.held.values())
        waiting = (held for held in self.held.values() if held.stage is Stage.WAITING)
        return next(waiting, None) if running < self.slots else None

    def running(self) -> list[Held]:
        """Return the attempts whose scripts are going on."""
        return [held for held in self.held.values() if held.stage is Stage.RUNNING]

    def begin(self, held: Held) -> None:
        """Start the script of an attempt, unless its inputs have moved."""
        changed = self._changed_inputs(held)
        if changed:
            self._end(held, AttemptOutcome(end=NotStarted("An input has changed."), changed_inputs=changed))
            return
        missing = tuple(seen.path for seen in held.assignment.inputs if seen.path in self.unreachable)
        if missing:
            self._end(held, AttemptOutcome(end=NotStarted("An input cannot be fetched."), missing_inputs=missing))
            return
        self.disk.make_directories([held.assignment.workdir])
        self.started.append(held.attempt)
        held.stage = Stage.RUNNING
        held.running = Running(held.attempt, held.assignment, self.disk)
        held.calls = self.find_script(held.assignment)(held.running)
        self.began.append(AttemptFact(held.attempt, None))

    def go_on(self, held: Held, answer: object) -> Call | None:
        """Let a script run to its next call, which is returned, or to its end."""
        if held.calls is None:
            raise AssertionError(f"{held.label} is not running")
        held.request = None
        try:
            if isinstance(answer, Refusal):
                return held.calls.throw(answer)
            return held.calls.send(answer)
        except StopIteration as stopped:
            code: int = stopped.value
        except Refusal:
            code = 1
        self._end(held, self._conclude(held, Exited(code)))
        return None

    def kill_all(self) -> None:
        """Die: everything is forgotten, and whoever comes next has another incarnation."""
        self.held.clear()
        self.began.clear()
        self.mail.clear()
        self.is_connected = False
        self.predecessor_end = PredecessorEnd(self.incarnation, Signalled(9))
        self.incarnation = str(int(self.incarnation) + 1)

    def end_with(self, held: Held, outcome: AttemptOutcome) -> None:
        """Let an attempt end in a way that no script knows of."""
        products = self._conclude(held, Exited(0))
        self._end(held, replace(outcome, outputs=products.outputs))

    def _end(self, held: Held, outcome: AttemptOutcome) -> None:
        held.stage, held.outcome, held.calls = Stage.ENDED, outcome, None
        self.began.append(AttemptFact(held.attempt, outcome))

    def _conclude(self, held: Held, end: Exited | Signalled) -> AttemptOutcome:
        outputs = self.disk.hash((path, None) for path in held.assignment.outputs)
        if self.own_workspace:
            self.disk.store(outputs)
        used = () if held.running is None else held.running.used
        return AttemptOutcome(
            end=end,
            stderr=b"" if held.running is None else held.running.stderr,
            outputs=outputs,
            changed_inputs=self._changed_inputs(held),
            wall_s=1.0,
            used_inputs=used,
            used_environment=("F",) if used else (),
        )

    def _changed_inputs(self, held: Held) -> tuple[Observation, ...]:
        stated = held.assignment.inputs
        pairs = zip(stated, self.disk.hash((seen.path, None) for seen in stated), strict=True)
        return tuple(now for was, now in pairs if was.hash is None or not was.hash.same_content(now.hash))
