"""R-15: no descriptors or processes left, on either side: it is told, nobody crashes, and all goes on by itself."""

from __future__ import annotations

import random
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Ended, Folder
from tests.support.scarcity import ProcessGroup, limit_descriptors, small_group

MIXED = """\
static("one.py", "in.txt")
for i in range(6):
    run(f"cp in.txt a{i}", inp="in.txt", out=f"a{i}")
    run(f"./one.py b{i}", inp="one.py", out=f"b{i}")
    run(f"cat in.txt | sort > c{i}", shell=True, inp="in.txt", out=f"c{i}")
"""
"""Programs, scripts of the fork server, and shells."""


def write_mixed(folder: Folder) -> None:
    """Write a project of all kinds of steps."""
    folder.plan(MIXED)
    folder.write("in.txt", "text\n")
    folder.script("one.py", "import sys\nopen(sys.argv[1], 'w').write('text\\n')\n")


def check_mixed(folder: Folder) -> None:
    """Look at all that it makes."""
    assert {folder.read(f"{letter}{i}") for letter in "abc" for i in range(6)} == {"text\n"}


def check_undisturbed(folder: Folder, ended: Ended) -> None:
    """Look whether a build has made all of it, and told of no failure."""
    assert "FAIL" not in ended.output
    check_mixed(folder)


@pytest.mark.parametrize("where", ["the project", "a workspace"])
def test_a_worker_with_few_descriptors_does_less_at_a_time(folder: Folder, counts: Counts, where: str) -> None:
    with ordeal_of(folder) as ordeal:
        write_mixed(folder)
        ordeal.start_director()
        ordeal.start_worker("a", "-j", "8", *words_for(ordeal, where))
        # Enough for what is open, and for two steps.
        limit_descriptors(ordeal.daemon("a"), number_open(ordeal.daemon("a")) + 12)
        build = ordeal.build()
        build.wait_output("Worker 0 cannot go on. This process has no file descriptors left")
        ended = build.end().checked()
        check_undisturbed(folder, ended)
        ordeal.shut_down()
    counts.tell("R-15 a worker's descriptors", steps=len(ended.executed), failures=0)


def test_a_worker_without_descriptors_for_a_director_says_so(folder: Folder) -> None:
    folder.plan("")
    folder.start("director").wait_output("Listening on")
    worker = folder.start_command("prlimit", "--nofile=16", "stepup", "worker")
    ended = worker.end()
    assert ended.code == 1
    assert "and this process may have 16 in all. Raise the limit: prlimit --nofile, ulimit -n." in ended.errors
    assert "Traceback" not in ended.errors
    folder.shut_down()


def test_a_director_without_descriptors_says_so_and_goes_on(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=3, depth=3, gated=True) as ordeal:
        director = ordeal.start_director()
        ordeal.start_worker("a", "-j", "2")
        build = ordeal.build()
        ordeal.wait_began(ordeal.steps)
        limit_descriptors(director.pid, number_open(director.pid) + 8)
        with strangers(ordeal.socket, 40):
            build.wait_output("The director has no file descriptors left")
            late = folder.start("status", "--json")
        build.wait_output("The director has file descriptors again.")
        late.end()
        ordeal.gate.touch()
        build.end().checked()
        ordeal.shut_down()
        counts.tell("R-15 a director's descriptors", steps=ordeal.steps, starts=ordeal.judge().starts)


def test_a_worker_that_can_have_no_process_waits_for_it(folder: Folder, counts: Counts) -> None:
    with small_group() as group, ordeal_of(folder) as ordeal:
        write_mixed(folder)
        ordeal.start_director()
        ordeal.start_worker("a", "-j", "4", prefix=group.words)
        # Its fork server has threads while it warms up, which others could have afterwards.
        pass_time(2)
        group.limit(group.now)
        build = ordeal.build()
        build.wait_output("Worker 0 cannot go on. The limit on processes is reached.")
        group.limit(None)
        ended = build.end().checked()
        check_undisturbed(folder, ended)
        ordeal.shut_down()
    counts.tell("R-15 a worker's processes", steps=len(ended.executed), failures=0)


def test_a_worker_that_cannot_even_start_waits_for_a_process(folder: Folder) -> None:
    folder.plan("")
    folder.start("director").wait_output("Listening on")
    with small_group() as group:
        group.limit(1)
        worker = folder.start_command(*group.words, "stepup", "worker")
        worker.wait_output("The worker cannot start. The limit on processes is reached.")
        group.limit(None)
        folder.wait_status(lambda status: len(status["workers"]) == 1, "the worker is there")
        folder.shut_down()


@pytest.mark.chaos
@pytest.mark.timeout(0)
def test_limits_fall_and_rise_at_any_moment(folder: Folder, counts: Counts) -> None:
    times, chance = number_from("R15_LIMITS", 40), random.Random(number_from("R15_SEED", 1))
    with small_group() as group, ordeal_of(folder, width=4, depth=3 * times, work_s=0.3) as ordeal:
        director = ordeal.start_director()
        ordeal.start_worker("near", "-j", "4", prefix=group.words)
        # Not in the group: gRPC falls silent when it cannot have more threads for its many channels.
        ordeal.start_worker("far", "-j", "4", *words_for(ordeal, "a workspace"))
        pids = {name: ordeal.daemon(name) for name in ordeal.workers} | {"director": director.pid}
        build = ordeal.build()
        done = 0
        while done < times and build.process.poll() is None:
            ordeal.wait_began(ordeal.ledger().starts + chance.randrange(1, 6), build)
            whom = chance.choice((*pids, "processes"))
            limit_for_a_moment(group, pids.get(whom), chance)
            done += 1
        build.end().checked()
        assert {name: ordeal.daemon(name) for name in ordeal.workers} | {"director": director.pid} == pids
        ordeal.shut_down()
        ledger = ordeal.judge()
        # Those that were refused a process run again.
        counts.tell("R-15", limits=done, steps=ordeal.steps, starts=ledger.starts, failures=0, crashes=0)


def limit_for_a_moment(group: ProcessGroup, pid: int | None, chance: random.Random) -> None:
    """Take descriptors from a process, or processes from a worker, and give them back."""
    if pid is None:
        group.limit(group.now + chance.randrange(3))
        pass_time(chance.uniform(0.2, 3.0))
        group.limit(None)
    else:
        limit_descriptors(pid, number_open(pid) + chance.randrange(1, 16))
        pass_time(chance.uniform(0.2, 3.0))
        limit_descriptors(pid, 1024)


@contextmanager
def strangers(path: str, count: int) -> Generator[None]:
    """Connect so many times without saying a word."""
    with ExitStack() as stack:
        for _ in range(count):
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.connect(path)
        yield


def words_for(ordeal: Ordeal, where: str) -> tuple[str, ...]:
    """Return the words that say where a worker works."""
    return ("--workspace", str(ordeal.run / "workspace")) if where == "a workspace" else ()


def number_open(pid: int) -> int:
    """Return the first number behind those of all open files of a process."""
    return max(int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()) + 1
