"""The disk that loses power keeps what was synced, and of the rest any part."""

from __future__ import annotations

import random
from collections.abc import Iterable

from tests.support.lossy_disk import LossyDisk, Remains
from tests.support.strace_log import Operation, operations_in

__all__ = ()


def all_remains(operations: Iterable[Operation]) -> list[Remains]:
    disk = LossyDisk("/p")
    disk.do_all(operations)
    return [disk.remains(random.Random(seed)) for seed in range(200)]


def test_a_file_is_there_when_it_and_its_directory_were_synced() -> None:
    operations = [
        Operation("open", "/p/a", 0),
        Operation("write", "/p/a", 1, b"text", 0),
        Operation("sync", "/p/a", 2),
        Operation("sync", "/p", 3),
    ]
    assert {remains.files["/p/a"] for remains in all_remains(operations)} == {b"text"}
    assert {remains.files.get("/p/a") for remains in all_remains(operations[:3])} == {b"text", None}
    assert {remains.files.get("/p/a") for remains in all_remains(operations[:2])} == {b"text", b"", None}


def test_pages_are_there_without_those_before_them() -> None:
    text = b"a" * 4096 + b"b" * 10
    operations = [Operation("open", "/p/a", 0), Operation("sync", "/p", 1), Operation("write", "/p/a", 2, text, 0)]
    found = {remains.files["/p/a"] for remains in all_remains(operations)}
    assert found == {b"", text, text[:4096], bytes(4096) + text[4096:]}


def test_a_rename_is_there_at_once_or_not_at_all() -> None:
    begin = [Operation("open", "/p/a", 0), Operation("open", "/p/b", 1), Operation("write", "/p/b", 2, b"b", 0)]
    synced = [*begin, Operation("sync", "/p/b", 3), Operation("sync", "/p", 4)]
    found = all_remains([*synced, Operation("rename", "/p/b", 5, target="/p/a")])
    assert {tuple(sorted(remains.files.items())) for remains in found} == {
        (("/p/a", b""), ("/p/b", b"b")),
        (("/p/a", b"b"),),
    }


def test_nothing_is_there_below_a_directory_that_is_not() -> None:
    operations = [
        Operation("mkdir", "/p/d", 0),
        Operation("open", "/p/d/a", 1),
        Operation("sync", "/p/d/a", 2),
        Operation("sync", "/p/d", 3),
    ]
    assert {frozenset(remains.files) for remains in all_remains(operations)} == {frozenset(), frozenset({"/p/d/a"})}


def test_a_sync_is_about_what_had_ended_when_it_began() -> None:
    log = [
        r'7  openat(AT_FDCWD<\x2f\x70>, "\x61", O_RDWR|O_CREAT, 0644) = 5<\x2f\x70\x2f\x61>',
        r"7  fsync(4<\x2f\x70>) = 0",
        r"7  fdatasync(5<\x2f\x70\x2f\x61> <unfinished ...>",
        r'8  write(5<\x2f\x70\x2f\x61>, "\x6f\x6e\x65", 3) = 3',
        r"7  <... fdatasync resumed>) = 0",
        r'8  write(5<\x2f\x70\x2f\x61>, "\x74\x77\x6f", 3) = 3',
        r'8  renameat(AT_FDCWD<\x2f\x70>, "\x61", 4<\x2f\x70>, "\x62") = 0',
        r'8  unlink("\x2f\x70\x2f\x7a") = -1 ENOENT (No such file or directory)',
    ]
    operations = list(operations_in(log, "/p"))
    assert operations == [
        Operation("open", "/p/a", 0),
        Operation("sync", "/p", 1),
        Operation("write", "/p/a", 2, b"one", 0),
        Operation("sync", "/p/a", 2),
        Operation("write", "/p/a", 4, b"two", 3),
        Operation("rename", "/p/a", 5, target="/p/b"),
    ]
    found = {content for remains in all_remains(operations) for content in remains.files.values()}
    assert found == {b"", b"one", b"onetwo", b"\0\0\0two"}
