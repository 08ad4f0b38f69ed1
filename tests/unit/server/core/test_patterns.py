"""What patterns may be written and what they match."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepup_server.core.patterns import (
    Deep,
    Literal,
    PathPattern,
    Wild,
    anchor_pattern,
    check_pattern,
    check_static_pattern,
    compile_query,
    escape,
    has_wildcards,
)
from stepup_server.core.refusals import InvalidArgument, InvalidPath
from stepup_server.core.values import GlobQuery, Source

__all__ = ()

LINE = Source("plan.py", 7)


def compiled(pattern: str, **substitutions: str) -> PathPattern:
    return compile_query(GlobQuery(pattern, tuple(sorted(substitutions.items()))))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.txt", "a.txt"),
        ("*.txt", ".txt"),
        ("*", ".hidden"),
        ("*", "sub/"),
        ("a/*", "a/b"),
        ("a?c", "abc"),
        ("[a-c]x", "bx"),
        ("[!a]b", "xb"),
        ("[]]", "]"),
        ("[!]]", "a"),
        ("[--a]", "-"),
        ("[--a]", "7"),
        ("[a&&~||x]", "~"),
        ("[^a]", "^"),
        ("a[*]b", "a*b"),
        ("a[b", "a[b"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("a/**/b*", "a/x/b/"),
        ("${*x}", "a/"),
        ("**/x", "x"),
        ("**/**/x", "a/b/x"),
        ("a/***/b", "a/c/b"),
        ("a**b", "axxb"),
        ("src/**", "src/"),
        ("src/**", "src/a"),
        ("src/**", "src/a/b/"),
        ("src/**/", "src/a/"),
        ("**", "a/b"),
        ("*/", "a/"),
        ("/tmp/*", "/tmp/a"),
        ("/**/x", "/a/x"),
        ("../x*", "../xa"),
        ("../../**/x", "../../a/x"),
        ("./a//./b*", "a/bc"),
        ("line\n*", "line\n\n"),
    ],
)
def test_a_pattern_matches(pattern: str, path: str) -> None:
    assert compiled(pattern).matches(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.txt", "a/b.txt"),
        ("a/*", "a/"),
        ("a/**/*", "a/"),
        ("a?c", "a/c"),
        ("[!a]b", "/b"),
        ("[!a]b", "ab"),
        ("[^a]", "b"),
        ("a[*]b", "axb"),
        ("a/**/b", "ab"),
        ("a**b", "a/b"),
        ("src/**", "src"),
        ("src/**", "srca"),
        ("src/**/", "src/a"),
        ("*/", "a"),
        ("**", "../x"),
        ("**", "/x"),
        ("*/x", "../x"),
        ("../*/x", "../../x"),
        (".?/x", "../x"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, path: str) -> None:
    assert not compiled(pattern).matches(path)


def test_named_wildcards_capture_without_the_slash_of_a_directory() -> None:
    assert compiled("${*b}/${*a}").captures("x/y/") == (("a", "y"), ("b", "x"))


def test_a_name_used_twice_matches_the_same_text() -> None:
    pattern = compiled("${*x}/${*x}.txt")
    assert pattern.captures("a/a.txt") == (("x", "a"),)
    assert pattern.captures("a/b.txt") is None


def test_a_sub_pattern_decides_what_a_name_matches() -> None:
    pattern = compiled("part${*n}.txt", n="[0-9]")
    assert pattern.captures("part7.txt") == (("n", "7"),)
    assert pattern.captures("partx.txt") is None


def test_a_sub_pattern_may_cross_directories() -> None:
    pattern = compiled("${*where}/x", where="a/*")
    assert pattern.captures("a/b/x") == (("where", "a/b"),)
    assert pattern.captures("a//x") is None
    assert [type(part) for part in pattern.parts] == [Literal, Wild, Literal]


def test_sub_patterns_of_names_that_do_not_occur_are_of_no_consequence() -> None:
    assert compiled("*.txt", other="[0-9]").captures("a.txt") == ()


def test_a_pattern_without_matches_captures_nothing() -> None:
    assert compiled("*.txt").captures("a.py") is None


def test_the_walk_reads_only_levels_with_wildcards() -> None:
    pattern = compiled("/a/b[*]/**/**/c?/d/")
    assert [type(part) for part in pattern.parts] == [Literal, Literal, Deep, Wild, Literal]
    assert pattern.parts[1] == Literal("b*")
    assert pattern.is_absolute
    assert pattern.wants_directory


def test_the_same_query_is_read_once() -> None:
    assert compiled("*.once") is compiled("*.once")


@pytest.mark.parametrize("pattern", ["*", "a?", "[ab]", "${*x}", "[!a]", "a/**"])
def test_a_text_with_wildcards_is_a_pattern(pattern: str) -> None:
    assert has_wildcards(pattern)


@pytest.mark.parametrize("path", ["a.txt", "a[b", "[]", "a]", "${x}", "[!]"])
def test_a_text_without_wildcards_is_a_path(path: str) -> None:
    assert not has_wildcards(path)


@pytest.mark.parametrize(
    ("base", "pattern", "anchored"),
    [
        (".", "*.txt", "*.txt"),
        ("sub", "*.txt", "sub/*.txt"),
        ("sub", "../*/", "*/"),
        ("s[1]*", "?", "s[[]1][*]/?"),
        ("sub", "/tmp/*", "/tmp/*"),
        (".", "../x*", "../x*"),
    ],
)
def test_a_pattern_is_anchored_at_the_root(base: str, pattern: str, anchored: str) -> None:
    assert anchor_pattern(base, pattern, LINE) == anchored


@pytest.mark.parametrize(
    "pattern", ["", "a\0*", "x" * 5000 + "*", "${*}", "${*1a}", "${*a", "[z-a]", "*/../x", "a/**/../b"]
)
def test_a_pattern_without_meaning_is_refused_with_its_line(pattern: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_pattern(pattern, LINE)
    assert caught.value.source == LINE


@pytest.mark.parametrize("inner", ["", "${*y}", "**", "a/**", "/a", "a/", "[z-a]"])
def test_a_sub_pattern_without_meaning_is_refused(inner: str) -> None:
    with pytest.raises(InvalidArgument):
        check_pattern("${*x}", LINE, [("x", inner)])


def test_climbing_before_a_wildcard_is_allowed() -> None:
    check_pattern("../a/../*.txt", LINE)


@pytest.mark.parametrize("pattern", ["data/**", "**", "a*/**"])
def test_a_recursive_static_pattern_is_refused_with_the_tree_to_declare(pattern: str) -> None:
    with pytest.raises(InvalidPath, match="recursive") as caught:
        check_static_pattern(pattern, LINE)
    assert "static('src/')" in caught.value.message
    assert caught.value.source == LINE


def test_other_static_patterns_are_allowed() -> None:
    check_static_pattern("src/**/*.txt", LINE)
    check_static_pattern("src/**/", LINE)
    with pytest.raises(InvalidArgument):
        check_static_pattern("${*}", LINE)


@given(st.text("ab/[]*?!$.{}\\", min_size=1).filter(lambda path: "${*" not in path))
def test_an_escaped_path_matches_itself_and_is_walked_without_reading(path: str) -> None:
    normal = re.sub(r"/+", "/", path)
    if set(normal.split("/")) & {".", ".."}:
        return
    pattern = compiled(escape(normal))
    assert pattern.matches(normal)
    assert all(isinstance(part, Literal) for part in pattern.parts)


@given(st.text("ab*?[]!-", min_size=1), st.text("ab[]!-", min_size=1))
def test_within_a_component_a_pattern_means_what_fnmatch_means(pattern: str, name: str) -> None:
    try:
        ours = compiled(pattern).matches(name)
    except InvalidArgument:
        return
    if pattern.strip("*"):
        assert ours == fnmatch.fnmatchcase(name, pattern)
