"""Starting programs where the machine has too little of something."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from stepup_worker.run.capture import Capture
from stepup_worker.run.forks import ForkWatch
from stepup_worker.run.launch import Launcher


async def test_a_process_whose_end_cannot_be_noticed_yet_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_pidfd, failures = os.pidfd_open, [errno.ENFILE, errno.EMFILE]

    def fail_twice(pid: int, flags: int = 0) -> int:
        if failures:
            raise OSError(failures.pop(), "not now")
        return open_pidfd(pid, flags)

    monkeypatch.setattr(os, "pidfd_open", fail_twice)
    launcher = Launcher(asyncio.get_running_loop(), dict(os.environ))
    capture = Capture(str(tmp_path))
    process = launcher.launch(("sh", "-c", "echo once >> ledger; exit 3"), {}, str(tmp_path), capture)
    assert launcher.living() == {process.pid}
    assert (await process.ended).code == 3
    assert (tmp_path / "ledger").read_text() == "once\n"
    assert launcher.living() == frozenset()
    capture.close()


def test_without_a_fork_nobody_looks() -> None:
    watch = ForkWatch()
    watch.begin()
    assert not watch.has_killed(os.getpid())
