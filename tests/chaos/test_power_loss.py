"""R-03: the power is lost at any moment, and any part of what was not synced with it."""

from __future__ import annotations

import pickle
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stepup_server.core.commands import Record, Snapshot
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.invariants import check
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load
from tests.support.counts import Counts, number_from
from tests.support.database import Database
from tests.support.lossy_disk import LossyDisk, Remains
from tests.support.ordeal import REPOSITORY, Ordeal, ordeal_of
from tests.support.project_folder import PROGRAMS, Folder
from tests.support.strace_log import Operation, operations_in, strace_words
from tests.support.tools import find_tool

RECOVERY_S_MAX = 5.0
LARGE = 'run("seq 1 9000 > large.{0}", out="large.{0}", shell=True)\n'

pytestmark = pytest.mark.skipif(find_tool("strace") is None, reason="strace is not here: make chaos-tools")


def test_what_was_said_survives_the_loss_of_power(folder: Folder, counts: Counts) -> None:
    lose_power(folder, counts, cuts=100, seed=3)


@pytest.mark.chaos
def test_the_power_is_lost_at_two_thousand_moments(folder: Folder, counts: Counts) -> None:
    lose_power(folder, counts, cuts=number_from("R03_CUTS", 2000), seed=number_from("R03_SEED", 1))


@dataclass(slots=True)
class Flight:
    """What a director did from its first to its last moment."""

    root: str
    operations: list[Operation]
    told: list[tuple[int, int]]
    """How many groups were committed, and how many facts told, after each operation."""
    states: dict[int, int]
    """By what is in the database: after how many groups, at last."""


@dataclass(slots=True)
class Verdicts:
    """What was found after all cuts."""

    corrupt: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    slowest_s: float = 0.0


def lose_power(folder: Folder, counts: Counts, *, cuts: int, seed: int) -> None:
    """Record one build, and look at what is left of it when the power is lost at many moments."""
    flight = record(folder)
    chance, verdicts = random.Random(seed), Verdicts()
    moments = sorted(chance.randint(1, len(flight.operations)) for _ in range(cuts))
    disk, done = LossyDisk(flight.root), 0
    for number, moment in enumerate(moments):
        disk.do_all(flight.operations[done:moment])
        done = moment
        judge(flight, disk.remains(chance), moment, folder.around / f"cut-{number}", verdicts)
    facts = flight.told[-1][1]
    counts.tell(
        "R-03", cuts=cuts, corrupt=len(verdicts.corrupt), lost=len(verdicts.lost), acknowledged=facts,
        operations=len(flight.operations), seconds_to_recover_at_most=verdicts.slowest_s,
    )  # fmt: skip
    assert verdicts.corrupt == []
    assert verdicts.lost == []
    assert verdicts.slowest_s < RECOVERY_S_MAX


def record(folder: Folder) -> Flight:
    """Let a director build a project for a worker that has only its own copy, and record what it does."""
    with ordeal_of(folder, width=3, depth=3, work_s=0, more=lambda _: LARGE.format(0) + LARGE.format(1)) as ordeal:
        marks, records, log = (str(folder.around / name) for name in ("marks", "records", "strace"))
        recorder = (str(PROGRAMS / "python"), "-m", "tests.support.recorded_director", marks, records)
        strace = strace_words(find_tool("strace") or "strace", log)
        path = {"PYTHONPATH": str(REPOSITORY)}
        director = folder.start_command(*strace, *recorder, "--socket", ordeal.socket, **path)
        director.wait_output("Listening on")
        ordeal.start_worker("w", "-j", "2", "--workspace", str(ordeal.run / "workspace"))
        ordeal.build().end().checked()
        ordeal.shut_down()
        ordeal.judge()
    with open(log, encoding="ascii") as lines:
        operations = list(operations_in(lines, str(folder.root)))
    return Flight(str(folder.root), operations, told_after(operations, marks), states_of(records))


def told_after(operations: list[Operation], marks: str) -> list[tuple[int, int]]:
    """Return what had been told after each operation."""
    told, groups, facts = [(0, 0)], 0, 0
    for operation in operations:
        if operation.kind == "write" and operation.path == marks:
            groups, more = map(int, operation.data.split())
            facts += more
        told.append((groups, facts))
    return told


def states_of(path: str) -> dict[int, int]:
    """Return what the database holds after each group."""
    database, states = Database(), {fingerprint(Database()): 0}
    for number, group in enumerate(groups_in(path), 1):
        for one in group:
            database.commit(one)
        states[fingerprint(database)] = number
    return states


def groups_in(path: str) -> Iterator[list[Record]]:
    """Yield what was recorded, group by group."""
    with open(path, "rb") as file:
        while file.peek(1):
            yield pickle.load(file)


def fingerprint(rows: Database | Snapshot) -> int:
    """Return what tells one state of the database from another."""
    if isinstance(rows, Database):
        tables = (rows.steps.values(), rows.files.values(), rows.trees.values())
    else:
        tables = (rows.steps, rows.files, rows.trees)
    facts = {name: value for name, value in rows.facts.items() if name != "epoch"}
    return hash((*(repr(sorted(table)) for table in tables), repr(sorted(rows.places.items())), repr(sorted(facts.items()))))


def judge(flight: Flight, remains: Remains, moment: int, folder: Path, verdicts: Verdicts) -> None:
    """Start a director on what remains, as far as it reads, and look what it knows."""
    remains.write(flight.root, str(folder))
    acknowledged, _ = flight.told[moment]
    began = time.monotonic()
    try:
        snapshot = recover(folder)
    except Exception as error:
        verdicts.corrupt.append(f"after {moment} operations: {error!r}")
        return
    verdicts.slowest_s = max(verdicts.slowest_s, time.monotonic() - began)
    groups = flight.states.get(fingerprint(snapshot))
    if groups is None:
        verdicts.corrupt.append(f"after {moment} operations: a state that never was")
    elif groups < acknowledged:
        verdicts.lost.append(f"after {moment} operations: {groups} groups of {acknowledged}")
    shutil.rmtree(folder)


def recover(folder: Path) -> Snapshot:
    """Do what a director does when it begins; return what it finds."""
    state = folder / ".stepup"
    state.mkdir(exist_ok=True)
    path = str(state / "graph.db")
    journal = SqliteJournal(path)
    journal.begin_epoch()
    snapshot = load(path)
    director = Director(DirectorSettings(root=str(folder)), {})
    if snapshot.steps:
        director.restore(snapshot, 0.0)
        director.handle((), 0.0)
        check(director)
    journal._close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return snapshot
