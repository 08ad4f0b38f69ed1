"""What a machine may lack: room on a disk, a disk that can be written to, descriptors, processes. Made scarce by tests.

A small disk is a tmpfs that the test mounts at a directory of its own; a limit on processes is a control group of its
own. Both need root, and go away with the test.
"""

from __future__ import annotations

import itertools
import os
import resource
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.deadline import wait_until
from tests.support.tools import find_tool

__all__ = ("MIB", "ProcessGroup", "SmallDisk", "limit_descriptors", "needs", "small_disk", "small_group")

MIB = 1024 * 1024

_count = itertools.count()


def needs(tool: str) -> str:
    """Return where a program is; skip the test where it is not."""
    found = find_tool(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed (make chaos-tools)")
    return found


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system that can be full, or read-only."""

    path: Path
    """Where it is mounted."""

    @property
    def ballast(self) -> Path:
        """The file that takes the room away."""
        return self.path / ".ballast"

    @property
    def _free(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bfree * found.f_frsize

    def fill(self, left: int = 0) -> None:
        """Leave room for so many bytes only."""
        with self.ballast.open("ab") as file:
            while (more := self._free - left) > 0:
                # Others may be faster.
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, more)

    def free(self) -> None:
        """Give all the room back."""
        self.ballast.unlink()

    def forbid_writing(self) -> None:
        """Make it read-only, as soon as nobody has a file open to write."""
        wait_until(lambda: self._remount("ro"), "nobody writes any more")

    def allow_writing(self) -> None:
        """Make it writable again."""
        assert self._remount("rw")

    def _remount(self, mode: str) -> bool:
        return not subprocess.run(["mount", "-o", f"remount,{mode}", str(self.path)], check=False).returncode


@contextmanager
def small_disk(path: Path, size: int) -> Generator[SmallDisk]:
    """Mount a file system of its own at a directory."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    path.mkdir(exist_ok=True)
    options = f"size={size},mode=700"
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", str(path)], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@dataclass(frozen=True, slots=True)
class ProcessGroup:
    """A control group that counts processes and threads."""

    path: Path
    """Its directory."""

    @property
    def now(self) -> int:
        """How many there are."""
        return int((self.path / "pids.current").read_text())

    @property
    def words(self) -> tuple[str, ...]:
        """With what a program is started in it."""
        return ("/bin/sh", "-c", f'echo $$ > {self.path}/cgroup.procs && exec "$@"', "-")

    def limit(self, count: int | None) -> None:
        """Let there be so many and no more; None: as many as they like."""
        (self.path / "pids.max").write_text("max" if count is None else str(count))


@contextmanager
def small_group() -> Generator[ProcessGroup]:
    """Make a control group for processes."""
    name = f"stepup-test-{os.getpid()}-{next(_count)}"
    path = Path("/sys/fs/cgroup/pids", name) if Path("/sys/fs/cgroup/pids").exists() else Path("/sys/fs/cgroup", name)
    try:
        path.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    group = ProcessGroup(path)
    try:
        if not (path / "pids.max").exists():
            pytest.skip("control groups do not count processes here")
        yield group
    finally:
        # Whatever goes wrong in a test is told by what looks after its processes, which may still be there.
        for pid in (path / "cgroup.procs").read_text().split():
            with suppress(OSError):
                (path.parent / "cgroup.procs").write_text(pid)
        wait_until(lambda: not (path / "cgroup.procs").read_text(), "the control group is empty")
        path.rmdir()


def limit_descriptors(pid: int, count: int) -> None:
    """Let a process have descriptors below a number only; one that is gone does not mind."""
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (count, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
