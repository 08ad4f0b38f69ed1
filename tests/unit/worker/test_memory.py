"""Whether a process was killed because memory was full, as control groups tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_worker.core.values import OutOfMemory
from stepup_worker.run.memory import MemoryWatch

VERSION_1 = {"kills": "memory.oom_control", "limit": "memory.limit_in_bytes", "peak": "memory.max_usage_in_bytes"}
VERSION_2 = {"kills": "memory.events", "limit": "memory.max", "peak": "memory.peak"}


class Groups:
    """Control groups of one version, as files."""

    def __init__(self, folder: Path, version: int) -> None:
        self.mount = folder / "cgroup"
        self.names = VERSION_1 if version == 1 else VERSION_2
        self.base = self.mount / "memory" if version == 1 else self.mount
        self.membership = folder / "membership"
        line = "4:memory:/job" if version == 1 else "0::/job"
        self.membership.write_text(f"9:cpu,cpuacct:/other\n{line}\n")

    def write(self, group: str, *, kills: int, limit: str = "max", peak: int = 0) -> None:
        """Set the numbers of a group."""
        folder = self.base / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.names["kills"]).write_text(f"under_oom 0\noom_kill {kills}\n")
        (folder / self.names["limit"]).write_text(limit)
        (folder / self.names["peak"]).write_text(str(peak))

    def watch(self) -> MemoryWatch:
        """Begin to watch."""
        return MemoryWatch(str(self.membership), str(self.mount))


@pytest.fixture(name="groups", params=[1, 2])
def groups_of_a_version(tmp_path: Path, request: pytest.FixtureRequest) -> Groups:
    return Groups(tmp_path, request.param)


def test_a_kill_in_our_own_group_is_told_once_with_peak_and_limit(groups: Groups) -> None:
    groups.write("job", kills=3, limit="1000", peak=900)
    watch = groups.watch()
    assert watch.verdict() is None
    groups.write("job", kills=4, limit="1000", peak=1000)
    assert watch.verdict() == OutOfMemory(1000, 1000)
    assert watch.verdict() is None


def test_a_kill_in_a_group_below_is_told_with_the_numbers_of_that_group(groups: Groups) -> None:
    groups.write("job", kills=0, limit="5000", peak=3000)
    watch = groups.watch()
    groups.write("job", kills=1, limit="5000", peak=3000)
    groups.write("job/step", kills=1, limit="1000", peak=990)
    assert watch.verdict() == OutOfMemory(990, 1000)


def test_the_tightest_limit_above_is_the_one_that_was_met(groups: Groups) -> None:
    groups.write("job", kills=0, limit="2000", peak=2000)
    groups.write("job/step", kills=0)
    watch = groups.watch()
    groups.write("job/step", kills=1, limit="9000", peak=2000)
    assert watch.verdict() == OutOfMemory(2000, 2000)


def test_without_a_limit_it_is_the_machine(groups: Groups) -> None:
    groups.write("job", kills=0)
    watch = groups.watch()
    groups.write("job", kills=1)
    assert watch.verdict() == OutOfMemory(0, 0)


def test_where_there_are_no_control_groups_nothing_is_known(tmp_path: Path) -> None:
    watch = MemoryWatch(str(tmp_path / "none"), str(tmp_path))
    assert watch.verdict() is None


def test_in_a_container_our_group_is_the_top(groups: Groups) -> None:
    groups.write(".", kills=0, limit="1000", peak=1000)
    watch = groups.watch()
    groups.write(".", kills=1, limit="1000", peak=1000)
    assert watch.verdict() == OutOfMemory(1000, 1000)
