"""What lies between a worker and its director and can be cut: a proxy, or a link of a host in a network of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Protocol

from tests.support.deadline import wait_until
from tests.support.fault_proxy import FaultProxy
from tests.support.network import Host, Network
from tests.support.ordeal import Ordeal
from tests.support.project_folder import PROGRAMS

__all__ = ("Line", "Link", "behind_proxies", "in_a_network", "start_workers")

PORT = 7000


class Link(Protocol):
    """What can be cut without a word, and mended."""

    def cut(self) -> None:
        """Let nothing through, and tell nobody."""
        ...

    def mend(self) -> None:
        """Let everything through again."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """The way from one worker to the director."""

    link: Link
    """What can be cut."""
    socket: str
    """To which the worker speaks."""
    prefix: tuple[str, ...] = ()
    """With what the worker is started where it shall run."""
    host: Host | None = None
    """Where it runs, if in a network."""


@contextmanager
def behind_proxies(ordeal: Ordeal, names: Iterable[str]) -> Generator[dict[str, Line]]:
    """Put a proxy between each worker and the director."""
    with ExitStack() as stack:
        lines: dict[str, Line] = {}
        for name in names:
            socket = str(ordeal.run / f"{name}.sock")
            proxy = stack.enter_context(FaultProxy(f"unix:{socket}", f"unix:{ordeal.socket}"))
            lines[name] = Line(proxy, socket)
        yield lines


@contextmanager
def in_a_network(ordeal: Ordeal, names: Iterable[str]) -> Generator[dict[str, Line]]:
    """Give each worker a host of its own, on a bridge with that of the director."""
    names = tuple(names)
    with Network("director", *names) as network:
        center = network["director"]
        forward(ordeal, center, f"tcp:0.0.0.0:{PORT}", f"unix:{ordeal.socket}")
        for name in names:
            socket = ordeal.run / f"{name}.sock"
            forward(ordeal, network[name], f"unix:{socket}", f"tcp:{center.address}:{PORT}")
            wait_until(socket.exists, f"the way to {name} is there", ordeal.folder.story)
        yield {
            name: Line(network[name], str(ordeal.run / f"{name}.sock"), tuple(network[name].words()), network[name])
            for name in names
        }


def start_workers(ordeal: Ordeal, lines: Mapping[str, Line], *, own: bool, slots: int = 2) -> None:
    """Start a worker at the end of each line, in the project itself or in a workspace of its own."""
    for name, line in lines.items():
        place = ("--workspace", str(ordeal.run / f"workspace-{name}")) if own else ()
        ordeal.start_worker(name, "-j", str(slots), *place, prefix=line.prefix, socket=line.socket)


def forward(ordeal: Ordeal, host: Host, listen: str, connect: str) -> None:
    """Bring what speaks to one address to the other, on a host."""
    ordeal.start_helper(*host.words(str(PROGRAMS / "python"), "-m", "tests.support.fault_proxy", listen, connect))
