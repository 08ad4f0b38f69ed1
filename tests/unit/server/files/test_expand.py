"""What patterns match on a real disk."""

from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest

from stepup_server.core.values import GlobMatch, GlobQuery
from stepup_server.files.expand import expand_queries

__all__ = ()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in (
        "a.txt",
        ".hidden",
        "b/a.txt",
        "b/c/a.txt",
        "b/c/x_x.py",
        "b/c/x_y.py",
        "d[1]/a.txt",
        ".stepup/graph.db",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def expand(root: Path, pattern: str, **substitutions: str) -> list[str]:
    (matches,) = expand_queries(str(root), [GlobQuery(pattern, tuple(sorted(substitutions.items())))])
    return [match.path for match in matches]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("*", [".hidden", ".stepup/", "a.txt", "b/", "d[1]/", "empty/"]),
        ("*/", [".stepup/", "b/", "d[1]/", "empty/"]),
        ("*.txt", ["a.txt"]),
        ("*/*.txt", ["b/a.txt", "d[1]/a.txt"]),
        ("d[[]1]/*", ["d[1]/a.txt"]),
        ("**/a.txt", ["a.txt", "b/a.txt", "b/c/a.txt", "d[1]/a.txt"]),
        ("b/**", ["b/", "b/a.txt", "b/c/", "b/c/a.txt", "b/c/x_x.py", "b/c/x_y.py"]),
        ("b/**/", ["b/", "b/c/"]),
        ("**/c/**/*.py", ["b/c/x_x.py", "b/c/x_y.py"]),
        ("empty/*", []),
        ("nothing/*", []),
        ("a.txt/*", []),
        ("a[.]txt", ["a.txt"]),
        ("a[.]txt/", []),
        ("b/../[a]*", ["a.txt"]),
        ("empty", []),
        ("empty/", ["empty/"]),
        ("b/c/${*x}_${*x}.py", ["b/c/x_x.py"]),
    ],
)
def test_a_pattern_is_expanded(root: Path, pattern: str, paths: list[str]) -> None:
    assert expand(root, pattern) == paths


@pytest.mark.parametrize("pattern", ["*", "**/*.txt", "*/*", "b/**/a*", "b/**/", "**/c/", "[ab]*", ".*", "*/c/**/*"])
def test_the_standard_library_finds_the_same(root: Path, pattern: str) -> None:
    found = glob.glob(  # noqa: PTH207  # the one that knows hidden names
        pattern, root_dir=root, recursive=True, include_hidden=True
    )
    assert [path.rstrip("/") for path in expand(root, pattern)] == sorted({path.rstrip("/") for path in found})


def test_captures_come_with_the_paths(root: Path) -> None:
    query = GlobQuery("b/${*d}/x_${*n}.py", (("n", "[y-z]"),))
    assert expand_queries(str(root), [query]) == ((GlobMatch("b/c/x_y.py", (("d", "c"), ("n", "y"))),),)


def test_several_queries_are_answered_in_their_order(root: Path) -> None:
    first, second = expand_queries(str(root), [GlobQuery("*.txt", ()), GlobQuery("*.py", ())])
    assert [match.path for match in first] == ["a.txt"]
    assert second == ()


def test_absolute_patterns_and_patterns_above_the_root_keep_their_spelling(root: Path) -> None:
    assert expand(root / "b", "../*.txt") == ["../a.txt"]
    assert expand(root / "b", f"{glob.escape(str(root))}/*.txt") == [f"{root}/a.txt"]


def test_links_to_directories_are_followed_and_circles_end(root: Path) -> None:
    (root / "link").symlink_to("b")
    (root / "b/c/up").symlink_to("..")
    (root / "b/self").symlink_to(".")
    assert expand(root, "link/*.txt") == ["link/a.txt"]
    assert expand(root, "b/**/a.txt") == ["b/a.txt", "b/c/a.txt"]
    assert expand(root, "link/**/a.txt") == ["link/a.txt", "link/c/a.txt"]


def test_links_that_lead_nowhere_do_not_match(root: Path) -> None:
    (root / "z1").symlink_to("nowhere")
    (root / "z2").symlink_to("z2")
    (root / "z3").symlink_to("a.txt")
    assert expand(root, "z*") == ["z3"]


def test_names_that_are_not_text_do_not_match(root: Path) -> None:
    os.close(os.open(os.fsencode(root) + b"/bad\xff.txt", os.O_CREAT))
    (root / "gr\u00fcn.txt").touch()
    assert expand(root, "*.txt") == ["a.txt", "gr\u00fcn.txt"]


def test_the_current_directory_plays_no_part(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert expand(root, "*.txt") == ["a.txt"]
