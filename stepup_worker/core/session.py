"""The session: what this worker holds, and what follows from what it is told.

The conversation is level-triggered: each side says its whole truth, so the machine never asks which message was
lost. Five rules carry it:

- An attempt is held from the order that brings its assignment until its result is acknowledged and it is not
  listed any more; an order for an attempt that is held only ever raises how far it is to be stopped.
- A held attempt that is not listed is stopped and forgotten; a result that the director may lack is kept.
- What the director can infer from its own orders is no news; the next statement repeats it anyway.
- `holding` names every attempt of which the director shall still hear on this stream: waiting, running, or ended
  with a result that is too large for this statement and follows in the next one.
- After an attempt that ended badly nothing begins before its result is acknowledged: the director may want to stop.
- Without a director attempts go on for the lease that it has told, counted from the moment when its stream broke.
  Then what waits or runs is dropped and killed, for the director may give it to others; results are kept.
"""

from __future__ import annotations

from collections import deque

from .commands import Command, Interrupt, Kill, Leave, Recall, Speak, Start
from .events import (
    AttemptBegan,
    AttemptEnded,
    DrainAsked,
    Event,
    OrdersReceived,
    Resumed,
    StopAsked,
    StreamBroken,
    StreamOpened,
    Suspended,
    TimePassed,
)
from .limits import TimeLimits
from .records import Held, Phase
from .values import AttemptId, Beginning, Exited, NotStarted, Order, Outcome, PathKind, Result, Statement, StopLevel

__all__ = ("ACKNOWLEDGEMENT_S_MAX", "INTERRUPT_S_MAX", "STATEMENT_BYTES_MAX", "Session")

INTERRUPT_S_MAX = 5.0
"""How long attempts may take to end after this worker was asked to stop."""

ACKNOWLEDGEMENT_S_MAX = 2.0
"""How long a worker that has nothing else to do waits for the acknowledgement of its last results."""

STATEMENT_BYTES_MAX = 2 * 1024 * 1024
"""A statement takes no further result once it carries this much."""


