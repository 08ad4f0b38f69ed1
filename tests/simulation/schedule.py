"""One schedule: a seed, and everything that follows from it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from stepup_server.core import events as ev
from stepup_server.core.commands import Value
from stepup_server.core.invariants import check
from stepup_server.core.refusals import Refusal
from stepup_server.core.states import ReturnCode
from stepup_server.core.views import graph_text
from tests.support.database import rows_of
from tests.support.worlds import SOURCES, World

from .drawing import draw_world
from .faults import FAULTS, USERS, Fault, boot_a_worker, request_build
from .laws import Broken
from .model import Expected, expect
from .site import LEASE_S, Site

__all__ = ("Played", "play")

MOVES_MAX = 5000
LENGTH = (40, 160)
FAULT_RATES = (0.03, 0.08, 0.2)
CRASH_RATES = (0.0, 0.01, 0.05)
QUIET = (0, 0, 30, 60, 90)
"""How many things happen before the first fault, so that faults meet builds at all stages."""
CALM_SHARE = 0.4
CHECK_SHARE = 0.03
"""How often the invariants of the director are looked at on the way."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a schedule consisted of."""

    starts: int
    deaths: int
    turns: int


def play(seed: int, story: list[str] | None = None) -> Played:
    """Play a schedule to its end.

    Raises
    ------
    Broken, InvariantBroken
        Some promise was not kept.
    """
    rng = random.Random(seed)
    is_calm = rng.random() < CALM_SHARE
    site = make_site(rng, draw_world(rng, calm=is_calm), is_calm=is_calm)
    if story is not None:
        site.story = story
    site.crash_rate = rng.choice(CRASH_RATES)
    _suffer(site, FAULTS if is_calm else (*FAULTS, *USERS))
    _heal(site)
    _judge(site)
    return Played(site.ledger.starts.total(), site.deaths, site.host.turns)


def make_site(rng: random.Random, world: World, *, is_calm: bool) -> Site:
    """Return a site in which somebody has just asked for a build."""
    site = Site(rng, world, rng.randint(1, 3), rng.randint(1, 2))
    site.ledger.is_calm = is_calm
    for source in SOURCES:
        site.disk.write(source, "one")
    site.start_director()
    request_build(site)
    return site


def _suffer(site: Site, faults: tuple[Fault, ...]) -> None:
    """Let things happen and go wrong."""
    rng, rate = site.rng, site.rng.choice(FAULT_RATES)
    weights = [fault.weight for fault in faults]
    for _ in range(rng.choice(QUIET)):
        if moves := site.moves():
            rng.choice(moves).do()
    for _ in range(rng.randint(*LENGTH)):
        moves = site.moves()
        if not moves or rng.random() < rate:
            fault = rng.choices(faults, weights)[0]
            site.story.append(f"{site.now:9.1f}  {fault.do.__name__.strip('_').replace('_', ' ')}")
            fault.do(site)
        else:
            rng.choice(moves).do()
        if rng.random() < CHECK_SHARE:
            check_director(site)


def check_director(site: Site) -> None:
    """Look at the invariants, and whether the database is what the director knows."""
    if not site.host.is_alive or not site.host.is_settled:
        return
    check(site.host.director)
    told = [text for text in site.host.told if "never given" in text]
    _demand(not told, f"an honest worker is taken for a liar: {told}")
    database = site.host.database
    stored = (database.steps, database.files, database.trees)
    if stored != rows_of(site.host.director):
        raise Broken("the database is not what the director knows")


def _heal(site: Site) -> None:
    """End all faults, and let all come to rest."""
    site.story.append(f"{site.now:9.1f}  all faults end")
    site.crash_rate = 0.0
    for source in SOURCES:
        if site.disk.read(source) is None:
            site.disk.write(source, "one")
    _come_to_rest(site)
    site.pass_time(LEASE_S + 1)
    _come_to_rest(site)


def _come_to_rest(site: Site) -> None:
    """Let things happen until nothing more can."""
    for _ in range(MOVES_MAX):
        _bring_back(site)
        if moves := site.moves():
            site.rng.choice(moves).do()
        elif (moment := site.next_idle()) is not None:
            site.pass_time(moment - site.now)
        else:
            check_director(site)
            return
    raise Broken(f"there is no end; next could be {[move.name for move in site.moves()]}")


def _bring_back(site: Site) -> None:
    """Let all programs be there."""
    if not site.host.is_alive:
        site.start_director()
    for machine in site.machines:
        machine.is_frozen = False
        boot_a_worker(site)


def build(site: Site) -> ReturnCode:
    """Build to the end, without faults."""
    answers: list[Value | Refusal] = []
    request_build(site)
    site.host.ask(lambda id_: ev.WaitRequested(request=id_), answers.append)
    _come_to_rest(site)
    if not answers:
        raise Broken("the build does not end")
    if not isinstance(answers[0], int):
        raise Broken(f"the build is answered with {answers[0]!r}")
    return ReturnCode(answers[0])


def _judge(site: Site) -> None:
    """Demand what a plain build leads to: its products, its graph, and then nothing more to do."""
    expected = expect(site.world, site.sources())
    code = build(site)
    _compare_products(site, expected, code)
    if code & _BAD:
        return
    fresh = make_site(random.Random(0), site.world, is_calm=True)
    for path, text in site.sources().items():
        fresh.disk.write(path, text)
    build(fresh)
    _demand(_paragraphs(site) == _paragraphs(fresh), _difference(_paragraphs(site), _paragraphs(fresh)))
    before = site.ledger.starts.total()
    build(site)
    _demand(site.ledger.starts.total() == before, "a second build finds something to do")


_BAD = ReturnCode.FAILED | ReturnCode.PENDING


def _compare_products(site: Site, expected: Expected, code: ReturnCode) -> None:
    _demand(bool(code & _BAD) == expected.failed, f"the build ends with {code!r}, expected: {expected}")
    ours = site.disk.texts()
    for path, text in expected.texts.items():
        if not (expected.failed and path not in ours):
            _demand(ours.get(path) == text, f"{path} is {ours.get(path)!r}, not {text!r}")


def _paragraphs(site: Site) -> list[str]:
    return sorted(graph_text(site.host.director.desk.graph).split("\n\n"))


def _difference(ours: list[str], theirs: list[str]) -> str:
    extra = [one for one in ours if one not in theirs]
    missing = [one for one in theirs if one not in ours]
    return "\n".join(["the graph differs from that of a fresh build; only here:", *extra, "only there:", *missing])


def _demand(that: object, reason: str) -> None:
    if not that:
        raise Broken(reason)
