"""R-06 and R-07: steps that take their workers down, and steps that memory was not enough for."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import wait_until
from tests.support.project_folder import Folder

FAILED = 4
MEMORY = Path("/sys/fs/cgroup/memory")

# A step is a child of the worker itself, or of the fork server, whose parent is the worker.
POISONS = {
    "its worker": "kill -9 $PPID; sleep 600",
    "its worker by a crash": "kill -SEGV $PPID; sleep 600",
}


@pytest.mark.parametrize("poison", POISONS.values(), ids=list(POISONS))
def test_a_step_that_takes_its_worker_down_fails_and_all_others_finish(
    folder: Folder, counts: Counts, poison: str
) -> None:
    assert take_down(folder, poison, steps=12, slots=2)
    counts.tell("R-06", deaths=3, steps=12)


@pytest.mark.chaos
def test_steps_that_take_their_workers_down_among_many(folder: Folder, counts: Counts) -> None:
    rounds, steps = number_from("R06_ROUNDS", 5), number_from("R06_STEPS", 100)
    for number in range(rounds):
        poison = f"{list(POISONS.values())[number % len(POISONS)]}; : {number}"
        assert take_down(folder, poison, steps=steps, slots=4, mark=f"r{number}-")
    counts.tell("R-06", deaths=3 * rounds, steps=steps * rounds)


def take_down(folder: Folder, poison: str, *, steps: int, slots: int, mark: str = "") -> bool:
    """Build a poisonous step among others."""
    ledger = f"{mark}ledger"
    command = f'"echo {{n}} >> {ledger}; sleep 0.05; touch {mark}out{{n}}".format(n=number)'
    folder.plan(
        f'run("echo poison >> {ledger}; {poison}", shell=True)\n'
        f"for number in range({steps}):\n"
        f'    run({command}, shell=True, out="{mark}out{{n}}".format(n=number))\n'
    )
    ended = folder.build("-k", "-j", str(slots), code=FAILED)
    assert ended.page("Took down its worker 3 times").count("signal ") == 3, ended.output
    assert all(folder.has(f"{mark}out{number}") for number in range(steps))
    started = folder.lines(ledger)
    assert started.count("poison") == 3
    # Whoever was running beside it is run once more, alone.
    assert len(started) <= 3 + steps + slots - 1
    assert "1 step(s) failed" in ended.output
    assert folder.left_processes() == {}
    return True


def test_a_worker_that_is_killed_is_started_anew_under_its_name(folder: Folder) -> None:
    folder.plan('run("cat fifo; touch out", shell=True, out="out")')
    folder.run_shell("mkfifo fifo")
    build = folder.start("build", "-j", "2")
    build.wait_output("START │ cat fifo")
    (before,) = folder.status()["workers"]
    os.kill(int(before["pid"]), 9)
    build.wait_output("Worker 0 died (signal 9) and was started anew: cat fifo; touch out will run again")
    status = folder.wait_status(lambda told: bool(told["running"]), "it runs again")
    (after,) = status["workers"]
    assert (after["name"], after["slots"]) == (before["name"], before["slots"])
    assert after["pid"] != before["pid"]
    folder.write_fifo("fifo")
    assert build.end().checked().code == 0


def own_memory_group() -> Path:
    """Return the control group that limits the memory of this process."""
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    path = next((line.split(":", 2)[2] for line in lines if ":memory:" in line), "/")
    below = MEMORY / path.strip("/")
    return below if below.is_dir() else MEMORY


needs_memory_groups = pytest.mark.skipif(
    not os.access(own_memory_group() / "memory.limit_in_bytes", os.W_OK),
    reason="no memory control groups of version 1 that this user may make",
)

EAT = "import time; x = bytearray({size} << 20); time.sleep(0.01)"


@needs_memory_groups
def test_a_step_without_enough_memory_is_told_so(folder: Folder, counts: Counts) -> None:
    """R-07: a step in a group of 50 MiB wants 200 MiB."""
    own = next(
        line.split(":", 2)[2] for line in Path("/proc/self/cgroup").read_text().splitlines() if ":memory:" in line
    )
    top = MEMORY / own.lstrip("/") if (MEMORY / own.lstrip("/")).is_dir() else MEMORY
    group = top / f"stepup-step-{os.getpid()}"
    folder.script("eat.py", EAT.format(size=200))
    enter = f"mkdir -p {group}; echo 50M > {group}/memory.limit_in_bytes; echo $$ > {group}/cgroup.procs"
    folder.plan(
        f'static("eat.py")\nrun("{enter}; exec python3 eat.py", inp="eat.py", shell=True, retry=1)\nrun("touch out")\n'
    )
    try:
        ended = folder.build("-k", "-j", "1", code=FAILED)
    finally:
        group.rmdir()
    assert "out of memory: peak 50 MiB, limit 50 MiB; try 2 of 2 follows" in ended.output
    assert ended.page("Out of memory").startswith("Peak 50 MiB, limit 50 MiB.")
    assert folder.has("out")
    counts.tell("R-07", kills=2, limit_mib=50)


@pytest.mark.parametrize("who", ["daemon", "guardian"])
def test_a_worker_that_is_killed_leaves_no_sockets_behind(folder: Folder, who: str) -> None:
    folder.plan(
        'run(\'echo $STEPUP_DIRECTOR_SOCKET >> "$AROUND/sockets"; cat "$AROUND/fifo"; touch out\','
        " out='out', shell=True)"
    )
    folder.run_shell(f"mkfifo {folder.around}/fifo")
    folder.start("director").wait_output("Listening on")
    words = ("worker", "--name", "w", "--workspace", str(folder.around / "w"))
    worker = folder.start(*words, AROUND=str(folder.around))
    build = folder.start("build")
    build.wait_output("START │ echo")
    wait_until((folder.around / "sockets").exists, "the step has begun", folder.story)
    victim = worker.process.pid if who == "guardian" else int(folder.status()["workers"][0]["pid"])
    os.kill(victim, signal.SIGKILL)
    if who == "guardian":
        worker.process.wait()
        folder.start(*words, AROUND=str(folder.around))
    wait_until(lambda: len(_lines(folder.around / "sockets")) > 1, "it runs again", folder.story)
    folder.write_fifo(str(folder.around / "fifo"))
    build.end().checked()
    folder.shut_down()
    directories = {Path(path).parent for path in _lines(folder.around / "sockets")}
    assert len(directories) == (2 if who == "guardian" else 1)
    assert [name for name in directories if os.path.lexists(name)] == []


def _lines(path: Path) -> list[str]:
    """Return the lines of a file."""
    return path.read_text().splitlines()