class Session:
    """What one worker holds, as a function of what it was told so far."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._held: dict[AttemptId, Held] = {}
        self._waiting: deque[Held] = deque()
        self._running = 0
        self._began: list[Beginning] = []
        self._unsaid: dict[AttemptId, Held] = {}
        self._bad: set[AttemptId] = set()
        self._limits = TimeLimits()
        self._seen = 0
        self._is_connected = False
        self._is_introduced = False
        self._may_leave = False
        self._stop = StopLevel.NONE
        self._kill_at: float | None = None
        self._leave_at: float | None = None
        self._lease_s: float | None = None
        self._lease_ends_at: float | None = None
        self._has_left = False
        self._owes_answer = False

    def handle(self, event: Event, now: float) -> tuple[Command, ...]:
        """Take one event in and return what must be done, in order."""
        commands = self._on_event(event, now)
        commands += self._fill_slots()
        commands += self._maybe_leave(now)
        return tuple(commands)

    def next_deadline(self) -> float | None:
        """Tell when `handle(TimePassed(), now)` has something to do."""
        moments = (self._kill_at, self._leave_at, self._lease_ends_at, self._limits.next())
        deadlines = [at for at in moments if at is not None]
        return min(deadlines, default=None)

    def next_statement(self, *, always: bool = False) -> Statement | None:
        """Take what is to be said now; None when there is no news, unless it must be said `always`."""
        if not (always or self.has_news()):
            return None
        finished = self._take_results()
        statement = Statement(
            slots=None if self._is_introduced else self._slots_offered(),
            seen=self._seen,
            holding=tuple(held.attempt for held in self._held.values() if _is_awaited(held)),
            started=tuple(self._began),
            finished=finished,
        )
        self._began.clear()
        self._is_introduced = True
        self._owes_answer = False
        return statement

    def has_news(self) -> bool:
        """Tell whether there is something to say."""
        is_new = not self._is_introduced or self._owes_answer
        return self._is_connected and (is_new or bool(self._began) or bool(self._unsaid))

    @property
    def waiting(self) -> int:
        """How many attempts wait for a slot."""
        return len(self._waiting)

    def is_idle(self) -> bool:
        """Tell whether nothing waits or runs."""
        return not self._waiting and not self._running

    # What happens on each event.

    def _on_event(self, event: Event, now: float) -> list[Command]:
        match event:
            case OrdersReceived():
                return self._on_orders_received(event)
            case AttemptBegan(attempt):
                return self._on_attempt_began(attempt, now)
            case AttemptEnded(attempt, outcome):
                return self._on_attempt_ended(attempt, outcome)
            case StreamOpened() | StreamBroken():
                return self._on_stream_opened() if isinstance(event, StreamOpened) else self._on_stream_broken(now)
            case DrainAsked():
                return self._on_drain_asked()
            case StopAsked():
                return self._on_stop_asked(now)
            case Suspended() | Resumed():
                return self._on_standstill(event, now)
            case TimePassed():
                return self._on_time_passed(now)

    def _on_stream_opened(self) -> list[Command]:
        self._is_connected = True
        self._is_introduced = False
        self._seen = 0
        self._unsaid.clear()
        self._began = [
            Beginning(held.attempt, held.began_at)
            for held in self._held.values()
            if held.phase is Phase.RUNNING and held.is_wanted and held.began_at is not None
        ]
        for held in self._held.values():
            held.is_said = held.is_acknowledged
            if held.phase is Phase.ENDED and not held.is_acknowledged:
                self._unsaid[held.attempt] = held
        return [Speak()]

    def _on_stream_broken(self, now: float) -> list[Command]:
        self._is_connected = False
        # Not for each attempt to dial: the lease counts from the last time that a director spoke.
        if self._lease_ends_at is None and self._lease_s is not None:
            self._lease_ends_at = now + self._lease_s
        return []

    def _on_orders_received(self, event: OrdersReceived) -> list[Command]:
        self._seen = event.sequence
        self._lease_s = self._lease_s if event.lease_s is None else event.lease_s
        self._lease_ends_at = None
        self._may_leave = event.leave
        for attempt in event.acknowledged:
            self._acknowledge(attempt)
        listed = {order.attempt for order in event.orders}
        commands: list[Command] = []
        for held in [held for held in self._held.values() if held.attempt not in listed]:
            commands += self._drop(held)
        for order in event.orders:
            commands += self._follow(order)
        return commands

    def _on_attempt_began(self, attempt: AttemptId, now: float) -> list[Command]:
        held = self._held[attempt]
        held.began_at = now
        self._limits.begin(held, now)
        if not held.is_wanted:
            return []
        self._began.append(Beginning(attempt, now))
        return [Speak()]

    def _on_attempt_ended(self, attempt: AttemptId, outcome: Outcome) -> list[Command]:
        held = self._held[attempt]
        self._running -= 1
        outcome = self._limits.end(held, outcome)
        if not held.is_wanted:
            del self._held[attempt]
            return []
        if held.is_given_back and not _is_good(outcome):
            del self._held[attempt]
            # That it is not held any more is said at once, and is all that the director needs to know.
            self._owes_answer = True
            return [Speak()]
        if not _is_good(outcome):
            self._bad.add(attempt)
        return self._end(held, outcome)

    def _on_stop_asked(self, now: float) -> list[Command]:
        is_first = self._stop < StopLevel.INTERRUPT
        level = StopLevel.INTERRUPT if is_first else StopLevel.KILL
        if is_first:
            self._kill_at = now + INTERRUPT_S_MAX
        self._stop = level
        self._drop_waiting()
        return [Speak(), *self._stop_running(level)]

    def _on_drain_asked(self) -> list[Command]:
        if self._stop is not StopLevel.NONE:
            return []
        self._stop = StopLevel.RECALL
        self._drop_waiting()
        return [Speak()]

    def _drop_waiting(self) -> None:
        """Give back what has no slot, by not holding it any more; nothing more is taken."""
        for held in self._waiting:
            del self._held[held.attempt]
        self._waiting.clear()
        self._is_introduced = False

    def _on_standstill(self, event: Suspended | Resumed, now: float) -> list[Command]:
        if isinstance(event, Suspended):
            self._limits.suspend(now)
        else:
            self._limits.resume(now)
        return []

    def _on_time_passed(self, now: float) -> list[Command]:
        commands: list[Command] = []
        if self._kill_at is not None and now >= self._kill_at:
            self._kill_at = None
            commands += self._stop_running(StopLevel.KILL)
        for held in self._limits.pop_due(now):
            commands += self._raise_stop(held, StopLevel.KILL if held.stop else StopLevel.INTERRUPT)
        if self._leave_at is not None and now >= self._leave_at:
            commands += self._leave()
        if self._lease_ends_at is not None and now >= self._lease_ends_at:
            commands += self._end_lease()
        return commands

    def _end_lease(self) -> list[Command]:
        # Once: nothing can begin before a director speaks again.
        self._lease_ends_at = self._lease_s = None
        under_way = [held for held in self._held.values() if held.phase is not Phase.ENDED]
        return [command for held in under_way for command in self._drop(held)]

    # Single attempts.

    def _follow(self, order: Order) -> list[Command]:
        held = self._held.get(order.attempt)
        if held is not None:
            return self._raise_stop(held, order.stop)
        if order.assignment is None or self._stop is not StopLevel.NONE:
            # The director is mistaken about us: tell it at once what is held.
            self._owes_answer = True
            return [Speak()]
        held = Held(order.attempt, order.assignment)
        self._held[order.attempt] = held
        self._waiting.append(held)
        return self._raise_stop(held, order.stop)

    def _raise_stop(self, held: Held, level: StopLevel) -> list[Command]:
        if level <= held.stop or not held.is_wanted:
            return []
        held.stop = level
        match held.phase:
            case Phase.WAITING:
                self._waiting.remove(held)
                return self._end(held, Outcome(end=NotStarted("It was stopped before it began.")))
            case Phase.RUNNING:
                has_begun = held.began_at is not None
                return [] if level is StopLevel.RECALL and has_begun else [_stop_command(held)]
            case Phase.ENDED:
                return []

    def _drop(self, held: Held) -> list[Command]:
        match held.phase:
            case Phase.WAITING:
                self._waiting.remove(held)
                del self._held[held.attempt]
                return []
            case Phase.RUNNING:
                held.is_wanted = False
                return self._kill_once(held)
            case Phase.ENDED:
                if held.is_acknowledged:
                    del self._held[held.attempt]
                return []

    def _kill_once(self, held: Held) -> list[Command]:
        if held.stop is StopLevel.KILL:
            return []
        held.stop = StopLevel.KILL
        return [Kill(held.attempt)]

    def _end(self, held: Held, outcome: Outcome) -> list[Command]:
        held.phase = Phase.ENDED
        held.outcome = outcome
        self._unsaid[held.attempt] = held
        return [Speak()]

    def _acknowledge(self, attempt: AttemptId) -> None:
        held = self._held.get(attempt)
        if held is not None and held.phase is Phase.ENDED:
            held.is_acknowledged = True
            self._unsaid.pop(attempt, None)
            self._bad.discard(attempt)

    def _stop_running(self, level: StopLevel) -> list[Command]:
        commands: list[Command] = []
        for held in self._held.values():
            if held.phase is Phase.RUNNING and held.stop < level:
                held.is_given_back = held.is_given_back or held.stop < StopLevel.INTERRUPT
                held.stop = level
                commands.append(_stop_command(held))
        return commands

    # What follows from the whole.

    def _fill_slots(self) -> list[Command]:
        commands: list[Command] = []
        while self._waiting and self._running < self._slots and not self._bad:
            held = self._waiting.popleft()
            held.phase = Phase.RUNNING
            self._running += 1
            commands.append(Start(held.attempt, held.assignment))
        return commands

    def _maybe_leave(self, now: float) -> list[Command]:
        is_leaving = self._may_leave or self._stop is not StopLevel.NONE
        if self._has_left or not is_leaving or not self.is_idle():
            self._leave_at = None
            return []
        if not self._is_connected or not self._has_unacknowledged():
            return self._leave()
        if self._leave_at is None:
            self._leave_at = now + ACKNOWLEDGEMENT_S_MAX
        return []

    def _leave(self) -> list[Command]:
        self._kill_at = None
        self._leave_at = None
        self._has_left = True
        return [Leave()]

    def _has_unacknowledged(self) -> bool:
        return any(not held.is_acknowledged for held in self._held.values())

    def _slots_offered(self) -> int:
        return self._slots if self._stop is StopLevel.NONE else 0

    def _take_results(self) -> tuple[Result, ...]:
        results: list[Result] = []
        size = 0
        while self._unsaid and size < STATEMENT_BYTES_MAX:
            attempt, held = next(iter(self._unsaid.items()))
            if held.outcome is None or (results and size + _size(held.outcome) > STATEMENT_BYTES_MAX):
                break
            del self._unsaid[attempt]
            held.is_said = True
            size += _size(held.outcome)
            results.append(Result(attempt, held.outcome))
        return tuple(results)


def _is_awaited(held: Held) -> bool:
    return held.is_wanted and not held.is_said and not held.is_acknowledged


def _is_good(outcome: Outcome) -> bool:
    """Tell whether the director will surely take an outcome for a success."""
    are_outputs_there = all(seen.kind is PathKind.FILE for seen in outcome.outputs)
    return outcome.end == Exited(0) and are_outputs_there and not outcome.changed_inputs


_STOP_COMMANDS: dict[StopLevel, type[Recall | Interrupt | Kill]] = {
    StopLevel.RECALL: Recall,
    StopLevel.INTERRUPT: Interrupt,
    StopLevel.KILL: Kill,
}


def _stop_command(held: Held) -> Command:
    return _STOP_COMMANDS[held.stop](held.attempt)


def _size(outcome: Outcome) -> int:
    """Estimate how many bytes an outcome takes on the wire."""
    observations = len(outcome.outputs) + len(outcome.changed_inputs)
    contents = sum(map(len, outcome.contents))
    return len(outcome.stdout) + len(outcome.stderr) + contents + 150 * observations + 100
