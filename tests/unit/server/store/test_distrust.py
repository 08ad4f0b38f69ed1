"""A machine that has stopped: what was written shortly before is read again, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from stepup_server.core.commands import Record
from stepup_server.store.distrust import SETTLED_NS, boot_id
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load
from tests.unit.server.store.rows import a_file

__all__ = ()

NEWEST = time.time_ns() - 3600_000_000_000
"""Files are written an hour ago, and before."""
AGES_NS = {"newest": 0, "a little older": SETTLED_NS, "settled": SETTLED_NS + 1}


@pytest.fixture(name="root")
def project_root(tmp_path: Path) -> Path:
    """Return a project in which no file has been touched for long, as far as the database tells."""
    (tmp_path / ".stepup").mkdir()
    return tmp_path


async def write_files(root: Path) -> None:
    """Record some files of different ages in the first boot."""
    journal = SqliteJournal(str(root / ".stepup/graph.db"))
    assert journal.begin_epoch("first") == 1
    rows = [
        a_file(number)._replace(path=path, mtime_ns=NEWEST - age)
        for number, (path, age) in enumerate(AGES_NS.items(), 10)
    ]
    rows.append(a_file(20)._replace(path="from the future", mtime_ns=time.time_ns() + 10**18))
    await journal.commit([Record(files=tuple(rows))])
    await journal.close()


def restart(root: Path, boot: str) -> set[str]:
    """Begin another epoch; return the files that have no stamps any more."""
    path = str(root / ".stepup/graph.db")
    journal = SqliteJournal(path)
    journal.begin_epoch(boot)
    journal._close()
    return {row.path for row in load(path).files if not row.inode}


async def test_recent_files_are_read_again_after_another_boot(root: Path) -> None:
    await write_files(root)
    assert restart(root, "first") == set()
    assert restart(root, "") == set()
    assert restart(root, "second") == {"newest", "a little older", "from the future"}


async def test_they_stay_in_doubt_until_they_were_read(root: Path) -> None:
    await write_files(root)
    assert restart(root, "second") == restart(root, "second") == {"newest", "a little older", "from the future"}


async def test_a_file_that_only_looks_old_is_read_again(root: Path) -> None:
    (root / "settled").write_text("unpacked from an archive")
    moment = NEWEST - SETTLED_NS - 1
    os.utime(root / "settled", ns=(moment, moment))
    await write_files(root)
    assert "settled" in restart(root, "second")


def test_boots_differ_from_each_other_only() -> None:
    assert boot_id() == boot_id()
