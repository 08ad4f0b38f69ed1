"""What a worker offers to steps, and how that is written on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ("Offer", "parse_duration", "parse_label", "parse_resource", "parse_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What plans may ask for."""

    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """The value is empty for a label that is only there or not."""
    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    """Units by name, counted on this worker."""
    cpus: int = 0
    """Processors that it may use."""
    memory_bytes: int = 0
    """Memory that it may use; 0: unknown."""


_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_RESERVED = frozenset({"and", "or", "not", "host", "name", "cpus", "memory"})
"""Words that mean something else in `where`."""

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_label(text: str) -> tuple[str, str]:
    """Read `NAME` or `NAME=VALUE`.

    Raises
    ------
    ValueError
        It is neither.
    """
    name, _, value = text.partition("=")
    if re.fullmatch(_NAME, name) is None or "\0" in value:
        raise ValueError("write NAME or NAME=VALUE; a name has letters, digits, dots, dashes and underscores")
    if name in _RESERVED:
        raise ValueError(f"{name!r} means something else in `where`: choose another name")
    return name, value


def parse_resource(text: str) -> tuple[str, int]:
    """Read `NAME`, which is one unit, or `NAME=UNITS`.

    Raises
    ------
    ValueError
        It is neither.
    """
    name, equals, units = text.partition("=")
    if not name.strip() or (equals and not units.isdecimal()):
        raise ValueError("write NAME or NAME=UNITS, as in gpu=2")
    return name, int(units) if equals else 1


def parse_size(text: str) -> int:
    """Read a number of bytes, as in 512M or 1.5G.

    Raises
    ------
    ValueError
        It is none.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([KMGT]?)(?:i?B)?", text)
    if found is None:
        raise ValueError("write a number of bytes, or one with K, M, G or T, as in 16G")
    return int(float(found[1]) * _UNITS[found[2]])


def parse_duration(text: str) -> float:
    """Read a time in seconds, or with a unit, as in 90, 50m or 1.5h.

    Raises
    ------
    ValueError
        It is none.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd]?)", text)
    if found is None:
        raise ValueError("write seconds, or a number with s, m, h or d, as in 50m")
    return float(found[1]) * _SECONDS[found[2]]
