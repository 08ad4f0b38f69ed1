"""Patterns with named wildcards, and what matches them."""

from __future__ import annotations

import re

import pytest
from path import Path

from stepup_client.core import globs
from stepup_client.core.globs import NamedGlob, NamedGlobMatch, escape
from stepup_client.errors import StepUpError
from stepup_server.core.patterns import compile_query
from stepup_server.core.values import GlobQuery

PATHS = ["a.txt", "b.txt", "a/", "a/a", "a/b/", "a/b/c.txt", ".hidden", "[x]", "x", "a-1.txt", "a-2.txt", "../a.txt"]


def found(pattern: str, *paths: str, **subs: str) -> NamedGlob:
    """Return a pattern with those paths that match."""
    result = NamedGlob(pattern, subs)
    result.extend(paths)
    return result


def test_a_pattern_without_names_yields_paths() -> None:
    result = found("*.txt", "b.txt", "a.txt", "c.md")
    assert list(result) == [Path("a.txt"), Path("b.txt")]
    assert result.files() == [Path("a.txt"), Path("b.txt")]
    assert result


def test_a_pattern_with_names_yields_matches_sorted_by_what_the_names_stand_for() -> None:
    result = found("${*n}.txt", "b.txt", "a.txt")
    matches = [match for match in result if isinstance(match, NamedGlobMatch)]
    assert [match.n for match in matches] == ["a", "b"]
    assert [match.files for match in matches] == [Path("a.txt"), Path("b.txt")]
    assert matches[0].mapping == {"n": "a"}
    assert matches[0].single == Path("a.txt")
    assert matches == list(result.matches())


def test_matches_with_the_same_names_are_one_group() -> None:
    result = found("${*n}-*.txt", "a-2.txt", "a-1.txt", "b-1.txt")
    first, second = result.matches()
    assert first.files == [Path("a-1.txt"), Path("a-2.txt")]
    assert second.files == [Path("b-1.txt")]
    assert second.single == Path("b-1.txt")
    with pytest.raises(StepUpError):
        _ = first.single
    assert result.results == {("a",): {Path("a-1.txt"), Path("a-2.txt")}, ("b",): {Path("b-1.txt")}}


def test_single_wants_exactly_one() -> None:
    assert found("a*", "a").single() == Path("a")
    with pytest.raises(StepUpError, match="got 0"):
        NamedGlob("a*").single()


def test_nothing_found_is_false() -> None:
    assert not NamedGlob("a*")
    assert list(NamedGlob("a*")) == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    (match,) = found("${*n}", "a").matches()
    with pytest.raises(AttributeError):
        _ = match.other


def test_paths_come_and_go() -> None:
    result = found("${*n}.txt", "a.txt")
    assert result.will_change(deleted=["b.txt"], added=["a.txt", "c.md"]) is None
    later = result.will_change(deleted=["a.txt"], added=["b.txt"])
    assert later is not None
    assert later.files() == [Path("b.txt")]
    assert result.files() == [Path("a.txt")]
    result.reduce(["a.txt", "b.txt"])
    assert not result


def test_a_pattern_can_look_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", ".b"):
        Path(name).touch()
    Path("sub/deep").makedirs()
    Path("sub/deep/a").touch()
    for pattern, paths in (("*", [".b", "a", "sub/"]), ("**/a", ["a", "sub/deep/a"]), ("${*x}/", ["sub/"]), ("su", [])):
        result = NamedGlob(pattern)
        result.glob()
        assert result.files() == paths


@pytest.mark.parametrize("pattern", ["", "${*}", "${*1}", "[z-a]"])
def test_a_pattern_without_meaning_is_refused(pattern: str) -> None:
    with pytest.raises(StepUpError):
        NamedGlob(pattern)


def test_a_sub_pattern_has_no_names() -> None:
    with pytest.raises(StepUpError):
        NamedGlob("${*x}", {"x": "${*y}"})


@pytest.mark.parametrize(
    "pattern",
    ["*", "*.txt", "**", "**/", "a/**", "**/*.txt", "**/**/c*", "a", "a/", "?", "[ab]*", "[!a]*", "[[]x]", "[]x]",
     "a-?.txt", "${*n}", "${*n}/${*n}", "${*n}-${*m}.txt", "*${*n}", "a/***", "../*.txt", "a**", ".*"],
)  # fmt: skip
def test_the_director_understands_patterns_in_the_same_way(pattern: str) -> None:
    theirs = compile_query(GlobQuery(pattern, (("m", "[0-9]"),)))
    ours = re.compile(globs.convert_nglob_to_regex(pattern, {"m": "[0-9]"}), re.DOTALL)
    for path in PATHS:
        match = ours.fullmatch(path)
        is_fenced = path.startswith("../") and not pattern.startswith("../")
        expected = None if match is None or is_fenced else tuple(sorted(match.groupdict().items()))
        assert theirs.captures(path) == expected, path


def test_patterns_answer_questions() -> None:
    assert globs.has_any_wildcards("${*x}")
    assert not globs.has_anonymous_wildcards("${*x}")
    assert not globs.has_any_wildcards("a[b")
    assert globs.has_trailing_recursive_wildcard("a/**")
    assert not globs.has_trailing_recursive_wildcard("a/**/")
    assert [globs.glob_base_dir(text) for text in ("a/b*/c", "*", "/x*", "a/")] == ["a", ".", "/", "a"]
    assert list(globs.iter_wildcard_names("${*d}/${*n}")) == ["d", "n"]
    assert globs.convert_nglob_to_glob("${*x}_${*y}/***/**", {"x": "[0-9]?"}) == "[0-9]?_*/*/**"


def test_escaping_takes_wildcards_literally() -> None:
    assert escape("a[1]*?.txt") == "a[[]1][*][?].txt"
