"""R-03: the power is lost at any moment, and any part of what was not synced with it."""

from __future__ import annotations

import hashlib
import pickle
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from stepup_server.core.commands import Record, Snapshot
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.invariants import check
from stepup_server.core.states import FileState
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load
from tests.support.counts import Counts, number_from
from tests.support.database import Database
from tests.support.lossy_disk import LossyDisk, Remains
from tests.support.ordeal import REPOSITORY, ordeal_of
from tests.support.project_folder import PROGRAMS, Folder
from tests.support.strace_log import Operation, operations_in, strace_words
from tests.support.tools import find_tool

RECOVERY_S_MAX = 5.0
LARGE = 'run("seq {0} 9000 > large.{0}", out="large.{0}", shell=True)\n'
"""Of several pages, some of which may be there without the others."""

pytestmark = pytest.mark.skipif(find_tool("strace") is None, reason="strace is not here: make chaos-tools")


def test_what_was_said_survives_the_loss_of_power(folder: Folder, counts: Counts) -> None:
    lose_power(folder, counts, Extent(cuts=100, seed=3, width=2, depth=2, builds=1, built_again=1))


@pytest.mark.chaos
def test_the_power_is_lost_at_two_thousand_moments(folder: Folder, counts: Counts) -> None:
    cuts, seed = number_from("R03_CUTS", 2000), number_from("R03_SEED", 1)
    lose_power(
        folder, counts, Extent(cuts, seed, width=6, depth=6, builds=3, built_again=number_from("R03_BUILDS", 20))
    )


class Extent(NamedTuple):
    """How much is tried."""

    cuts: int
    seed: int
    width: int
    depth: int
    builds: int
    """How many builds are recorded, each of another source."""
    built_again: int
    """On how many of the disks the project is built to its end; those first on which a file is damaged."""


@dataclass(slots=True)
class Flight:
    """What a director did from its first to its last moment."""

    root: str
    operations: list[Operation]
    told: list[tuple[int, int]]
    """How many groups were committed, and how many facts told, after each operation."""
    states: dict[int, int]
    """By what is in the database: after how many groups, at last."""
    published: dict[str, bytes]
    """What there is in the end."""
    variables: dict[str, str]
    """What steps find in their environment."""


@dataclass(slots=True)
class Verdicts:
    """What was found after all cuts."""

    corrupt: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    damaged: int = 0
    """Outputs that are recorded and not what they were."""
    built_again: int = 0
    slowest_s: float = 0.0


def lose_power(folder: Folder, counts: Counts, extent: Extent) -> None:
    """Record some builds, and look at what is left when the power is lost at many moments."""
    flight = record(folder, extent)
    verdicts = judge_cuts(flight, extent, folder)
    counts.tell(
        "R-03", cuts=extent.cuts, corrupt=len(verdicts.corrupt), lost=len(verdicts.lost),
        acknowledged=flight.told[-1][1], operations=len(flight.operations), damaged_outputs=verdicts.damaged,
        built_again=verdicts.built_again, seconds_to_recover_at_most=verdicts.slowest_s,
    )  # fmt: skip
    assert verdicts.corrupt == []
    assert verdicts.lost == []
    assert verdicts.slowest_s < RECOVERY_S_MAX
    # The model would notice if nobody synced anything.
    flight.operations = [one._replace(path="/") if one.kind == "sync" else one for one in flight.operations]
    careless = judge_cuts(flight, extent._replace(cuts=20, built_again=0), folder)
    assert careless.corrupt or careless.lost


def record(folder: Folder, extent: Extent) -> Flight:
    """Let a director build a project for a worker that has only its own copy, and record what it does."""
    with ordeal_of(folder, width=extent.width, depth=extent.depth, work_s=0, more=large_outputs) as ordeal:
        marks, records, log = (str(folder.around / name) for name in ("marks", "records", "strace"))
        recorder = (str(PROGRAMS / "python"), "-m", "tests.support.recorded_director", marks, records)
        strace = strace_words(find_tool("strace") or "strace", log)
        words = (*strace, *recorder, "--socket", ordeal.socket)
        folder.start_command(*words, PYTHONPATH=str(REPOSITORY)).wait_output("Listening on")
        ordeal.start_worker("w", "-j", "2", "--workspace", str(ordeal.run / "workspace"))
        for number in range(extent.builds):
            ordeal.begin_with(f"source {number}\n")
            ordeal.build().end().checked()
        ordeal.shut_down()
        ordeal.judge()
        published, variables = ordeal.published(folder.root), ordeal.variables("again")
    with Path(log).open(encoding="ascii") as lines:
        operations = list(operations_in(lines, str(folder.root)))
    told = told_after(operations, marks)
    return Flight(str(folder.root), operations, told, states_of(records), published, variables)


