"""The daemon: the session with its surroundings, wired together on one loop."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import uvloop

from stepup_worker.core.commands import Command, Interrupt, Kill, Leave, Speak, Start
from stepup_worker.core.events import (
    AttemptBegan,
    AttemptEnded,
    Event,
    OrdersReceived,
    StopAsked,
    StreamBroken,
    StreamOpened,
    TimePassed,
)
from stepup_worker.core.session import Session
from stepup_worker.core.values import Assignment, AttemptId, Statement, StopLevel
from stepup_worker.rpc.convert import Introduction
from stepup_worker.rpc.synchronize import Disconnected, Refused, synchronize
from stepup_worker.run.forkline import ForkLine
from stepup_worker.run.guardian import kill_descendants, reap_strays
from stepup_worker.run.log import Log
from stepup_worker.run.runner import Runner
from stepup_worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("GaveUp", "run_daemon")

_RETRY_S_MIN = 0.02
_RETRY_S_MAX = 2.0

_PATIENCE_S = 1.0
"""How long an embedded worker looks for a director that it lost."""

_REAP_S = 10.0

_HASH_THREADS = 2


class GaveUp(Exception):
    """The worker cannot do its work; the text is for the user."""


def run_daemon(settings: Settings, fork_server: tuple[int, socket.socket], log: Log) -> None:
    """Serve directors until there is nothing left to do.

    Raises
    ------
    GaveUp
        The director refuses this worker, or an embedded worker lost its director.
    """
    guardian = os.getppid()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, fork_server, guardian, log))


async def _serve(settings: Settings, fork_server: tuple[int, socket.socket], guardian: int, log: Log) -> None:
    with ThreadPoolExecutor(_HASH_THREADS, "hash") as executor:
        loop = asyncio.get_running_loop()
        line = ForkLine(*fork_server, loop, lambda text: log.warning("fork server", text=text))
        runner = Runner(
            root=settings.root,
            environment=settings.environment,
            output_bytes_max=settings.output_bytes_max,
            capture_directory=settings.capture_directory,
            fork_line=line,
            executor=executor,
        )
        async with asyncio.TaskGroup() as group:
            daemon = _Daemon(settings, runner, line, group, log)
            daemon.listen_for_signals(guardian)
            housekeeping = group.create_task(daemon.keep_house())
            try:
                await daemon.converse()
            finally:
                housekeeping.cancel()
        line.close()


class _Daemon:
    """Carries out what the session orders, and tells it what became of it."""

    def __init__(
        self, settings: Settings, runner: Runner, line: ForkLine, group: asyncio.TaskGroup, log: Log
    ) -> None:
        self._settings = settings
        self._runner = runner
        self._line = line
        self._group = group
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._session = Session(settings.slots)
        self._news = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._leaving = asyncio.Event()
        self._is_warm = False
        self._was_connected = False
        self._introduction = Introduction(
            name=settings.name,
            incarnation=uuid.uuid4().hex,
            host=socket.gethostname(),
            pid=os.getpid(),
            root=settings.root,
        )
