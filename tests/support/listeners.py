"""At which sockets processes listen, as the kernel's own tables tell."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ("listening_at",)

_TCP_LISTENING = "0A"
_UDP_BOUND = "07"
_UNIX_ACCEPTS = 1 << 16
_UNIX_WORDS = 8
"""States, flags and columns, as the tables have them; a socket without a name lacks the last column."""
_IPV4_BYTES = 4
_IPV4_IN_IPV6 = bytes(10) + b"\xff\xff"
"""Sockets for both kinds of addresses show those of the older one in this way (RFC 4291, 2.5.5.2)."""


def listening_at(pids: Iterable[int]) -> set[str]:
    """Return where processes listen: `tcp 127.0.0.1:80`, `udp [::]:53`, the path or `@NAME` of a Unix socket."""
    owned: set[str] = set()
    table: dict[str, str] = {}
    for pid in pids:
        owned |= set(_sockets_of(pid))
        with suppress(OSError):
            table |= dict(_listeners(Path(f"/proc/{pid}/net")))
    return {place for inode, place in table.items() if inode in owned}


def _sockets_of(pid: int) -> Iterator[str]:
    """Yield the inodes of the sockets that a process has open; nothing when it is gone."""
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = str(entry.readlink())
                if target.startswith("socket:["):
                    yield target[len("socket:[") : -1]


def _listeners(tables: Path) -> Iterator[tuple[str, str]]:
    """Yield inode and place of all listeners in a network namespace."""
    for kind, state in (("tcp", _TCP_LISTENING), ("tcp6", _TCP_LISTENING), ("udp", _UDP_BOUND), ("udp6", _UDP_BOUND)):
        for line in (tables / kind).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == state:
                yield words[9], f"{kind.rstrip('6')} {_address(words[1])}"
    for line in (tables / "unix").read_text().splitlines()[1:]:
        words = line.split(maxsplit=7)
        if int(words[3], 16) & _UNIX_ACCEPTS:
            yield words[6], words[-1] if len(words) == _UNIX_WORDS else "@"


def _address(text: str) -> str:
    """Read an address of the kernel's: words of 32 bits in the order of the host, and a port."""
    host, _, port = text.partition(":")
    packed = b"".join(struct.pack("=I", int(host[start : start + 8], 16)) for start in range(0, len(host), 8))
    packed = packed.removeprefix(_IPV4_IN_IPV6)
    if len(packed) == _IPV4_BYTES:
        return f"{socket.inet_ntop(socket.AF_INET, packed)}:{int(port, 16)}"
    return f"[{socket.inet_ntop(socket.AF_INET6, packed)}]:{int(port, 16)}"
