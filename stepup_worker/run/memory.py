"""Whether a process that was killed was killed because memory was full.

The kernel counts such kills for each control group. The count is read when this worker starts, and again when one of
its processes was killed and nobody here has done it: nothing is read for any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from stepup_worker.core.values import OutOfMemory

from .kernel_files import read_kernel_file

__all__ = ("MemoryWatch",)

_MOUNT = "/sys/fs/cgroup"
_GROUPS_MAX = 1000
"""How many control groups below our own are looked at."""

_NO_LIMIT = 1 << 60
"""Version 1 has no word for it, but a very large number."""


class MemoryWatch:
    """Counts kills for full memory in the control group of this process and in those below it."""

    def __init__(self, membership: str = "/proc/self/cgroup", mount: str = _MOUNT) -> None:
        """Look at the present state: what has happened before is none of our business."""
        self._top = _own_group(membership, mount)
        self._kills = self._count()

    def verdict(self) -> OutOfMemory | None:
        """Tell whether somebody was killed for full memory since this was asked last, and how full it was."""
        kills = self._count()
        hit = next((group for group, count in kills.items() if count > self._kills.get(group, 0)), None)
        self._kills = kills
        return None if hit is None or self._top is None else _fullest(hit, self._top)

    def _count(self) -> dict[str, int]:
        if self._top is None:
            return {}
        groups = [group for _, group in zip(range(_GROUPS_MAX), _walk(self._top), strict=False)]
        kills = {group: _kills_of(group) for group in groups}
        # In version 2 a group counts for those below it, too: the lowest one is where it happened.
        return dict(sorted(kills.items(), key=lambda item: -item[0].count("/")))


def _own_group(membership: str, mount: str) -> str | None:
    """Return the directory of the control group that limits the memory of this process."""
    for version, path in _memberships(membership):
        base = f"{mount}/memory" if version == 1 else mount
        for directory in (base + path.rstrip("/"), base):
            if os.path.exists(f"{directory}/{_COUNTERS[version]}"):
                return directory
    return None


_COUNTERS = {1: "memory.oom_control", 2: "memory.events"}


def _memberships(path: str) -> Iterator[tuple[int, str]]:
    """Return the groups of this process that may be about memory, with their version."""
    for line in read_kernel_file(path).splitlines():
        number, controllers, group = line.split(":", 2)
        if "memory" in controllers.split(","):
            yield 1, group
        elif number == "0":
            yield 2, group


def _walk(top: str) -> Iterator[str]:
    for directory, _names, _files in os.walk(top):
        yield directory


def _kills_of(group: str) -> int:
    for name in _COUNTERS.values():
        for line in read_kernel_file(f"{group}/{name}").splitlines():
            word, _, number = line.partition(" ")
            if word == "oom_kill":
                return int(number)
    return 0


def _fullest(group: str, top: str) -> OutOfMemory:
    """Return the peak and the limit of the group with the tightest limit, from the one that was hit upwards."""
    found = OutOfMemory(0, 0)
    lowest = os.path.dirname(_MOUNT if top.startswith(_MOUNT) else top)
    while group != lowest and len(group) >= len(lowest):
        limit = _number(group, "memory.limit_in_bytes", "memory.max")
        if 0 < limit < _NO_LIMIT and (not found.limit_bytes or limit < found.limit_bytes):
            peak = _number(group, "memory.max_usage_in_bytes", "memory.peak")
            found = OutOfMemory(peak or limit, limit)
        group = os.path.dirname(group)
    return found


def _number(group: str, *names: str) -> int:
    for name in names:
        text = read_kernel_file(f"{group}/{name}").strip()
        if text.isdecimal():
            return int(text)
    return 0
