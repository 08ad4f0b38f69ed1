"""What this machine, or the part of it that was given to this process, has to offer."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ("count_cores", "count_memory")


def count_cores() -> int:
    """Count the cores that this process may use: cgroup limit, batch system, affinity mask, in this order."""
    limit = _cgroup_cores()
    if limit is not None:
        return limit
    for name in ("SLURM_CPUS_PER_TASK", "PBS_NUM_PPN", "NCPUS"):
        text = os.environ.get(name, "")
        if text.isdecimal() and int(text) > 0:
            return int(text)
    return len(os.sched_getaffinity(0)) or os.cpu_count() or 1


def _cgroup_cores() -> int | None:
    """Return the least quota of the control groups (version 2) around this process."""
    quotas = [quota for group in _cgroups() for quota in _cgroup_quota(f"{group}/cpu.max")]
    return max(1, int(min(quotas))) if quotas else None


def _cgroups() -> Iterator[str]:
    """Return the directories of the control groups (version 2) around this process, innermost first."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            path = next((line[3:].strip() for line in file if line.startswith("0::")), None)
    except OSError:
        return
    while path is not None:
        yield f"/sys/fs/cgroup{path.rstrip('/')}"
        path = os.path.dirname(path) if path != "/" else None


def _cgroup_quota(path: str) -> list[float]:
    try:
        with open(path, encoding="ascii") as file:
            quota, period = file.read().split()
    except (OSError, ValueError):
        return []
    return [] if quota == "max" else [int(quota) / int(period)]


def count_memory() -> int:
    """Return how many bytes of memory this process may use: the least limit around it, or all there is; 0: unknown."""
    limits = [limit for group in _cgroups() for limit in _cgroup_limit(f"{group}/memory.max")]
    return min([*limits, *_whole_memory()], default=0)


def _cgroup_limit(path: str) -> list[int]:
    try:
        with open(path, encoding="ascii") as file:
            text = file.read().strip()
    except OSError:
        return []
    return [int(text)] if text.isdecimal() else []


def _whole_memory() -> list[int]:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return [int(line.split()[1]) * 1024 for line in file if line.startswith("MemTotal:")]
    except (OSError, ValueError, IndexError):
        return []
