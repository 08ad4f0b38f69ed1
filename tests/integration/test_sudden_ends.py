"""Programs of an embedded build that are killed: nothing is left behind, and the next build finishes the rest."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.deadline import wait_until
from tests.support.processes import is_alive, process_name
from tests.support.project_folder import Folder, Program

INTERNAL = 1
PLAN = """\
static("sub/plan.py")
run("echo before >> ledger; touch before.txt", out="before.txt", shell=True)
plan("./plan.py", workdir="sub")
middle = "(setsid sleep 600 &); echo $$ >> pids; test $(wc -l < pids) = 2 || sleep 600; touch x"
run(middle, inp="before.txt", out="x", shell=True)
run("echo after >> ledger; touch after.txt", inp="x", out="after.txt", shell=True)
"""
SUB_PLAN = 'run("echo sub >> ../ledger; touch sub.txt", out="sub.txt", shell=True)'


ONE_STEP = 'run("true")'


@pytest.fixture(name="build")
def build_in_the_middle(folder: Folder) -> Program:
    """Return a build of which some steps have succeeded and one runs, with a process that hides."""
    folder.plan(PLAN)
    folder.plan(SUB_PLAN, "sub/plan.py")
    build = folder.start("build", "-j", "2")
    folder.number("pids")
    build.wait_output("SUCCESS │ echo sub")
    return build


def test_a_killed_director_ends_the_build(folder: Folder, build: Program) -> None:
    os.kill(folder.note()["pid"], signal.SIGKILL)
    ended = build.end()
    assert ended.code == INTERNAL
    assert ended.errors.startswith(
        "ERROR: The director was killed by signal 9. `stepup build` again finishes the rest.\n"
    )
    assert_nothing_left(folder)
    assert_next_build_finishes(folder)


def test_a_killed_worker_has_a_successor_and_the_build_goes_on(folder: Folder, build: Program) -> None:
    worker = folder.status()["workers"][0]
    os.kill(int(worker["pid"]), signal.SIGKILL)
    ended = build.end().checked()
    assert "WARNING │ Worker 0 died (signal 9) and was started anew: (setsid sleep 600 &)" in ended.output
    assert sorted(folder.lines("ledger")) == ["after", "before", "sub"]
    assert folder.has("after.txt")
    assert_nothing_left(folder)
    assert folder.build().executed == []


def test_a_killed_guardian_ends_the_build(folder: Folder, build: Program) -> None:
    (guardian,) = (pid for pid in children_of(build.pid) if pid != folder.note()["pid"])
    os.kill(guardian, signal.SIGKILL)
    assert build.end().code & INTERNAL
    assert_nothing_left(folder)
    assert_next_build_finishes(folder, is_clean=True)


def test_a_killed_command_line_takes_everything_with_it(folder: Folder, build: Program) -> None:
    step = folder.number("pids")
    build.process.kill()
    assert build.end().code == -signal.SIGKILL
    wait_until(lambda: not folder.left_processes(), "all have ended", lambda: str(folder.left_processes()))
    assert not is_alive(step)
    assert_nothing_left(folder)
    assert_next_build_finishes(folder, is_clean=True)


def test_a_whole_tree_that_is_killed_at_once_leaves_a_socket_that_the_next_build_removes(
    folder: Folder, build: Program
) -> None:
    note = folder.note()
    # Stopped first, so that none of them sees another one end.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in folder.left_processes():
            os.kill(pid, number)
    build.end()
    assert Path(note["socket"]).exists()
    assert folder.has(".stepup/director.json")
    assert_next_build_finishes(folder)
    assert not Path(note["socket"]).parent.exists()


def test_a_note_that_lies_harms_nobody(folder: Folder, tmp_path: Path) -> None:
    victim = tmp_path / "stepup-12345678"
    victim.mkdir()
    (victim / "director").write_text("precious")
    folder.plan(ONE_STEP)
    folder.write(".stepup/director.json", json.dumps({"socket": f"{victim}/director", "pid": os.getpid()}))
    assert folder.build().executed == ["./plan.py", "true"]
    assert (victim / "director").read_text() == "precious"


def test_a_second_build_joins_the_one_that_is_going_on(folder: Folder) -> None:
    folder.plan('run("cat fifo")\nrun("true")')
    folder.run_shell("mkfifo fifo")
    first = folder.start("build", "-j", "1")
    first.wait_output("START │ cat fifo")
    second = folder.start("build")
    second.wait_output("Joined a build that is going on")
    folder.write_fifo("fifo", "through\n")
    for ended in (first.end(), second.end()):
        assert ended.checked().page("Standard output") == "through\n"
    assert "Attached to /tmp/stepup-" in second.output
    assert_nothing_left(folder)


def test_builds_that_start_at_the_same_moment_become_one(folder: Folder) -> None:
    folder.plan('run("echo ran >> ledger", shell=True)\nrun("sleep 0.2")')
    builds = [folder.start("build") for _ in range(3)]
    assert [build.end().code for build in builds] == [0, 0, 0], folder.story()
    assert folder.lines("ledger") == ["ran"]
    assert sorted("Attached to" in build.output for build in builds) == [False, True, True]
    assert_nothing_left(folder)


def test_a_database_that_is_none_is_left_alone_and_named(folder: Folder) -> None:
    folder.plan(ONE_STEP)
    folder.write(".stepup/graph.db", "precious")
    for command in (("build",), ("director",), ("status",)):
        ended = folder.run(*command)
        assert (ended.code, "Traceback" in ended.errors) == (INTERNAL, False)
        assert f"ERROR: {folder.root}/.stepup/graph.db: the file was not made by this program" in ended.errors
    assert folder.read(".stepup/graph.db") == "precious"


def test_a_folder_in_which_nothing_can_be_kept_is_not_built(folder: Folder) -> None:
    folder.plan(ONE_STEP)
    folder.write(".stepup")
    for command in ("build", "director"):
        ended = folder.run(command)
        assert (ended.code, "Traceback" in ended.errors) == (INTERNAL, False)
        assert f"{folder.root}/.stepup" in ended.errors


def test_a_build_goes_on_when_nobody_reads_its_output(folder: Folder) -> None:
    folder.plan(ONE_STEP + '\nrun("touch out.txt", out="out.txt")')
    assert folder.run_shell("stepup build -j 1 2> errors | head -n 1").startswith("DIRECTOR │ Listening on")
    assert folder.has("out.txt")
    assert folder.read("errors") == "ERROR: The output ends here: Broken pipe.\n"


def test_the_path_of_a_project_may_be_long_and_strange(folder: Folder) -> None:
    folder.root = folder.root / "prö ject\nx" / ("d" * 100) / ("e" * 100)
    folder.plan('run("touch out.txt", out="out.txt")')
    assert folder.build().executed == ["./plan.py", "touch out.txt"]
    assert folder.build().executed == []


def assert_nothing_left(folder: Folder) -> None:
    """Check that a build has left no process, no socket and no note; now, not some time later."""
    assert folder.left_processes() == {}
    assert folder.left_directories() == []


def assert_next_build_finishes(folder: Folder, *, is_clean: bool = False) -> None:
    """Check that another build finishes the rest and tells what it found."""
    again = folder.build()
    has_told = (
        "STARTUP │ Recovered from an interrupted build: 4 of 6 step(s) had succeeded and are kept" in again.output
    )
    assert has_told is not is_clean, again.output
    assert sorted(folder.lines("ledger")) == ["after", "before", "sub"]
    assert [label.partition(" ")[0] for label in again.executed] == ["(setsid", "echo"]
    assert folder.has("after.txt")
    assert folder.build().executed == []
    assert_nothing_left(folder)


def children_of(pid: int) -> list[int]:
    """Return the children of a process."""
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    assert found, process_name(pid)
    return found
