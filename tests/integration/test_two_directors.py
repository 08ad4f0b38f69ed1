"""R-12: two directors on one project: the second is refused, or the first one notices that its time is over."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from contextlib import closing

from tests.support.counts import Counts
from tests.support.deadline import wait_until
from tests.support.project_folder import Folder

WAIT = 'run("read x < gate; echo $x > out.txt", out="out.txt", shell=True)'


def test_a_second_director_is_refused_even_while_the_first_one_is_stopped(folder: Folder, counts: Counts) -> None:
    folder.plan(WAIT)
    first = folder.start("director", "--lease", "1")
    first.wait_output("Listening on")
    first.process.send_signal(signal.SIGSTOP)
    try:
        second = folder.run("director")
        assert second.code == 1
        assert f"Another director (pid {first.pid}" in second.errors
    finally:
        first.process.send_signal(signal.SIGCONT)
    folder.run("shutdown").checked()
    assert first.end().code == 0
    counts.tell("R-12", refused=1)


def test_a_director_whose_lock_does_not_hold_is_followed_by_another_and_ends_at_its_next_write(
    folder: Folder, counts: Counts
) -> None:
    """As on file systems without locks: the step goes on, and its result is taken once."""
    folder.plan(f'run("echo >> {folder.around}/ledger; read x < gate; echo $x > out.txt", out="out.txt", shell=True)')
    folder.run_shell("mkfifo gate")
    first = folder.start("director")
    first.wait_output("Listening on")
    folder.start("worker", "--name", "a")
    build = folder.start("build")
    wait_until((folder.around / "ledger").exists, "the step runs")
    first.process.send_signal(signal.SIGSTOP)
    (folder.root / ".stepup/director.lock").unlink()
    second = folder.start("director")
    second.wait_output("Listening on")
    folder.write_fifo("gate")
    first.process.send_signal(signal.SIGCONT)
    ended = first.end()
    assert ended.code == 1
    assert "another director has taken over" in ended.errors
    assert build.end().code == 1
    second.wait_output("0 started again")
    folder.run("build").checked()
    assert folder.has("out.txt")
    assert (folder.around / "ledger").read_text() == "\n"
    folder.run("shutdown").checked()
    assert second.end().code == 0
    counts.tell("R-12", taken_over=1, starts=1)


def test_who_looks_into_the_database_of_a_living_director_takes_nothing_away(folder: Folder) -> None:
    """The last one to close a database folds its log away, and must not take itself for the last one."""
    folder.plan('run("touch one", out="one")')
    director = folder.start("director")
    director.wait_output("Listening on")
    worker = folder.start("worker")
    folder.run("build").checked()
    with closing(sqlite3.connect(folder.root / ".stepup/graph.db")) as person:
        assert person.execute("SELECT count(*) FROM step").fetchall() == [(2,)]
    folder.plan('run("touch one", out="one")\nrun("touch two", out="two")')
    folder.run("build").checked()
    director.process.kill()
    director.end()
    worker.process.send_signal(signal.SIGINT)
    worker.end()
    offline = json.loads(folder.run("status", "--json").checked().output)
    assert offline["steps"] == {"SUCCEEDED": 3}
    next_one = folder.start("director")
    next_one.wait_output("Listening on")
    folder.run("shutdown").checked()
    next_one.end()


def test_a_director_whose_database_was_taken_away_ends_before_it_says_anything(folder: Folder) -> None:
    folder.plan('run("touch out.txt", out="out.txt")')
    first = folder.start("director")
    first.wait_output("Listening on")
    shutil.move(folder.root / ".stepup/graph.db", folder.around / "graph.db")
    # Who asks for a build hears nothing from it, and is served by the next director.
    folder.run("build", "--no-progress").checked()
    ended = first.end()
    assert ended.code == 1
    assert "graph.db: somebody has removed or replaced the database." in ended.errors
    assert " START " not in ended.output + ended.errors