def large_outputs(_folder: Folder) -> str:
    """Return steps that make files of several pages."""
    return LARGE.format(1) + LARGE.format(2)


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
    with Path(path).open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)


def fingerprint(rows: Database | Snapshot) -> int:
    """Return what tells one state of the database from another."""
    if isinstance(rows, Database):
        return fingerprint(rows.snapshot())
    tables = (rows.steps, rows.files, rows.trees)
    facts = {name: value for name, value in rows.facts.items() if name not in {"epoch", "boot"}}
    return hash(repr((*map(sorted, tables), sorted(rows.places.items()), sorted(facts.items()))))


def judge_cuts(flight: Flight, extent: Extent, folder: Folder) -> Verdicts:
    """Lose the power at many moments."""
    chance, verdicts = random.Random(extent.seed), Verdicts()
    moments = sorted(chance.randint(1, len(flight.operations)) for _ in range(extent.cuts))
    disk, done = LossyDisk(flight.root), 0
    for number, moment in enumerate(moments):
        disk.do_all(flight.operations[done:moment])
        done = moment
        place = Folder(folder.around / f"cut-{number}", folder.around)
        snapshot = judge(flight, disk.remains(chance), moment, place.root, verdicts)
        damaged = snapshot is not None and wrong_outputs(snapshot, place.root)
        verdicts.damaged += len(damaged or ())
        is_last_chance = extent.cuts - number <= extent.built_again - verdicts.built_again
        if snapshot is not None and verdicts.built_again < extent.built_again and (damaged or is_last_chance):
            build_again(flight, snapshot, place)
            verdicts.built_again += 1
        shutil.rmtree(place.root)
    return verdicts


def judge(flight: Flight, remains: Remains, moment: int, folder: Path, verdicts: Verdicts) -> Snapshot | None:
    """Start a director on what remains, as far as it reads, and look what it knows."""
    remains.write(flight.root, str(folder))
    acknowledged, _ = flight.told[moment]
    began = time.monotonic()
    try:
        snapshot = recover(folder)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is a verdict
        verdicts.corrupt.append(f"after {moment} operations: {error!r}")
        return None
    verdicts.slowest_s = max(verdicts.slowest_s, time.monotonic() - began)
    groups = flight.states.get(fingerprint(snapshot))
    if groups is None:
        verdicts.corrupt.append(f"after {moment} operations: a state that never was")
    elif groups < acknowledged:
        verdicts.lost.append(f"after {moment} operations: {groups} groups of {acknowledged}")
    return snapshot


def wrong_outputs(snapshot: Snapshot, folder: Path) -> list[str]:
    """Return the outputs that are there with the right size, and are not what they were."""
    built = (row for row in snapshot.files if row.state == FileState.BUILT.value)
    return [
        row.path
        for row in built
        if (path := folder / row.path).exists()
        and path.stat().st_size == row.size
        and hashlib.sha256(path.read_bytes()).digest() != row.digest
    ]


def build_again(flight: Flight, snapshot: Snapshot, folder: Folder) -> None:
    """Build the project on what remains, after the machine was started again, and compare."""
    for name in ("plan.py", "work.sh", "source.txt"):
        shutil.copy2(Path(flight.root) / name, folder.root / name)
    with closing(sqlite3.connect(folder.root / ".stepup/graph.db")) as connection:
        for row in snapshot.files:
            with suppress(FileNotFoundError):
                # As if it was the same file still.
                status = (folder.root / row.path).stat()
                stamps = (status.st_mtime_ns, status.st_ino, row.id)
                connection.execute("UPDATE file SET mtime_ns = ?, inode = ? WHERE id = ?", stamps)
        connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES ('boot', 'an earlier one')")
        connection.commit()
    folder.run("build", "-j", "2", **flight.variables).checked()
    found = {name: (folder.root / name).read_bytes() for name in flight.published if (folder.root / name).is_file()}
    assert found == flight.published


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
