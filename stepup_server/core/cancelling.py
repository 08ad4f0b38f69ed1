"""Ending a single step at the wish of a person: SIGINT first, SIGKILL when that does not help."""

from __future__ import annotations

from .answers import CancelTicket
from .desk import Desk
from .events import CancelRequested
from .finding import find_step
from .ids import AttemptId
from .records import Attempt
from .refusals import NotRunning
from .states import StopLevel, Tag
from .stories import ref_of
from .workforce import Workforce

__all__ = ("GRACE_S", "Cancelling")

GRACE_S = 5.0
"""How long a cancelled attempt may take to end by itself."""


class Cancelling:
    """Cancels running steps."""

    def __init__(self, desk: Desk, workforce: Workforce) -> None:
        self._desk = desk
        self._workforce = workforce

    def on_cancel_requested(self, event: CancelRequested) -> None:
        """Interrupt the attempt of a step; it fails, and the build goes on."""
        step = find_step(self._desk.graph, event.name)
        attempt = step.attempt
        if attempt is None or attempt.ended:
            raise NotRunning(
                f"{step.title} is not running: it is {step.state.name}. Only a running step can be cancelled."
            )
        if not attempt.cancelled:
            attempt.cancelled = True
            self._stop(attempt, StopLevel.INTERRUPT)
            self._desk.deadlines.set(attempt.id, self._desk.now + GRACE_S)
            self._desk.report(Tag.DIRECTOR, f"Cancelling {step.title}", step=ref_of(step))
        self._desk.answer(event.request, CancelTicket(step.label, attempt.id))

    def kill(self, id_: AttemptId) -> None:
        """Do not wait any longer for the end of an attempt."""
        step = self._desk.graph.steps.get(id_.step)
        if step is not None and step.attempt is not None and step.attempt.id == id_:
            self._stop(step.attempt, StopLevel.KILL)

    def _stop(self, attempt: Attempt, level: StopLevel) -> None:
        """Ask for an attempt to be stopped, as firmly as `level` says."""
        attempt.stop = max(attempt.stop, level)
        self._workforce.workers[attempt.worker].changed = True
