"""Builds in the background: begun, left, looked at, taken up again and stopped."""

from __future__ import annotations

import os
import signal

import pytest

from tests.support.deadline import wait_until
from tests.support.processes import is_alive
from tests.support.project_folder import Folder
from tests.support.terminal import Terminal

GATED = 'run("read x < gate; echo done", shell=True)\n'
INTERRUPTED = 2


@pytest.fixture
def gated(folder: Folder) -> Folder:
    """Return a project whose only step waits until somebody writes to `gate`."""
    os.mkfifo(folder.root / "gate")
    folder.plan(GATED)
    return folder


def test_a_detached_build_is_shown_from_its_beginning_to_whoever_attaches(gated: Folder) -> None:
    begun = gated.run("build", "-j", "1", "--detach").checked()
    assert "`stepup attach` shows it" in begun.output
    attached = gated.start("attach")
    attached.wait_output("START │ read x")
    gated.write_fifo("gate")
    ended = attached.end().checked()
    assert ended.executed == ["./plan.py", "read x < gate; echo done"]
    wait_until(lambda: not gated.left_processes(), "the background has ended, too")
    assert "See you!" in gated.read(".stepup/build.log")


def test_attaching_after_the_end_tells_how_it_ended(folder: Folder) -> None:
    folder.plan('run("false")\n')
    folder.run("build", "-j", "1", "--detach")
    wait_until(lambda: not folder.left_processes(), "the build has ended")
    ended = folder.run("attach")
    assert ended.code & 4
    assert f"exit code {ended.code}" in ended.output


def test_attaching_where_nothing_was_built_is_a_mistake(folder: Folder) -> None:
    ended = folder.run("attach")
    assert ended.code == 1
    assert "Nothing was ever built" in ended.errors


def test_ctrl_c_on_an_attached_build_asks_nothing_and_leaves_nothing_behind(folder: Folder) -> None:
    folder.plan('run("echo $$ > pid; exec sleep 600", shell=True)\n')
    folder.run("build", "-j", "1", "--detach").checked()
    step = folder.number("pid")
    attached = folder.start("attach")
    attached.wait_output("START │ echo")
    attached.process.send_signal(signal.SIGINT)
    assert attached.end().code & INTERRUPTED
    wait_until(lambda: not folder.left_processes(), "nothing runs any more")
    assert not is_alive(step)


def test_the_key_b_leaves_a_build_in_the_background(gated: Folder) -> None:
    gated.run("build", "-j", "1", "--detach").checked()
    with Terminal(gated, "attach") as terminal:
        terminal.wait("START │ read x")
        terminal.type("b")
        assert terminal.end() == 0
    assert gated.left_processes()
    gated.write_fifo("gate")
    wait_until(lambda: not gated.left_processes(), "the build has ended by itself")
    assert gated.run("attach").code == 0


def test_a_detached_build_without_a_plan_says_so_at_once(folder: Folder) -> None:
    ended = folder.run("build", "--detach")
    assert ended.code == 1
    assert "plan.py" in ended.output + ended.errors


def test_a_director_that_runs_already_builds_in_the_background(folder: Folder) -> None:
    folder.plan('run("echo hi", out=[])\n')
    director = folder.start("director")
    folder.note()
    worker = folder.start("worker")
    begun = folder.run("build", "--detach").checked()
    assert "builds in the background" in begun.output
    folder.run("wait").checked()
    folder.run("join").checked()
    assert (director.end().code, worker.end().code) == (0, 0)


def test_a_build_that_is_over_at_once_says_how(folder: Folder) -> None:
    folder.plan("")
    ended = folder.run("build", "-j", "1", "--detach")
    assert ended.code == 0
    wait_until(lambda: not folder.left_processes(), "the build has ended")
