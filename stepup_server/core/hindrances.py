"""What the machine of a worker keeps it from: told when it begins and when it is over, and nothing else follows."""

from __future__ import annotations

from .desk import Desk
from .records import Worker
from .states import Tag
from .values import Hindered, Page

__all__ = ("HINDERED_MAX", "note_hindrances", "page_of_hindrance")

HINDERED_MAX = 6
"""A step for which a machine was too small so often in a row is thought to be too large, and fails."""


def note_hindrances(desk: Desk, worker: Worker, told: tuple[str, ...]) -> None:
    """Tell people what keeps the attempts of a worker from getting on."""
    for text in told:
        if text not in worker.hindrances:
            desk.report(Tag.WARNING, f"Worker {worker.id} cannot go on. {text} It tries again until it can.")
    if worker.hindrances and not told:
        desk.report(Tag.DIRECTOR, f"Worker {worker.id} goes on.")
    worker.hindrances = told


def page_of_hindrance(end: Hindered) -> Page:
    """Say why nothing follows from the end of an attempt."""
    return Page("Out of resources", end.reason)
