"""What a worker holds, says and does about it."""

from __future__ import annotations

import pytest

from stepup_worker.core.commands import Interrupt, Kill, Leave, Recall, Speak, Start
from stepup_worker.core.events import (
    AttemptBegan,
    AttemptEnded,
    OrdersReceived,
    StopAsked,
    StreamBroken,
    StreamOpened,
    TimePassed,
)
from stepup_worker.core.session import ACKNOWLEDGEMENT_S_MAX, INTERRUPT_S_MAX, STATEMENT_BYTES_MAX, Session
from stepup_worker.core.values import (
    Assignment,
    AttemptId,
    Exited,
    NotStarted,
    Observation,
    Order,
    Outcome,
    PathKind,
    Signalled,
    Statement,
    StopLevel,
)

A, B, C = AttemptId(1, 1), AttemptId(2, 2), AttemptId(3, 3)
WORK = Assignment(command="true", workdir=".", shell=False)
DONE = Outcome(end=Exited(0))


def a_session(slots: int = 1) -> Session:
    """Return a connected session that has introduced itself."""
    session = Session(slots)
    session.handle(StreamOpened(), 0.0)
    session.next_statement()
    return session


def orders(
    sequence: int, *attempts: AttemptId, acknowledged: tuple[AttemptId, ...] = (), leave: bool = False
) -> OrdersReceived:
    return OrdersReceived(
        sequence=sequence,
        orders=tuple(Order(attempt, StopLevel.NONE, WORK) for attempt in attempts),
        acknowledged=acknowledged,
        leave=leave,
    )


def stop(sequence: int, attempt: AttemptId, level: StopLevel) -> OrdersReceived:
    return OrdersReceived(sequence=sequence, orders=(Order(attempt, level, None),))


def say(session: Session) -> Statement:
    statement = session.next_statement(always=True)
    assert statement is not None
    return statement


def test_the_first_statement_introduces_the_worker_and_later_ones_do_not() -> None:
    session = Session(3)
    assert session.handle(StreamOpened(), 0.0) == (Speak(),)
    assert say(session).slots == 3
    assert say(session).slots is None


def test_attempts_run_in_order_of_arrival_as_slots_allow() -> None:
    session = a_session(slots=2)
    assert session.handle(orders(1, A, B, C), 0.0) == (Start(A, WORK), Start(B, WORK))
    assert session.handle(AttemptEnded(B, DONE), 1.0) == (Speak(), Start(C, WORK))
    assert say(session).holding == (A, C)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(end=Exited(1)),
        Outcome(end=NotStarted("no such program")),
        Outcome(end=Exited(0), outputs=(Observation("out", PathKind.MISSING, None),)),
        Outcome(end=Exited(0), changed_inputs=(Observation("in", PathKind.MISSING, None),)),
    ],
)
def test_nothing_begins_after_a_bad_end_before_the_director_has_heard_of_it(outcome: Outcome) -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    assert session.handle(AttemptEnded(A, outcome), 1.0) == (Speak(),)
    assert say(session).finished[0].attempt == A
    assert session.handle(orders(2, A, B), 1.0) == ()
    assert session.handle(orders(3, B, acknowledged=(A,)), 1.0) == (Start(B, WORK),)


def test_a_repeated_order_changes_nothing() -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    assert session.handle(orders(2, A, B), 0.0) == ()
    session.handle(AttemptEnded(A, DONE), 1.0)
    assert session.handle(orders(3, A, B), 1.0) == ()


def test_queued_orders_are_no_news_but_what_began_is() -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    assert session.next_statement() is None
    session.handle(AttemptBegan(A), 2.5)
    statement = session.next_statement()
    assert statement is not None
    assert [(start.attempt, start.at) for start in statement.started] == [(A, 2.5)]
    assert statement.seen == 1
    assert session.next_statement() is None


def test_a_result_is_kept_until_it_is_acknowledged_and_said_again_on_the_next_stream() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    session.handle(AttemptEnded(A, DONE), 1.0)
    assert [result.attempt for result in say(session).finished] == [A]
    assert say(session).finished == ()
    session.handle(StreamBroken(), 2.0)
    session.handle(StreamOpened(), 3.0)
    again = say(session)
    assert [result.attempt for result in again.finished] == [A]
    assert (again.slots, again.seen) == (1, 0)
    session.handle(orders(1, acknowledged=(A,)), 4.0)
    session.handle(StreamBroken(), 5.0)
    session.handle(StreamOpened(), 6.0)
    assert say(session).finished == ()


