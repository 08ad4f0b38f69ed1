"""Counts as people read them."""

from __future__ import annotations

from tests.support.counts import line_of


def test_counts_read_like_a_sentence() -> None:
    assert line_of({"test": "R-01", "kills": 100, "late_starts": 0}) == "R-01: 100 kills, 0 late starts"


def test_measures_are_rounded_and_words_are_told_as_they_are() -> None:
    assert line_of({"test": "R-09", "seconds": 1.23456, "slowest": "w3"}) == "R-09: 1.23 seconds, w3 slowest"
