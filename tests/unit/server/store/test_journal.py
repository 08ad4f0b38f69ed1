"""What is committed is there, whatever happens; what failed is not."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stepup_server.core.commands import Record
from stepup_server.core.ids import NodeId
from stepup_server.engine.ports import Journal, JournalFailed, JournalLost
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load, load_output, load_subprocesses

from .rows import a_file, a_step, a_subprocess, a_tree, an_output

__all__ = ()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "graph.db")


def write(path: str, *groups: list[Record]) -> None:
    async def commit_all() -> None:
        journal = SqliteJournal(path)
        for group in groups:
            await journal.commit(group)
        await journal.close()

    asyncio.run(commit_all())


def test_it_is_a_journal(path: str) -> None:
    journal = SqliteJournal(path)
    port: Journal = journal
    assert port is journal
    asyncio.run(journal.close())


def test_everything_comes_back_as_it_was(path: str) -> None:
    record = Record(
        steps=(a_step(2),),
        files=(a_file(3), a_file(4, inode=(1 << 64) - 1)),
        trees=(a_tree(5),),
        outputs=(an_output(2),),
        facts=(("next", "6"),),
    )
    write(path, [record])
    snapshot = load(path)
    assert snapshot.steps == record.steps
    assert snapshot.files == record.files
    assert snapshot.trees == record.trees
    assert snapshot.facts == {"next": "6"}
    assert load_output(path, NodeId(2)) == record.outputs[0]
    assert load_output(path, NodeId(3)) is None


def test_questions_come_back_as_questions(path: str) -> None:
    write(path, [Record(steps=(a_step(2),), files=(a_file(3),))])
    snapshot = load(path)
    assert snapshot.steps[0].detached is False
    assert snapshot.steps[0].shell is True
    assert snapshot.files[0].detached is True


def test_rows_come_back_by_ascending_id(path: str) -> None:
    write(path, [Record(steps=(a_step(9), a_step(2)))], [Record(steps=(a_step(5),))])
    assert [step.id for step in load(path).steps] == [2, 5, 9]


def test_the_last_row_of_a_node_wins(path: str) -> None:
    write(
        path,
        [Record(steps=(a_step(2, "PENDING"), a_step(2, "RUNNING"))), Record(steps=(a_step(2, "FAILED"),))],
        [Record(files=(a_file(3, "PLANNED"),), facts=(("a", "1"),))],
        [Record(files=(a_file(3, "BUILT"),), facts=(("a", "2"),)), Record(outputs=(an_output(2, 1),))],
        [Record(outputs=(an_output(2, 7),))],
    )
    snapshot = load(path)
    assert [step.state for step in snapshot.steps] == ["FAILED"]
    assert [file.state for file in snapshot.files] == ["BUILT"]
    assert snapshot.facts == {"a": "2"}
    output = load_output(path, NodeId(2))
    assert output is not None
    assert output.attempt == 7


def test_an_update_of_a_step_keeps_its_output(path: str) -> None:
    write(path, [Record(steps=(a_step(2),), outputs=(an_output(2),))], [Record(steps=(a_step(2, "FAILED"),))])
    assert load_output(path, NodeId(2)) is not None


def test_what_is_forgotten_is_gone_with_its_output(path: str) -> None:
    everything = Record(steps=(a_step(2),), files=(a_file(3),), trees=(a_tree(4),), outputs=(an_output(2),))
    nothing = Record(forgotten=(NodeId(2), NodeId(3), NodeId(4), NodeId(99)))
    write(path, [everything], [nothing])
    snapshot = load(path)
    assert (snapshot.steps, snapshot.files, snapshot.trees) == ((), (), ())
    assert load_output(path, NodeId(2)) is None


def test_what_is_forgotten_in_a_group_is_gone_unless_it_comes_back_later(path: str) -> None:
    write(
        path,
        [Record(files=(a_file(3), a_file(4)))],
        [
            Record(files=(a_file(3, "OUTDATED"), a_file(4, "OUTDATED"), a_file(5))),
            Record(forgotten=(NodeId(3), NodeId(4), NodeId(5))),
            Record(files=(a_file(4, "PLANNED"),)),
        ],
    )
    assert [(file.id, file.state) for file in load(path).files] == [(4, "PLANNED")]


def test_subprocesses_are_kept_until_their_step_is_undone_or_forgotten(path: str) -> None:
    rows = (a_subprocess(3, 1), a_subprocess(3, 2), a_subprocess(4, 1))
    write(path, [Record(subprocesses=rows)])
    assert load_subprocesses(path, NodeId(3)) == rows[:2]
    again = a_subprocess(3, 1, "again")
    write(
        path, [Record(subprocesses=(a_subprocess(3, 3),)), Record(undone=(NodeId(3),)), Record(subprocesses=(again,))]
    )
    assert load_subprocesses(path, NodeId(3)) == (again,)
    assert load_subprocesses(path, NodeId(4)) == rows[2:]
    write(path, [Record(forgotten=(NodeId(4),))])
    assert load_subprocesses(path, NodeId(4)) == ()


def test_an_empty_group_is_fine(path: str) -> None:
    write(path, [], [Record()])
    assert load(path).steps == ()


def test_commits_that_were_asked_for_together_come_in_order(path: str) -> None:
    async def commit_all() -> None:
        journal = SqliteJournal(path)
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(journal.commit([Record(facts=(("n", str(n)),))])) for n in range(50)]
        for task in tasks:
            await task
        await journal.close()

    asyncio.run(commit_all())
    assert load(path).facts == {"n": "49"}


def test_closing_leaves_one_file(path: str, tmp_path: Path) -> None:
    write(path, [Record(steps=(a_step(2),))])
    assert [file.name for file in tmp_path.iterdir()] == ["graph.db"]


def test_readers_see_whole_groups_while_the_journal_is_open(path: str) -> None:
    async def commit_and_look() -> None:
        journal = SqliteJournal(path)
        await journal.commit([Record(steps=(a_step(2),))])
        assert [step.id for step in load(path).steps] == [2]
        await journal.commit([Record(steps=(a_step(3),))])
        assert [step.id for step in load(path).steps] == [2, 3]
        await journal.close()

    asyncio.run(commit_and_look())


def test_a_reader_does_not_keep_the_journal_from_closing(path: str) -> None:
    async def close_under_a_reader() -> None:
        journal = SqliteJournal(path)
        journal._connection.execute("PRAGMA busy_timeout = 0")
        await journal.commit([Record(steps=(a_step(2),))])
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM step").fetchone()
            await journal.commit([Record(steps=(a_step(3),))])
            await journal.close()

    asyncio.run(close_under_a_reader())
    assert len(load(path).steps) == 2


def test_a_full_disk_is_named_and_nothing_of_the_group_stays(path: str) -> None:
    async def fill() -> None:
        journal = SqliteJournal(path)
        await journal.commit([Record(steps=(a_step(2),), facts=(("n", "1"),))])
        pages_max = journal._connection.execute("PRAGMA page_count").fetchone()[0] + 2
        journal._connection.execute(f"PRAGMA max_page_count = {pages_max}")
        with pytest.raises(JournalFailed, match=r"graph\.db: the disk is full \(SQLITE_FULL\)") as caught:
            await journal.commit([Record(facts=(("n", "2"),)), Record(steps=tuple(map(a_step, range(3, 1000))))])
        assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
        assert load(path).facts == {"n": "1"}
        journal._connection.execute("PRAGMA max_page_count = 100000")
        await journal.commit([Record(facts=(("n", "3"),))])
        await journal.close()

    asyncio.run(fill())
    snapshot = load(path)
    assert snapshot.facts == {"n": "3"}
    assert [step.id for step in snapshot.steps] == [2]


def test_a_lock_held_by_somebody_else_is_named_and_the_next_commit_succeeds(path: str) -> None:
    async def wait_in_vain() -> None:
        journal = SqliteJournal(path)
        journal._connection.execute("PRAGMA busy_timeout = 0")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(JournalFailed, match="another program holds the database locked"):
                await journal.commit([Record(facts=(("n", "1"),))])
            other.execute("ROLLBACK")
        await journal.commit([Record(facts=(("n", "2"),))])
        await journal.close()

    asyncio.run(wait_in_vain())
    assert load(path).facts == {"n": "2"}


def test_a_database_that_may_not_be_written_is_named(path: str) -> None:
    async def write_in_vain() -> None:
        journal = SqliteJournal(path)
        journal._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(JournalFailed, match="read-only"):
            await journal.commit([Record(facts=(("n", "1"),))])
        await journal.close()

    asyncio.run(write_in_vain())


def test_a_row_that_cannot_be_written_is_a_bug_and_leaves_nothing_open(path: str) -> None:
    async def commit_nonsense() -> None:
        journal = SqliteJournal(path)
        with pytest.raises(UnicodeEncodeError):
            await journal.commit([Record(steps=(a_step(2),), facts=(("n", "\ud800"),))])
        assert not journal._connection.in_transaction
        await journal.close()

    asyncio.run(commit_nonsense())
    assert load(path).steps == ()


def test_who_has_taken_over_is_the_only_one_to_write(path: str) -> None:
    first, second = SqliteJournal(path), SqliteJournal(path)
    assert first.begin_epoch() == 1
    asyncio.run(first.commit([Record(steps=(a_step(2),))]))
    assert second.begin_epoch() == 2
    with pytest.raises(JournalLost, match="another director has taken over"):
        asyncio.run(first.commit([Record(steps=(a_step(3),))]))
    asyncio.run(second.commit([Record(steps=(a_step(4),))]))
    assert [row.id for row in load(path).steps] == [2, 4]
    asyncio.run(first.close())
    asyncio.run(second.close())


def test_nothing_is_written_to_a_database_that_was_removed(path: str) -> None:
    journal = SqliteJournal(path)
    journal.begin_epoch()
    Path(path).unlink()
    with pytest.raises(JournalLost, match="removed or replaced"):
        asyncio.run(journal.commit([Record(steps=(a_step(2),))]))
    asyncio.run(journal.close())
