"""R-08: links that are cut without a word, and mended within the lease, or beyond it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TypeAlias

import pytest

from stepup_shared.keepalive import SILENCE_S_MAX
from tests.support.counts import Counts
from tests.support.deadline import wait_until
from tests.support.links import Line, behind_proxies, beside_proxies, in_a_network, start_workers
from tests.support.network import needs_network
from tests.support.ordeal import Ordeal, ordeal_of
from tests.support.project_folder import Folder

Lay: TypeAlias = "Callable[[Ordeal, Iterable[str]], AbstractContextManager[dict[str, Line]]]"
WAYS: dict[str, Lay] = {
    "TLS through proxies": behind_proxies,
    "TLS in a network": in_a_network,
    "sockets through proxies": beside_proxies,
}
LEASE_S = 3


@pytest.fixture(
    name="way",
    params=[name if name == "TLS through proxies" else pytest.param(name, marks=pytest.mark.chaos) for name in WAYS],
)
def way_to_the_workers(request: pytest.FixtureRequest) -> str:
    """Return how the workers are connected."""
    if WAYS[request.param] is in_a_network:
        needs_network()
    return str(request.param)


def test_within_the_lease_the_same_attempts_go_on(folder: Folder, counts: Counts, way: str) -> None:
    with ordeal_of(folder, width=4, depth=5, work_s=0.3) as ordeal, WAYS[way](ordeal, "ab") as lines:
        ordeal.start_director()
        start_workers(ordeal, lines)
        build = ordeal.build()
        ordeal.wait_began(3)
        noticed_s = cut_until_noticed(ordeal, lines, "ab")
        wait_until(lambda: not ordeal.ledger().unfinished, "what runs has ended, out of reach", folder.story)
        for name in "ab":
            lines[name].link.mend()
        build.end().checked()
        ordeal.shut_down()
        ledger = ordeal.judge()
        assert ledger.repeated == {}
        assert noticed_s < SILENCE_S_MAX
        counts.tell(f"R-08 {way}, within the lease", noticed_s=noticed_s, steps=ordeal.steps, starts=ledger.starts)


@pytest.mark.chaos
def test_beyond_the_lease_there_is_one_new_attempt_and_the_old_one_is_refused(
    folder: Folder, counts: Counts, way: str
) -> None:
    with ordeal_of(folder, width=4, depth=5, work_s=0.5) as ordeal, WAYS[way](ordeal, "ab") as lines:
        ordeal.start_director("--lease", str(LEASE_S))
        start_workers(ordeal, lines)
        build = ordeal.build()
        ordeal.wait_began(3)
        noticed_s = cut_until_noticed(ordeal, lines, "a")
        wait_until(lambda: bool(ordeal.ledger().repeated), "what was lost runs again", folder.story)
        lines["a"].link.mend()
        build.end().checked()
        ordeal.wait_connected("a")
        ordeal.shut_down()
        ledger = ordeal.judge()
        assert set(ledger.repeated.values()) == {2}
        assert len(ledger.repeated) <= 2
        counts.tell(
            f"R-08 {way}, beyond the lease",
            noticed_s=noticed_s,
            steps=ordeal.steps,
            starts=ledger.starts,
            attempts_given_up=len(ledger.repeated),
        )


@pytest.mark.chaos
def test_a_planner_that_calls_into_a_dead_link_waits_until_it_is_mended(folder: Folder, counts: Counts) -> None:
    with ordeal_of(folder, width=2, depth=2, gated=True, more=_calls_behind_the_gate) as ordeal:
        with behind_proxies(ordeal, "a") as lines:
            ordeal.start_director()
            start_workers(ordeal, lines)
            build = ordeal.build()
            ordeal.wait_began(1)
            noticed_s = cut_until_noticed(ordeal, lines, "a")
            ordeal.gate.touch()
            wait_until(lambda: ("calls", "-") in ordeal.ledger().began, "the planner calls", folder.story)
            lines["a"].link.mend()
            build.end().checked()
            ordeal.shut_down()
            ledger = ordeal.judge()
        assert ledger.repeated == {}
        counts.tell("R-08 planner", noticed_s=noticed_s, steps=ordeal.steps, starts=ledger.starts)


def _calls_behind_the_gate(folder: Folder) -> str:
    """Write a planner that says something when the gate is open."""
    folder.plan(
        "import os, time\n"
        "while not os.path.exists(os.environ['GATE']):\n"
        "    time.sleep(0.05)\n"
        "with open(os.environ['LEDGER'], 'a') as ledger:\n"
        "    print('began calls -', file=ledger)\n"
        "static('late.txt')\n"
        "print(glob('la*.txt'))\n"
        "run('cp late.txt copied.txt', inp='late.txt', out='copied.txt')",
        "sub/plan.py",
    )
    folder.write("sub/late.txt", "late")
    return "static('sub/plan.py')\nplan('./plan.py', workdir='sub')\n"


def cut_until_noticed(ordeal: Ordeal, lines: dict[str, Line], names: str) -> float:
    """Cut links until both ends of each have noticed; return how long that took."""
    losses = {name: ordeal.losses(name) for name in names}
    began_at = time.monotonic()
    for name in names:
        lines[name].link.cut()
    for name in names:
        wait_until(
            lambda name=name: ordeal.losses(name) > losses[name] and not ordeal.is_connected(name),  # type: ignore[misc] # mypy does not know the type of a default
            f"both ends of the link of {name} have noticed",
            ordeal.folder.story,
        )
    return time.monotonic() - began_at
