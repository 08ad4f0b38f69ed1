"""R-02: the director dies, sleeps or stumbles at every point where it matters, and at every write to its database."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

import pytest

from stepup_server.failpoints import ACTIONS, FAILPOINTS, VARIABLE
from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.project_folder import Folder, Program
from tests.support.supervisor import Supervisor, has_ended, supervised
from tests.support.tools import find_tool

AFTERMATH_S = 1.0
"""How long a director may go on after a failpoint, if it does."""

ENDING = frozenset({"before_fold", "after_fold"})
"""Reached when a director is asked to end."""
NEW = frozenset({"in_migration"})
"""Reached only where there is no database yet, or an old one."""

needs_strace = pytest.mark.skipif(find_tool("strace") is None, reason="strace is not here: make chaos-tools")


class Trial(NamedTuple):
    """What happens to one director."""

    point: str
    action: str
    at: int = 1

    def __str__(self) -> str:
        return f"{self.point}={self.action}@{self.at}"


SOME = (
    Trial("in_transaction", "kill", 4),
    Trial("after_commit", "raise", 4),
    Trial("after_dispatch_before_ack", "kill", 2),
    Trial("after_rename", "kill", 1),
)


def test_a_director_that_dies_at_the_worst_moments_repeats_nothing(folder: Folder, counts: Counts) -> None:
    with supervised(folder, width=3, depth=4, work_s=0.05) as supervisor:
        undergo_all(supervisor, SOME, counts)


@pytest.mark.chaos
def test_the_director_fails_at_every_point_in_every_way(folder: Folder, counts: Counts) -> None:
    chance = random.Random(number_from("R02_SEED", 1))
    most = number_from("R02_AT_MOST", 3)
    with supervised(folder, width=4, depth=8, work_s=0.05) as supervisor:
        undergo_all(supervisor, all_trials(chance, most), counts)


@needs_strace
@pytest.mark.chaos
def test_the_director_is_killed_at_each_write_to_its_database(folder: Folder, counts: Counts) -> None:
    writes = number_from("R02_WRITES", 200)
    with supervised(folder, width=4, depth=6, work_s=0.05) as supervisor:
        kill_at_writes(supervisor, range(1, writes + 1), counts)


def all_trials(chance: random.Random, most: int) -> list[Trial]:
    """Return every point with every action in random order, those first that need a project without a database."""
    trials = [
        Trial(point, action, 1 if is_once(point) else chance.randint(1, most))
        for point, action in product(FAILPOINTS, ACTIONS)
    ]
    chance.shuffle(trials)
    # A director that only sleeps makes the database.
    return sorted(trials, key=lambda trial: (trial.point not in NEW, trial.point in NEW and trial.action == "sleep"))


def is_once(point: str) -> bool:
    """Tell whether a director comes by a point only once, or where little is done only seldom."""
    names = list(FAILPOINTS)
    return point in ENDING | {"after_remove"} or names.index(point) < names.index("before_commit")


def undergo_all(supervisor: Supervisor, trials: Iterable[Trial], counts: Counts) -> None:
    """Let one director after the other fail while builds go on, and judge them."""
    done: list[Trial] = []
    for trial in trials:
        undergo(supervisor, trial)
        supervisor.check_starts()
        done.append(trial)
    judge(supervisor, counts, failpoints=len({trial.point for trial in done}), trials=len(done))


def undergo(supervisor: Supervisor, trial: Trial) -> None:
    """Let one director fail; one that goes on is killed soon after."""
    director = supervisor.start(**{VARIABLE: str(trial)})
    start_workers(supervisor, director)

    def has_failed() -> bool:
        return f"FAILPOINT {trial.point}=" in director.errors

    if trial.point in ENDING and not has_failed():
        supervisor.stop()
        director.process.wait(60)
    elif not has_ended(director):
        supervisor.keep_building(lambda: has_failed() or has_ended(director))
        pass_time(AFTERMATH_S, lambda: has_ended(director))
    director.process.kill()
    director.process.wait(60)
    assert has_failed(), f"{trial}\n{supervisor.ordeal.folder.story()}"


def start_workers(supervisor: Supervisor, director: Program) -> None:
    """Start the workers with the first director that lives: one sees the project, the other has only its own copy."""
    if supervisor.ordeal.workers or has_ended(director):
        return
    ordeal = supervisor.ordeal
    ordeal.add_worker("a", "-j", "2")
    ordeal.add_worker("b", "-j", "2", "--workspace", str(ordeal.run / "workspace-b"))


def kill_at_writes(supervisor: Supervisor, numbers: Iterable[int], counts: Counts) -> None:
    """Kill one director after the other at one of its writes to the database, each further on than the last one."""
    killed = 0
    database = supervisor.ordeal.folder.root / ".stepup/graph.db"
    for number in numbers:
        director = supervisor.start(*strace(str(database), number))
        start_workers(supervisor, director)
        supervisor.keep_building(lambda director=director: has_ended(director))  # type: ignore[misc] # mypy does not know the type of a default
        supervisor.check_starts()
        killed += 1
    judge(supervisor, counts, kills_at_writes=killed)


def strace(database: str, number: int) -> tuple[str, ...]:
    """Return what starts a program that is killed at one of its writes to a database."""
    paths = ("-P", database, "-P", f"{database}-wal")
    injection = ("-e", "trace=pwrite64", "-e", f"inject=pwrite64:signal=KILL:when={number}")
    return (find_tool("strace") or "strace", "-f", "-qq", "-o", "/dev/null", *paths, *injection)


def judge(supervisor: Supervisor, counts: Counts, **facts: int) -> None:
    """Let the last build come to its end, and compare."""
    supervisor.finish()
    supervisor.ordeal.shut_down()
    supervisor.ordeal.judge()
    starts, rounds = supervisor.check_starts(), supervisor.rounds
    counts.tell(
        "R-02", **facts, directors=supervisor.directors, builds=rounds, steps=supervisor.expected, starts=starts
    )
    assert starts == supervisor.expected
