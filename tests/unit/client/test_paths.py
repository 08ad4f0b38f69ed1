"""Paths keep what carries meaning, and nothing else passes for a path."""

from __future__ import annotations

import pathlib

import pytest
from path import Path

from stepup_client.core.paths import (
    Place,
    as_paths,
    check_no_directory,
    coerce_path,
    coerce_paths,
    make_path_out,
    normalise,
)
from stepup_client.errors import PathError

PLACE = Place("/project/sub/deep", "/project", slash=False)


@pytest.mark.parametrize("text", ["a", "./a", "a/", "../a", "/a", "ü/ß"])
def test_a_path_is_taken_as_it_is_written(text: str) -> None:
    assert coerce_path(text) == text
    assert coerce_paths(Path(text)) == [text]


def test_several_paths_may_come_in_any_iterable() -> None:
    assert coerce_paths(["a", pathlib.Path("b")]) == ["a", "b"]
    assert coerce_paths(name for name in ("a", "b")) == ["a", "b"]
    assert coerce_paths(pathlib.Path("a/b")) == ["a/b"]


def test_a_path_is_a_plain_string_afterwards() -> None:
    assert type(coerce_path(Path("a"))) is str


@pytest.mark.parametrize("text", ["", "a\0b", "a\udcff"])
def test_what_cannot_be_the_name_of_a_file_is_refused(text: str) -> None:
    with pytest.raises(PathError):
        coerce_path(text)


@pytest.mark.parametrize("value", [3, None, b"a", [3], [b"a"], [["a"]]])
def test_what_is_no_path_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        coerce_paths(value)  # type: ignore[arg-type] # that is the point


def test_directories_can_be_refused() -> None:
    with pytest.raises(PathError, match="Directories are not allowed: sub/"):
        check_no_directory(["a", "sub/"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("./a/../b", "./b"), ("a//b/", "a/b/"), ("./", "./"), (".", "."), ("./../a", "../a"), ("/a/.", "/a")],
)
def test_normalising_keeps_affixes(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("src", "dst", "expected"), [("a/b.txt", "c/", "c/b.txt"), ("a/b.txt", "c", "c"), ("./b", "./c/", "./c/b")]
)
def test_a_destination_with_a_slash_is_a_directory(src: str, dst: str, expected: str) -> None:
    assert make_path_out(src, dst) == expected


@pytest.mark.parametrize(
    ("src", "dst", "expected"),
    [
        ("a/b.md", None, "a/b.pdf"),
        ("a/b.tar.gz", "c/", "c/b.tar.pdf"),
        ("a/b.md", "c.pdf", "c.pdf"),
        ("a", "b.x", "b.x"),
    ],
)
def test_a_product_may_get_another_extension(src: str, dst: str | None, expected: str) -> None:
    assert make_path_out(src, dst, ".pdf", [".x"]) == expected


def test_a_product_must_have_its_extension_and_not_be_its_source() -> None:
    with pytest.raises(PathError, match=r"does not have extension '\.pdf': a/b\.md\."):
        make_path_out("a.md", "a/b.md", ".pdf")
    for dst in ("./", "b", None):
        with pytest.raises(PathError, match="cannot equal the input path: b"):
            make_path_out("./b", dst)


def test_a_place_knows_the_ways_between_itself_and_the_root() -> None:
    assert (PLACE.here, PLACE.way_to_root) == ("sub/deep", "../..")
    assert (PLACE.enter("../x/").here, PLACE.enter("../x/").way_to_root) == ("sub/x/", "../../")
    assert PLACE.enter("../..").here == "."
    assert PLACE.enter(".") is PLACE


@pytest.mark.parametrize(("path", "expected"), [("a", "../../a"), ("sub/deep/x/", "x/"), ("/abs", "/abs")])
def test_a_path_from_the_root_can_be_seen_from_a_place(path: str, expected: str) -> None:
    assert PLACE.translate_back(path) == expected


def test_plans_get_paths_that_keep_their_affixes() -> None:
    assert as_paths(["./a", "b/"]) == [Path("./a"), Path("b/")]
    assert all(isinstance(path, Path) for path in as_paths(["a"]))
