"""What must be true at every moment of a schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from stepup_server.core.commands import OrderWorker
from stepup_server.core.ids import AttemptId, NodeId
from stepup_server.core.states import StepState

if TYPE_CHECKING:
    from .machine import Machine, Process
    from .site import Site

__all__ = ("Broken", "Ledger")


_ROUNDED_S = 1e-6
"""Sums of moments are rounded, and a deadline may be due to the moment."""


class Broken(AssertionError):
    """A promise was not kept."""


class Ledger:
    """Every start and every acknowledgement, as they happen; kept by nobody whom a fault can reach."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.starts: Counter[AttemptId] = Counter()
        self.is_calm = False
        """Nobody edits anything and no step fails: what has succeeded need not run again."""
        self._kept: set[NodeId] = set()
        self._lost_at: dict[str, float] = {}
        """Since when the director has been out of touch with workers."""
        self._handed: dict[str, set[tuple[int, int]]] = {}
        self._given_up: set[object] = set()
        """What goes on although an earlier director had given it up."""

    def note_start(self, machine: Machine, process: Process) -> None:
        """Demand that an attempt begins once, its step on one worker only, and not again after a success."""
        attempt = AttemptId(NodeId(process.attempt.step), process.attempt.number)
        self.starts[attempt] += 1
        _demand(self.starts[attempt] == 1, f"attempt {attempt} begins twice")
        if self._is_stale(machine, process):
            return
        for other in self._site.machines:
            for running in other.processes.values():
                is_same = running.script is not None and running.attempt.step == attempt.step
                if is_same and running is not process:
                    reason = f"{machine.name} begins {attempt} while {other.name} runs {running.attempt}"
                    _demand(self._is_stale(other, running), reason)
        again = self.is_calm and attempt.step in self._kept
        _demand(not again, f"step {attempt.step} begins again although its success was acknowledged")

    def _is_stale(self, machine: Machine, process: Process) -> bool:
        """Tell whether a director may have given up an attempt that goes on: only after a lease of silence."""
        return process.attempt in self._given_up or self._has_lapsed(machine)

    def _has_lapsed(self, machine: Machine) -> bool:
        """Tell whether a worker has been silent for a lease."""
        silence_s = self._site.now - self._lost_at.get(machine.name, self._site.now)
        return silence_s >= self._site.settings.lease_s - _ROUNDED_S

    def _note_given_up(self, machines: Iterable[Machine]) -> None:
        """Remember what the director has given up and goes on all the same, until somebody hears that it shall not."""
        for machine in machines:
            if self._has_lapsed(machine):
                self._given_up |= self._handed.pop(machine.name, set())
                self._given_up |= {process.attempt for process in machine.processes.values()}

    def note_orders(self, name: str, orders: OrderWorker) -> None:
        """Remember what was handed to a worker, which may read it much later, and look at what is acknowledged."""
        self._handed.setdefault(name, set()).update(
            (order.attempt.step, order.attempt.number) for order in orders.orders
        )
        self._check_acknowledged(orders.acknowledged)

    def _check_acknowledged(self, attempts: Iterable[AttemptId]) -> None:
        """Demand that what workers may forget is recorded."""
        rows = self._site.host.database.steps
        for attempt in attempts:
            row = rows.get(attempt.step)
            if row is not None and row.attempt == attempt.number:
                _demand(row.state != StepState.RUNNING.value, f"{attempt} is acknowledged before it is recorded")
                if row.state == StepState.SUCCEEDED.value:
                    self._kept.add(attempt.step)

    def note_in_touch(self, name: str) -> None:
        """Note that the director has taken a worker in."""
        self._note_given_up(machine for machine in self._site.machines if machine.name == name)
        self._lost_at.pop(name, None)

    def note_lost_touch(self, name: str) -> None:
        """Note that the director has noticed the end of a stream."""
        self._lost_at[name] = self._site.now

    def note_director(self, machines: Iterable[Machine]) -> None:
        """Note that a new director begins to wait for all workers."""
        self._note_given_up(machines)
        self._lost_at = {machine.name: self._site.now for machine in machines}


def _demand(that: object, reason: str) -> None:
    if not that:
        raise Broken(reason)
