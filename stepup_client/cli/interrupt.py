"""What Ctrl-C does, as a pure ladder: each step is firmer than the one before.

The first press asks the running steps to end, the second, or five seconds, kills them;
the third, or fifteen seconds after the first, ends the programs themselves.
"""

from __future__ import annotations

import enum

__all__ = ("Ladder", "Rung")

_KILL_AFTER_S = 5.0
_END_AFTER_S = 15.0


@enum.unique
class Rung(enum.IntEnum):
    """How far up the ladder we are."""

    GROUND = 0
    """Nobody interrupts."""
    INTERRUPT = 1
    """Steps are asked to end with SIGINT."""
    KILL = 2
    """Steps are killed."""
    END = 3
    """Director and worker are killed."""


class Ladder:
    """Presses and time go in, rungs come out; each rung comes once."""

    def __init__(self) -> None:
        """Stand on the ground."""
        self._rung = Rung.GROUND
        self._first_at = 0.0

    @property
    def rung(self) -> Rung:
        """Tell how far we are."""
        return self._rung

    def press(self, now: float) -> Rung | None:
        """Take a signal; return the rung it leads to, or None at the top."""
        if self._rung is Rung.GROUND:
            self._first_at = now
        return self._climb(Rung(min(self._rung + 1, Rung.END)))

    def advance(self, now: float) -> Rung | None:
        """Take in that time has passed; return the rung it leads to, or None."""
        deadline = self.next_deadline()
        if deadline is None or now < deadline:
            return None
        is_late = now >= self._first_at + _END_AFTER_S
        return self._climb(Rung.END if is_late else Rung(self._rung + 1))

    def next_deadline(self) -> float | None:
        """Tell when time alone leads further."""
        if self._rung is Rung.INTERRUPT:
            return self._first_at + _KILL_AFTER_S
        if self._rung is Rung.KILL:
            return self._first_at + _END_AFTER_S
        return None

    def _climb(self, rung: Rung) -> Rung | None:
        if rung <= self._rung:
            return None
        self._rung = rung
        return rung
