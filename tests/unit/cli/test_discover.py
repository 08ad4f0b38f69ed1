"""Finding living directors, and only those."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from stepup_client.cli.discover import (
    Located,
    find_director,
    find_successor,
    is_director_alive,
    remove_remains,
    wait_for_director,
    wait_until_gone,
)
from stepup_client.cli.failures import UsageError

__all__ = ()


@contextmanager
def held_lock(root: Path) -> Generator[None]:
    """Hold the lock as a director does; a lock belongs to an open file, so one process can play both parts."""
    (root / ".stepup").mkdir(exist_ok=True)
    with (root / ".stepup/director.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(autouse=True)
def listener(socket_path: str) -> Iterator[None]:
    """Listen, as a director would."""
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(socket_path)
        yield


def write_note(root: Path, path: str, pid: int | None = None) -> None:
    (root / ".stepup").mkdir(exist_ok=True)
    note = {"socket": path, "pid": os.getpid() if pid is None else pid, "version": "1"}
    (root / ".stepup/director.json").write_text(json.dumps(note))


class Clock:
    """Time that passes only in pauses."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_where_nothing_is_there_is_no_director(tmp_path: Path) -> None:
    assert not is_director_alive(str(tmp_path))
    assert find_director(str(tmp_path)) is None


def test_a_director_that_holds_its_lock_is_found(tmp_path: Path, socket_path: str) -> None:
    write_note(tmp_path, socket_path)
    with held_lock(tmp_path):
        located = find_director(str(tmp_path))
        assert located is not None
        assert (located.socket, located.pid, located.version) == (socket_path, os.getpid(), "1")


def test_a_note_without_a_held_lock_is_ignored(tmp_path: Path, socket_path: str) -> None:
    write_note(tmp_path, socket_path)
    with held_lock(tmp_path):
        pass
    assert find_director(str(tmp_path)) is None


def test_looking_does_not_disturb_others_who_look(tmp_path: Path) -> None:
    with held_lock(tmp_path):
        pass
    with (tmp_path / ".stepup/director.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert not is_director_alive(str(tmp_path))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"socket": "/x"}', '{"socket": "/x", "pid": "y"}'])
def test_a_note_that_is_half_written_is_not_yet_there(tmp_path: Path, text: str) -> None:
    with held_lock(tmp_path):
        (tmp_path / ".stepup/director.json").write_text(text)
        assert find_director(str(tmp_path)) is None


def test_the_note_of_the_director_before_this_one_is_not_believed(tmp_path: Path, socket_path: str) -> None:
    with held_lock(tmp_path):
        write_note(tmp_path, f"{socket_path}-gone")
        assert find_director(str(tmp_path)) is None
        # No process has this number: it is above the kernel's limit.
        write_note(tmp_path, socket_path, pid=2**22 + 1)
        assert find_director(str(tmp_path)) is None


def test_remains_of_a_dead_director_are_removed(tmp_path: Path, socket_path: str) -> None:
    write_note(tmp_path, socket_path)
    with held_lock(tmp_path):
        pass
    remove_remains(str(tmp_path))
    assert not (tmp_path / ".stepup/director.json").exists()
    assert not Path(socket_path).parent.exists()


def test_a_living_director_keeps_what_it_has(tmp_path: Path, socket_path: str) -> None:
    write_note(tmp_path, socket_path)
    with held_lock(tmp_path):
        remove_remains(str(tmp_path))
    assert (tmp_path / ".stepup/director.json").exists()
    assert Path(socket_path).exists()


def test_a_note_that_points_elsewhere_removes_nothing_there(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "director").write_text("precious")
    write_note(tmp_path, str(victim / "director"))
    with held_lock(tmp_path):
        pass
    remove_remains(str(tmp_path))
    assert (victim / "director").read_text() == "precious"


def test_a_link_is_not_taken_for_a_socket_directory(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "director").write_text("precious")
    link = Path(tempfile.mkdtemp(prefix="stepup-", dir="/tmp"))
    link.rmdir()
    link.symlink_to(victim)
    try:
        write_note(tmp_path, str(link / "director"))
        with held_lock(tmp_path):
            pass
        remove_remains(str(tmp_path))
        assert (victim / "director").read_text() == "precious"
    finally:
        link.unlink()


def test_a_client_waits_ten_seconds_and_says_so_after_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with pytest.raises(UsageError, match="No director serves"):
        wait_for_director(str(tmp_path), clock=clock, pause=clock.pause)
    assert 10.0 <= clock.now < 10.1
    assert capsys.readouterr().err.count("Waiting for a director") == 1


def test_a_director_that_comes_late_is_found(tmp_path: Path, socket_path: str) -> None:
    clock = Clock()
    with ExitStack() as stack:

        def pause(seconds: float) -> None:
            clock.pause(seconds)
            if clock.now > 0.5 and not is_director_alive(str(tmp_path)):
                write_note(tmp_path, socket_path)
                stack.enter_context(held_lock(tmp_path))

        assert wait_for_director(str(tmp_path), clock=clock, pause=pause).socket == socket_path
    assert clock.now < 0.7


def test_waiting_for_the_end_of_a_director_has_an_end(tmp_path: Path) -> None:
    clock = Clock()
    with held_lock(tmp_path):
        assert not wait_until_gone(str(tmp_path), clock=clock, pause=clock.pause)
    assert wait_until_gone(str(tmp_path), clock=clock, pause=clock.pause)


def test_the_successor_of_a_director_that_stops_is_found(tmp_path: Path, socket_path: str) -> None:
    clock = Clock()
    write_note(tmp_path, socket_path)
    with held_lock(tmp_path):
        located = find_director(str(tmp_path))
        assert located is not None
        before = Located("/tmp/old", located.pid, located.version)
        assert find_successor(str(tmp_path), before, clock=clock, pause=clock.pause) == located
        assert clock.now == 0.0


def test_a_director_without_successor_is_soon_given_up(tmp_path: Path, socket_path: str) -> None:
    clock = Clock()
    before = Located(socket_path, os.getpid(), "1")
    assert find_successor(str(tmp_path), before, clock=clock, pause=clock.pause) is None
    assert 2.0 <= clock.now < 2.2


def test_a_director_is_not_its_own_successor(tmp_path: Path, socket_path: str) -> None:
    clock = Clock()
    write_note(tmp_path, socket_path)
    with held_lock(tmp_path):
        before = find_director(str(tmp_path))
        assert before is not None
        assert find_successor(str(tmp_path), before, clock=clock, pause=clock.pause) is None
    assert 10.0 <= clock.now < 10.1
