"""Which versions of worker and director understand each other; both ends of the line ask."""

from __future__ import annotations

import re

__all__ = ("VERSION", "go_together", "mismatch")

VERSION = "0.1.0"
"""Of this program."""

_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def go_together(one: str, other: str) -> bool:
    """Tell whether two versions speak the same language: equal up to the second number, or that differs by one.

    Who does not say its version is taken as it is.
    """
    if not one or not other:
        return True
    first, second = _NUMBERS.match(one), _NUMBERS.match(other)
    if first is None or second is None:
        return one == other
    return first[1] == second[1] and abs(int(first[2]) - int(second[2])) <= 1


def mismatch(director: str, worker: str) -> str | None:
    """Say why a director and a worker do not go together; None when they do."""
    if go_together(director, worker):
        return None
    return (
        f"The director has version {director}, the worker {worker}: they may differ by one minor version."
        " Install the same version on both sides."
    )
