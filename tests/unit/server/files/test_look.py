"""Looking at paths and hashing files."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stepup_server.core.values import FileHash, Observation, PathKind
from stepup_server.files import look
from stepup_server.files.look import hash_path, inspect_path, wait_out_tick

__all__ = ()


def do_not_wait(_mtime_ns: int) -> None:
    """Trust the clock of the file system."""


def hashed(path: Path, known: FileHash | None = None, settle: Callable[[int], None] = do_not_wait) -> Observation:
    return hash_path("name", str(path), known, settle)


def hash_of(path: Path) -> FileHash:
    found = hashed(path).hash
    assert found is not None
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    return path


def make_file(path: Path) -> None:
    path.touch()


def make_directory(path: Path) -> None:
    path.mkdir()


def make_dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def make_nothing(path: Path) -> None:
    assert not path.exists()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_circle(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_file, PathKind.FILE),
        (make_directory, PathKind.DIRECTORY),
        (make_fifo, PathKind.SPECIAL),
        (make_circle, PathKind.UNREADABLE),
        (make_dangling, PathKind.MISSING),
        (make_nothing, PathKind.MISSING),
    ],
)
def test_what_is_there_is_told(tmp_path: Path, make: Callable[[Path], None], kind: PathKind) -> None:
    path = tmp_path / "name"
    make(path)
    assert inspect_path("name", str(path)) == Observation("name", kind, None)
    assert hashed(path).kind is kind


def test_a_path_below_a_file_or_with_a_long_name_is_missing(file: Path) -> None:
    assert inspect_path("x", str(file / "x")).kind is PathKind.MISSING
    assert inspect_path("x", str(file.with_name("x" * 300))).kind is PathKind.MISSING


@pytest.mark.parametrize("size", [0, 1, look.SMALL_BYTES - 1, look.SMALL_BYTES, 3 * look.BUFFER_BYTES + 5])
def test_a_file_is_hashed_with_its_stamps(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(content)
    status = path.stat()
    assert hash_of(path) == FileHash(
        hashlib.sha256(content).digest(), status.st_mode, size, status.st_mtime_ns, status.st_ino
    )


def test_links_are_followed(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to("file")
    assert hash_of(link) == hash_of(file)


def test_a_file_with_known_stamps_is_not_read(file: Path) -> None:
    known = hash_of(file)._replace(digest=b"known")
    assert hashed(file, known) == Observation("name", PathKind.FILE, known)


@pytest.mark.parametrize("stamp", ["mode", "size", "mtime_ns", "inode"])
def test_a_file_with_another_stamp_is_read(file: Path, stamp: str) -> None:
    now = hash_of(file)
    known = now._replace(**{stamp: getattr(now, stamp) + 1})._replace(digest=b"known")
    assert hashed(file, known).hash == now


def test_a_file_that_changes_under_the_reader_is_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = [b"second", b"third"]
    read = look.digest_of

    def read_and_change(descriptor: int, size: int) -> bytes:
        digest = read(descriptor, size)
        if changes:
            file.write_bytes(changes.pop(0))
        return digest

    monkeypatch.setattr(look, "digest_of", read_and_change)
    assert hash_of(file).digest == hashlib.sha256(b"third").digest()


def test_a_file_that_is_replaced_under_the_reader_is_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    successor = file.with_name("successor")
    successor.write_bytes(b"CONTENT")
    read = look.digest_of

    def read_and_replace(descriptor: int, size: int) -> bytes:
        if successor.exists():
            successor.rename(file)
        return read(descriptor, size)

    monkeypatch.setattr(look, "digest_of", read_and_replace)
    assert hash_of(file).digest == hashlib.sha256(b"CONTENT").digest()


def test_a_file_that_never_rests_is_unreadable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = iter(range(100, 200))

    def never_rest(_descriptor: int, _size: int) -> bytes:
        file.write_bytes(b"x" * next(lengths))
        return b""

    monkeypatch.setattr(look, "digest_of", never_rest)
    assert hashed(file) == Observation("name", PathKind.UNREADABLE, None)


def test_a_file_that_vanishes_while_it_is_read_is_missing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(_descriptor: int, _size: int) -> bytes:
        file.unlink()
        return b""

    monkeypatch.setattr(look, "digest_of", vanish)
    assert hashed(file) == Observation("name", PathKind.MISSING, None)


def test_a_file_that_becomes_a_fifo_does_not_stop_the_reader(file: Path) -> None:
    def become_fifo(_mtime_ns: int) -> None:
        file.unlink()
        os.mkfifo(file)

    assert hashed(file, settle=become_fifo).kind is PathKind.SPECIAL


def test_the_clock_moves_on_before_a_file_is_read(file: Path) -> None:
    first = file.stat().st_mtime_ns
    times: list[int] = []

    def settle(mtime_ns: int) -> None:
        if not times:
            file.write_bytes(b"a last write")
        times.append(mtime_ns)

    found = hashed(file, settle=settle).hash
    assert found is not None
    assert found.digest == hashlib.sha256(b"a last write").digest()
    assert times == [first, found.mtime_ns]


def test_only_recent_changes_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    now_ns = 10**18
    monkeypatch.setattr(time, "time_ns", lambda: now_ns)
    monkeypatch.setattr(time, "sleep", waits.append)
    for age_ns in (0, look.TICK_NS // 2, look.TICK_NS, 10**9, -1):
        wait_out_tick(now_ns - age_ns)
    assert waits == [0.02, 0.01]
