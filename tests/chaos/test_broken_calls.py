"""R-04: system calls of director and workers that fail now and then, one after the other, while builds go on."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import wait_until
from tests.support.ordeal import ordeal_of
from tests.support.project_folder import Folder
from tests.support.tools import find_tool

DISK = ("ENOSPC", "EDQUOT", "EIO", "EROFS")
DESCRIPTORS = ("EMFILE", "ENFILE")
FILES = ("openat", "mkdir", "mkdirat", "rename", "renameat", "unlink", "unlinkat", "link", "linkat", "ftruncate")

CALLS = {
    "director": {
        "pwrite64": DISK,
        "fdatasync": ("EIO", "ENOSPC"),
        "openat": (*DISK, *DESCRIPTORS),
        **dict.fromkeys(FILES[1:], DISK),
    },
    "near": {
        "openat": (*DISK, *DESCRIPTORS),
        **dict.fromkeys(FILES[1:], DISK),
        "memfd_create": DESCRIPTORS,
        "pipe2": DESCRIPTORS,
        "pidfd_open": DESCRIPTORS,
        "vfork": ("EAGAIN", "ENOMEM"),
    },
    "far": {
        "openat": (*DISK, *DESCRIPTORS),
        **dict.fromkeys(FILES[1:], DISK),
        "pwrite64": DISK,
        "memfd_create": DESCRIPTORS,
        "vfork": ("EAGAIN", "ENOMEM"),
    },
}
"""By program, the calls that fail, and how."""


class Fault(NamedTuple):
    """One call that fails once in each thread."""

    who: str
    call: str
    error: str
    at: str
    """Which of the thread's calls fails, counted from 1; 2+5: the second, and each fifth one after it."""


needs_strace = pytest.mark.skipif(find_tool("strace") is None, reason="strace is not here: make chaos-tools")


@needs_strace
@pytest.mark.parametrize("kind", ["embedded", "elsewhere"])
def test_a_step_that_was_refused_a_process_does_not_seem_to_have_crashed(folder: Folder, kind: str) -> None:
    """Python forks where vfork fails, among the threads of gRPC."""
    steps = "for i in range(40):\n    run(f'cat in.txt > out{i}', inp='in.txt', out=f'out{i}', shell=True)\n"
    fifo = folder.around / "fifo"
    folder.plan(f"run('cat {fifo} > in.txt', out='in.txt', shell=True)\n{steps}")
    folder.run_shell(f"mkfifo {fifo}")
    if kind == "elsewhere":
        folder.start("director").wait_output("Listening on")
        folder.start("worker", "--workspace", str(folder.around / "w"))
    build = folder.start("build", "-k", "-j", "1", "--no-progress")
    build.wait_output("START │ cat ")
    (worker,) = folder.status()["workers"]
    log = folder.around / "strace"
    with failing(int(worker["pid"]), Fault("the worker", "vfork", "EAGAIN", "1+3"), log):
        folder.write_fifo(str(fifo))
        ended = build.end()
    assert (ended.code, "FAIL" in ended.output) == (0, False), ended.output
    assert log.read_text().count("(INJECTED)") > 10
    if kind == "elsewhere":
        folder.shut_down()


def faults(numbers: Iterable[int]) -> Iterator[Fault]:
    """Return all of them, those of different programs in turn."""
    for at, (who, calls) in product(numbers, CALLS.items()):
        for call, errors in calls.items():
            for error in errors:
                yield Fault(who, call, error, str(at))


@pytest.mark.chaos
@pytest.mark.timeout(0)
@needs_strace
def test_every_call_fails_once(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=3, depth=2, work_s=0.0) as ordeal:
        director = ordeal.start_director()
        ordeal.start_worker("near", "-j", "2")
        ordeal.start_worker("far", "-j", "2", "--workspace", str(ordeal.run / "workspace"))
        pids = {name: ordeal.daemon(name) for name in ordeal.workers} | {"director": director.pid}
        # Once without faults, so that all is loaded that is loaded when it is needed.
        ordeal.build().end().checked()
        done = injected = 0
        log = folder.around / "strace"
        again: list[tuple[Fault, str]] = []
        for fault in faults(range(1, 1 + number_from("R04_CALLS", 6))):
            ordeal.begin_with(f"round {done}\n")
            starts = ordeal.ledger().starts
            with failing(pids[fault.who], fault, log):
                ended = ordeal.build().end()
            assert (ended.code, "FAIL" in ended.output) == (0, False), f"{fault}\n{ended.output}\n{ended.errors}"
            if ordeal.ledger().starts != starts + ordeal.steps:
                again.append((fault, ended.output))
            done += 1
            injected += log.read_text().count("(INJECTED)")
        assert {name: ordeal.daemon(name) for name in ordeal.workers} | {"director": director.pid} == pids
        ordeal.shut_down()
        ledger = ordeal.judge()
        # What a check finds to be the same does not run again.
        assert ledger.starts == ordeal.steps * (done + 1), again
        counts.tell("R-04 calls", faults=injected, builds=done, starts=ledger.starts, failures=0, crashes=0)


@contextmanager
def failing(pid: int, fault: Fault, log: Path) -> Generator[None]:
    """Let a call of a process fail once in each of its threads; not in its children."""
    threads = [entry.name for entry in Path(f"/proc/{pid}/task").iterdir()]
    words = [word for thread in threads for word in ("-p", thread)]
    injection = ("-e", f"trace={fault.call}", "-e", f"inject={fault.call}:error={fault.error}:when={fault.at}")
    tracer = subprocess.Popen((find_tool("strace") or "strace", "-qq", "-o", str(log), *words, *injection))
    try:
        wait_until(lambda: is_traced(pid, threads) or tracer.poll() is not None, "the process is traced")
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(60)


def is_traced(pid: int, threads: Iterable[str]) -> bool:
    """Tell whether all threads of a process that are still there are traced."""
    found = [Path(f"/proc/{pid}/task/{thread}/status") for thread in threads]
    return all("TracerPid:\t0\n" not in status.read_text() for status in found if status.exists())
