"""The ladder of impatience."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stepup_client.cli.interrupt import Ladder, Rung

__all__ = ()


def test_three_presses_climb_the_whole_ladder() -> None:
    ladder = Ladder()
    assert [ladder.press(now) for now in (0.0, 0.1, 0.2, 0.3)] == [Rung.INTERRUPT, Rung.KILL, Rung.END, None]


def test_time_alone_kills_after_five_seconds_and_ends_after_fifteen() -> None:
    ladder = Ladder()
    assert ladder.next_deadline() is None
    ladder.press(100.0)
    assert ladder.next_deadline() == 105.0
    assert ladder.advance(104.9) is None
    assert ladder.advance(105.0) is Rung.KILL
    assert ladder.next_deadline() == 115.0
    assert ladder.advance(114.0) is None
    assert ladder.advance(115.0) is Rung.END
    assert ladder.next_deadline() is None


def test_a_second_press_does_not_postpone_the_end() -> None:
    ladder = Ladder()
    ladder.press(0.0)
    ladder.press(4.0)
    assert ladder.next_deadline() == 15.0


def test_after_a_long_sleep_the_end_comes_at_once() -> None:
    ladder = Ladder()
    ladder.press(0.0)
    assert ladder.advance(60.0) is Rung.END


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 10)), max_size=20))
def test_every_rung_comes_at_most_once_and_in_order(story: list[tuple[bool, float]]) -> None:
    ladder = Ladder()
    now = 0.0
    rungs: list[Rung] = []
    for is_press, pause in story:
        now += pause
        rung = ladder.press(now) if is_press else ladder.advance(now)
        rungs += [rung] if rung is not None else []
    assert rungs == sorted(set(rungs))
