"""R-04: disks that are full, read-only or broken, on either side: it is told, and the build goes on by itself."""

from __future__ import annotations

import random
from collections.abc import Generator

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time, wait_until
from tests.support.ordeal import ordeal_of
from tests.support.project_folder import Folder
from tests.support.scarcity import MIB, SmallDisk, small_disk

BLIND = """\
static("in.txt")
for i in range(6):
    run(f"echo {i} >> begun; until test -e go; do sleep 0.02; done; cat in.txt > out{i}; echo done",
        shell=True, inp="in.txt", out=f"out{i}")
"""
"""Steps that do not notice when what they write is lost."""


@pytest.fixture(name="disk")
def disk_of_project(folder: Folder) -> Generator[SmallDisk]:
    """Put the project on a disk of its own."""
    with small_disk(folder.root, 8 * MIB) as disk:
        yield disk


def test_what_was_written_to_a_full_disk_is_no_success(folder: Folder, disk: SmallDisk, counts: Counts) -> None:
    folder.plan(BLIND)
    folder.write("in.txt", "text\n")
    build = folder.start("build", "-j", "2", "--no-progress", "--joblog")
    wait_until(lambda: len(folder.lines("begun")) >= 2, "steps have begun", folder.story)
    disk.fill()
    # An empty file needs no room.
    folder.write("go")
    build.wait_output("the disk is full")
    disk.free()
    ended = build.end().checked()
    assert [folder.read(f"out{i}") for i in range(6)] == ["text\n"] * 6
    assert "graph.db: the disk is full (SQLITE_FULL)" in ended.output
    assert ended.output.count("(ran out of resources, and will run again)") == 2
    assert "FAIL" not in ended.output
    assert sum('"succeeded"' in line for line in folder.lines(".stepup/joblog.csv")) == 7
    folder.build("--no-progress").checked()
    counts.tell("R-04 a full disk", steps=7, false_successes=0, runs=len(folder.lines("begun")))


