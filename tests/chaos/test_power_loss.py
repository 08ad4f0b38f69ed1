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

from stepup_client.rpc.trust import invite, revoke
from stepup_server.core.commands import Record, Snapshot
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.invariants import check
from stepup_server.core.states import FileState
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load
from stepup_server.trust.registry import Registry
from tests.support.counts import Counts, number_from
from tests.support.database import Database
from tests.support.lossy_disk import LossyDisk, Remains
from tests.support.members import free_address
from tests.support.ordeal import REPOSITORY, ordeal_of
from tests.support.project_folder import PROGRAMS, Folder
from tests.support.recorded_director import trust_in
from tests.support.strace_log import Operation, operations_in, strace_words
from tests.support.tools import find_tool

RECOVERY_S_MAX = 5.0
LIFE_S = 7 * 24 * 3600.0
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


class Told(NamedTuple):
    """What had been told at some moment."""

    groups: int = 0
    """All of it was in the first so many groups of records."""
    trusts: int = 0
    """So many changes of who is trusted."""
    facts: int = 0
    """How much it was."""


@dataclass(slots=True)
class Flight:
    """What a director did from its first to its last moment."""

    root: str
    operations: list[Operation]
    told: list[Told]
    """What had been told after each operation."""
    states: dict[int, int]
    """By what is in the database: after how many groups, at last."""
    trusted: dict[str, int]
    """By who is trusted: after how many changes, at last."""
    published: dict[str, bytes]
    """What there is in the end."""
    extent: Extent


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
    verdicts = judge_cuts(flight, folder)
    counts.tell(
        "R-03", cuts=extent.cuts, corrupt=len(verdicts.corrupt), lost=len(verdicts.lost),
        acknowledged=flight.told[-1].facts, operations=len(flight.operations), damaged_outputs=verdicts.damaged,
        built_again=verdicts.built_again, seconds_to_recover_at_most=verdicts.slowest_s,
    )  # fmt: skip
    assert verdicts.corrupt == []
    assert verdicts.lost == []
    assert verdicts.slowest_s < RECOVERY_S_MAX
    # The model would notice if nobody synced anything.
    flight.operations = [one._replace(path="/") if one.kind == "sync" else one for one in flight.operations]
    flight.extent = extent._replace(cuts=20, built_again=0)
    careless = judge_cuts(flight, folder)
    assert careless.corrupt or careless.lost


def record(folder: Folder, extent: Extent) -> Flight:
    """Let a director build a project for a worker that has only its own copy, and record what it does."""
    with ordeal_of(folder, width=extent.width, depth=extent.depth, work_s=0, more=large_outputs) as ordeal:
        marks, records, log = (str(folder.around / name) for name in ("marks", "records", "strace"))
        recorder = (str(PROGRAMS / "python"), "-m", "tests.support.recorded_director", marks, records)
        strace = strace_words(find_tool("strace") or "strace", log)
        words = (*strace, *recorder, "--socket", ordeal.socket, "--listen", free_address())
        folder.start_command(*words, PYTHONPATH=str(REPOSITORY)).wait_output("Listening on")
        ordeal.start_worker("w", "-j", "2", "--workspace", str(ordeal.run / "workspace"))
        for number in range(extent.builds):
            change_trust(ordeal.socket, number)
            ordeal.begin_with(source(number))
            ordeal.build().end().checked()
        ordeal.shut_down()
        ordeal.judge()
        published = ordeal.published(folder.root)
    with Path(log).open(encoding="ascii") as lines:
        operations = list(operations_in(lines, str(folder.root)))
    told, trusted = told_after(operations, marks)
    return Flight(str(folder.root), operations, told, states_of(records), trusted, published, extent)


def change_trust(socket: str, number: int) -> None:
    """Invite somebody, and revoke what somebody else was told."""
    for name in ("kept", "revoked"):
        invite(socket, "worker", f"{name}{number}", LIFE_S)
    revoke(socket, f"revoked{number}")


def source(number: int) -> str:
    """Return what all steps depend on in one of the builds."""
    return f"source {number}\n"


def large_outputs(_folder: Folder) -> str:
    """Return steps that make files of several pages."""
    return LARGE.format(1) + LARGE.format(2)


def told_after(operations: list[Operation], marks: str) -> tuple[list[Told], dict[str, int]]:
    """Return what had been told after each operation, and the number of each state of who is trusted."""
    told, trusted = [Told()], {trust_in(None): 0}
    for operation in operations:
        last = told[-1]
        if operation.kind == "write" and operation.path == marks:
            first, rest = operation.data.decode().split(maxsplit=1)
            if first == "trust":
                last = Told(last.groups, last.trusts + 1, last.facts + 1)
                trusted[rest.strip()] = last.trusts
            else:
                last = Told(int(first), last.trusts, last.facts + int(rest))
        told.append(last)
    return told, trusted


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


def judge_cuts(flight: Flight, folder: Folder) -> Verdicts:
    """Lose the power at many moments."""
    extent = flight.extent
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
    told = flight.told[moment]
    began = time.monotonic()
    try:
        snapshot = recover(folder)
        trusted = trusted_in(folder)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is a verdict
        verdicts.corrupt.append(f"after {moment} operations: {error!r}")
        return None
    verdicts.slowest_s = max(verdicts.slowest_s, time.monotonic() - began)
    groups = flight.states.get(fingerprint(snapshot))
    if groups is None:
        verdicts.corrupt.append(f"after {moment} operations: a state that never was")
    elif groups < told.groups:
        verdicts.lost.append(f"after {moment} operations: {groups} groups of {told.groups}")
    if flight.trusted[trusted] < told.trusts:
        verdicts.lost.append(f"after {moment} operations: {flight.trusted[trusted]} changes of trust of {told.trusts}")
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
    forget_reality(snapshot, folder.root)
    with ordeal_of(folder, width=flight.extent.width, depth=flight.extent.depth, work_s=0, more=large_outputs) as again:
        again.begin_with(source(flight.extent.builds - 1))
        # The worker that had the steps is gone for good.
        again.start_director("--lease", "1")
        again.start_worker("another")
        again.build().end().checked()
        again.shut_down()
        assert again.published(folder.root) == flight.published


def forget_reality(snapshot: Snapshot, root: Path) -> None:
    """Let the files look to the database as if they were those that it knew, on a machine that was started since."""
    with closing(sqlite3.connect(root / ".stepup/graph.db")) as connection:
        for row in snapshot.files:
            with suppress(FileNotFoundError):
                status = (root / row.path).stat()
                stamps = (status.st_mtime_ns, status.st_ino, row.id)
                connection.execute("UPDATE file SET mtime_ns = ?, inode = ? WHERE id = ?", stamps)
        connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES ('boot', 'an earlier one')")
        connection.commit()


def trusted_in(folder: Path) -> str:
    """Return who is trusted, as a director finds it that serves other machines."""
    place = folder / ".stepup/trust"
    if not place.exists():
        return trust_in(None)
    place.chmod(0o700)
    return trust_in(Registry(str(place), "here:1", time.time, certificate_s=LIFE_S))


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