def test_an_attempt_that_is_listed_after_its_acknowledgement_does_not_run_again() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    session.handle(AttemptEnded(A, DONE), 1.0)
    say(session)
    assert session.handle(orders(2, A, acknowledged=(A,)), 2.0) == ()
    assert session.handle(orders(3, A), 2.0) == ()


def test_a_running_attempt_that_is_not_listed_is_killed_and_never_reported() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    assert session.handle(orders(2), 1.0) == (Kill(A),)
    assert say(session).holding == ()
    assert session.handle(orders(3, B), 1.0) == (), "the slot is still taken"
    assert session.handle(AttemptEnded(A, DONE), 2.0) == (Start(B, WORK),)
    assert say(session).finished == ()


def test_a_waiting_attempt_that_is_not_listed_is_forgotten() -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    session.handle(orders(2, A), 0.0)
    assert session.handle(AttemptEnded(A, DONE), 1.0) == (Speak(),)
    assert say(session).holding == ()


def test_a_stop_only_rises() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    assert session.handle(stop(2, A, StopLevel.INTERRUPT), 1.0) == (Interrupt(A),)
    assert session.handle(stop(3, A, StopLevel.INTERRUPT), 1.0) == ()
    assert session.handle(stop(4, A, StopLevel.KILL), 1.0) == (Kill(A),)
    assert session.handle(stop(5, A, StopLevel.INTERRUPT), 1.0) == ()


def test_a_waiting_attempt_that_is_stopped_ends_with_a_result() -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    session.handle(
        OrdersReceived(sequence=2, orders=(Order(A, StopLevel.NONE, None), Order(B, StopLevel.KILL, None))), 1.0
    )
    (result,) = say(session).finished
    assert result.attempt == B
    assert isinstance(result.outcome.end, NotStarted)


def test_a_recall_reaches_only_what_has_no_slot() -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    session.handle(AttemptBegan(A), 0.5)
    recalled = (Order(A, StopLevel.RECALL, None), Order(B, StopLevel.RECALL, None))
    assert session.handle(OrdersReceived(sequence=2, orders=recalled), 1.0) == (Speak(),)
    assert [result.attempt for result in say(session).finished] == [B]
    assert session.handle(stop(3, A, StopLevel.INTERRUPT), 2.0) == (Interrupt(A),)


def test_a_recall_is_passed_on_to_what_has_a_slot_and_may_be_waiting_for_the_machine() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    recalled = OrdersReceived(sequence=2, orders=(Order(A, StopLevel.RECALL, None),))
    assert session.handle(recalled, 1.0) == (Recall(A),)
    assert session.handle(recalled, 2.0) == ()


def test_an_order_for_an_unknown_attempt_without_assignment_is_answered_at_once() -> None:
    session = a_session()
    assert session.handle(stop(7, A, StopLevel.NONE), 0.0) == (Speak(),)
    statement = session.next_statement()
    assert statement is not None
    assert (statement.seen, statement.holding) == (7, ())


def test_large_results_are_said_one_after_the_other_and_count_as_held_until_then() -> None:
    session = a_session(slots=2)
    session.handle(orders(1, A, B), 0.0)
    large = Outcome(end=Exited(0), stdout=bytes(STATEMENT_BYTES_MAX - 200))
    session.handle(AttemptEnded(A, large), 1.0)
    session.handle(AttemptEnded(B, large), 1.0)
    first, second = say(session), say(session)
    assert ([result.attempt for result in first.finished], first.holding) == ([A], (B,))
    assert ([result.attempt for result in second.finished], second.holding) == ([B], ())


def test_what_runs_is_said_to_have_begun_on_a_new_stream() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    session.handle(AttemptBegan(A), 1.0)
    say(session)
    session.handle(StreamBroken(), 2.0)
    session.handle(StreamOpened(), 3.0)
    assert [start.attempt for start in say(session).started] == [A]


def test_a_dismissed_worker_leaves_when_all_is_acknowledged() -> None:
    session = a_session()
    session.handle(orders(1, A, leave=True), 0.0)
    session.handle(AttemptEnded(A, DONE), 1.0)
    assert session.next_deadline() == 1.0 + ACKNOWLEDGEMENT_S_MAX
    assert session.handle(orders(2, acknowledged=(A,), leave=True), 1.5) == (Leave(),)
    assert session.handle(TimePassed(), 9.0) == ()


