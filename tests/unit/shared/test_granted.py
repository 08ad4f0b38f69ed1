"""S-06: where outputs may lie: whatever a path says and whatever is on its way, nothing else is touched."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from stepup_shared import beneath
from stepup_shared.beneath import UnsafePath
from stepup_shared.granted import Granted
from tests.support.counts import Counts, number_from
from tests.support.hostile_paths import CORPUS

RACES = 2_000


@pytest.fixture(params=["openat2", "walking"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a project and something outside of it, for both ways to open."""
    if request.param == "walking":
        monkeypatch.setattr(beneath, "_open_beneath", beneath._open_by_walking)
    return make_place(tmp_path)


def make_place(folder: Path) -> Path:
    for name in ("project/sub", "project/dir", "project/.stepup", "outside", "granted"):
        (folder / name).mkdir(parents=True)
    (folder / "outside/secret").write_text("secret")
    (folder / "outside/x").write_text("x")
    (folder / "project/link").symlink_to("../outside")
    (folder / "project/sub/link").symlink_to(folder / "outside")
    (folder / "project/sub/loop").symlink_to("loop")
    (folder / "project/sub/dangling").symlink_to("../../outside/new")
    os.mkfifo(folder / "project/fifo")
    return folder


def what_is_outside(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return all that must stay as it is."""
    found: dict[str, tuple[int, int, bytes]] = {}
    for directory in (folder, folder / "outside", folder / "granted", folder / "project/.stepup"):
        for path in (directory, *sorted(directory.iterdir())):
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_ino, path.read_bytes() if path.is_file() else b"")
    return found


def try_everything(granted: Granted, path: str) -> bool:
    """Do all that may be done with an output; return whether it could be written."""
    refusals = (UnsafePath, OSError)
    written = False
    with contextlib.suppress(*refusals):
        granted.make_parent(path)
        root, name = granted.locate(path)
        with root.replacing(name) as fd:
            os.write(fd, b"output")
        written = True
    with contextlib.suppress(*refusals):
        os.close(granted.open_file(path))
    with contextlib.suppress(*refusals):
        granted.stat(path)
    with contextlib.suppress(*refusals):
        root, name = granted.locate(path)
        root.remove_file(name)
    return written


def test_hostile_paths_touch_nothing_outside(place: Path, counts: Counts) -> None:
    before = what_is_outside(place)
    accepted = 0
    for path in CORPUS:
        with Granted(str(place / "project")) as granted:
            accepted += try_everything(granted, path)
        assert what_is_outside(place) == before, repr(path)
    assert 50 < accepted < len(CORPUS) // 2
    counts.tell("S-06", paths=len(CORPUS), accepted=accepted, touched_outside=0)


def test_a_granted_directory_holds_outputs_by_whatever_way_it_is_reached(place: Path) -> None:
    (place / "project/out").symlink_to(place / "granted")
    for path in ("../granted/a", str(place / "granted/sub/b"), "out/c"):
        with Granted(str(place / "project"), [str(place / "granted")]) as granted:
            assert try_everything(granted, path), path
        with Granted(str(place / "project")) as granted:
            assert not try_everything(granted, path), path


def test_a_grant_opens_no_other_directory(place: Path) -> None:
    with Granted(str(place / "project"), [str(place / "granted")]) as granted:
        for path in ("link/x", "../outside/x", "../granted2/x", "../granted/../outside/x", str(place / "outside/x")):
            with pytest.raises(UnsafePath):
                os.close(granted.open_file(path))


def test_what_belongs_to_stepup_is_never_granted(place: Path) -> None:
    (place / "project/state").symlink_to(".stepup")
    with Granted(str(place / "project"), [str(place)]) as granted:
        for path in (".stepup/x", "../project/.stepup/x", str(place / "project/.stepup/x"), "state/x"):
            with pytest.raises(UnsafePath):
                granted.open_file(path)


def test_an_absolute_path_in_the_project_lies_in_the_project(place: Path) -> None:
    with Granted(str(place / "project")) as granted:
        assert try_everything(granted, str(place / "project/sub/new/x"))


def exchange(one: Path, other: Path) -> None:
    """Let two paths change places, at once."""
    names = (os.fsencode(one), os.fsencode(other))
    if ctypes.CDLL(None, use_errno=True).renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE):
        raise OSError(ctypes.get_errno(), "renameat2")


_AT_FDCWD, _EXCHANGE = -100, 2


@contextlib.contextmanager
def swapping(directory: Path, target: Path) -> Generator[list[int]]:
    """Swap a directory for a link and back, as fast as can be; count how often."""
    ended, swaps = threading.Event(), [0]
    link = directory.with_name("other")
    link.symlink_to(target)

    def swap() -> None:
        while not ended.is_set():
            exchange(directory, link)
            swaps[0] += 1

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield swaps
    finally:
        ended.set()
        thread.join()


def race(place: Path, rounds: int) -> tuple[int, int]:
    """Write and remove outputs in a directory that is swapped; return how often it was, and what was written."""
    written = 0
    with swapping(place / "project/sub", place / "outside") as swaps:
        for _ in range(rounds):
            for path in ("sub/x", "sub/new/x"):
                with Granted(str(place / "project")) as granted:
                    written += try_everything(granted, path)
    return swaps[0], written


def check_race(place: Path, rounds: int, counts: Counts) -> None:
    swaps, written = race(place, rounds)
    assert sorted(path.name for path in (place / "outside").iterdir()) == ["secret", "x"]
    assert (place / "outside/x").read_text() == "x"
    assert swaps
    counts.tell("S-06 race", rounds=rounds, swaps=swaps, written=written, touched_outside=0)


def test_a_directory_that_becomes_a_link_meanwhile_leads_nowhere(place: Path, counts: Counts) -> None:
    check_race(place, RACES, counts)


@pytest.mark.chaos
@pytest.mark.timeout(0)
def test_a_directory_that_becomes_a_link_again_and_again_leads_nowhere(place: Path, counts: Counts) -> None:
    check_race(place, number_from("STEPUP_RACES", 100_000), counts)
