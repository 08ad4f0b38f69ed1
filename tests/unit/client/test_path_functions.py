"""What authors of packages do with paths."""

from __future__ import annotations

import doctest
from pathlib import Path as PlainPath

import pytest
from path import Path

from stepup.core import path as compat
from stepup_client import paths
from stepup_client.errors import PathError


@pytest.fixture(autouse=True)
def place(tmp_path: PlainPath, monkeypatch: pytest.MonkeyPatch) -> PlainPath:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("STEPUP_ROOT", str(tmp_path))
    return tmp_path


def test_the_examples_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STEPUP_ROOT")
    assert doctest.testmod(paths).attempted > 10
    assert doctest.testmod(paths).failed == 0


def test_both_import_names_give_the_same_functions() -> None:
    assert compat.__all__ == paths.__all__
    assert all(getattr(compat, name) is getattr(paths, name) for name in paths.__all__)


def test_a_directory_knows_the_ways_between_itself_and_the_root(place: PlainPath) -> None:
    assert (paths.get_here(), paths.get_root()) == ("sub", "..")
    assert (paths.get_here(".."), paths.get_root("..")) == (".", ".")
    assert (paths.get_here("deep"), paths.get_root("deep")) == ("sub/deep", "../..")
    assert paths.get_stepup_root() == str(place)


@pytest.mark.parametrize(
    ("path", "workdir", "expected"),
    [("x", ".", "sub/x"), ("./x", ".", "sub/x"), ("../x", ".", "x"), ("x", "..", "x"), ("/a/../b/", ".", "/b")],
)
def test_paths_are_translated_to_the_root(path: str, workdir: str, expected: str) -> None:
    assert paths.translate(path, workdir) == Path(expected)


@pytest.mark.parametrize(
    ("path", "workdir", "expected"), [("x", ".", "../x"), ("sub/x", ".", "x"), ("x", "..", "x"), ("/b/", ".", "/b")]
)
def test_paths_are_translated_back(path: str, workdir: str, expected: str) -> None:
    assert paths.translate_back(path, workdir) == Path(expected)


def test_short_paths_are_below_the_current_directory(place: PlainPath) -> None:
    assert paths.short_path(place / "sub/x") == "./x"
    assert paths.short_path(place / "sub/") == str(place / "sub")
    assert paths.short_path(f"{place}/sub/") == "."
    assert paths.short_path(place / "x") == str(place / "x")
    assert paths.short_path("a/b/") == "a/b/"


def test_affixes_can_be_taken_off_and_put_back() -> None:
    for text, affixes in {"./a/": ("./", "/"), "../a": ("", ""), "/a": ("", ""), "./": ("", "/")}.items():
        assert paths.get_affixes(text) == affixes
    with pytest.raises(PathError, match="leading slash"):
        paths.apply_affixes("/a", "./", "")
    with pytest.raises(PathError, match="trailing slash"):
        paths.apply_affixes("a/", "", "/")


def test_programs_of_the_project_have_a_slash() -> None:
    expected = {"x": "./x", "./x": "./x", "../x": "../x", "a/x": "./a/x"}
    assert {text: paths.format_local_executable(text) for text in expected} == expected
    with pytest.raises(PathError, match="not a relative path"):
        paths.format_local_executable("/x")


def test_a_range_needs_a_slash() -> None:
    with pytest.raises(ValueError, match="Trailing slash expected"):
        paths.dir_range_upper("a")
