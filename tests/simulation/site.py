"""The whole site: a director, workers, what lies between them, and all that could happen next."""

from __future__ import annotations

import posixpath
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from stepup_proto.v1 import dispatch_pb2
from stepup_server.core import events as ev
from stepup_server.core.commands import Value
from stepup_server.core.director import DirectorSettings
from stepup_server.core.ids import StreamId, WorkerId
from stepup_server.core.refusals import Refusal
from stepup_server.core.values import Assignment
from stepup_server.rpc import convert
from stepup_worker.core import events as worker_events
from tests.support.disk import VirtualDisk
from tests.support.scripts import Script
from tests.support.worlds import SOURCES, World, run_command, script_of

from .host import DirectorHost, Question
from .laws import Ledger
from .machine import Machine, Process
from .network import Link

__all__ = ("LEASE_S", "Move", "Site")

LEASE_S = 60.0
RETRY_S = 2.0
"""How long a worker waits that was refused."""
BUSY_S = (0.0, 0.0, 0.0, 0.5, 3.0, 30.0)
"""How long processes may be busy."""


class Move(NamedTuple):
    """Something that could happen next."""

    name: str
    do: Callable[[], object]


class Site:
    """Everything that one schedule plays with."""

    def __init__(self, rng: random.Random, world: World, machines: int, slots: int) -> None:
        self.rng = rng
        self.now = 0.0
        self.disk = VirtualDisk()
        self.story: list[str] = []
        self.settings = DirectorSettings(lease_s=LEASE_S, prefetch=2)
        self.host = DirectorHost(self.settings, {"V": "1"}, self.disk)
        self.machines = [Machine(f"w{index}", slots, self.disk, self._find_script) for index in range(machines)]
        self.links: list[Link] = []
        """Those of which the director has not noticed the end."""
        self.ledger = Ledger(self)
        self.crash_rate = 0.0
        """How often the director's process dies in the middle of a turn."""
        self._last_stream = 0
        self._dial_at: dict[str, float] = {}
        """When workers that were refused try again."""
        self.deaths = 0
        """Of directors and workers."""
        self.plans: dict[str, Script] = {}
        self.world = world
        self.replan(world)

    def replan(self, world: World) -> None:
        """Write the plans."""
        self.world = world
        self.plans.update(script_of(world))
        for path, text in world.texts().items():
            if self.disk.read(path) != text:
                self.disk.write(path, text)

    def sources(self) -> dict[str, str]:
        """Return what people have written, besides plans."""
        return {path: self.disk.read(path) or "" for path in SOURCES}

    def _find_script(self, assignment: Assignment) -> Script:
        """Return what a plan or a command does."""
        if not assignment.command.startswith("./"):
            return run_command(assignment)
        path = posixpath.normpath(posixpath.join(assignment.workdir, assignment.command))
        return self.plans[self.disk.read(path) or ""]

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and wake whoever wants to be woken."""
        self.now += seconds
        if self.host.is_alive and not self.host.unwritten:
            deadline = self.host.director.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.host.tell(ev.TimePassed())
        for machine in self.machines:
            deadline = machine.session.next_deadline()
            if machine.is_alive and not machine.is_frozen and deadline is not None and deadline <= self.now:
                machine.tell(worker_events.TimePassed(), self.now)

    def next_idle(self) -> float | None:
        """Return when the first of the busy processes is done, or a worker tries again; None when nobody will."""
        processes = [process for machine in self.machines for process in machine.processes.values()]
        moments = [*(one.busy_until for one in processes), *self._dial_at.values()]
        return min((moment for moment in moments if moment > self.now), default=None)

    # What could happen

    def moves(self) -> list[Move]:
        """Return what could happen next, always in the same order."""
        moves = [*self._moves_of_host(), *(move for link in self.links for move in self._moves_above(link))]
        for machine in self.machines:
            if machine.is_alive and not machine.is_frozen:
                moves += self._moves_of_machine(machine)
        return moves

    def _moves_of_host(self) -> Iterator[Move]:
        host = self.host
        if not host.is_alive:
            return
        if host.unwritten:
            yield Move("commit", self._commit)
        elif host.inbox:
            yield Move("think", self._think)
        for question in host.questions:
            yield Move(f"disk {type(question).__name__} {question.token}", partial(self._look, question))

    def _moves_above(self, link: Link) -> Iterator[Move]:
        """Yield what the director's end of a stream could do."""
        if link.is_asked and link.worker is None:
            return
        if link.stream in self.host.ended:
            yield Move("hang up", partial(self._notice_above, link))
        elif link.up:
            yield Move("receive", partial(self._receive, link))
        elif link.is_broken:
            yield Move("notice above", partial(self._notice_above, link))
        if link.stream in self.host.filled and not link.is_broken:
            yield Move("send orders", partial(self._send_orders, link))

    def _moves_of_machine(self, machine: Machine) -> Iterator[Move]:
        link = machine.link
        if link is None:
            if self.host.is_alive and self.now >= self._dial_at.get(machine.name, 0.0):
                yield Move(f"connect {machine.name}", partial(self._connect, machine))
        elif link.down:
            yield Move(f"hear {machine.name}", partial(machine.hear, self.now))
        elif link.is_broken:
            yield Move(f"notice {machine.name}", partial(machine.notice_end, self.now))
        elif machine.session.has_news():
            yield Move(f"say {machine.name}", machine.say)
        for process in machine.processes.values():
            yield from self._moves_of_process(machine, process)

    def _moves_of_process(self, machine: Machine, process: Process) -> Iterator[Move]:
        name = f"{machine.name} {process.attempt} {process.assignment.command}"
        call = process.call
        if process.script is None:
            yield Move(f"begin {name}", partial(self._begin, machine, process))
        elif process.signal:
            yield Move(f"kill {name}", partial(machine.kill, process, self.now))
        elif self.now < process.busy_until:
            return
        elif call is None or call.is_answered:
            yield Move(f"go on {name}", partial(self._go_on, machine, process))
        elif call.request is None and self.host.is_alive:
            yield Move(f"call {name}", partial(self._call, process))

    # Doing it

    def _think(self) -> None:
        self.host.think(self.now)
        if self.rng.random() < self.crash_rate:
            self.crash("between the turn and its commit")

    def _commit(self) -> None:
        self.host.commit()
        if self.rng.random() < self.crash_rate:
            self.host.perform(self.rng.randint(0, len(self.host.unwritten)))
            self.crash("between commit and the end of performing")
            return
        self.host.perform()
        if self.host.has_stopped:
            self.crash("after it was asked to stop")

    def crash(self, when: str) -> None:
        """Let the director die."""
        self.story.append(f"{self.now:9.1f}  director {self.host.generation} dies {when}")
        self.deaths += 1
        self.host.crash(self.rng)
        for link in self.links:
            link.tear(self.rng)
            link.is_closed_above = True
        self.links.clear()

    def start_director(self) -> None:
        """Let a director come."""
        self.host.start(self.now)
        self.ledger.note_director(self.machines)

    def _look(self, question: Question) -> None:
        self.host.look(question)

    def _receive(self, link: Link) -> None:
        """Let the director's end of a stream read a statement."""
        request = dispatch_pb2.SynchronizeRequest.FromString(link.up.popleft())
        holding = tuple(map(convert.attempt_from_wire, request.holding))
        facts = convert.facts_from_wire(request)
        if link.worker is not None:
            slots = request.worker.slots if request.HasField("worker") else None
            said = ev.WorkerReported(
                worker=link.worker, stream=link.stream, seen=request.seen, slots=slots, holding=holding, facts=facts
            )
            self.host.tell(said)
            return
        link.is_asked = True
        self.host.open_stream(link.stream)
        description = replace(convert.description_from_wire(request.worker), member=link.name)
        self.host.ask(
            lambda id_: ev.WorkerConnected(
                request=id_, stream=link.stream, description=description, holding=holding, facts=facts
            ),
            partial(self._admit, link),
        )

    def _admit(self, link: Link, answer: Value | Refusal) -> None:
        """Let a worker in, or hang up."""
        if isinstance(answer, int):
            link.worker = WorkerId(answer)
            self.ledger.note_in_touch(link.name)
            return
        self._dial_at[link.name] = self.now + RETRY_S
        self._close_above(link)

    def _close_above(self, link: Link) -> None:
        """Let the director's end of a stream be over."""
        link.end()
        link.is_closed_above = True
        self.host.close_stream(link.stream)
        self.links = [one for one in self.links if one is not link]

    def _notice_above(self, link: Link) -> None:
        """Let the director notice that a stream has ended."""
        self._close_above(link)
        if link.worker is not None:
            if not any(other.name == link.name and other.worker is not None for other in self.links):
                self.ledger.note_lost_touch(link.name)
            self.host.tell(ev.WorkerDisconnected(worker=link.worker, stream=link.stream))

    def _send_orders(self, link: Link) -> None:
        orders = self.host.take_orders(link.stream)
        self.ledger.note_orders(link.name, orders)
        link.down.append(convert.orders_to_wire(orders).SerializeToString())

    def _connect(self, machine: Machine) -> None:
        self._last_stream += 1
        link = Link(machine.name, StreamId(self._last_stream))
        self.links.append(link)
        machine.open(link, self.now)

    def _begin(self, machine: Machine, process: Process) -> None:
        if machine.begin(process, self.now):
            self.story.append(f"{self.now:9.1f}  {machine.name} starts {process.attempt} {process.assignment.command}")
            process.busy_until = self.now + self.rng.choice(BUSY_S)
            self.ledger.note_start(machine, process)

    def _go_on(self, machine: Machine, process: Process) -> None:
        machine.go_on(process, self.now)

    def _call(self, process: Process) -> None:
        if process.call is not None:
            process.call.arrive(self.host)
            process.spoke_to = process.spoke_to or self.host.generation