def test_a_dismissed_worker_does_not_wait_for_ever_for_an_acknowledgement() -> None:
    session = a_session()
    session.handle(orders(1, A, leave=True), 0.0)
    session.handle(AttemptEnded(A, DONE), 1.0)
    assert session.handle(TimePassed(), 1.1) == ()
    assert session.handle(TimePassed(), 1.0 + ACKNOWLEDGEMENT_S_MAX) == (Leave(),)


def test_a_worker_that_is_wanted_again_stays() -> None:
    session = a_session()
    session.handle(orders(1, A, leave=True), 0.0)
    session.handle(AttemptEnded(A, DONE), 1.0)
    assert session.handle(orders(2, B, acknowledged=(A,)), 1.5) == (Start(B, WORK),)
    assert session.next_deadline() is None


def test_stopping_interrupts_then_kills_and_takes_no_more() -> None:
    session = a_session()
    session.handle(orders(1, A, B), 0.0)
    assert session.handle(StopAsked(), 10.0) == (Speak(), Interrupt(A))
    statement = say(session)
    assert (statement.slots, statement.holding) == (0, (A,))
    assert session.handle(orders(2, A, C), 10.5) == (Speak(),)
    assert session.handle(TimePassed(), 10.0 + INTERRUPT_S_MAX) == (Kill(A),)
    session.handle(AttemptEnded(A, DONE), 15.5)
    assert session.handle(orders(3, acknowledged=(A,)), 15.6) == (Leave(),)


def test_what_ends_because_the_worker_stops_is_given_back_unless_it_succeeded() -> None:
    for outcome, finished in ((Outcome(end=Signalled(2)), 0), (Outcome(end=Exited(130)), 0), (DONE, 1)):
        session = a_session()
        session.handle(orders(1, A), 0.0)
        session.handle(StopAsked(), 1.0)
        say(session)
        commands = session.handle(AttemptEnded(A, outcome), 1.1)
        statement = say(session)
        assert (statement.holding, len(statement.finished)) == ((), finished)
        assert (Leave() in commands) == (not finished)


def test_what_the_director_wanted_stopped_is_told_though_the_worker_stops() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    session.handle(stop(2, A, StopLevel.INTERRUPT), 0.5)
    session.handle(StopAsked(), 1.0)
    session.handle(AttemptEnded(A, Outcome(end=Signalled(2))), 1.1)
    assert [result.attempt for result in say(session).finished] == [A]


def test_asking_twice_to_stop_kills_at_once() -> None:
    session = a_session()
    session.handle(orders(1, A), 0.0)
    session.handle(StopAsked(), 1.0)
    assert Kill(A) in session.handle(StopAsked(), 1.1)


def test_a_worker_without_a_director_stops_without_waiting() -> None:
    session = Session(1)
    assert Leave() in session.handle(StopAsked(), 0.0)


def test_without_a_director_attempts_go_on_for_the_lease_and_results_are_kept_beyond_it() -> None:
    session = a_session(slots=2)
    told = orders(1, A, B, C)
    session.handle(OrdersReceived(sequence=1, orders=told.orders, lease_s=100.0), 0.0)
    session.handle(AttemptBegan(A), 0.0)
    session.handle(AttemptBegan(B), 0.0)
    session.handle(StreamBroken(), 10.0)
    session.handle(AttemptEnded(A, DONE), 20.0)
    # Nobody answers: that is not a director which has come back.
    session.handle(StreamOpened(), 50.0)
    session.handle(StreamBroken(), 50.0)
    assert session.next_deadline() == 110.0
    assert Kill(B) in session.handle(TimePassed(), 110.0)
    session.handle(AttemptEnded(B, Outcome(end=Signalled(9))), 111.0)
    session.handle(StreamOpened(), 200.0)
    statement = say(session)
    assert [result.attempt for result in statement.finished] == [A]
    assert B not in statement.holding


def test_a_director_that_is_back_within_the_lease_ends_the_count() -> None:
    session = a_session()
    told = orders(1, A)
    session.handle(OrdersReceived(sequence=1, orders=told.orders, lease_s=100.0), 0.0)
    session.handle(StreamBroken(), 10.0)
    session.handle(StreamOpened(), 20.0)
    session.handle(told, 21.0)
    assert session.next_deadline() is None
