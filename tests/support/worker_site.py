"""A root with a fake director and a real worker process."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import select
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypedDict, Unpack

from stepup_proto.v1 import dispatch_pb2, types_pb2
from tests.support.fake_director import FakeDirector, assignment, exit_code_of

__all__ = (
    "WORKER_S_MAX",
    "Site",
    "is_alive",
    "outcome_of",
    "run",
    "seen",
    "start_worker",
    "wait_dead",
)

SCRIPT = "#!/usr/bin/env python3\n"
WORKER_S_MAX = 20


class Fields(TypedDict, total=False):
    """What a step may be given besides its command."""

    workdir: str
    shell: bool
    inputs: Iterable[types_pb2.FileObservation]
    outputs: Iterable[str]
    environment: dict[str, str]


class Site:
    """A root with a director and a worker."""

    def __init__(self, root: Path, director: FakeDirector, worker: subprocess.Popen[bytes]) -> None:
        self.root = root
        self.director = director
        self.worker = worker

    @property
    def daemon(self) -> int:
        """The worker's own process, behind its guardian."""
        return self.director.statements[0].worker.pid

    def script(self, name: str, text: str, first_line: str = SCRIPT) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(first_line + text)
        path.chmod(0o755)

    async def run(self, *assignments: dispatch_pb2.Assignment) -> list[dispatch_pb2.AttemptResult]:
        return await self.director.wait_results(self.director.order(assignments))

    async def run_one(self, command: str, **fields: Unpack[Fields]) -> dispatch_pb2.AttemptResult:
        (result,) = await self.run(assignment(command, **fields))
        return result

    async def wait_end(self) -> int:
        return await asyncio.to_thread(self.worker.wait, WORKER_S_MAX)

    async def wait_line(self, name: str) -> int:
        """Wait until a step has written a number to a FIFO, and return it."""
        text = await asyncio.to_thread((self.root / name).read_text)
        return int(text)


@contextlib.asynccontextmanager
async def a_site(root: Path, *options: str, slots: int = 2) -> AsyncGenerator[Site, None]:
    async with FakeDirector(f"{root}/socket") as director:
        worker = start_worker(root, "--socket", director.path, "-j", str(slots), *options)
        try:
            await director.wait(lambda: bool(director.statements))
            yield Site(root, director, worker)
            director.dismiss()
            assert await asyncio.to_thread(worker.wait, WORKER_S_MAX) == 0
        finally:
            worker.kill()
            worker.wait()


def start_worker(root: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "stepup_worker", "--root", str(root), "--name", "0", *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=os.environ | {"MARK": "own"})


def run(test: Callable[[Site], Coroutine[Any, Any, None]], root: Path, *options: str, slots: int = 2) -> None:
    """Run a test in a loop of its own, with a site."""

    async def within() -> None:
        async with a_site(root, *options, slots=slots) as site:
            await test(site)

    asyncio.run(within())


def seen(path: Path, name: str) -> types_pb2.FileObservation:
    found = path.stat()
    return types_pb2.FileObservation(
        path=name,
        kind=types_pb2.PATH_KIND_FILE,
        hash=types_pb2.FileHash(
            digest=hashlib.sha256(path.read_bytes()).digest(),
            mode=found.st_mode,
            size=found.st_size,
            mtime_ns=found.st_mtime_ns,
            inode=found.st_ino,
        ),
    )


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def wait_dead(*pids: int) -> None:
    async with asyncio.timeout(10):
        for pid in pids:
            await asyncio.to_thread(wait_dead_in_thread, pid)


def wait_dead_in_thread(pid: int) -> None:
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    assert poll.poll(9000), f"process {pid} still lives"
    os.close(pidfd)


def outcome_of(result: dispatch_pb2.AttemptResult) -> tuple[int, bytes, bytes]:
    code = -result.signal if result.WhichOneof("end") == "signal" else exit_code_of(result)
    return code, result.stdout, result.stderr
