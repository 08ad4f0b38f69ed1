"""Paths beneath a root: what is accepted stays there, whatever is on the way."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepup_shared import beneath
from stepup_shared.beneath import Root, UnsafePath, check_name


def names_in(*parts: str | Path) -> list[str]:
    return sorted(path.name for path in Path(*parts).iterdir())


@pytest.fixture(params=["openat2", "walking"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Root]:
    """Return the root of a project with something outside that must stay as it is, for both ways to open."""
    if request.param == "walking":
        monkeypatch.setattr(beneath, "_open_beneath", beneath._open_by_walking)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("secret")
    (tmp_path / "project/sub").mkdir(parents=True)
    with Root(str(tmp_path / "project")) as root:
        yield root
    assert (tmp_path / "outside/secret").read_text() == "secret"
    assert names_in(tmp_path / "outside") == ["secret"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("../x", "leads out"),
        ("a/../b", "leads out"),
        ("a//b", "is not normal"),
        ("a/./b", "is not normal"),
        ("a/", "is not normal"),
        (".stepup/graph.db", "belongs to StepUp"),
        ("a\0b", "NUL"),
        ("x" * 256, "too long a component"),
        ("a/" * 2048 + "b", "is longer than"),
        ("\udc80", "is no valid text"),
    ],
)
def test_what_is_no_name_of_a_file_is_refused(path: str, reason: str) -> None:
    with pytest.raises(UnsafePath, match=reason):
        check_name(path)


@pytest.mark.parametrize("path", ["a", "a/b", "..a", "a..", ".hidden", "a\nb", "é", "a b", "sub/.stepup"])
def test_unusual_names_of_files_are_accepted(path: str) -> None:
    check_name(path)


def test_a_new_file_takes_the_place_of_an_old_one(root: Root) -> None:
    for text in (b"old", b"new"):
        with root.replacing("sub/a") as fd:
            os.write(fd, text)
    fd = root.open_file("sub/a")
    assert os.read(fd, 10) == b"new"
    os.close(fd)
    assert names_in(root.path, "sub") == ["a"]


def test_after_a_failure_the_old_file_is_there(root: Root) -> None:
    Path(root.path, "a").write_text("old")

    def fail() -> None:
        with root.replacing("a") as fd:
            os.write(fd, b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert Path(root.path, "a").read_text() == "old"
    assert names_in(root.path) == ["a", "sub"]


@pytest.mark.parametrize("target", ["../outside", "{absolute}", "sub"])
def test_a_link_on_the_way_is_named(root: Root, target: str) -> None:
    absolute = os.path.realpath(f"{root.path}/../outside")
    Path(root.path, "way").symlink_to(target.format(absolute=absolute))
    for attempt in (
        lambda: root.open_file("way/secret"),
        lambda: root.make_directory("way/new"),
        lambda: root.remove_file("way/secret"),
        lambda: root.remove_directory("way/x"),
        lambda: root.stat("way/secret"),
        lambda: root.move_in(f"{root.path}/sub", "way/secret"),
        lambda: root.replacing("way/secret").__enter__(),
    ):
        with pytest.raises(UnsafePath, match="passes through the symbolic link 'way'"):
            attempt()


def test_a_link_at_the_end_is_neither_read_nor_replaced_but_may_be_removed(root: Root) -> None:
    Path(root.path, "link").symlink_to("../outside/secret")
    with pytest.raises(UnsafePath, match="symbolic link"):
        root.open_file("link")
    with pytest.raises(UnsafePath, match="symbolic link"), root.replacing("link"):
        pass
    root.remove_file("link")
    assert root.stat("link") is None


def test_what_is_no_file_is_refused_without_waiting(root: Root) -> None:
    os.mkfifo(f"{root.path}/fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(root.path)
        listener.bind("socket")
    for name, word in (("fifo", "FIFO"), ("sub", "directory")):
        with pytest.raises(UnsafePath, match=f"not a regular file but a {word}"):
            root.open_file(name)
    for name, word in (("fifo", "FIFO"), ("sub", "directory"), ("socket", "socket")):
        with pytest.raises(UnsafePath, match=f"not a regular file but a {word}"), root.replacing(name):
            pass


def test_directories_are_made_with_their_parents(root: Root) -> None:
    root.make_directory("sub/a/b")
    root.make_directory("sub/a/b")
    root.remove_directory("sub/a/b")
    assert names_in(root.path, "sub/a") == []


def test_a_file_in_the_way_of_a_directory_is_told(root: Root) -> None:
    Path(root.path, "a").write_text("")
    with pytest.raises(NotADirectoryError):
        root.make_directory("a/b")


def test_a_file_is_moved_in(root: Root, tmp_path: Path) -> None:
    (tmp_path / "blob").write_text("content")
    root.move_in(str(tmp_path / "blob"), "sub/a")
    assert Path(root.path, "sub/a").read_text() == "content"


def test_what_is_missing_is_missing(root: Root) -> None:
    assert root.stat("no/such") is None
    with pytest.raises(FileNotFoundError):
        root.open_file("no/such")
