"""`stepup build` with a director and a worker that play a story; run as a script: STORY ARGUMENTS..

The command line, its forks, pipes and signals are real.
"""

from __future__ import annotations

import asyncio
import dataclasses
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import types
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from stepup_client.rpc.quiet_grpc import grpc
from stepup_proto.v1 import control_pb2, types_pb2
from tests.unit.cli.fake_control import FakeControl, build_end, line, serving

__all__ = ()

assert grpc is not None, "imported first, because it is imported quietly"

STORY = sys.argv[1] if __name__ == "__main__" else ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """All that both programs are given."""

    root: str = ""
    socket: str = ""
    embedded: bool = False
    moves_files: bool = True
    ready_fd: int = -1
    lifeline_fd: int = -1
    log_format: str = ""
    log_level: str = ""
    allowed_roots: tuple[str, ...] = ()
    joblog: bool = False
    name: str = ""
    arguments: tuple[str, ...] = ()


def settings_from_arguments(arguments: Sequence[str]) -> Settings:
    """Keep what the worker is given."""
    return Settings(arguments=tuple(arguments))


def serve_director(settings: Settings) -> int:
    """Be the director of the story."""
    print("director says something")
    Path(settings.root, "socket").write_text(settings.socket)
    if STORY == "stillborn":
        raise RuntimeError("no database")
    if STORY == "overtaken":
        # Another director is faster: it takes the lock, in a process that the test ends.
        take_lock(f"{settings.root}/.stepup/director.lock")
        if os.fork() == 0:
            os.setsid()
            signal.pause()
        return 1
    take_lock(f"{settings.root}/.stepup/fake.lock")
    try:
        return asyncio.run(direct(settings))
    finally:
        shutil.rmtree(Path(settings.socket).parent)


def take_lock(path: str) -> None:
    """Hold a lock as long as this process lives."""
    fcntl.flock(os.open(path, os.O_CREAT | os.O_WRONLY), fcntl.LOCK_EX)


async def direct(settings: Settings) -> int:
    """Serve until told to stop, or until the story says otherwise."""
    director = Director()
    async with serving(director, settings.socket):
        asyncio.get_running_loop().add_reader(settings.lifeline_fd, director.stopping.set)
        os.close(settings.ready_fd)
        await director.stopping.wait()
        await director.close()
    return 0


class Director(FakeControl):
    """Shows what it is told, and ends a build as the story says."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: asyncio.Queue[control_pb2.Event | None] = asyncio.Queue()
        self.is_read = asyncio.Event()
        self.queue.put_nowait(line("DIRECTOR", "Listening"))

    async def Build(self, request: control_pb2.BuildRequest, _context: object, /) -> control_pb2.BuildResponse:
        step = control_pb2.StepRef(id=1, label="step", state=types_pb2.STEP_STATE_RUNNING)
        progress = control_pb2.Progress(running=1, total=2)
        text = f"workers_min={request.workers_min}"
        self.queue.put_nowait(line("START", text, step=step, progress=progress))
        if STORY == "director dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if STORY in ("good", "failing"):
            self.queue.put_nowait(build_end(0 if STORY == "good" else 36))
        return control_pb2.BuildResponse(build=1)

    async def Shutdown(self, request: control_pb2.ShutdownRequest, _context: object, /) -> control_pb2.ShutdownResponse:
        self.queue.put_nowait(line("DIRECTOR", control_pb2.ShutdownRequest.Level.Name(request.level)))
        if STORY == "patient":
            self.queue.put_nowait(build_end(36))
        if STORY != "stubborn":
            self.stopping.set()
        return control_pb2.ShutdownResponse()

    async def Events(
        self, _request: control_pb2.EventsRequest, _context: object, /
    ) -> AsyncIterator[control_pb2.EventsResponse]:
        while (event := await self.queue.get()) is not None:
            yield control_pb2.EventsResponse(events=[event])
        self.is_read.set()

    async def close(self) -> None:
        """Say the last words, and wait until they have been heard."""
        self.queue.put_nowait(line("DIRECTOR", "See you!"))
        self.queue.put_nowait(None)
        if STORY != "forsaken":
            await self.is_read.wait()


def serve_worker(settings: Settings) -> int:
    """Be the worker of the story: end with the director, or with the command line."""
    assert settings.arguments[:3] == ("--jobs=2", "--log-level=info", "--log-format=json")
    assert settings.arguments[3:] == ("--forkserver", "--fix-epoch", "--preload-modules=")
    assert settings.name == "0"
    if STORY != "forsaken":
        # A step that has left its session and its parents behind.
        subprocess.run(["sh", "-c", "setsid sleep 1000 &"], check=True, close_fds=False)
    select.select([settings.ready_fd], [], [])
    if STORY == "worker dies":
        os.kill(os.getpid(), signal.SIGKILL)
    gone, told = os.pipe()
    if os.fork() == 0:
        os.close(gone)
        fcntl.flock(os.open(f"{settings.root}/.stepup/fake.lock", os.O_CREAT | os.O_WRONLY), fcntl.LOCK_EX)
        os._exit(0)
    os.close(told)
    select.select([settings.lifeline_fd, gone], [], [])
    return 0


def install() -> None:
    """Put the fakes where the command line looks for its programs."""
    for program, serve in (("stepup_server", serve_director), ("stepup_worker", serve_worker)):
        main = types.ModuleType(f"{program}.__main__")
        main.__dict__["serve"] = serve
        os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
        settings = types.ModuleType(f"{program}.settings")
        settings.__dict__["Settings"] = Settings
        settings.__dict__["settings_from_arguments"] = settings_from_arguments
        sys.modules |= {main.__name__: main, settings.__name__: settings}


if __name__ == "__main__":
    install()
    from stepup_client.cli.main import run

    sys.exit(run(["build", *sys.argv[2:]]))
