"""How much there is of each resource: what the user offers, else what plans of version 1 declare as pools."""

from __future__ import annotations

from collections.abc import Mapping

from .ids import NodeId
from .records import Step

__all__ = ("Capacities",)


class Capacities:
    """The units of each resource in the present build."""

    def __init__(self) -> None:
        self.units: dict[str, int] = {}
        """One that is not named has none."""
        self.poolers: dict[NodeId, Step] = {}
        """Which steps declared pools. Mirrors `Step.pools`."""
        self._offered: Mapping[str, int] = {}

    def offer(self, units: Mapping[str, int]) -> None:
        """Take what the user offers for a build."""
        self._offered = units
        self._review()

    def declare(self, step: Step, name: str, units: int) -> None:
        """Take a pool that a step declares."""
        step.pools[name] = units
        self.poolers[step.id] = step
        self._review()

    def forget(self, step: Step) -> None:
        """Forget the pools of a step."""
        if step.pools:
            del self.poolers[step.id]
            step.pools.clear()
            self._review()

    def _review(self) -> None:
        """Add up what there is."""
        self.units.clear()
        for step in self.poolers.values():
            self.units.update(step.pools)
        self.units.update(self._offered)
