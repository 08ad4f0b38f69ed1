"""Whether somebody was refused a process, as control groups tell it, and how long nothing is begun after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_shared.hindrance import Hindered
from stepup_worker.run.processes import ProcessWatch


class Groups:
    """Control groups of one version, as files, and a clock."""

    def __init__(self, folder: Path, version: int) -> None:
        self.now = 100.0
        self.mount = folder / "cgroup"
        self.base = self.mount / "pids" if version == 1 else self.mount
        self.membership = folder / "membership"
        line = "4:pids:/job/step" if version == 1 else "0::/job/step"
        self.membership.write_text(f"9:cpu,cpuacct:/other\n{line}\n")
        self.write("job", 0)
        self.write("job/step", 0)

    def write(self, group: str, refusals: int) -> None:
        """Set the number of a group."""
        folder = self.base / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pids.events").write_text(f"max {refusals}\n")

    def watch(self) -> ProcessWatch:
        """Begin to watch."""
        return ProcessWatch(str(self.membership), str(self.mount), lambda: self.now)


@pytest.fixture(name="groups", params=[1, 2])
def groups_of_a_version(tmp_path: Path, request: pytest.FixtureRequest) -> Groups:
    return Groups(tmp_path, request.param)


@pytest.mark.parametrize("group", ["job", "job/step"])
def test_a_refusal_in_our_group_or_around_it_is_seen_by_all_who_were_there(groups: Groups, group: str) -> None:
    groups.write("job/step", 5)
    watch = groups.watch()
    assert not watch.was_refused_since(90.0)
    groups.write(group, 6)
    assert watch.was_refused_since(90.0)
    assert watch.was_refused_since(99.0)
    assert not watch.was_refused_since(101.0)


def test_after_a_refusal_nothing_begins_for_a_while_and_longer_each_time(groups: Groups) -> None:
    watch = groups.watch()
    watch.require_quiet()
    for refusals, pause_s in ((1, 1.0), (2, 2.0), (3, 4.0)):
        groups.write("job", refusals)
        watch.was_refused_since(groups.now)
        groups.now += pause_s - 0.1
        with pytest.raises(Hindered, match=r"Steps were refused processes\. The limit on processes is reached"):
            watch.require_quiet()
        groups.now += 0.2
        watch.require_quiet()
    groups.now += 1000
    groups.write("job", 4)
    watch.was_refused_since(groups.now)
    groups.now += 1.1
    watch.require_quiet()


def test_without_control_groups_nothing_is_known(tmp_path: Path) -> None:
    watch = ProcessWatch(str(tmp_path / "none"), str(tmp_path))
    assert not watch.was_refused_since(0.0)
    watch.require_quiet()
