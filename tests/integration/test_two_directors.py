"""R-12: two directors on one project: the second is refused, or the first one notices that its time is over."""

from __future__ import annotations

import shutil
import signal

from tests.support.counts import Counts
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
