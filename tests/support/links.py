"""What lies between a worker and its director and can be cut: a proxy, or a link of a host in a network of its own.

Workers come as they do from other machines: by TLS, invited, with certificates and workspaces of their own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.support.deadline import wait_until
from tests.support.fault_proxy import FaultProxy
from tests.support.members import free_address
from tests.support.network import Host, Network, why_there_is_no_network
from tests.support.ordeal import Ordeal
from tests.support.project_folder import PROGRAMS

__all__ = ("Line", "Link", "behind_proxies", "beside_proxies", "delay", "in_a_network", "start_workers", "wherever")

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
    address: str = ""
    """HOST:PORT to which the worker speaks by TLS; empty: it speaks to a socket, and works in the project itself."""
    socket: str = ""
    """The socket."""
    host: Host | None = None
    """Where the worker runs, if in a network."""

    @property
    def prefix(self) -> tuple[str, ...]:
        """With what programs are started where the worker runs."""
        return () if self.host is None else tuple(self.host.words())


@contextmanager
def behind_proxies(ordeal: Ordeal, names: Iterable[str]) -> Generator[dict[str, Line]]:
    """Put a proxy between each worker and the director, where all that passes is TLS."""
    ordeal.listen = free_address()
    with ExitStack() as stack:
        lines: dict[str, Line] = {}
        for name in names:
            address = free_address()
            lines[name] = Line(stack.enter_context(FaultProxy(f"tcp:{address}", f"tcp:{ordeal.listen}")), address)
        yield lines


@contextmanager
def beside_proxies(ordeal: Ordeal, names: Iterable[str]) -> Generator[dict[str, Line]]:
    """Put a proxy between each worker and the socket of the director; all of them see the project."""
    with ExitStack() as stack:
        lines: dict[str, Line] = {}
        for name in names:
            socket = str(ordeal.run / f"{name}.sock")
            proxy = stack.enter_context(FaultProxy(f"unix:{socket}", f"unix:{ordeal.socket}"))
            lines[name] = Line(proxy, socket=socket)
        yield lines


@contextmanager
def in_a_network(ordeal: Ordeal, names: Iterable[str]) -> Generator[dict[str, Line]]:
    """Give each worker a host of its own, on a bridge with that of the director."""
    names = tuple(names)
    with Network("director", *names) as network:
        center = network["director"]
        ordeal.listen, ordeal.place = f"{center.address}:{PORT}", tuple(center.words())
        yield {name: Line(network[name], ordeal.listen, host=network[name]) for name in names}


@contextmanager
def wherever(ordeal: Ordeal, names: Iterable[str]) -> Generator[dict[str, Line]]:
    """Use a network where one can be made, and proxies elsewhere."""
    lay = behind_proxies if why_there_is_no_network() else in_a_network
    with lay(ordeal, names) as lines:
        yield lines


def start_workers(ordeal: Ordeal, lines: Mapping[str, Line], *, slots: int = 2) -> None:
    """Start a worker at the end of each line."""
    for name, line in lines.items():
        if line.address:
            ordeal.start_member(name, line.address, "-j", str(slots), prefix=line.prefix)
        else:
            ordeal.start_worker(name, "-j", str(slots), socket=line.socket)


def delay(ordeal: Ordeal, line: Line, seconds: float) -> Line:
    """Let everything take longer, in both directions, on the host of a worker; return the line that it has then."""
    assert line.host is not None
    near = f"127.0.0.1:{PORT}"
    words = ("-m", "tests.support.fault_proxy", f"tcp:{near}", f"tcp:{line.address}", str(seconds))
    ordeal.start_helper(*line.prefix, str(PROGRAMS / "python"), *words)
    connections = Path(f"/proc/{ordeal.helpers[-1].pid}/net/tcp")
    listens = f":{PORT:04X} 00000000:0000 0A"
    wait_until(lambda: listens in connections.read_text(), "the proxy on the host listens", ordeal.folder.story)
    return Line(line.link, near, host=line.host)
