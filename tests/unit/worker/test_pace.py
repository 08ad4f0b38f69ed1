"""When it pays to pack what travels."""

from __future__ import annotations

from stepup_worker.core.pace import SAMPLE_BYTES, Pace

MB = 1_000_000


def test_nothing_is_known_before_enough_has_travelled() -> None:
    pace = Pace()
    pace.begin(0.0)
    pace.note(SAMPLE_BYTES - 1, 1000.0)
    assert not pace.is_known
    assert not pace.is_slow
    pace.note(1, 1000.0)
    assert pace.is_known
    assert pace.is_slow


def test_streams_at_the_same_time_share_a_link() -> None:
    pace = Pace()
    for _ in range(4):
        pace.begin(0.0)
    for _ in range(4):
        # Each alone would be slow: 20 MB/s.
        pace.note(20 * MB, 1.0)
    assert not pace.is_slow


def test_what_passes_between_two_streams_does_not_count() -> None:
    pace = Pace()
    pace.begin(0.0)
    pace.note(40 * MB, 0.5)
    pace.end(0.5)
    pace.begin(1000.0)
    pace.note(40 * MB, 1000.5)
    assert not pace.is_slow


def test_a_link_that_changes_is_noticed() -> None:
    pace = Pace()
    pace.begin(0.0)
    now = 0.0
    for rate in (200, 10, 200):
        for _ in range(40):
            now += 10 / rate
            pace.note(10 * MB, now)
        assert pace.is_slow == (rate < 50)
