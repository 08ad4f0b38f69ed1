"""Hosts that a test makes for itself: network namespaces around a bridge. Nothing here touches a real interface.

Every host has one link, which can be cut without a word, lose packets or be slow. What can be done about a link is done
at its far end, in the namespace of the hub, so that the host cannot know.
"""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import pytest

from tests.support.tools import find_tool

__all__ = ("Host", "Network", "needs_network", "why_there_is_no_network")

_count = itertools.count()


def why_there_is_no_network() -> str:
    """Return why namespaces cannot be made here; nothing when they can."""
    missing = [name for name in ("ip", "nft", "tc") if find_tool(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed (make chaos-tools)"
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"stepup-try-{os.getpid()}"
    tried = subprocess.run([_ip(), "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"network namespaces are not allowed here: {tried.stderr.strip()}"
    subprocess.run([_ip(), "netns", "delete", name], check=False)
    return ""


def needs_network() -> None:
    """Skip a test, with the reason, where there can be no network."""
    reason = why_there_is_no_network()
    if reason:
        pytest.skip(reason)


def _ip() -> str:
    return find_tool("ip") or "ip"


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"


@dataclass(slots=True)
class Host:
    """One host, and the far end of its link."""

    name: str
    """Of its namespace."""
    address: str
    """Its IPv4 address."""
    port: str
    """The far end of its link: an interface in the namespace of the hub."""
    hub: str
    """The namespace of the hub."""

    def words(self, *words: str) -> list[str]:
        """Return the words with which a program is started on this host."""
        return [_ip(), "netns", "exec", self.name, *words]

    def cut(self) -> None:
        """Let nothing through, without a word: neither end is told anything."""
        _run(_ip(), "-netns", self.hub, "link", "set", self.port, "down")

    def mend(self) -> None:
        """Let everything through again."""
        _run(_ip(), "-netns", self.hub, "link", "set", self.port, "up")

    def blackhole(self, address: str) -> None:
        """Let nothing through to one address, without a word; the rest of the network stays."""
        self._nft(f"add rule netdev bench {self.port} ip daddr {address} drop")

    def lose(self, percent: int) -> None:
        """Let packets be lost, in both directions."""
        self._nft(f"add rule netdev bench {self.port} numgen random mod 100 < {percent} drop")
        self._nft(f"add rule bridge bench forward oifname {self.port} numgen random mod 100 < {percent} drop")

    def slow_down(self, rate: str) -> None:
        """Limit what flows to the host: `1mbit`; and what comes from it, too."""
        limit = ("root", "tbf", "rate", rate, "burst", "16kb", "latency", "400ms")
        _run(_tc(), "-netns", self.hub, "qdisc", "replace", "dev", self.port, *limit)
        _run(_tc(), "-netns", self.name, "qdisc", "replace", "dev", "eth0", *limit)

    def clear(self) -> None:
        """Take back what was done to the link, other than a cut."""
        for namespace, device in ((self.hub, self.port), (self.name, "eth0")):
            with suppress(AssertionError):
                _run(_tc(), "-netns", namespace, "qdisc", "delete", "dev", device, "root")
        self._nft(f"flush chain netdev bench {self.port}")
        self._nft("flush chain bridge bench forward")

    def _nft(self, command: str) -> None:
        _run(_ip(), "netns", "exec", self.hub, find_tool("nft") or "nft", *command.split())


def _tc() -> str:
    return find_tool("tc") or "tc"


class Network:
    """Hosts on one bridge; gone when the block ends, however it ends."""

    def __init__(self, *names: str) -> None:
        """Think of a network with these hosts."""
        self._prefix = f"stepup-{os.getpid()}-{next(_count)}"
        self._hub = f"{self._prefix}-hub"
        self._namespaces: list[str] = []
        self.hosts: dict[str, Host] = {
            name: Host(f"{self._prefix}-{name}", f"10.77.0.{number}", f"port{number}", self._hub)
            for number, name in enumerate(names, 1)
        }

    def __enter__(self) -> Self:
        """Make the network."""
        try:
            self._make_hub()
            for host in self.hosts.values():
                self._make_host(host)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_reason: object) -> None:
        """Remove all of it."""
        self.close()

    def __getitem__(self, name: str) -> Host:
        """Return a host."""
        return self.hosts[name]

    def _make_hub(self) -> None:
        self._add(self._hub)
        _run(_ip(), "-netns", self._hub, "link", "add", "bridge", "type", "bridge")
        _run(_ip(), "-netns", self._hub, "link", "set", "bridge", "up")
        nft = (_ip(), "netns", "exec", self._hub, find_tool("nft") or "nft")
        _run(*nft, "add", "table", "netdev", "bench")
        _run(*nft, "add", "table", "bridge", "bench")
        _run(*nft, "add chain bridge bench forward { type filter hook forward priority 0 ; }")

    def _make_host(self, host: Host) -> None:
        self._add(host.name)
        link = ("link", "add", host.port, "type", "veth", "peer", "name", "eth0", "netns", host.name)
        commands: Iterable[tuple[str, ...]] = (
            ("-netns", self._hub, *link),
            ("-netns", self._hub, "link", "set", host.port, "master", "bridge"),
            ("-netns", self._hub, "link", "set", host.port, "up"),
            ("-netns", host.name, "address", "add", f"{host.address}/24", "dev", "eth0"),
            ("-netns", host.name, "link", "set", "eth0", "up"),
            ("-netns", host.name, "link", "set", "lo", "up"),
        )
        for command in commands:
            _run(_ip(), *command)
        nft = (_ip(), "netns", "exec", self._hub, find_tool("nft") or "nft")
        _run(*nft, f"add chain netdev bench {host.port} {{ type filter hook ingress device {host.port} priority 0 ; }}")

    def _add(self, name: str) -> None:
        _run(_ip(), "netns", "add", name)
        self._namespaces.append(name)

    def close(self) -> None:
        """Remove the namespaces, and with them all that is in them."""
        for name in reversed(self._namespaces):
            subprocess.run([_ip(), "netns", "delete", name], check=False, capture_output=True)
        self._namespaces.clear()
