"""Steps whose workers die at work on them.

Who of several is to blame cannot be seen when a worker dies that was running them side by side. So each of them is a
suspect from then on, and a suspect runs alone on its worker: whoever goes down with it then has done it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .desk import Desk
from .ids import NodeId
from .outcomes import CANCELLED, command_page
from .records import Attempt, Step, Worker
from .trials import memory_in_words
from .values import Page, PredecessorEnd, Signalled

__all__ = ("Blame", "blame_for", "death_in_words", "note_loss", "pages_of_loss", "presumed_begun")


class Blame(NamedTuple):
    """What is held against the steps that a worker was running when it died."""

    text: str
    """Where and how it died."""
    slots: int
    """How many steps it may have been running, told or not."""


def death_in_words(worker: Worker, end: PredecessorEnd | None) -> str:
    """Say that a worker is another process than before, as people are told."""
    if end is None:
        return f"Worker {worker.id} was started anew"
    return f"Worker {worker.id} died ({_end_in_words(end)}) and was started anew"


def blame_for(worker: Worker, end: PredecessorEnd | None) -> Blame:
    """Say where and how a worker died."""
    host = worker.description.host or "unknown"
    if end is None:
        return Blame(f"host {host}: it was never heard of again", 0)
    return Blame(f"host {host}: {_end_in_words(end)}", worker.description.slots)


def _end_in_words(end: PredecessorEnd) -> str:
    verb = f"signal {end.end.number}" if isinstance(end.end, Signalled) else f"exit code {end.end.code}"
    return f"{verb}, {memory_in_words(end.out_of_memory)}" if end.out_of_memory is not None else verb


def presumed_begun(attempts: Mapping[NodeId, Attempt], slots: int) -> frozenset[NodeId]:
    """Return the steps that a worker was running when it died: those of which it said so, and those next in line.

    A step that takes its worker down at once leaves it no time to say that it has begun.
    """
    begun = [id_ for id_, attempt in attempts.items() if attempt.started_tick is not None]
    next_in_line = [id_ for id_ in attempts if id_ not in begun]
    return frozenset((*begun, *next_in_line[: max(0, slots - len(begun))]))


def note_loss(desk: Desk, step: Step, blame: str) -> bool:
    """Count a death of a worker against a step that it was running; return whether that was one too many."""
    step.losses = (*step.losses, blame)
    desk.graph.changed[step.id] = None
    return len(step.losses) >= desk.settings.loss_cap


def pages_of_loss(step: Step, attempt: Attempt) -> tuple[Page, ...]:
    """Tell why a step fails of whose attempt nothing will be heard."""
    if attempt.cancelled:
        return (command_page("Failed command", step, CANCELLED),)
    count = len(step.losses)
    times = "once" if count == 1 else f"{count} times"
    page = Page(f"Took down its worker {times}", "\n".join(step.losses))
    return (command_page("Failed command", step, "took down its worker"), page)
