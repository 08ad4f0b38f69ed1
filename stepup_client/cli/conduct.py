"""The conductor of an embedded build, as a pure machine: told what happens, it answers with what to do.

It sees the build from the outside: a director that begins to listen, a stream of events,
programs that end, a user who loses patience. Whatever happens, it ends, and says with which exit code.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from stepup_client.cli.interrupt import Ladder, Rung
from stepup_client.cli.options import Member, Program
from stepup_client.rpc.control_values import BuildEnd, StopLevel

__all__ = (
    "INTERNAL",
    "INTERRUPTED",
    "Action",
    "AskToStop",
    "BeginBuild",
    "BuildEnded",
    "Complain",
    "Conductor",
    "EndPrograms",
    "Finish",
    "Interrupted",
    "Listening",
    "ProgramEnded",
    "Refused",
    "Stimulus",
    "StreamEnded",
    "TimePassed",
)

INTERNAL = 1
"""The bit for what went wrong with us rather than with the user's steps."""
INTERRUPTED = 2
"""The bit for Ctrl-C."""

_GRACE_S = 5.0
"""How long programs may take to end when everything has been said."""
_STOP_S = 30.0
"""How long a director may take to stop after the end of a build."""
_DIRECTOR = Member(Program.DIRECTOR)
_ENDED_BY_ITSELF = range(128)
"""Exit codes of programs that were not killed by a signal."""


@dataclass(frozen=True, slots=True)
class Listening:
    """The director listens."""


@dataclass(frozen=True, slots=True)
class BuildEnded:
    """The last event of the build has come."""

    end: BuildEnd
    """What it said."""


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """No further events will come."""

    reason: str | None = None
    """Why, when it broke rather than ended."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The director would not build."""

    reason: str
    """What it said."""


@dataclass(frozen=True, slots=True)
class ProgramEnded:
    """A program is no more."""

    member: Member
    """Which one."""
    exit_code: int
    """How it ended; negative for a signal."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The user pressed Ctrl-C, or somebody sent SIGTERM."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline may have come."""


Stimulus = Listening | BuildEnded | StreamEnded | Refused | ProgramEnded | Interrupted | TimePassed
"""Everything that a conductor can be told."""


@dataclass(frozen=True, slots=True)
class BeginBuild:
    """Follow the events and ask for a build."""


@dataclass(frozen=True, slots=True)
class AskToStop:
    """Ask the director to stop."""

    level: StopLevel
    """How firmly."""


@dataclass(frozen=True, slots=True)
class EndPrograms:
    """Kill director and workers."""


@dataclass(frozen=True, slots=True)
class Complain:
    """Tell the user what went wrong."""

    text: str
    """In a sentence or two."""


@dataclass(frozen=True, slots=True)
class Finish:
    """There is nothing left to do."""

    exit_code: int
    """The bits for the command line's own exit."""


Action = BeginBuild | AskToStop | EndPrograms | Complain | Finish
"""Everything that a conductor can order."""


@enum.unique
class _Stage(enum.Enum):
    """How far we are."""

    STARTING = enum.auto()
    """The director does not listen yet."""
    BUILDING = enum.auto()
    """Events come."""
    ENDING = enum.auto()
    """The build is over, one way or the other; the programs are to end."""


_LEVELS = {Rung.INTERRUPT: StopLevel.INTERRUPT, Rung.KILL: StopLevel.KILL}


