"""R-09 and R-11: links that come and go, lose packets or are slow, and many that are clogged one after the other."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import pytest

from tests.support.counts import Counts, number_from
from tests.support.deadline import pass_time
from tests.support.fault_proxy import FaultProxy
from tests.support.links import Line, behind_proxies, delay, in_a_network, start_workers, wherever
from tests.support.network import needs_network
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Folder, Program

BLACKOUT_S = 5.0
PERIODS_S = (10, 60)
DELAY_S = 0.3
SLOWER_MAX = 3
"""How many times as long a build may take when the network is gone again and again."""


def test_everything_takes_300_ms_in_each_direction(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=2, depth=2) as ordeal, behind_proxies(ordeal, "a") as lines:
        ordeal.start_director()
        link = lines["a"].link
        assert isinstance(link, FaultProxy)
        link.delay_s = DELAY_S
        start_workers(ordeal, lines)
        go_through_it(ordeal, counts, "R-09 300 ms, through a proxy")


def test_links_are_clogged_one_by_one_and_unclogged_in_another_order(folder: Folder, counts: Counts) -> None:
    names = "abc"
    with ordeal_of(folder, width=4, depth=4, work_s=0.2) as ordeal, wherever(ordeal, names) as lines:
        ordeal.start_director()
        start_workers(ordeal, lines, slots=1)
        swizzle(ordeal, counts, lines, rounds=3, pause_s=0.2)


@pytest.mark.chaos
@pytest.mark.parametrize("period_s", PERIODS_S)
def test_the_network_is_gone_for_five_seconds_again_and_again(folder: Folder, counts: Counts, period_s: int) -> None:
    width, work_s = 6, 0.5
    depth = number_from("R09_DEPTH", 8 * period_s)
    with rough_network(folder, width=width, depth=depth, work_s=work_s) as (ordeal, lines):
        blackouts = 0

        def black_out() -> None:
            nonlocal blackouts
            pass_time(period_s - BLACKOUT_S)
            for line in lines.values():
                line.link.cut()
            pass_time(BLACKOUT_S)
            for line in lines.values():
                line.link.mend()
            blackouts += 1

        seconds = go_through_it(ordeal, counts, f"R-09 {BLACKOUT_S:g} s of {period_s} s gone", black_out)
        assert blackouts
        # Beside what the steps themselves take: two workers with two slots each.
        times_slower = seconds / (depth * math.ceil(width / 4) * work_s)
        counts.tell(f"R-09 {BLACKOUT_S:g} s of {period_s} s gone, beside none", times_slower=times_slower)
        # Half of the time is another matter: TCP itself takes seconds to try again.
        assert times_slower < SLOWER_MAX or period_s == min(PERIODS_S)


@pytest.mark.chaos
def test_everything_takes_300_ms_in_each_direction_of_a_network(folder: Folder, counts: Counts) -> None:
    needs_network()
    with ordeal_of(folder, width=6, depth=10, work_s=0.2) as ordeal, in_a_network(ordeal, "ab") as lines:
        ordeal.start_director()
        start_workers(ordeal, {name: delay(ordeal, line, DELAY_S) for name, line in lines.items()})
        go_through_it(ordeal, counts, "R-09 300 ms, in a network")


def lose_a_fifth(line: Line) -> None:
    assert line.host is not None
    line.host.lose(20)


def slow_down(line: Line) -> None:
    assert line.host is not None
    line.host.slow_down("1mbit")


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("20 % loss", lose_a_fifth),
        ("1 Mbit/s", slow_down),
    ],
)
def test_links_lose_packets_or_are_slow(
    folder: Folder, counts: Counts, name: str, spoil: Callable[[Line], None]
) -> None:
    with rough_network(folder, width=6, depth=10, work_s=0.2) as (ordeal, lines):
        for line in lines.values():
            spoil(line)
        go_through_it(ordeal, counts, f"R-09 {name}")


@pytest.mark.chaos
def test_six_links_are_clogged_and_unclogged_for_many_rounds(folder: Folder, counts: Counts) -> None:
    needs_network()
    names = "abcdef"
    depth = number_from("R11_DEPTH", 30)
    with ordeal_of(folder, width=12, depth=depth, work_s=0.5) as ordeal, in_a_network(ordeal, names) as lines:
        ordeal.start_director()
        start_workers(ordeal, lines, slots=1)
        swizzle(ordeal, counts, lines, rounds=number_from("R11_ROUNDS", 200), pause_s=0.5)


@contextmanager
def rough_network(
    folder: Folder, *, width: int, depth: int, work_s: float
) -> Generator[tuple[Ordeal, dict[str, Line]]]:
    """Start a director, and two workers on hosts of their own."""
    needs_network()
    with ordeal_of(folder, width=width, depth=depth, work_s=work_s) as ordeal, in_a_network(ordeal, "ab") as lines:
        ordeal.start_director()
        start_workers(ordeal, lines)
        yield ordeal, lines


def go_through_it(ordeal: Ordeal, counts: Counts, test: str, plague: Callable[[], None] | None = None) -> float:
    """Build while something happens again and again; every step has to run once; return how long it took."""
    began_at = time.monotonic()
    build = ordeal.build()
    while plague is not None and build.process.poll() is None:
        plague()
    ordeal.end_build(build).checked()
    seconds = time.monotonic() - began_at
    ordeal.shut_down()
    ledger = ordeal.judge()
    assert ledger.repeated == {}
    counts.tell(test, steps=ordeal.steps, starts=ledger.starts, seconds=seconds)
    return seconds


def swizzle(ordeal: Ordeal, counts: Counts, lines: dict[str, Line], *, rounds: int, pause_s: float) -> None:
    """Clog links one by one and unclog them in another order, round by round, while builds go on."""
    chance = random.Random(number_from("R11_SEED", 11))
    done = builds = 0
    while done < rounds:
        builds += 1
        ordeal.begin_with(f"beginning {builds}\n")
        build = ordeal.build()
        while done < rounds and build.process.poll() is None:
            clogged = chance.sample(sorted(lines), chance.randint(1, len(lines)))
            unclogged = chance.sample(clogged, len(clogged))
            one_by_one(build, chance, clogged, lambda name: lines[name].link.cut(), pause_s)
            one_by_one(build, chance, unclogged, lambda name: lines[name].link.mend(), pause_s)
            done += 1
        ordeal.end_build(build).checked()
    ordeal.shut_down()
    ledger = ordeal.judge()
    assert set(Counter(output for output, _ in ledger.began).values()) == {builds}
    steps = builds * ordeal.steps
    counts.tell("R-11", rounds=done, workers=len(lines), builds=builds, steps=steps, starts=ledger.starts)


def one_by_one(
    build: Program, chance: random.Random, names: Sequence[str], act: Callable[[str], None], pause_s: float
) -> None:
    """Do something to links, one after the other, with pauses."""
    for name in names:
        act(name)
        pass_time(chance.uniform(0, 2 * pause_s), lambda: build.process.poll() is not None)
