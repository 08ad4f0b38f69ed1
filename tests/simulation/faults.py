"""What goes wrong, and what people do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from stepup_server.core import events as ev
from stepup_server.core.commands import Value
from stepup_server.core.refusals import Refusal
from stepup_server.core.states import StopLevel
from stepup_server.core.values import BuildOptions
from tests.support.worlds import SOURCES, STEPS_MAX, TEXTS

from .drawing import revise
from .machine import Machine, Process
from .site import LEASE_S, Site

__all__ = ("FAULTS", "OPTIONS", "USERS", "Fault", "request_build")

OPTIONS = BuildOptions(keep_going=True, resources={"r": 2}, defer_cap=50)


class Fault(NamedTuple):
    """Something that may happen at any time."""

    weight: int
    do: Callable[[Site], object]


def ignore(_value: Value | Refusal) -> None:
    """Nobody waits for this answer."""


def request_build(site: Site, options: BuildOptions = OPTIONS) -> None:
    """Let somebody ask for a build."""
    site.host.ask(lambda id_: ev.BuildRequested(request=id_, options=options), ignore)


# The network


def _tear_a_link(site: Site) -> None:
    links = [machine.link for machine in site.machines if machine.link is not None]
    if links:
        site.rng.choice(links).tear(site.rng)


def _calls(site: Site) -> list[Process]:
    return [one for machine in site.machines for one in machine.processes.values() if one.call is not None]


def _cut_a_call(site: Site) -> None:
    """Lose a request, or its answer: the caller tries again."""
    calls = _calls(site)
    if calls and (call := site.rng.choice(calls).call) is not None:
        call.cut(site.host)


def _double_a_call(site: Site) -> None:
    """Let a request arrive twice; the answer to the second goes nowhere."""
    calls = _calls(site)
    if calls and (call := site.rng.choice(calls).call) is not None and call.spoke_to:
        site.host.ask(call.make_event, ignore)


# Programs


def _living(site: Site) -> list[Machine]:
    return [machine for machine in site.machines if machine.is_alive]


def _freeze(site: Site) -> None:
    """SIGSTOP: it says nothing and its steps stand still, but nobody is told."""
    machine = site.rng.choice(site.machines)
    machine.is_frozen = not machine.is_frozen


def _kill_a_worker(site: Site) -> None:
    living = _living(site)
    if living:
        machine = site.rng.choice(living)
        site.story.append(f"{site.now:9.1f}  {machine.name} dies")
        site.deaths += 1
        machine.die()


def _revoke_a_worker(site: Site) -> None:
    """Believe a worker no more: it ends, and another one is invited under its name."""
    living = _living(site)
    if living and site.host.is_alive:
        machine = site.rng.choice(living)
        site.deaths += 1
        machine.die()
        site.host.ask(lambda id_: ev.MemberRevoked(name=machine.name, request=id_), ignore)


def boot_a_worker(site: Site) -> None:
    """Start a worker where one has died."""
    for machine in site.machines:
        if not machine.is_alive:
            machine.boot()
            return


def _kill_the_director(site: Site) -> None:
    if site.host.is_alive:
        site.crash("at rest")


def start_the_director(site: Site) -> None:
    """Start a director where one has died; mostly somebody asks it for a build."""
    if not site.host.is_alive:
        site.start_director()
        if site.rng.random() < 0.8:
            request_build(site)


def _wait_a_little(site: Site) -> None:
    site.pass_time(site.rng.choice((0.1, 1.0, 5.0)))


def _wait_a_lease(site: Site) -> None:
    site.pass_time(site.rng.choice((LEASE_S - 1, LEASE_S + 1)))


# People


def _edit(site: Site) -> None:
    site.disk.write(site.rng.choice(SOURCES), site.rng.choice(TEXTS))


def _touch_a_product(site: Site) -> None:
    path = f"o{site.rng.randrange(STEPS_MAX)}"
    if site.disk.read(path) is not None and site.rng.random() < 0.5:
        site.disk.write(path, "mine")
    else:
        site.disk.remove(path)


def _revise(site: Site) -> None:
    site.replan(revise(site.rng, site.world))


def _build(site: Site) -> None:
    choice = replace(OPTIONS, keep_going=site.rng.random() < 0.5, clean=site.rng.random() < 0.5)
    request_build(site, choice)


def _drain(site: Site) -> None:
    site.host.ask(lambda id_: ev.DrainRequested(request=id_), ignore)


def _stop(site: Site) -> None:
    level = site.rng.choice((StopLevel.DRAIN, StopLevel.INTERRUPT, StopLevel.KILL))
    site.host.ask(lambda id_: ev.StopRequested(request=id_, level=level), ignore)


FAULTS = (
    Fault(4, _tear_a_link),
    Fault(3, _cut_a_call),
    Fault(2, _double_a_call),
    Fault(2, _freeze),
    Fault(2, _kill_a_worker),
    Fault(1, _revoke_a_worker),
    Fault(5, boot_a_worker),
    Fault(2, _kill_the_director),
    Fault(8, start_the_director),
    Fault(4, _wait_a_little),
    Fault(1, _wait_a_lease),
)
USERS = (
    Fault(4, _edit),
    Fault(2, _touch_a_product),
    Fault(2, _revise),
    Fault(3, _build),
    Fault(1, _drain),
    Fault(1, _stop),
)