class Conductor:
    """One embedded build, as a function of what happened so far."""

    def __init__(self, members: Collection[Member], *, watches: bool = False) -> None:
        """Begin with a director and workers that have just been started."""
        self._members = frozenset(members)
        self._watches = watches
        self._stage = _Stage.STARTING
        self._ladder = Ladder()
        self._exit_codes: dict[Member, int] = {}
        self._suspect: Member | None = None
        self._are_events_over = True
        self._broken: str | None = None
        self._is_end_known = False
        self._bits = 0
        self._build_bits = 0
        self._doubt_at: float | None = None
        self._give_up_at: float | None = None
        self._is_over = False
        self._has_begun = False

    @property
    def has_begun(self) -> bool:
        """Tell whether the director has ever listened."""
        return self._has_begun

    def handle(self, stimulus: Stimulus, now: float) -> list[Action]:
        """Take in what happened and return what to do, in order."""
        return self._react(stimulus, now) + self._maybe_finish()

    def next_deadline(self) -> float | None:
        """Tell when `handle(TimePassed(), now)` has something to do."""
        deadlines = (self._ladder.next_deadline(), self._doubt_at, self._give_up_at)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def _react(self, stimulus: Stimulus, now: float) -> list[Action]:
        match stimulus:
            case Listening():
                return self._on_listening()
            case BuildEnded(end):
                return self._on_build_ended(end, now)
            case StreamEnded(reason):
                return self._on_stream_ended(reason, now)
            case Refused(reason):
                return self._on_refused(reason, now)
            case ProgramEnded(member, exit_code):
                return self._on_program_ended(member, exit_code, now)
            case Interrupted():
                return self._climb(self._ladder.press(now))
            case TimePassed():
                return self._on_time_passed(now)

    def _on_listening(self) -> list[Action]:
        if self._stage is not _Stage.STARTING or self._exit_codes:
            return []
        self._stage = _Stage.BUILDING
        self._has_begun = True
        self._are_events_over = False
        return [BeginBuild()]

    def _on_build_ended(self, end: BuildEnd, now: float) -> list[Action]:
        """Stop, unless further builds may follow; then only the last one counts."""
        self._build_bits = end.return_code
        self._is_end_known = True
        return [] if self._watches else self._stop_after_build(now)

    def _on_refused(self, reason: str, now: float) -> list[Action]:
        """Stop a director that would not build; one that is gone anyway gets its obituary instead."""
        if self._is_excused() or self._are_events_over or self._exit_codes:
            return []
        self._is_end_known = True
        return [*self._complain(reason), *self._stop_after_build(now)]

    def _stop_after_build(self, now: float) -> list[Action]:
        if self._stage is _Stage.ENDING:
            return []
        self._stage = _Stage.ENDING
        self._give_up_at = now + _STOP_S
        return [AskToStop(StopLevel.DRAIN)]

    def _on_stream_ended(self, reason: str | None, now: float) -> list[Action]:
        """Give the programs a moment to end: their ends tell more than a broken stream."""
        self._are_events_over = True
        self._broken = reason
        self._give_up_at = now + _GRACE_S
        return []

    def _on_program_ended(self, member: Member, exit_code: int, now: float) -> list[Action]:
        self._exit_codes[member] = exit_code
        if self._stage is _Stage.STARTING:
            return self._mourn_newborn(member, exit_code)
        if member == _DIRECTOR or self._stage is not _Stage.BUILDING:
            # What a director that ended well has said may still be on its way, so nothing is judged yet.
            self._give_up_at = now + _GRACE_S
            return []
        if exit_code in _ENDED_BY_ITSELF:
            # Most likely because its director did, of which we shall hear in a moment.
            if self._suspect is None:
                self._suspect, self._doubt_at = member, now + _GRACE_S
            return []
        return self._mourn_worker(member, now)

    def _mourn_newborn(self, member: Member, exit_code: int) -> list[Action]:
        """End the other programs at once: nothing has begun."""
        if self._is_excused() or len(self._exit_codes) > 1:
            return []
        return [*self._complain(_obituary(member, exit_code, is_built=False)), *self._end_programs()]

    def _mourn_worker(self, member: Member, now: float) -> list[Action]:
        """Stop a build that has lost a worker; what that one was running would never end."""
        self._doubt_at = None
        if self._stage is not _Stage.BUILDING or self._is_excused() or _DIRECTOR in self._exit_codes:
            return []
        self._stage = _Stage.ENDING
        self._give_up_at = now + _GRACE_S
        obituary = _obituary(member, self._exit_codes[member], is_built=True)
        return [*self._complain(obituary), AskToStop(StopLevel.KILL)]

    def _on_time_passed(self, now: float) -> list[Action]:
        actions = self._climb(self._ladder.advance(now))
        if self._suspect is not None and self._doubt_at is not None and now >= self._doubt_at:
            actions.extend(self._mourn_worker(self._suspect, now))
        if self._give_up_at is not None and now >= self._give_up_at:
            actions.extend(self._end_programs())
        return actions

    def _climb(self, rung: Rung | None) -> list[Action]:
        """Do what a rung of the ladder of impatience means."""
        if rung is None:
            return []
        self._bits |= INTERRUPTED
        if rung is Rung.END or self._stage is _Stage.STARTING:
            return self._end_programs()
        return [AskToStop(_LEVELS[rung])]

    def _end_programs(self) -> list[Action]:
        self._give_up_at = None
        self._are_events_over = True
        return [EndPrograms()]

    def _maybe_finish(self) -> list[Action]:
        if self._is_over or not self._are_events_over or len(self._exit_codes) < len(self._members):
            return []
        self._is_over = True
        return [*self._last_words(), Finish(self._bits | self._build_bits)]

    def _last_words(self) -> list[Action]:
        """Say why there is no proper end, unless somebody said so before or the user wanted it."""
        exit_code = self._exit_codes[_DIRECTOR]
        is_end_proper = self._is_end_known and not (self._watches and exit_code)
        if is_end_proper or self._is_excused() or (self._bits | self._build_bits) & INTERNAL:
            return []
        if exit_code != 0:
            return self._complain(_obituary(_DIRECTOR, exit_code, is_built=True))
        return self._complain(f"The director stopped before the build ended: {self._broken or 'it was asked to'}.")

    def _is_excused(self) -> bool:
        """Tell whether the user's impatience explains whatever ends."""
        return self._ladder.rung is not Rung.GROUND

    def _complain(self, text: str) -> list[Action]:
        self._bits |= INTERNAL
        return [Complain(text)]


def _obituary(member: Member, exit_code: int, *, is_built: bool) -> str:
    """Say which program ended, how, and what to do."""
    # A program that guards another one hands on a signal as a shell does.
    number = -exit_code if exit_code < 0 else exit_code - 128
    manner = f"was killed by signal {number}" if number > 0 else f"ended with exit code {exit_code}"
    advice = "`stepup build` again finishes the rest." if is_built else "The build never began."
    return f"{member.title} {manner}. {advice}"
