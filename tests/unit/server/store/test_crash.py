"""A director that is killed at any moment loses nothing that it was told is durable."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from stepup_server.core.ids import NodeId
from stepup_server.store.restore import load, load_output

__all__ = ()

KILLS = 20
SEED = 7


def test_every_acknowledged_commit_survives_kill_9(tmp_path: Path) -> None:
    path = str(tmp_path / "graph.db")
    chance = random.Random(SEED)
    groups = 0
    for _ in range(KILLS):
        acknowledged = commit_and_kill(path, chance.randint(1, 40))
        groups = check(path)
        assert groups >= acknowledged
    assert groups >= KILLS


def commit_and_kill(path: str, commits: int) -> int:
    """Kill a committing process after a number of commits; return the number of the last one it spoke of."""
    words = [sys.executable, "-m", "tests.unit.server.store.committer", path]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[4]) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(commits)]
        process.kill()
        # What it still said before the end is acknowledged as well; the last line may be cut off.
        said += process.stdout.read().splitlines(keepends=True)
    return int([line for line in said if line.endswith("\n")][-1])


def check(path: str) -> int:
    """Return the number of groups that are there, each of them whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    snapshot = load(path)
    groups = int(snapshot.facts["groups"])
    firsts = [10 * number for number in range(1, groups + 1)]
    assert [step.id for step in snapshot.steps] == [first + i for first in firsts for i in range(3)]
    assert [file.id for file in snapshot.files] == [first + i for first in firsts for i in range(3, 9)]
    assert load_output(path, NodeId(10 * groups)) is not None
    return groups
