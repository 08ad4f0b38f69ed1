"""How long attempts may run on a worker."""

from __future__ import annotations

from dataclasses import replace

from stepup_worker.core.commands import Command, Interrupt, Kill
from stepup_worker.core.events import (
    AttemptBegan,
    AttemptEnded,
    OrdersReceived,
    Resumed,
    StreamOpened,
    Suspended,
    TimePassed,
)
from stepup_worker.core.limits import GRACE_S
from stepup_worker.core.session import Session
from stepup_worker.core.values import (
    Assignment,
    AttemptId,
    Exited,
    Order,
    Outcome,
    Signalled,
    StopLevel,
    TimedOut,
)

A = AttemptId(1, 1)
WORK = Assignment(command="true", workdir=".", shell=False, timeout_s=10.0)


def begun(assignment: Assignment = WORK) -> Session:
    """Return a session whose attempt began at 100."""
    session = Session(1)
    session.handle(StreamOpened(), 90.0)
    session.next_statement()
    session.handle(OrdersReceived(sequence=1, orders=(Order(A, StopLevel.NONE, assignment),)), 90.0)
    session.handle(AttemptBegan(A), 100.0)
    return session


def at(session: Session, now: float) -> tuple[Command, ...]:
    return session.handle(TimePassed(), now)


def end_of(session: Session, outcome: Outcome) -> object:
    """Let the attempt end and return how that is told."""
    session.handle(AttemptEnded(A, outcome), 200.0)
    statement = session.next_statement()
    assert statement is not None
    (result,) = statement.finished
    return result.outcome.end


def test_without_a_timeout_there_is_no_deadline() -> None:
    assert begun(replace(WORK, timeout_s=0.0)).next_deadline() is None


def test_an_attempt_that_runs_too_long_is_interrupted_then_killed() -> None:
    session = begun()
    assert session.next_deadline() == 110.0
    assert at(session, 109.9) == ()
    assert at(session, 110.0) == (Interrupt(A),)
    assert session.next_deadline() == 110.0 + GRACE_S
    assert at(session, 110.0 + GRACE_S) == (Kill(A),)
    assert session.next_deadline() is None
    assert end_of(session, Outcome(end=Signalled(9))) == TimedOut(10.0)


def test_whatever_its_end_one_that_ran_too_long_has_timed_out() -> None:
    session = begun()
    at(session, 110.0)
    assert end_of(session, Outcome(end=Exited(0))) == TimedOut(10.0)
    assert session.next_deadline() is None


def test_one_that_ends_in_time_has_not() -> None:
    session = begun()
    assert end_of(session, Outcome(end=Exited(0))) == Exited(0)
    assert session.next_deadline() is None


def test_time_for_which_it_stands_still_does_not_count() -> None:
    session = begun()
    session.handle(Suspended(), 105.0)
    session.handle(Suspended(), 106.0)
    assert session.next_deadline() is None
    assert at(session, 500.0) == ()
    session.handle(Resumed(), 1005.0)
    session.handle(Resumed(), 1006.0)
    assert session.next_deadline() == 1010.0


def test_one_that_begins_while_all_stand_still_has_all_its_time() -> None:
    session = begun(replace(WORK, timeout_s=0.0))
    session.handle(Suspended(), 105.0)
    other = AttemptId(2, 2)
    session.handle(AttemptEnded(A, Outcome(end=Exited(0))), 106.0)
    orders = (Order(other, StopLevel.NONE, WORK),)
    session.handle(OrdersReceived(sequence=2, orders=orders, acknowledged=(A,)), 106.0)
    session.handle(AttemptBegan(other), 107.0)
    session.handle(Resumed(), 205.0)
    assert session.next_deadline() == 215.0


def test_one_that_the_director_has_interrupted_is_killed_when_its_time_is_over() -> None:
    session = begun()
    session.handle(OrdersReceived(sequence=2, orders=(Order(A, StopLevel.INTERRUPT, None),)), 101.0)
    assert at(session, 110.0) == (Kill(A),)
