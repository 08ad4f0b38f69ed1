"""R-01: the director is killed again and again, and started anew by a loop, while its workers live."""

from __future__ import annotations

import random
import re
import signal
import time

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time, wait_until
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Folder, Program

WORKERS = ("a", "b")
_ADOPTED = re.compile(r"Director restarted: (\d+) steps? re-adopted, (\d+) finished meanwhile, (\d+) started again")


def test_a_build_whose_director_is_killed_starts_every_step_once(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=5, depth=7, work_s=0.7) as ordeal:
        kill_the_director(ordeal, counts, kills=8, seed=1)


@pytest.mark.chaos
def test_the_director_is_killed_a_hundred_times_in_one_build(folder: Folder, counts: Counts) -> None:
    kills, seed = number_from("R01_KILLS", 100), number_from("R01_SEED", 1)
    with ordeal_of(folder, width=10, depth=20, work_s=number_from("R01_WORK_S", 8)) as ordeal:
        kill_the_director(ordeal, counts, kills=kills, seed=seed)


def kill_the_director(ordeal: Ordeal, counts: Counts, *, kills: int, seed: int) -> None:
    """Kill and restart the director at random moments while a build goes on, and judge it."""
    chance = random.Random(seed)
    ordeal.start_director()
    for name in WORKERS:
        ordeal.start_worker(name, "-j", "2")
    build, done, told, gaps = ordeal.build(), 0, [0, 0, 0], [0.0]
    while done < kills and not has_succeeded(build):
        # Not before the build has found it: else it would begin one with a director of its own.
        build.wait_output("│")
        pass_time(chance.uniform(0.0, 0.5))
        told = add_up(told, kill(ordeal))
        build.process.wait(60)
        done += 1
        # Now and then once more, before the workers are back.
        if done < kills and chance.random() < 0.3:
            ordeal.start_director()
            told = add_up(told, kill(ordeal))
            done += 1
        gaps.append(restart(ordeal))
        build = ordeal.build()
    build.process.wait(60 + ordeal.work_s * ordeal.steps)
    build.end().checked()
    assert ordeal.director is not None
    told = add_up(told, ordeal.director)
    ordeal.shut_down()
    ledger = ordeal.judge()
    counts.tell(
        "R-01", kills=done, steps=ordeal.steps, starts=ledger.starts, re_adopted=told[0], finished_meanwhile=told[1],
        seconds_to_adoption_at_most=max(gaps),
    )  # fmt: skip
    assert done == kills, "the build was over too soon"
    assert ledger.repeated == {}
    assert ledger.starts == ordeal.steps
    assert told[2] == 0


def has_succeeded(build: Program) -> bool:
    """Tell whether a build has come to its end by itself."""
    return build.process.poll() == 0


def kill(ordeal: Ordeal) -> Program:
    """Kill the director; return it."""
    assert ordeal.director is not None
    ordeal.director.process.send_signal(signal.SIGKILL)
    ordeal.director.process.wait(60)
    return ordeal.director


def restart(ordeal: Ordeal) -> float:
    """Start another director; return how long it took to hear of all workers."""
    director = ordeal.start_director()
    since = time.monotonic()
    wait_until(lambda: director.said.count(" joined: ") == len(WORKERS), "the workers are back", ordeal.folder.story)
    return time.monotonic() - since


def add_up(told: list[int], director: Program) -> list[int]:
    """Add what a director has said about adoption."""
    found = _ADOPTED.search(director.said)
    return [before + int(more) for before, more in zip(told, found.groups(), strict=True)] if found else told
