"""The answer to *why*: a tree of sentences, each with the facts behind it and what it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

__all__ = ("BRANCHES_MAX", "Reason", "limited")

BRANCHES_MAX = 20
"""How many reasons of one kind are listed; a step may have thousands of inputs."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of an explanation."""

    kind: str
    """For programs; a word that does not change."""
    text: str
    """For people; one line."""
    step: str = ""
    """The label of the step that it is about."""
    path: str = ""
    """The file that it is about."""
    because: tuple[Reason, ...] = ()
    """What it follows from."""

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Reason]]:
        """Return all sentences, each with its depth and before those that it follows from."""
        yield depth, self
        for below in self.because:
            yield from below.walk(depth + 1)

    def following_from(self, because: Iterable[Reason]) -> Reason:
        """Return the same sentence with what it follows from."""
        return replace(self, because=(*self.because, *because))


def limited(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the first reasons, and how many are left out."""
    found = tuple(reasons)
    left_out = len(found) - BRANCHES_MAX
    if left_out <= 0:
        return found
    return (*found[:BRANCHES_MAX], Reason("more", f"... and {left_out} more"))
