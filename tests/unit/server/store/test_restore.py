"""Reading the database back."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from stepup_server.core.commands import Record
from stepup_server.core.ids import NodeId
from stepup_server.engine.ports import JournalFailed
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load, load_output

from .rows import a_step

__all__ = ()


@pytest.fixture
def path(tmp_path: Path) -> str:
    async def make(path: str) -> None:
        journal = SqliteJournal(path)
        await journal.commit([Record(steps=(a_step(2),))])
        await journal.close()

    path = str(tmp_path / "graph.db")
    asyncio.run(make(path))
    return path


def test_without_a_database_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match="no database yet"):
        load(str(tmp_path / "graph.db"))
    with pytest.raises(JournalFailed, match="no database yet"):
        load_output(str(tmp_path / "graph.db"), NodeId(2))


def test_places_are_kept_as_long_as_their_nodes(path: str) -> None:
    async def place_and_forget() -> None:
        journal = SqliteJournal(path)
        await journal.commit([Record(places=((NodeId(2), 1), (NodeId(3), 2)))])
        await journal.commit([Record(forgotten=(NodeId(2),))])
        await journal.close()

    asyncio.run(place_and_forget())
    assert load(path).places == {3: 2}


def test_reading_changes_nothing(path: str) -> None:
    before = Path(path).read_bytes()
    load(path)
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize("is_enabled", [True, False])
def test_the_collector_is_left_as_it_was(path: str, *, is_enabled: bool) -> None:
    was_enabled = gc.isenabled()
    try:
        (gc.enable if is_enabled else gc.disable)()
        load(path)
        assert gc.isenabled() is is_enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
