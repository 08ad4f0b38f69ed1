"""Whether somebody was refused a process because there were too many.

The kernel counts such refusals for each control group. The counts are read when this worker starts, and again when one
of its steps has ended badly; nothing is read for any other.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable

from stepup_shared.hindrance import Hindered, explain

from .kernel_files import read_kernel_file

__all__ = ("ProcessWatch",)

_COUNTER = "pids.events"
_PAUSE_S_MIN = 1.0
_PAUSE_S_MAX = 32.0
_TOO_MANY = OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


class ProcessWatch:
    """Counts refusals in the control group of this process and in those around it."""

    def __init__(
        self,
        membership: str = "/proc/self/cgroup",
        mount: str = "/sys/fs/cgroup",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at the present state: what has happened before is none of our business."""
        self._clock = clock
        self._groups = _own_groups(membership, mount)
        self._refusals = self._count()
        self._seen_at = float("-inf")
        self._pause_s = 0.0

    def was_refused_since(self, moment: float) -> bool:
        """Tell whether somebody may have been refused a process after a moment on the monotonic clock."""
        refusals = self._count()
        if refusals > self._refusals:
            now = self._clock()
            is_next = now - self._seen_at < 2 * _PAUSE_S_MAX
            self._pause_s = min(2 * self._pause_s, _PAUSE_S_MAX) if is_next else _PAUSE_S_MIN
            self._refusals, self._seen_at = refusals, now
        return self._seen_at >= moment

    def require_quiet(self) -> None:
        """Raise `Hindered` for a while after somebody was refused a process, each time for longer."""
        if self._clock() < self._seen_at + self._pause_s:
            raise Hindered(errno.EAGAIN, f"Steps were refused processes. {explain(_TOO_MANY)}")

    def _count(self) -> int:
        return sum(_refusals_of(group) for group in self._groups)


def _own_groups(membership: str, mount: str) -> tuple[str, ...]:
    """Return the directories of the control groups that count the processes of this one, innermost first."""
    found = (group for line in read_kernel_file(membership).splitlines() for group in _groups_in(line, mount))
    return tuple(group for group in found if os.path.exists(f"{group}/{_COUNTER}"))


def _groups_in(line: str, mount: str) -> list[str]:
    """Return the group that a line names, if it may count processes, and those around it."""
    number, controllers, path = line.split(":", 2)
    if "pids" not in controllers.split(",") and number != "0":
        return []
    base = f"{mount}/pids" if controllers else mount
    names = [name for name in path.split("/") if name]
    return ["/".join((base, *names[:count])) for count in range(len(names), -1, -1)]


def _refusals_of(group: str) -> int:
    """Return how often there were too many."""
    words = read_kernel_file(f"{group}/{_COUNTER}").split()
    return int(words[words.index("max") + 1]) if "max" in words else 0
