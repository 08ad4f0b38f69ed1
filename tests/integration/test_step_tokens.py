"""What the token of a step is good for: this attempt, as long as it runs, by way of its worker (S-05)."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from tests.support.calls import METHODS, code_of, step_info
from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time, wait_until
from tests.support.members import channel_with, enroll, invite_code, join, listen
from tests.support.processes import is_alive
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

Code = grpc.StatusCode
NOT_BELIEVED = Code.UNAUTHENTICATED

LEAVE = "cp $STEPUP_TOKEN_FILE {0}.token; echo $STEPUP_STEP_I $STEPUP_JOB_I > {0}.id"
"""A step leaves its token and its number for us, which nobody would do."""
STAY = "echo $$ > {0}.pid; exec sleep 600"


def plan_steps(folder: Folder, **ends: str) -> None:
    """Write a plan of steps, each of which leaves its token and then ends in its own way."""
    folder.plan("\n".join(f"run({f'{LEAVE}; {end}'.format(name)!r}, shell=True)" for name, end in ends.items()))


def left_by(folder: Folder, name: str) -> tuple[str, str]:
    """Return the token of a step and its number, as it was when the step began."""
    folder.wait_for(f"{name}.token", f"{name}.id")
    return folder.read(f"{name}.token").strip(), folder.read(f"{name}.id")


def test_the_token_of_a_step_is_good_for_that_attempt_and_no_longer(folder: Folder) -> None:
    plan_steps(folder, one="true", two=STAY)
    director = listen(folder)
    worker, build = folder.start("worker", "-j", "2"), folder.start("build")
    folder.wait_for("two.pid")
    folder.wait_status(lambda status: len(status["running"]) == 1, "one has ended")
    (one, first), (two, second) = left_by(folder, "one"), left_by(folder, "two")
    with open_channel(director.socket, one) as channel:
        assert step_info(channel, first) is Code.FAILED_PRECONDITION
        assert step_info(channel, second) is Code.FAILED_PRECONDITION
    with open_channel(director.socket, two) as channel:
        assert step_info(channel, second) is Code.OK
        assert step_info(channel, first) is Code.PERMISSION_DENIED
        assert code_of(channel, METHODS["ControlService.Shutdown"]) is Code.PERMISSION_DENIED
    member = enroll(director, invite_code(director))
    with channel_with(director.address, member) as channel:
        assert step_info(channel, second, (("stepup-token", two),)) is NOT_BELIEVED
    director.stop()
    for program in (build, worker):
        program.end()


def test_the_token_of_a_step_on_another_machine_is_good_by_way_of_that_machine_only(folder: Folder) -> None:
    there = folder.around / "there"
    there.mkdir()
    folder.plan(f"run({f'{LEAVE}; {STAY}'.format(there / 'step')!r}, shell=True)")
    director = listen(folder)
    worker = join(director)
    build = folder.start("build")
    wait_until((there / "step.pid").exists, "the step runs", folder.story)
    token, ids = (there / "step.token").read_text().strip(), (there / "step.id").read_text()
    with open_channel(director.socket, token) as channel:
        assert step_info(channel, ids) is NOT_BELIEVED
    with channel_with(director.address, enroll(director, invite_code(director))) as channel:
        assert step_info(channel, ids, (("stepup-token", token),)) is NOT_BELIEVED
    director.stop()
    for program in (build, worker):
        program.end()


def test_the_token_that_one_director_made_is_nothing_to_the_next_which_makes_others(folder: Folder) -> None:
    plan_steps(folder, two="echo $STEPUP_TOKEN_FILE > two.path; " + STAY)
    director = folder.start("director")
    director.wait_output("Listening on")
    worker, build = folder.start("worker"), folder.start("build")
    folder.wait_for("two.pid")
    step = folder.number("two.pid")
    token, ids = left_by(folder, "two")
    director.process.kill()
    director.end()
    build.end()
    heir = folder.start("director")
    heir.wait_output("Listening on")
    path = Path(folder.read("two.path").strip())
    wait_until(lambda: path.read_text().strip() != token, "the step has a token of the new director", folder.story)
    socket = folder.note()["socket"]
    with open_channel(socket, token) as channel:
        assert step_info(channel, ids) is NOT_BELIEVED
    with open_channel(socket, path.read_text().strip()) as channel:
        assert step_info(channel, ids) is Code.OK
    assert is_alive(step)
    heir.interrupt_until_ended()
    worker.end()


PATIENT = """\
import os, time
from pathlib import Path
from stepup.core.api import amend
file, seen = Path(os.environ["STEPUP_TOKEN_FILE"]), {}
while len(seen) < TOKENS:
    seen.setdefault(file.read_text(), len(seen))
    amend(vol=f"{len(seen)}.tmp")
    time.sleep(0.02)
print(*seen, sep="\\n", file=open("tokens", "w"))
open("fifo").read()
amend(inp="plan.py")
"""
"""Calls the director all the time, until it has had very many tokens."""


@pytest.mark.parametrize("lives", [5, pytest.param(number_from("S05_LIVES", 60), marks=pytest.mark.chaos)])
def test_a_step_that_takes_many_lives_of_a_token_keeps_working(folder: Folder, counts: Counts, lives: int) -> None:
    """A token is renewed when half of its life is over, so there are twice as many tokens as lives."""
    folder.script("patient.py", PATIENT.replace("TOKENS", str(2 * lives + 1)))
    folder.plan('static("patient.py")\nrun("./patient.py", inp="patient.py")')
    folder.run_shell("mkfifo fifo")
    director = folder.start("director", "--token-life", "1")
    director.wait_output("Listening on")
    worker, build = folder.start("worker"), folder.start("build")
    pass_time(2 * lives, lambda: folder.has("tokens"))
    folder.wait_for("tokens")
    tokens = folder.lines("tokens")
    with open_channel(folder.note()["socket"], tokens[0]) as channel:
        codes = {name: code_of(channel, method) for name, method in METHODS.items()}
        assert set(codes.values()) == {NOT_BELIEVED}, codes
    folder.write_fifo("fifo")
    build.end().checked()
    folder.run("shutdown").checked()
    for program in (director, worker):
        program.end()
    counts.tell("S-05", lives=lives, tokens=len(tokens), refused=0)
