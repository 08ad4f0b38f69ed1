"""Deadlines: the earliest first, each key once."""

from __future__ import annotations

import pytest

from stepup_server.core.leases import LEASE_S, Deadlines, lease_for


@pytest.mark.parametrize(
    ("wanted_s", "told_s", "is_awaited", "lease_s"),
    [
        (None, 0.0, False, LEASE_S),
        (None, 7200.0, True, 7200.0),
        (None, 60.0, True, LEASE_S),
        (None, 7200.0, False, LEASE_S),
        (1.0, 7200.0, True, 1.0),
    ],
)
def test_a_director_waits_as_long_as_the_workers_of_the_one_before_go_on(
    wanted_s: float | None, told_s: float, lease_s: float, *, is_awaited: bool
) -> None:
    assert lease_for(wanted_s, told_s, is_awaited=is_awaited) == lease_s


def test_the_earliest_deadline_is_named() -> None:
    deadlines = Deadlines()
    deadlines.set("late", 9.0)
    deadlines.set("soon", 3.0)
    assert deadlines.next() == 3.0


def test_only_what_is_due_is_taken_out_and_only_once() -> None:
    deadlines = Deadlines()
    deadlines.set("late", 9.0)
    deadlines.set("soon", 3.0)
    assert [deadlines.pop_due(5.0), deadlines.pop_due(5.0)] == ["soon", None]
    assert [deadlines.pop_due(9.0), deadlines.pop_due(9.0)] == ["late", None]
    assert deadlines.next() is None


def test_a_deadline_that_moves_counts_once() -> None:
    deadlines = Deadlines()
    deadlines.set("key", 3.0)
    deadlines.set("key", 7.0)
    assert deadlines.pop_due(5.0) is None
    assert deadlines.next() == 7.0
    deadlines.set("key", 2.0)
    assert [deadlines.pop_due(9.0), deadlines.pop_due(9.0)] == ["key", None]


def test_a_cancelled_deadline_never_comes() -> None:
    deadlines = Deadlines()
    deadlines.set("key", 3.0)
    deadlines.cancel("key")
    deadlines.cancel("nobody")
    assert deadlines.next() is None
    assert deadlines.pop_due(99.0) is None


def test_equal_moments_come_in_the_order_in_which_they_were_set() -> None:
    deadlines = Deadlines()
    for key in ("b", "a", "c"):
        deadlines.set(key, 1.0)
    assert [deadlines.pop_due(1.0) for _ in range(3)] == ["b", "a", "c"]
