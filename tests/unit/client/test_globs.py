"""What a pattern matched."""

from __future__ import annotations

import pytest
from path import Path

from stepup_client.core.declarations import GlobMatch
from stepup_client.core.globs import NamedGlob, NamedGlobMatch, escape
from stepup_client.errors import StepUpError


def test_a_pattern_without_names_yields_paths() -> None:
    found = NamedGlob("*.txt", {}, [GlobMatch("b.txt", {}), GlobMatch("a.txt", {})])
    assert list(found) == [Path("a.txt"), Path("b.txt")]
    assert found.files() == [Path("a.txt"), Path("b.txt")]
    assert found


def test_a_pattern_with_names_yields_matches_sorted_by_what_the_names_stand_for() -> None:
    found = NamedGlob("${*n}.txt", {}, [GlobMatch("b.txt", {"n": "b"}), GlobMatch("a.txt", {"n": "a"})])
    matches = [match for match in found if isinstance(match, NamedGlobMatch)]
    assert [match.n for match in matches] == ["a", "b"]
    assert [match.files for match in matches] == [Path("a.txt"), Path("b.txt")]
    assert matches[0].mapping == {"n": "a"}


def test_matches_with_the_same_names_are_one_group() -> None:
    found = NamedGlob("${*n}-*.txt", {}, [GlobMatch("a-2.txt", {"n": "a"}), GlobMatch("a-1.txt", {"n": "a"})])
    (match,) = found.matches()
    assert match.files == [Path("a-1.txt"), Path("a-2.txt")]
    with pytest.raises(StepUpError):
        _ = match.single


def test_single_wants_exactly_one() -> None:
    assert NamedGlob("a*", {}, [GlobMatch("a", {})]).single() == Path("a")
    with pytest.raises(StepUpError, match="got 0"):
        NamedGlob("a*").single()


def test_nothing_found_is_false() -> None:
    assert not NamedGlob("a*")
    assert list(NamedGlob("a*")) == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    match = NamedGlobMatch({"n": "a"}, ["a"], alone=True)
    with pytest.raises(AttributeError):
        _ = match.other


def test_escaping_takes_wildcards_literally() -> None:
    assert escape("a[1]*?.txt") == "a[[]1][*][?].txt"
