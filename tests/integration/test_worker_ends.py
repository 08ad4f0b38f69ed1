"""How workers begin and end, and that they leave nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fake_director import FakeDirector, assignment
from tests.support.worker_site import WORKER_S_MAX, Site, is_alive, start_worker, wait_dead


def test_nothing_survives_the_daemon(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            worker = start_worker(tmp_path, "--socket", director.path, "-j", "2")
            await director.wait(lambda: bool(director.statements))
            site = Site(tmp_path, director, worker)
            pids = await start_stayers(site)
            os.kill(site.daemon, signal.SIGKILL)
            director.wanted.clear()
            await director.wait(lambda: director.statements[-1].worker.pid not in {0, site.daemon})
            assert not any(is_alive(pid) for pid in pids)
            before, after = site.director.statements[0].worker, director.statements[-1].worker
            assert (after.name, after.slots) == (before.name, before.slots)
            assert after.predecessor_end.incarnation == before.incarnation
            assert after.predecessor_end.signal == signal.SIGKILL
            director.dismiss()
            assert await site.wait_end() == 0

    asyncio.run(test())


def test_a_worker_that_dies_again_and_again_without_work_ends_with_a_message(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            command = [sys.executable, "-m", "stepup_worker", "--root", str(tmp_path), "--socket", director.path]
            worker = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
            killed: set[int] = set()
            for _ in range(3):
                await director.wait(lambda: any(told.worker.pid not in {0, *killed} for told in director.statements))
                pid = max(told.worker.pid for told in director.statements if told.worker.pid not in killed)
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
            _, errors = await asyncio.wait_for(worker.communicate(), WORKER_S_MAX)
            assert worker.returncode == 128 + signal.SIGKILL
            expected = b"ERROR: The worker has died 3 times without having run a step, at last by signal 9.\n"
            assert errors == expected

    asyncio.run(test())


def test_nothing_survives_the_guardian(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            worker = start_worker(tmp_path, "--socket", director.path, "-j", "2")
            await director.wait(lambda: bool(director.statements))
            site = Site(tmp_path, director, worker)
            pids = await start_stayers(site)
            worker.kill()
            await site.wait_end()
            await wait_dead(site.daemon, *pids)

    asyncio.run(test())


async def start_stayers(site: Site) -> list[int]:
    """Start steps that hide a process in a session of its own, with its parent gone; return all their pids."""
    for name in ("fifo1", "fifo2", "fifo3", "fifo4"):
        os.mkfifo(site.root / name)
    site.script(
        "stay.py",
        "import os, subprocess, time\n"
        "hidden = 'setsid sh -c \"echo \\\\$\\\\$ > fifo2; exec sleep 60\" &'\n"
        "subprocess.run(hidden, shell=True)\n"
        "open('fifo1', 'w').write(str(os.getpid()))\ntime.sleep(60)\n",
    )
    hide = "(setsid sh -c 'echo $$ > fifo4; exec sleep 60' &); trap '' INT TERM; echo $$ > fifo3; sleep 60; true"
    site.director.order([assignment("./stay.py"), assignment(hide, shell=True)])
    return list(await asyncio.gather(*(site.wait_line(f"fifo{i}") for i in (1, 2, 3, 4))))


def test_a_stopped_worker_interrupts_its_steps_and_gives_them_back(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket") as director:
            worker = start_worker(tmp_path, "--socket", director.path, "-j", "1")
            await director.wait(lambda: bool(director.statements))
            keys = director.order([assignment("sleep 60"), assignment("touch never")])
            await director.wait(lambda: keys[0] in director.started)
            worker.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 0
            assert not director.results
            assert director.statements[-1].holding == []
            assert [statement.worker.slots for statement in director.statements if statement.HasField("worker")] == [
                1,
                0,
            ]
            assert not (tmp_path / "never").exists()

    asyncio.run(test())


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_worker_finds_its_director_through_the_root(tmp_path: Path, *, is_broken: bool) -> None:
    async def test() -> None:
        address = tmp_path / ".stepup/director.json"
        address.parent.mkdir()
        if is_broken:
            (tmp_path / "old").touch()
            address.write_text(json.dumps({"socket": f"{tmp_path}/old", "pid": 1}))
        worker = start_worker(tmp_path, "--log-format", "console")
        try:
            async with FakeDirector(f"{tmp_path}/new") as director:
                address.write_text(json.dumps({"socket": director.path, "pid": os.getpid()}))
                await director.wait(lambda: bool(director.statements))
                director.dismiss()
                assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 0
        finally:
            worker.kill()
            worker.wait()

    asyncio.run(test())


def test_a_worker_that_is_refused_says_why_and_ends(tmp_path: Path) -> None:
    async def test() -> None:
        async with FakeDirector(f"{tmp_path}/socket", refusal="another root is served here") as director:
            command = [sys.executable, "-m", "stepup_worker", "--root", str(tmp_path), "--socket", director.path]
            end = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, check=False, timeout=WORKER_S_MAX
            )
            assert end.returncode == 1
            assert b"ERROR: The director refuses this worker: another root is served here" in end.stderr

    asyncio.run(test())


EMBEDDED = """
import os, sys
from stepup_worker.__main__ import serve
from stepup_worker.settings import Settings
root, socket, ready, lifeline = sys.argv[1:]
os.close(0)
sys.exit(serve(Settings(root=root, slots=1, name="0", socket=socket, embedded=True,
                        ready_fd=int(ready), lifeline_fd=int(lifeline))))
"""


def start_embedded(root: Path, socket: str, ready: int, lifeline: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", EMBEDDED, str(root), socket, str(ready), str(lifeline)]
    return subprocess.Popen(command, pass_fds=(ready, lifeline))


def test_an_embedded_worker_waits_for_its_director_and_ends_with_its_lifeline(tmp_path: Path) -> None:
    async def test() -> None:
        ready, is_ready = os.pipe()
        lifeline, life = os.pipe()
        worker = start_embedded(tmp_path, f"{tmp_path}/socket", ready, lifeline)
        async with FakeDirector(f"{tmp_path}/socket") as director:
            os.close(is_ready)
            (key,) = director.order([assignment("sleep 60")])
            await director.wait(lambda: key in director.started)
            os.close(life)
            assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 128 + signal.SIGKILL
        os.close(ready)
        os.close(lifeline)

    asyncio.run(test())


def test_an_embedded_worker_ends_when_its_director_is_gone(tmp_path: Path) -> None:
    async def test() -> None:
        ready, is_ready = os.pipe()
        lifeline, life = os.pipe()
        worker = start_embedded(tmp_path, f"{tmp_path}/socket", ready, lifeline)
        async with FakeDirector(f"{tmp_path}/socket") as director:
            os.close(is_ready)
            (key,) = director.order([assignment("sh -c 'echo $$ > pid; mv pid pid2; exec sleep 60'")])
            await director.wait(lambda: key in director.started)
        assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 1
        for fd in (ready, lifeline, life):
            os.close(fd)

    asyncio.run(test())
