"""R-05: workers that are killed at random moments, in three ways."""

from __future__ import annotations

import random
import signal

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.ordeal import Ordeal, ordeal_of, send_signal
from tests.support.project_folder import Folder, Program

WAYS = (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV)
SLOTS = 2


def test_steps_of_killed_workers_run_again_and_nothing_else_does(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=5, depth=6, work_s=0.1) as ordeal:
        kill_at_random(ordeal, counts, kills=4, seed=1, mean_s=0.5)


@pytest.mark.chaos
def test_workers_are_killed_for_minutes(folder: Folder, counts: Counts) -> None:
    kills = number_from("R05_KILLS", 300)
    with ordeal_of(folder, width=10, depth=number_from("R05_DEPTH", 200), work_s=0.5) as ordeal:
        kill_at_random(ordeal, counts, kills=kills, seed=number_from("R05_SEED", 1), mean_s=1.5)


def kill_at_random(ordeal: Ordeal, counts: Counts, *, kills: int, seed: int, mean_s: float) -> None:
    """Kill one of two workers after the other while a build goes on, and judge it."""
    chance = random.Random(seed)
    # Chance may hit the workers of one step more often than a step of that kind deserves.
    ordeal.start_director("--loss-cap", "1000")
    names = ("a", "b")
    for name in names:
        ordeal.start_worker(name, "-j", str(SLOTS))
    build = ordeal.build()
    done = 0
    while done < kills and build.process.poll() is None:
        pass_time(chance.expovariate(1 / mean_s), lambda: build.process.poll() is not None)
        done += kill_one(ordeal, chance.choice(names), chance.choice(WAYS), build)
    while build.process.poll() is None:
        pass_time(0.5, lambda: build.process.poll() is not None)
        for name in names:
            ordeal.revive(name)
    build.end().checked()
    ordeal.shut_down()
    ledger = ordeal.judge()
    assert ledger.starts <= ordeal.steps + ledger.unfinished + done * SLOTS
    extra = ledger.starts - ordeal.steps - ledger.unfinished
    killed = ledger.unfinished
    counts.tell("R-05", kills=done, steps=ordeal.steps, starts=ledger.starts, killed_attempts=killed, unreported=extra)


def kill_one(ordeal: Ordeal, name: str, way: signal.Signals, build: Program) -> int:
    """Kill a worker if it is there, and see that it comes back; return how many were killed."""
    known = ordeal.status_of(name)
    if build.process.poll() is not None or not known.get("connected"):
        ordeal.revive(name)
        return 0
    killed = send_signal(int(known["pid"]), way)
    if killed and way is signal.SIGTERM:
        ordeal.workers[name].program.process.wait(60)
        ordeal.revive(name)
    # After a death the guardian of the worker starts another one.
    return int(killed)
