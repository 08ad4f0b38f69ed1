"""A worker's side: a real `Session`, and processes that do what their scripts say, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, cast

from stepup_proto.v1 import dispatch_pb2
from stepup_server.core import values as server
from stepup_server.core.commands import AmendAnswer
from stepup_server.core.ids import AttemptId, NodeId
from stepup_server.core.refusals import Refusal
from stepup_worker.core import commands as cmd
from stepup_worker.core import events as ev
from stepup_worker.core import values as worker
from stepup_worker.core.session import Session
from stepup_worker.rpc.convert import Introduction, orders_from_wire, statement_to_wire
from tests.support.disk import VirtualDisk
from tests.support.scripts import Running, Script

from .network import Call, Link

__all__ = ("Machine", "Process")

FindScript = Callable[[server.Assignment], Script]


@dataclass(slots=True, eq=False)
class Process:
    """One attempt on a machine."""

    attempt: worker.AttemptId
    assignment: worker.Assignment
    script: Generator[Any, Any, int] | None = None
    """Set once it has begun."""
    call: Call | None = None
    """What it waits for."""
    signal: int = 0
    """It was told to end."""
    was_clean: bool = True
    """It got all that it asked for."""
    spoke_to: int = 0
    """The generation of the director that has heard it first; 0: it never called."""
    busy_until: float = 0.0
    """It does nothing that anybody sees before this moment."""
    running: Running | None = None


class Machine:
    """One worker after the other under one name."""

    def __init__(self, name: str, slots: int, disk: VirtualDisk, find_script: FindScript) -> None:
        self.name = name
        self.disk = disk
        self._find_script = find_script
        self.slots = slots
        self.incarnation = 0
        self.processes: dict[worker.AttemptId, Process] = {}
        self.link: Link | None = None
        self.is_alive = False
        self.is_frozen = False
        """SIGSTOP: neither it nor its steps do anything."""
        self.boot()

    def boot(self) -> None:
        """Start a worker with nothing."""
        self.incarnation += 1
        self.is_alive, self.is_frozen = True, False
        self.session = Session(self.slots)
        self.processes.clear()
        self.introduction = Introduction(self.name, str(self.incarnation), "here", 1, ".")

    def die(self) -> list[Process]:
        """End at once, with all processes; return them."""
        dead = list(self.processes.values())
        self.is_alive = False
        self.processes.clear()
        if self.link is not None:
            self.link.end()
            self.link.down.clear()
            self.link.is_closed_below = True
            self.link = None
        return dead

    # The conversation

    def open(self, link: Link, now: float) -> None:
        """Begin a conversation."""
        self.link = link
        self.introduction = self.introduction._replace(dial=self.introduction.dial + 1)
        self.tell(ev.StreamOpened(), now)
        self.say(always=True)

    def say(self, *, always: bool = False) -> None:
        """Say what is new."""
        statement = self.session.next_statement(always=always)
        if statement is not None and self.link is not None and not self.link.is_broken:
            self.link.up.append(statement_to_wire(statement, self.introduction).SerializeToString())

    def hear(self, now: float) -> None:
        """Take the oldest orders that have come."""
        if self.link is None:
            raise RuntimeError(self.name)
        self.tell(orders_from_wire(dispatch_pb2.SynchronizeResponse.FromString(self.link.down.popleft())), now)

    def notice_end(self, now: float) -> None:
        """Notice that the stream has ended."""
        if self.link is not None:
            self.link.is_closed_below = True
            self.link = None
            self.tell(ev.StreamBroken(), now)

    def tell(self, event: ev.Event, now: float) -> None:
        """Tell the session something, and do what it wants."""
        for command in self.session.handle(event, now):
            self._perform(command)

    def _perform(self, command: cmd.Command) -> None:
        match command:
            case cmd.Start(attempt, assignment):
                self.processes[attempt] = Process(attempt, assignment)
            case cmd.Interrupt(attempt):
                self.processes[attempt].signal = self.processes[attempt].signal or 2
            case cmd.Kill(attempt):
                self.processes[attempt].signal = 9
            case cmd.Recall(attempt):
                # As if the machine had kept it from beginning until now.
                process = self.processes[attempt]
                process.signal = process.signal or (2 if process.running is None else 0)
            case cmd.Leave():
                self.die()
            case cmd.Speak():
                pass

    # Processes

    def begin(self, process: Process, now: float) -> bool:
        """Start the process of an attempt, unless its inputs have moved; tell whether it began."""
        changed = self._changed_inputs(process)
        if changed or process.signal:
            reason = "An input has changed." if changed else "It was stopped."
            end = worker.Outcome(end=worker.NotStarted(reason), changed_inputs=changed)
            self._end(process, end, now)
            return False
        assignment = cast("server.Assignment", process.assignment)  # the same words on both sides
        process.running = Running(
            AttemptId(NodeId(process.attempt.step), process.attempt.number), assignment, self.disk
        )
        process.script = self._find_script(assignment)(process.running)
        self.tell(ev.AttemptBegan(process.attempt), now)
        return True

    def go_on(self, process: Process, now: float) -> None:
        """Let a process run to its next call, or to its end."""
        call, process.call = process.call, None
        try:
            make_event = self._resume(process, call)
        except StopIteration as stopped:
            self._conclude(process, worker.Exited(cast("int", stopped.value)), now)
        except Refusal:
            process.was_clean = False
            self._conclude(process, worker.Exited(1), now)
        else:
            process.call = Call(make_event)

    def _resume(self, process: Process, call: Call | None) -> Any:  # noqa: ANN401 # what a script yields
        if process.script is None:
            raise RuntimeError(process.attempt)
        if call is None:
            return process.script.send(None)
        process.spoke_to = process.spoke_to or call.spoke_to
        if isinstance(call.answer, Refusal):
            return process.script.throw(call.answer)
        if isinstance(call.answer, AmendAnswer) and (call.answer.unavailable or call.answer.unfresh):
            process.was_clean = False
        return process.script.send(call.answer)

    def kill(self, process: Process, now: float) -> None:
        """Let the signal reach a process."""
        process.was_clean = False
        self._conclude(process, worker.Signalled(process.signal), now)

    def _conclude(self, process: Process, end: worker.End, now: float) -> None:
        used = process.running.used if process.running is not None else ()
        outputs = self._look(process.assignment.outputs)
        changed = self._changed_inputs(process)
        process.was_clean &= not changed and end == worker.Exited(0)
        self._end(process, worker.Outcome(end=end, outputs=outputs, changed_inputs=changed, used_inputs=used), now)

    def _end(self, process: Process, outcome: worker.Outcome, now: float) -> None:
        del self.processes[process.attempt]
        self.tell(ev.AttemptEnded(process.attempt, outcome), now)

    def _changed_inputs(self, process: Process) -> tuple[worker.Observation, ...]:
        stated = process.assignment.inputs
        seen = self._look(one.path for one in stated)
        return tuple(now for was, now in zip(stated, seen, strict=True) if not now.agrees_with(was))

    def _look(self, paths: Iterable[str]) -> tuple[worker.Observation, ...]:
        return tuple(map(_as_worker, self.disk.hash((path, None) for path in paths)))


def _as_worker(seen: server.Observation) -> worker.Observation:
    """Return an observation in the worker's words."""
    hash_ = None if seen.hash is None else worker.FileHash(*seen.hash)
    return worker.Observation(seen.path, worker.PathKind(seen.kind.value), hash_)