def test_no_step_begins_on_a_full_disk(folder: Folder, disk: SmallDisk) -> None:
    folder.plan(BLIND)
    folder.write("in.txt", "text\n")
    folder.write("go")
    director = folder.start("director")
    director.wait_output("Listening on")
    # So much that the graph can be written, but no output of any size.
    disk.fill(left=MIB // 2)
    folder.start("worker")
    build = folder.start("build", "--no-progress")
    build.wait_output("cannot go on")
    assert f"{folder.root}: the disk is full, and 1048576 bytes must be free. Make room there." in build.output
    assert not folder.has("begun")
    disk.free()
    assert "goes on" in build.end().checked().output
    assert len(folder.lines("begun")) == 6
    folder.run("shutdown").checked()
    assert director.end().code == 0


def test_a_build_that_waits_for_a_disk_can_be_stopped_and_resumed(folder: Folder, disk: SmallDisk) -> None:
    folder.plan(BLIND)
    folder.write("in.txt", "text\n")
    folder.write("go")
    folder.build("--no-progress", code=0)
    folder.write("in.txt", "other\n")
    disk.fill(left=MIB // 2)
    build = folder.start("build", "-j", "2", "--no-progress")
    build.wait_output("cannot go on")
    build.process.terminate()
    assert build.end().code != 0
    disk.free()
    folder.build("--no-progress").checked()
    assert [folder.read(f"out{i}") for i in range(6)] == ["other\n"] * 6
    assert len(folder.lines("begun")) == 12


def test_a_read_only_project_is_told_in_one_line(folder: Folder, disk: SmallDisk) -> None:
    folder.plan(BLIND)
    folder.write("in.txt", "text\n")
    folder.write("go")
    disk.forbid_writing()
    ended = folder.run("build", "--no-progress")
    disk.allow_writing()
    assert (ended.code, ended.output) == (1, "")
    assert ended.errors == f"ERROR: {folder.root}/.stepup: the file system is read-only. Make it writable.\n"
    folder.build("--no-progress").checked()
    disk.forbid_writing()
    again = folder.run("build", "--no-progress")
    disk.allow_writing()
    log = f"{folder.root}/.stepup/director.stderr.log"
    assert (again.code, again.errors) == (1, f"ERROR: {log}: the file system is read-only. Make it writable.\n")
    folder.build("--no-progress").checked()
    assert len(folder.lines("begun")) == 6


def test_a_worker_without_room_waits_for_it(folder: Folder, counts: Counts) -> None:
    with small_disk(folder.around / "workspace", 8 * MIB) as disk, ordeal_of(folder, width=3, depth=3) as ordeal:
        ordeal.start_director()
        ordeal.start_worker("a", "-j", "2", "--workspace", str(disk.path))
        disk.fill()
        build = ordeal.build()
        build.wait_output("Worker 0 cannot go on")
        assert f"cannot go on. {disk.path}/attempts/" in build.output
        assert "/plan.py: the disk is full, and " in build.output
        assert ordeal.ledger().starts == 0
        disk.free()
        build.end().checked()
        ordeal.shut_down()
        counts.tell("R-04 a worker's disk", steps=ordeal.steps, starts=ordeal.judge().starts)


def test_a_worker_with_a_small_disk_forgets_what_nobody_needs(folder: Folder, counts: Counts) -> None:
    with (
        small_disk(folder.around / "workspace", 4 * MIB) as disk,
        ordeal_of(folder, width=1, depth=30, work_s=0) as ordeal,
    ):
        ordeal.start_director()
        ordeal.start_worker("a", "-j", "2", "--workspace", str(disk.path))
        ended = ordeal.build().end().checked()
        assert "cannot go on" not in ended.output
        ordeal.shut_down()
        counts.tell("R-04 a worker's small disk", steps=ordeal.steps, starts=ordeal.judge().starts)


def test_a_director_without_room_lets_its_workers_keep_what_they_made(folder: Folder, counts: Counts) -> None:
    with small_disk(folder.root, 80 * MIB) as disk, ordeal_of(folder, width=2, depth=2, gated=True) as ordeal:
        ordeal.start_director()
        ordeal.start_worker("a", "-j", "2", "--workspace", str(ordeal.run / "workspace-a"))
        build = ordeal.build()
        ordeal.wait_began(ordeal.steps)
        # Uploads leave 64 MiB for the graph.
        disk.fill(left=60 * MIB)
        ordeal.gate.touch()
        build.wait_output("Worker 0 cannot go on. The director: No space left:")
        assert f"bytes are needed in {folder.root}/.stepup/blobs" in build.output
        disk.free()
        build.end().checked()
        ordeal.shut_down()
        ledger = ordeal.judge()
        assert ledger.starts == ordeal.steps
        counts.tell("R-04 a director's disk", steps=ordeal.steps, starts=ledger.starts)


@pytest.mark.chaos
@pytest.mark.timeout(0)
def test_disks_are_full_at_any_moment(folder: Folder, counts: Counts) -> None:
    fills, chance = number_from("R04_FILLS", 40), random.Random(number_from("R04_SEED", 1))
    with (
        small_disk(folder.root, 96 * MIB) as disk,
        small_disk(folder.around / "workspace", 8 * MIB) as workspace,
        ordeal_of(folder, width=4, depth=2 * fills, work_s=0.2) as ordeal,
    ):
        ordeal.start_director()
        ordeal.start_worker("near", "-j", "2")
        ordeal.start_worker("far", "-j", "2", "--workspace", str(workspace.path))
        build = ordeal.build()
        done = 0
        while done < fills and build.process.poll() is None:
            ordeal.wait_began(ordeal.ledger().starts + chance.randrange(1, 4), build)
            fill_for_a_moment(chance.choice((disk, workspace)), chance)
            done += 1
        build.end().checked()
        ordeal.shut_down()
        ledger = ordeal.judge()
        counts.tell("R-04", fills=done, steps=ordeal.steps, starts=ledger.starts, false_successes=0, crashes=0)


def fill_for_a_moment(disk: SmallDisk, chance: random.Random) -> None:
    """Take all room, or nearly all, and give it back."""
    disk.fill(left=chance.choice((0, 0, 4096, 100_000, MIB // 2)))
    pass_time(chance.uniform(0.2, 3.0))
    disk.free()
