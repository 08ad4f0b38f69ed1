"""The `Disk` port over a real directory."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepup_server.core.values import GlobMatch, GlobQuery, Observation, PathKind
from stepup_server.engine.ports import Disk, DiskFailed
from stepup_server.files.disk import INLINE_MAX, SHARE_MIN, ProjectDisk
from stepup_shared.late_files import PAUSES_S

__all__ = ()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[ProjectDisk]:
    disk = ProjectDisk(str(tmp_path), settle=lambda _mtime_ns: None)
    yield disk
    disk.close()


def make_many(root: Path, count: int) -> list[str]:
    names = [f"f{number:04}" for number in range(count)]
    for name in names:
        (root / name).write_text(name)
    return names


def test_it_is_a_disk(disk: ProjectDisk) -> None:
    port: Disk = disk
    assert port is disk


@pytest.mark.parametrize("count", [0, INLINE_MAX, 5 * SHARE_MIN])
def test_answers_come_in_the_order_of_the_question(disk: ProjectDisk, tmp_path: Path, count: int) -> None:
    names = make_many(tmp_path, count)[::-1]
    looked = asyncio.run(disk.inspect(names))
    assert looked == tuple(Observation(name, PathKind.FILE, None) for name in names)
    hashed = asyncio.run(disk.hash([(name, None) for name in names]))
    assert [seen.path for seen in hashed] == names
    assert len({seen.hash.digest for seen in hashed if seen.hash}) == count


def test_absolute_paths_keep_their_spelling(disk: ProjectDisk, tmp_path: Path) -> None:
    path = str(tmp_path / "file")
    Path(path).touch()
    assert asyncio.run(disk.inspect([path, "file"])) == (
        Observation(path, PathKind.FILE, None),
        Observation("file", PathKind.FILE, None),
    )


def test_a_known_hash_comes_back(disk: ProjectDisk, tmp_path: Path) -> None:
    make_many(tmp_path, 1)
    (first,) = asyncio.run(disk.hash([("f0000", None)]))
    assert first.hash is not None
    known = first.hash._replace(digest=b"known")
    assert asyncio.run(disk.hash([("f0000", known)])) == (Observation("f0000", PathKind.FILE, known),)


def test_patterns_are_expanded_and_files_removed(disk: ProjectDisk, tmp_path: Path) -> None:
    make_many(tmp_path, 2)
    assert asyncio.run(disk.expand([GlobQuery("f*1", ())])) == ((GlobMatch("f0001", ()),),)
    assert asyncio.run(disk.remove([("f0001", None)])).paths == ("f0001",)


def test_directories_are_made_as_far_as_they_can_be(disk: ProjectDisk, tmp_path: Path) -> None:
    make_many(tmp_path, 1)
    asyncio.run(disk.make_directories(["a/b/c", "a/b", "f0000/x"]))
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c"]


@pytest.mark.parametrize("looks", [1, 3, len(PAUSES_S)])
def test_products_of_another_host_are_waited_for(tmp_path: Path, looks: int) -> None:
    waited: list[float] = []

    async def pause(pause_s: float) -> None:
        waited.append(pause_s)
        if len(waited) == looks:
            (tmp_path / "late").write_text("x")

    disk = ProjectDisk(str(tmp_path), settle=lambda _mtime_ns: None, pause=pause)
    (tmp_path / "there").write_text("y")
    seen = asyncio.run(disk.hash([("there", None), ("late", None), ("input", None)], 2, late=True))
    disk.close()
    assert [one.kind for one in seen] == [PathKind.FILE, PathKind.FILE, PathKind.MISSING]
    assert waited == list(PAUSES_S[:looks])


def test_products_that_nobody_has_made_are_missing_in_the_end(tmp_path: Path) -> None:
    waited: list[float] = []

    async def pause(pause_s: float) -> None:
        waited.append(pause_s)

    disk = ProjectDisk(str(tmp_path), settle=lambda _mtime_ns: None, pause=pause)
    (seen,) = asyncio.run(disk.hash([("never", None)], 1, late=True))
    (at_once,) = asyncio.run(disk.hash([("never", None)], 1))
    disk.close()
    assert seen == at_once == Observation("never", PathKind.MISSING, None)
    assert waited == list(PAUSES_S)


def test_the_current_directory_plays_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    disk = ProjectDisk(".")
    monkeypatch.chdir("/")
    make_many(tmp_path, 1)
    assert asyncio.run(disk.inspect(["f0000"]))[0].kind is PathKind.FILE
    disk.close()


def refuse_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be opened any more."""

    def refuse(path: str, *_more: object, **_others: object) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), path)

    for name in ("open", "scandir"):
        monkeypatch.setattr(os, name, refuse)


def test_what_the_machine_keeps_us_from_is_neither_missing_nor_unreadable(
    disk: ProjectDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(tmp_path, 2)
    refuse_descriptors(monkeypatch)
    for ask in (
        lambda: disk.hash([("f0000", None)]),
        lambda: disk.hash([("f0000", None)], 1),
        lambda: disk.expand([GlobQuery("f*", ())]),
        lambda: disk.remove([("f0000", None)]),
    ):
        with pytest.raises(DiskFailed, match="This process has no file descriptors left"):
            asyncio.run(ask())


def test_who_waits_no_longer_gets_an_answer(disk: ProjectDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_many(tmp_path, 2)
    refuse_descriptors(monkeypatch)
    disk.give_up()
    unreadable = (Observation("f0000", PathKind.UNREADABLE, None),)
    assert asyncio.run(disk.hash([("f0000", None)])) == unreadable
    assert asyncio.run(disk.expand([GlobQuery("f*", ())])) == ((),)
    assert asyncio.run(disk.remove([("f0000", None)])).kept == unreadable
