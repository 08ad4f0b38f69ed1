"""What keeps a program from its work, in words, and how it is known beforehand."""

from __future__ import annotations

import errno
import os
import resource
import threading
from pathlib import Path

import pytest

from stepup_shared import hindrance
from stepup_shared.hindrance import (
    ROOM_BYTES,
    Hindered,
    explain,
    free_bytes,
    has_descriptors,
    is_full,
    is_hindrance,
    naming,
    needing,
    require_room,
    write_all,
)
from stepup_shared.threads import require_channel, started_pool

FULL = "/x: the disk is full"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "", "/x"), f"{FULL}. Make room there."),
        (OSError(errno.EROFS, "", "/x"), "/x: the file system is read-only. Make it writable."),
        (OSError(errno.EIO, "", "/x"), "/x: the disk reports an input/output error. Look after the disk."),
        (OSError(errno.EAGAIN, "", "/x"), "The limit on processes is reached."),
        (OSError(errno.ENOENT, "No such file or directory", "/x"), "/x: No such file or directory."),
        (Hindered(errno.ENOSPC, "No room."), "No room."),
    ],
)
def test_an_error_is_told_with_its_place_and_what_helps(error: OSError, words: str) -> None:
    assert explain(error).startswith(words)


def test_what_is_needed_is_told() -> None:
    assert (
        explain(OSError(errno.ENOSPC, ""), place="/x", needed=7) == f"{FULL}, and 7 bytes are needed. Make room there."
    )


def test_the_limit_on_descriptors_is_told_and_not_where_it_was_met() -> None:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    words = f"This process has no file descriptors left (it may have {limit}). Raise the limit: "
    assert explain(OSError(errno.EMFILE, "", "/x")).startswith(words)


def test_only_errors_of_the_machine_are_hindrances() -> None:
    assert is_hindrance(OSError(errno.EDQUOT, ""))
    assert is_hindrance(Hindered(errno.ENOSPC, "No room."))
    assert not is_hindrance(FileNotFoundError(errno.ENOENT, ""))
    assert not is_hindrance(ValueError())


def test_errors_of_writes_get_a_name() -> None:
    with pytest.raises(OSError, match="No space") as caught, naming("/x"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.filename == "/x"


def test_a_hindrance_says_what_was_to_be_written() -> None:
    with pytest.raises(Hindered, match=f"{FULL}, and 9 bytes are needed"), needing("/x", 9):
        raise OSError(errno.ENOSPC, "", "name")
    with pytest.raises(FileNotFoundError), needing("/x", 9):
        raise FileNotFoundError(errno.ENOENT, "")


@pytest.mark.parametrize(("free", "is_too_little"), [(ROOM_BYTES, False), (ROOM_BYTES - 1, True), (None, False)])
def test_there_must_be_room(monkeypatch: pytest.MonkeyPatch, free: int | None, *, is_too_little: bool) -> None:
    def know(_path: str) -> int | None:
        return free

    monkeypatch.setattr(hindrance, "free_bytes", know)
    assert not is_full("/x")
    if is_too_little:
        with pytest.raises(Hindered, match="1048576 bytes must be free"):
            require_room("/x")
    else:
        require_room("/x")


def test_a_place_without_a_size_is_never_full(tmp_path: Path) -> None:
    assert free_bytes("/proc") is None
    assert free_bytes(str(tmp_path / "missing")) is None
    assert not is_full("/proc")


def test_descriptors_are_tried_and_given_back() -> None:
    limit, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = list(Path("/proc/self/fd").iterdir())
    assert has_descriptors(5)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        assert not has_descriptors(1)
        with pytest.raises(OSError, match="Too many open files"):
            require_channel()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)


def test_all_is_written_however_little_a_disk_takes_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = bytearray()

    def write(_fd: int, data: bytes) -> int:
        taken.extend(data[:3])
        return len(data[:3])

    monkeypatch.setattr(os, "write", write)
    write_all(5, b"0123456789")
    assert taken == b"0123456789"


def test_the_threads_of_a_pool_are_there_before_the_first_task() -> None:
    before = threading.active_count()
    with started_pool(3, "test") as pool:
        assert threading.active_count() == before + 3
        assert pool.submit(lambda: 7).result() == 7


def test_without_threads_there_is_no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(OSError, match="temporarily unavailable"):
        started_pool(2, "test")
