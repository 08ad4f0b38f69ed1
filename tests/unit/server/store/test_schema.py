"""The database file: made, brought up to date, and refused untouched when it is not ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stepup_server.engine.ports import JournalFailed
from stepup_server.store.schema import APPLICATION_ID, MIGRATIONS, open_for_reading, open_for_writing
from stepup_server.store.tables import FILES, OUTPUTS, STEPS, TREES

NEWEST = len(MIGRATIONS)

__all__ = ()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "graph.db"


def value(connection: sqlite3.Connection, question: str) -> object:
    (answer,) = connection.execute(question).fetchone()
    return answer


def columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(line[1] for line in connection.execute(f"PRAGMA table_info({table})"))


def footprint(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def add_colour(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE tree ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'")


def fail_half_way(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE file ADD COLUMN half TEXT")
    connection.execute("INSERT INTO nowhere VALUES (1)")


def test_a_new_database_is_ours_durable_and_of_the_present_version(path: Path) -> None:
    with closing(open_for_writing(str(path))) as connection:
        assert value(connection, "PRAGMA application_id") == APPLICATION_ID
        assert value(connection, "PRAGMA user_version") == len(MIGRATIONS)
        assert value(connection, "PRAGMA journal_mode") == "wal"
        assert value(connection, "PRAGMA synchronous") == 2


def test_the_columns_are_the_fields_of_the_rows(path: Path) -> None:
    with closing(open_for_writing(str(path))) as connection:
        assert columns(connection, STEPS.name) == STEPS.row._fields
        assert columns(connection, FILES.name) == FILES.row._fields
        assert columns(connection, TREES.name) == TREES.row._fields
        assert columns(connection, OUTPUTS.name) == OUTPUTS.row._fields
        assert columns(connection, "fact") == ("name", "value")


def test_an_empty_file_is_a_database_that_was_never_made(path: Path) -> None:
    path.touch()
    with closing(open_for_writing(str(path))) as connection:
        assert value(connection, "PRAGMA application_id") == APPLICATION_ID


def test_a_database_in_which_nothing_was_made_when_the_power_was_lost_is_ours(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size
    open_for_writing(str(path)).close()
    with closing(open_for_reading(str(path))) as connection:
        assert connection.execute("SELECT count(*) FROM step").fetchone() == (0,)


def test_an_older_database_is_migrated_and_keeps_its_rows(path: Path) -> None:
    with closing(open_for_writing(str(path))) as connection:
        connection.execute("INSERT INTO tree (id, path, detached, position) VALUES (5, 'data', 0, 0)")
    for _ in range(2):
        with closing(open_for_writing(str(path), (*MIGRATIONS, add_colour))) as connection:
            assert value(connection, "PRAGMA user_version") == len(MIGRATIONS) + 1
            assert connection.execute("SELECT path, colour FROM tree").fetchall() == [("data", "green")]


def test_a_migration_that_fails_leaves_nothing_of_itself(path: Path) -> None:
    with pytest.raises(JournalFailed, match="nowhere"):
        open_for_writing(str(path), (*MIGRATIONS, add_colour, fail_half_way))
    with closing(open_for_writing(str(path), (*MIGRATIONS, add_colour))) as connection:
        assert value(connection, "PRAGMA user_version") == len(MIGRATIONS) + 1
        assert "half" not in columns(connection, "file")


def test_a_newer_database_is_refused_and_left_as_it_is(path: Path) -> None:
    open_for_writing(str(path), (*MIGRATIONS, add_colour)).close()
    before = footprint(path)
    for open_ in (open_for_writing, open_for_reading):
        with pytest.raises(JournalFailed, match=rf"graph\.db: .*version {NEWEST + 1}.*up to {NEWEST}"):
            open_(str(path))
    assert footprint(path) == before


def test_a_newer_version_that_is_only_in_the_log_is_refused_too(path: Path) -> None:
    with closing(open_for_writing(str(path))) as writer:
        writer.execute("PRAGMA user_version = 99")
        with pytest.raises(JournalFailed, match="version 99"):
            open_for_writing(str(path))


def test_the_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE node (i)")
    before = footprint(path)
    for open_ in (open_for_writing, open_for_reading):
        with pytest.raises(JournalFailed, match="not made by this program"):
            open_(str(path))
    assert footprint(path) == before


def test_another_application_id_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA application_id = 42")
    with pytest.raises(JournalFailed, match="not made by this program"):
        open_for_writing(str(path))


@pytest.mark.parametrize("content", [b"hello", b"x" * 5000, b"SQLite format 3\0"])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalFailed, match="not made by this program"):
        open_for_writing(str(path))
    assert footprint(path) == {"graph.db": content}


def test_a_damaged_database_is_refused(path: Path) -> None:
    open_for_writing(str(path)).close()
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    with pytest.raises(JournalFailed, match=r"damaged|malformed"):
        open_for_writing(str(path))


def test_a_place_where_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match=r"missing/graph\.db: it cannot be opened"):
        open_for_writing(str(tmp_path / "missing" / "graph.db"))
    with pytest.raises(JournalFailed, match="directory"):
        open_for_writing(str(tmp_path))


def test_reading_what_is_not_there_makes_nothing(path: Path) -> None:
    with pytest.raises(JournalFailed, match="no database yet"):
        open_for_reading(str(path))
    assert not path.exists()


def test_a_reader_asks_for_the_migration_that_it_may_not_do(path: Path) -> None:
    open_for_writing(str(path), ()).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    with pytest.raises(JournalFailed, match="older version"):
        open_for_reading(str(path))


def test_a_reader_cannot_write(path: Path) -> None:
    open_for_writing(str(path)).close()
    with (
        closing(open_for_reading(str(path))) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM step")


def test_odd_names_are_just_names(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%41 gr\u00fcn.db"
    open_for_writing(str(path)).close()
    assert path.exists()
