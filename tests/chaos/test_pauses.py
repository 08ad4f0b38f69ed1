"""R-13 and R-14: programs that are stopped for a while, and hosts whose clocks are wrong."""

from __future__ import annotations

import signal

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.ordeal import Ordeal, ordeal_of, send_signal
from tests.support.project_folder import Folder
from tests.support.tools import find_tool


@pytest.mark.parametrize("who", ["director", "worker"])
def test_a_program_that_was_stopped_for_a_moment_goes_on(folder: Folder, counts: Counts, who: str) -> None:
    with ordeal_of(folder, width=4, depth=4, work_s=0.1) as ordeal:
        ordeal.start_director()
        pause(ordeal, counts, who, 1.0, f"R-13 {who} for a second")


@pytest.mark.chaos
@pytest.mark.parametrize("leases", [0.5, 1.5, 3.0])
@pytest.mark.parametrize("who", ["director", "worker"])
def test_a_program_is_stopped_for_leases(folder: Folder, counts: Counts, who: str, leases: float) -> None:
    lease_s = number_from("R13_LEASE_S", 20)
    with ordeal_of(folder, width=4, depth=8, work_s=1.0) as ordeal:
        ordeal.start_director("--lease", str(lease_s))
        pause(ordeal, counts, who, leases * lease_s, f"R-13 {who} for {leases} leases", may_repeat=leases > 1)


def pause(ordeal: Ordeal, counts: Counts, who: str, seconds: float, test: str, *, may_repeat: bool = False) -> None:
    """Stop a program in the middle of a build, and let it go on."""
    for name in "ab":
        ordeal.start_worker(name, "-j", "2", "--workspace", str(ordeal.run / f"workspace-{name}"))
    build = ordeal.build()
    ordeal.wait_began(3)
    pid = ordeal.daemon("a") if who == "worker" else int(ordeal.folder.note()["pid"])
    send_signal(pid, signal.SIGSTOP)
    try:
        pass_time(seconds)
    finally:
        send_signal(pid, signal.SIGCONT)
    if who == "director" and build.process.poll() is not None:
        build = ordeal.build()
    ended = ordeal.end_build(build)
    if who == "director" and ended.code:
        # Whoever only watched has noticed the silence and left; the build itself goes on.
        ended = ordeal.build().end()
    ended.checked()
    ordeal.wait_connected("a")
    ordeal.shut_down()
    ledger = ordeal.judge()
    assert set(ledger.repeated.values()) <= ({2} if may_repeat else set())
    assert len(ledger.repeated) <= 4
    counts.tell(test, steps=ordeal.steps, starts=ledger.starts, attempts_given_up=len(ledger.repeated))


CLOCKS = {
    "an hour ahead": ("faketime", "-f", "+1h"),
    "an hour behind": ("faketime", "-f", "-1h"),
    "in 1970": ("faketime", "1970-01-02 00:00:00"),
    "in 2039": ("faketime", "2039-01-02 00:00:00"),
    "jumping": ("faketime", "-f", "+0 x3600"),
    "up for years": (
        "unshare",
        "--time",
        "--monotonic",
        "100000000",
        "--boottime",
        "100000000",
        "--fork",
        "--kill-child",
    ),
}


@pytest.mark.parametrize(
    "clock", ["an hour ahead", *(pytest.param(name, marks=pytest.mark.chaos) for name in list(CLOCKS)[1:])]
)
def test_a_worker_has_another_time(folder: Folder, counts: Counts, clock: str) -> None:
    words = CLOCKS[clock]
    tool = find_tool(words[0])
    if tool is None:
        pytest.skip(f"{words[0]} is not installed (make chaos-tools)")
    with ordeal_of(folder, width=3, depth=3, work_s=0.1) as ordeal:
        ordeal.start_director("--lease", "30")
        ordeal.variables_more["DONT_FAKE_MONOTONIC"] = "1"
        place = ("--workspace", str(ordeal.run / "workspace"))
        ordeal.start_worker("a", "-j", "2", *place, prefix=(tool, *words[1:]))
        ordeal.build().end().checked()
        assert "Lost touch" not in folder.all_events()
        ordeal.shut_down()
        ledger = ordeal.judge()
        assert ledger.repeated == {}
        counts.tell(f"R-14 worker's clock {clock}", steps=ordeal.steps, starts=ledger.starts)
