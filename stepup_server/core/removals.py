"""Steps that a build has removed: remembered until the next build, so that their end can be explained."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

__all__ = ("REMOVALS_MAX", "Removal", "removal_from_json", "removal_to_json")

REMOVALS_MAX = 1000
"""How many are remembered."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A step that is no more."""

    label: str
    build: int
    """Counts the builds of the project."""
    products: tuple[str, ...]
    """What it had made."""
    source: str
    """Where it was declared; empty when unknown."""

    def concerns(self, name: str) -> bool:
        """Tell whether somebody may mean this step."""
        return name in self.label or name in self.products


def removal_to_json(removal: Removal) -> list[Any]:
    """Return a removal as plain values."""
    return list(astuple(removal))


def removal_from_json(facts: list[Any]) -> Removal:
    """Return the removal that plain values tell of."""
    label, build, products, source = facts
    return Removal(label, build, tuple(products), source)
