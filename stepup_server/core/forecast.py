"""How long a build will still take: measured durations, the longest chain, and how many steps run at a time.

It is a guess for people. It takes a walk over all steps, so it is made once a second at most, and more rarely in large
projects; in between the time simply passes. As long as fewer than half of the steps to come have ever been measured,
there is none: better no number than a wrong one.
"""

from __future__ import annotations

from .desk import Desk
from .records import Step
from .states import Phase, StepState
from .workforce import Workforce

__all__ = ("Forecast",)

_PAUSE_S = 1.0
_STEPS_PER_S = 20_000
"""With more steps, the pause grows in proportion."""
_OVER = (StepState.SUCCEEDED, StepState.FAILED)


class Forecast:
    """The last guess, and when it was made."""

    def __init__(self, desk: Desk, workforce: Workforce) -> None:
        self._desk = desk
        self._workforce = workforce
        self._guess_s: float | None = None
        self._made_at = float("-inf")
        self._build = 0
        self._steps = 0

    def left_s(self) -> float | None:
        """Return how many seconds the build will still take; None when nobody can know."""
        desk = self._desk
        if desk.phase is not Phase.BUILD or desk.draining:
            return None
        if self._is_outdated():
            self._build, self._made_at, self._steps = desk.build, desk.now, len(desk.graph.steps)
            self._guess_s = self._guess()
        return None if self._guess_s is None else max(0.0, self._guess_s - (desk.now - self._made_at))

    def _is_outdated(self) -> bool:
        """Tell whether it is time for another guess: soon, and after the graph has grown by an eighth."""
        desk, steps = self._desk, len(self._desk.graph.steps)
        pause_s = max(_PAUSE_S, steps / _STEPS_PER_S)
        return self._build != desk.build or desk.now - self._made_at >= pause_s or steps * 8 > self._steps * 9

    def _guess(self) -> float | None:
        """Return the time that all work takes with all slots, or that of the longest chain, whichever is longer."""
        ahead = [step for step in self._desk.graph.steps.values() if step.wanted and step.state not in _OVER]
        measured = [step.duration_s for step in ahead if step.duration_s]
        if not measured or 2 * len(measured) < len(ahead):
            return None
        usual_s = sum(measured) / len(measured)
        work_s = sum(max(0.0, (step.duration_s or usual_s) - self._elapsed_s(step)) for step in ahead)
        guess_s = work_s / max(1, self._workforce.slots)
        if not self._desk.options.use_durations:
            # The tails count steps then.
            return guess_s
        return max(guess_s, *(step.tail_s - self._elapsed_s(step) for step in ahead))

    def _elapsed_s(self, step: Step) -> float:
        """Return how long a step has been running."""
        return 0.0 if step.attempt is None else self._desk.now - step.attempt.since
