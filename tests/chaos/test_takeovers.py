"""R-12: a director is stopped for longer than its lease, and another one takes the project over meanwhile."""

from __future__ import annotations

import signal

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time, wait_until
from tests.support.project_folder import Folder

LEASES = 1.5


@pytest.mark.chaos
@pytest.mark.timeout(0)
def test_a_director_that_was_stopped_beyond_its_lease_writes_nothing_any_more(folder: Folder, counts: Counts) -> None:
    """Its lock does not hold, as on some network file systems; the step of its worker goes on with the other one."""
    lease_s = number_from("R12_LEASE_S", 5)
    ledger = folder.around / "ledger"
    folder.plan(f'run("echo >> {ledger}; read x < gate; echo $x > out.txt", out="out.txt", shell=True)')
    folder.run_shell("mkfifo gate")
    first = folder.start("director", "--lease", str(lease_s))
    first.wait_output("Listening on")
    folder.start("worker", "--name", "a")
    build = folder.start("build")
    wait_until(ledger.exists, "the step runs")
    first.process.send_signal(signal.SIGSTOP)
    refused = folder.run("director")
    assert f"Another director (pid {first.pid}" in refused.errors
    (folder.root / ".stepup/director.lock").unlink()
    second = folder.start("director")
    second.wait_output("Listening on")
    # The worker notices the silence by itself, and finds the second one.
    second.wait_output("1 step re-adopted")
    pass_time(LEASES * lease_s)
    first.process.send_signal(signal.SIGCONT)
    # What it writes next is that its worker is lost.
    ended = first.end()
    assert (ended.code, "another director has taken over" in ended.errors) == (1, True)
    assert build.end().code == 1
    again = folder.start("build")
    folder.write_fifo("gate")
    again.end().checked()
    starts = len(ledger.read_text().splitlines())
    assert starts == 1
    folder.run("shutdown").checked()
    assert second.end().code == 0
    counts.tell(f"R-12 stopped for {LEASES} leases", refused=1, taken_over=1, steps=1, starts=starts)
