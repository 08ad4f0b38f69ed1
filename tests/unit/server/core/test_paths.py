"""Words about paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepup_server.core.paths import is_below, join, label_of, parents, relative_to, spell_workdir
from stepup_server.core.refusals import InvalidPath
from stepup_server.core.values import NOWHERE

NAMES = st.sampled_from(["a", "b", "c"])
INSIDE = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        (".", "a/../b", "b"),
        ("sub", "../a", "a"),
        ("sub", "../../a", "../a"),
        ("sub", "/a//b", "/a/b"),
        ("sub", "x/", "sub/x"),
        (".", "./", "."),
    ],
)
def test_paths_are_joined_and_normalised(base: str, path: str, expected: str) -> None:
    assert join(base, path, NOWHERE) == expected


@pytest.mark.parametrize("path", ["", "a\0", "x" * 5000])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidPath):
        join(".", path, NOWHERE)


@pytest.mark.parametrize(
    ("base", "workdir", "expected"),
    [
        ("sub/", "", "sub/"),
        (".", "sub/", "sub/"),
        (".", "./sub", "sub"),
        ("a/", "b", "a/b"),
        ("a", "..", "."),
        ("a", "../", "."),
    ],
)
def test_a_workdir_keeps_the_spelling_of_its_end(base: str, workdir: str, expected: str) -> None:
    assert spell_workdir(base, workdir, NOWHERE) == expected


@given(base=INSIDE, path=INSIDE)
def test_what_is_relative_to_a_base_leads_back_from_it(base: str, path: str) -> None:
    assert join(base, relative_to(path, base), NOWHERE) == path


def test_absolute_paths_stay_absolute_and_slashes_stay() -> None:
    assert relative_to("/a/b", "sub") == "/a/b"
    assert relative_to("sub/d/", "sub") == "d/"
    assert relative_to("sub", "sub") == "."
    assert relative_to("a", "../elsewhere") == "a"


def test_the_directories_above_a_path_come_nearest_first() -> None:
    assert parents("a/b/c") == ["a/b", "a"]
    assert parents("a") == []
    assert parents("/a/b") == ["/a"]


def test_a_name_that_only_begins_alike_is_not_below() -> None:
    assert is_below("a/b", "a")
    assert is_below("a", "a")
    assert not is_below("ab", "a")
    assert is_below("x", ".")


def test_a_label_names_the_workdir_unless_it_is_the_root() -> None:
    assert label_of("cmd", "./") == "cmd"
    assert label_of("cmd", "sub/") == "cmd  # wd=sub/"
