"""R-21 and the soak: one fault after the other, or none at all, for as long as wanted; and nothing that grows."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.fault_proxy import FaultProxy
from tests.support.links import Line, start_workers, wherever
from tests.support.network import Host
from tests.support.ordeal import Ordeal, ordeal_of, send_signal
from tests.support.processes import open_links
from tests.support.project_folder import Folder, Program

BYTES_PER_STEP_MAX = 10
"""How much memory the director may keep of each step that was run before: 1 kB for a hundred."""


@pytest.mark.chaos
def test_nothing_grows_with_the_number_of_steps_that_were_run(folder: Folder, counts: Counts) -> None:
    builds = number_from("R21_BUILDS", 100)
    with ordeal_of(folder, width=100, depth=10, work_s=0) as ordeal:
        ordeal.start_director()
        for name in "ab":
            ordeal.start_worker(name, "-j", "2", "--workspace", str(ordeal.run / f"workspace-{name}"))
        director = int(folder.note()["pid"])
        sizes: list[tuple[int, int]] = []
        for number in range(builds):
            ordeal.begin_with(f"beginning {number}\n")
            ordeal.build().end().checked()
            ordeal.check_slots()
            sizes.append((resident(director), open_files(director)))
        ordeal.shut_down()
        ordeal.judge()
        half = sizes[len(sizes) // 2 :]
        slope = (half[-1][0] - half[0][0]) / max(1, (len(half) - 1) * ordeal.steps)
        counts.tell(
            "R-21",
            steps=builds * ordeal.steps,
            bytes_per_step=slope,
            MB_in_the_end=sizes[-1][0] / 1e6,
            open_files_before=sizes[0][1],
            open_files_after=sizes[-1][1],
        )
        assert sizes[-1][1] <= sizes[0][1] + 2
        assert slope < BYTES_PER_STEP_MAX or builds < 20


def resident(pid: int) -> int:
    """Return how much memory a process uses, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def open_files(pid: int) -> int:
    """Return how many descriptors a process has open."""
    return len(open_links(pid))


class Plague:
    """Strikes one build after the other."""

    def __init__(self, ordeal: Ordeal, lines: dict[str, Line], chance: random.Random) -> None:
        self._ordeal, self._lines, self._chance = ordeal, lines, chance
        self.struck: Counter[str] = Counter()
        self._faults: dict[str, Callable[[str], None]] = {
            "worker killed": lambda name: self._kill(name, signal.SIGKILL),
            "worker terminated": lambda name: self._kill(name, signal.SIGTERM),
            "worker crashed": lambda name: self._kill(name, signal.SIGSEGV),
            "worker stopped": self._stop,
            "link cut": self._cut,
            "connections broken": self._break,
            "packets lost": lambda name: self._spoil(name, lambda host: host.lose(20)),
            "link slow": lambda name: self._spoil(name, lambda host: host.slow_down("1mbit")),
            "director killed": lambda _name: self._kill_director(),
            "director stopped": lambda _name: self._stop_director(),
        }

    def strike(self) -> None:
        """Let one of all faults happen to somebody."""
        kind = self._chance.choice(sorted(self._faults))
        self._faults[kind](self._chance.choice(sorted(self._lines)))
        self.struck[kind] += 1

    def _kill(self, name: str, way: signal.Signals) -> None:
        known = self._ordeal.status_of(name)
        if known:
            send_signal(int(known["pid"]), way)

    def _stop(self, name: str) -> None:
        known = self._ordeal.status_of(name)
        if known.get("connected"):
            self._hold(int(known["pid"]))

    def _hold(self, pid: int) -> None:
        """Stop a process for some seconds."""
        send_signal(pid, signal.SIGSTOP)
        pass_time(self._chance.uniform(0.5, 8))
        send_signal(pid, signal.SIGCONT)

    def _cut(self, name: str) -> None:
        self._lines[name].link.cut()
        pass_time(self._chance.choice((1, 5, 25)))
        self._lines[name].link.mend()

    def _break(self, name: str) -> None:
        link = self._lines[name].link
        if isinstance(link, FaultProxy):
            link.hang_up()

    def _spoil(self, name: str, how: Callable[[Host], None]) -> None:
        host = self._lines[name].host
        if host is not None:
            how(host)
            pass_time(self._chance.uniform(2, 10))
            host.clear()

    def _kill_director(self) -> None:
        director = self._ordeal.director
        assert director is not None
        send_signal(int(self._ordeal.folder.note()["pid"]), signal.SIGKILL)
        director.process.wait()
        self._ordeal.start_director()

    def _stop_director(self) -> None:
        self._hold(int(self._ordeal.folder.note()["pid"]))


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_builds_stand_one_fault_after_the_other(folder: Folder, counts: Counts) -> None:
    seconds, fault_s = 60 * number_from("SOAK_MINUTES", 10), number_from("SOAK_FAULT_S", 60)
    names = "abcd"
    with ordeal_of(folder, width=8, depth=12, work_s=0.2) as ordeal, wherever(ordeal, names) as lines:
        ordeal.start_director()
        start_workers(ordeal, lines)
        plague = Plague(ordeal, lines, random.Random(number_from("SOAK_SEED", 1)))
        end_at = time.monotonic() + seconds
        builds = 0
        while time.monotonic() < end_at:
            ordeal.begin_with(f"beginning {builds}\n")
            suffer(ordeal, plague, fault_s)
            builds += 1
        for name in names:
            ordeal.revive(name)
        ordeal.wait_connected(*names)
        ordeal.shut_down()
        ledger = ordeal.judge()
        again = ledger.starts - builds * ordeal.steps
        killed = sum(count for kind, count in plague.struck.items() if kind.startswith("worker"))
        counts.tell(
            "soak",
            minutes=seconds / 60,
            faults=plague.struck.total(),
            builds=builds,
            steps=builds * ordeal.steps,
            starts=ledger.starts,
            **{kind.replace(" ", "_"): count for kind, count in sorted(plague.struck.items())},
        )
        # A worker that is killed takes with it what it runs, and what it has not told yet.
        assert 0 <= again <= killed * 4


def suffer(ordeal: Ordeal, plague: Plague, fault_s: float) -> None:
    """Build while faults strike, as often as it takes until a build has succeeded."""
    while True:
        build = ordeal.build()
        while build.process.poll() is None:
            pass_time(plague_pause(fault_s), lambda build=build: has_ended(ordeal, build))  # type: ignore[misc] # mypy does not know the type of a default
            if build.process.poll() is None:
                plague.strike()
        ended = build.end()
        if not ended.code:
            return
        # Whoever only watched is told that the director is gone; a step that has failed is another matter.
        assert " FAIL │" not in ended.output, ended.output


def plague_pause(fault_s: float) -> float:
    """Return how long it takes until the next fault: at a random moment, once in this time on average."""
    return random.uniform(0, 2 * fault_s)


def has_ended(ordeal: Ordeal, build: Program) -> bool:
    """Start again whatever has ended, and tell whether the build has."""
    for name in ordeal.workers:
        ordeal.revive(name)
    return build.process.poll() is not None
