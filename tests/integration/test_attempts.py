"""Steering attempts in real builds: timeouts, retries, `stepup cancel` and `stepup logs`."""

from __future__ import annotations

import json
import signal

import pytest

from tests.support.deadline import wait_until
from tests.support.processes import is_alive
from tests.support.project_folder import Folder

FAILED = 4
STUBBORN = "trap '' INT; echo $$ > pid; sleep 600 & wait; sleep 600"


def test_a_step_that_runs_too_long_is_ended_and_tried_again(folder: Folder) -> None:
    folder.plan('run("echo $$ >> pids; exec sleep 600", shell=True, timeout=0.2, retry=1)')
    ended = folder.build("-j", "1", code=36)
    assert "WARNING │ echo $$ >> pids; exec sleep 600: timed out after 0.2 s; try 2 of 2 follows" in ended.output
    assert "# timed out after 0.2 s" in ended.page("Failed command")
    assert ended.page("Timed out") == "It may run 0.2 s. To give it more, raise timeout=0.2 at plan.py:3.\n"
    assert len(folder.lines("pids")) == 2
    assert "timed out after 0.2 s" in folder.run("why", "sleep").checked().output


def test_a_step_that_fails_at_first_is_tried_again(folder: Folder) -> None:
    folder.plan('run("echo x >> tries; test $(wc -l < tries) = 3 && touch out", out="out", shell=True, retry=2)')
    ended = folder.build("-j", "1")
    assert [ended.output.count(f"exit=1; try {number} of 3 follows") for number in (2, 3)] == [1, 1]
    folder.plan('run("echo x >> tries; test $(wc -l < tries) = 3 && touch out", out="out", shell=True, timeout=9)')
    assert folder.build("-j", "1").executed == ["./plan.py"]


@pytest.mark.parametrize("wrong", ["timeout=0", "timeout=-1", "timeout='soon'", "retry=-1", "retry=1.5", "retry=True"])
def test_what_is_no_number_is_refused_with_its_line(folder: Folder, wrong: str) -> None:
    folder.plan(f'run("true", {wrong})')
    ended = folder.build("-j", "1", code=36)
    assert f"Invalid {wrong.partition('=')[0]}" in ended.page("Standard error")
    assert "plan.py" in ended.page("Standard error")


def test_a_cancelled_step_ends_and_the_others_go_on(folder: Folder) -> None:
    folder.plan('run("echo $$ > pid; exec sleep 600", shell=True, retry=3)\nrun("touch out", out="out")')
    build = folder.start("build", "-j", "2")
    step = folder.number("pid")
    assert folder.run("cancel", "sleep").checked().output == "Cancelling echo $$ > pid; exec sleep 600\n"
    ended = build.end()
    assert ended.code == FAILED
    assert "# cancelled by the user" in ended.page("Failed command")
    assert not is_alive(step)
    assert folder.has("out")
    refused = folder.run("cancel", "sleep")
    assert refused.code == 1
    assert refused.errors == "ERROR: No director serves this project, so no step runs that could be cancelled.\n"


def test_one_that_does_not_listen_is_killed(folder: Folder) -> None:
    folder.plan(f'run("""{STUBBORN}""", shell=True)')
    build = folder.start("build", "-j", "1")
    step = folder.number("pid")
    told = json.loads(folder.run("cancel", "--json", "trap").checked().output)
    assert told["attempt"] == 2
    assert build.end().code == FAILED
    assert not is_alive(step)


def test_only_what_runs_can_be_cancelled(folder: Folder) -> None:
    folder.plan('run("cat fifo")')
    folder.run_shell("mkfifo fifo")
    build = folder.start("build", "-j", "1")
    build.wait_output("START │ cat fifo")
    refused = folder.run("cancel", "./plan.py")
    assert refused.code == 1
    expected = "ERROR: ./plan.py is not running: it is SUCCEEDED. Only a running step can be cancelled.\n"
    assert refused.errors == expected
    folder.write_fifo("fifo")
    build.end().checked()


TALK = "echo one; echo problem >&2; touch ready; cat fifo; echo two"


def test_what_a_step_writes_is_seen_while_it_runs(folder: Folder) -> None:
    folder.plan(f'run("{TALK}", shell=True)')
    folder.run_shell("mkfifo fifo")
    build = folder.start("build", "-j", "1")
    wait_until(lambda: folder.has("ready"), "it has spoken", folder.story)
    now = folder.run("logs", "ready")
    assert (now.code, now.output, now.errors) == (0, "one\n", "problem\n")
    followers = [folder.start("logs", "-f", "ready"), folder.start("logs", "--follow", "--stdout", "ready")]
    for follower in followers:
        follower.wait_output("one\n")
    folder.write_fifo("fifo", "through\n")
    first, second = (follower.end() for follower in followers)
    assert (first.code, first.output, first.errors) == (0, "one\nthrough\ntwo\n", "problem\n")
    assert (second.code, second.output, second.errors) == (0, "one\nthrough\ntwo\n", "")
    build.end().checked()
    stored = folder.run("logs", "ready")
    assert (stored.output, stored.errors) == ("one\nthrough\ntwo\n", "problem\n")
    assert folder.run("logs", "nothing like it").code == 1


def test_a_talkative_step_is_followed_to_its_last_byte_and_a_slow_reader_slows_nobody(folder: Folder) -> None:
    lines = 40_000
    folder.plan(f'run("touch ready; cat fifo; seq {lines}; touch done; cat fifo2", shell=True)')
    folder.run_shell("mkfifo fifo fifo2")
    build = folder.start("build", "-j", "1")
    wait_until(lambda: folder.has("ready"), "it has begun", folder.story)
    slow = folder.start("logs", "-f", "ready")
    wait_until(lambda: bool(folder.status()["running"]), "it runs", folder.story)
    slow.process.send_signal(signal.SIGSTOP)
    follower = folder.start("logs", "-f", "ready")
    folder.write_fifo("fifo", "go\n")
    wait_until(lambda: folder.has("done"), "the step goes on", folder.story)
    follower.wait_output(f"\n{lines}\n")
    folder.write_fifo("fifo2", "end\n")
    assert follower.end().checked().output.splitlines() == ["go", *map(str, range(1, lines + 1)), "end"]
    build.end().checked()
    slow.process.kill()
    slow.end()
