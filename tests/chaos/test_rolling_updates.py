"""R-17: workers are drained and stopped, and director and workers are replaced by other versions during a build."""

from __future__ import annotations

import random
import signal

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.ordeal import Ordeal, ordeal_of, send_signal
from tests.support.project_folder import Folder, Program
from tests.support.versions import start_as_version

VERSIONS = ("0.1.0", "0.2.0")
"""Neighbours."""


WAYS = ("drains", "terms", "usr1s")


def test_drains_terms_and_a_rolling_update_lose_no_step(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=5, depth=6, work_s=0.8) as ordeal:
        roll(ordeal, counts, rounds=3, seed=1)


@pytest.mark.chaos
def test_rolling_updates_for_minutes(folder: Folder, counts: Counts) -> None:
    rounds = number_from("R17_ROUNDS", 60)
    with ordeal_of(folder, width=10, depth=number_from("R17_DEPTH", 60), work_s=2.0) as ordeal:
        roll(ordeal, counts, rounds=rounds, seed=number_from("R17_SEED", 1))


def roll(ordeal: Ordeal, counts: Counts, *, rounds: int, seed: int) -> None:
    """Let workers leave in each way in turn while others take their place; replace the director in between."""
    chance = random.Random(seed)
    ordeal.start_director()
    for name in ("w0", "w1"):
        ordeal.start_worker(name, "-j", "2")
    build = ordeal.build()
    tally = dict.fromkeys((*WAYS, "directors"), 0)
    for number in range(rounds):
        if build.process.poll() is not None:
            break
        ordeal.wait_began(min(ordeal.ledger().starts + 1, ordeal.steps))
        way = WAYS[number % len(WAYS)]
        leave(ordeal, chance.choice(present(ordeal)), way)
        tally[way] += 1
        start_as_version(ordeal, f"v{number}", VERSIONS[number % 2])
        if number % 10 == 1:
            build = replace_director(ordeal, build, VERSIONS[(number // 10 + 1) % 2])
            tally["directors"] += 1
    pass_time(ordeal.steps * ordeal.work_s, lambda: build.process.poll() is not None)
    build.end().checked()
    ordeal.shut_down()
    ledger = ordeal.judge()
    lost = ordeal.steps - len({output for output, _ in ledger.ended})
    assert lost == 0
    # Only SIGTERM interrupts what runs; all else lets it end, also the death of the director.
    assert ledger.unfinished <= 2 * tally["terms"]
    assert ledger.starts == ordeal.steps + ledger.unfinished
    counts.tell("R-17", **tally, steps=ordeal.steps, starts=ledger.starts, interrupted=ledger.unfinished, lost=lost)


def present(ordeal: Ordeal) -> list[str]:
    """Return the workers that are there to stay."""
    return [one["name"] for one in ordeal.status()["workers"] if one["connected"] and not one["draining"]]


def leave(ordeal: Ordeal, name: str, way: str) -> None:
    """Let a worker leave in one way, and wait until its program has ended."""
    program = ordeal.workers[name].program
    if way == "drains":
        ordeal.folder.run("worker", "drain", name, "--wait").checked()
    else:
        send_signal(program.pid, signal.SIGTERM if way == "terms" else signal.SIGUSR1)
    assert program.process.wait(60) == 0


def replace_director(ordeal: Ordeal, build: Program, version: str) -> Program:
    """Let a director of the neighbouring version take the place of a dead one, in the middle of a build; go on."""
    director, workers = ordeal.director, present(ordeal)
    assert director is not None
    director.process.kill()
    director.process.wait(60)
    build.end()
    start_as_version(ordeal, "", version)
    ordeal.wait_connected(*workers)
    return ordeal.build()
