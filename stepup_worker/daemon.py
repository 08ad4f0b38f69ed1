"""The daemon: the session with its surroundings, wired together on one loop."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from stepup_shared import versions
from stepup_shared.hindrance import explain, has_descriptors
from stepup_shared.socket_directory import remove_socket_directory
from stepup_shared.threads import CHANNEL_DESCRIPTORS, CHANNEL_THREADS, require_threads, started_pool
from stepup_worker.core.commands import Command, Interrupt, Kill, Leave, Recall, Speak, Start
from stepup_worker.core.events import (
    AttemptBegan,
    AttemptEnded,
    DrainAsked,
    Event,
    OrdersReceived,
    Resumed,
    StopAsked,
    StreamBroken,
    StreamOpened,
    Suspended,
    TimePassed,
)
from stepup_worker.core.session import Session
from stepup_worker.core.values import Assignment, AttemptId, Statement, StopLevel, Transfer
from stepup_worker.membership import Membership, NoDirector, NotAMember
from stepup_worker.rpc.convert import Introduction
from stepup_worker.rpc.endpoint import Endpoint
from stepup_worker.rpc.gathering import gather
from stepup_worker.rpc.synchronize import Disbelieved, Postponed, Refused, Unreachable, synchronize
from stepup_worker.run.discovery import read_probe
from stepup_worker.run.follow import Followers, Send
from stepup_worker.run.forkline import ForkLine
from stepup_worker.run.guardian import Life, kill_descendants, reap_strays
from stepup_worker.run.log import Log, Terminal
from stepup_worker.run.runner import Runner
from stepup_worker.run.site import SharedRoot
from stepup_worker.run.troubles import Troubles
from stepup_worker.settings import Settings

if TYPE_CHECKING:
    from stepup_worker.remote import RemoteSide

__all__ = ("GaveUp", "run_daemon")

_PATIENCE_S = 1.0
"""How long an embedded worker looks for a director that it lost."""

_REAP_S = 10.0

_TRANSFERS_S = 1.0
"""How often the director hears how far large files are."""

_HASH_THREADS = 2


class Parent(NamedTuple):
    """The guardian, as its daemon knows it."""

    pid: int
    """Its process."""
    life: Life
    """What both know of the daemon."""


class Surroundings(NamedTuple):
    """What a daemon finds around it."""

    life: Life
    """What it and its guardian know of each other."""
    log: Log
    """Where it tells what it does."""
    shared: SharedRoot
    """Where steps find their files."""
    remote: RemoteSide | None
    """Where they do instead, when it has a workspace of its own."""


class GaveUp(Exception):
    """The worker cannot do its work; the text is for the user."""


def run_daemon(settings: Settings, fork_server: tuple[int, socket.socket] | None, life: Life, log: Log) -> None:
    """Serve directors until there is nothing left to do.

    Raises
    ------
    GaveUp
        The director refuses this worker, or an embedded worker lost its director.
    """
    guardian = os.getppid()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, fork_server, Parent(guardian, life), log))


async def _serve(settings: Settings, fork_server: tuple[int, socket.socket] | None, parent: Parent, log: Log) -> None:
    _require_descriptors()
    with _start_threads() as executor:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(executor)
        troubles = Troubles()
        line = None
        if fork_server is not None:
            line = ForkLine(*fork_server, loop, lambda text: log.warning("fork server", text=text))
        remote = _make_remote(settings, troubles)
        shared = SharedRoot(settings.root)
        runner = Runner(
            make_site=shared.site_for if remote is None else remote.site_for,
            environment=settings.step_environment,
            output_bytes_max=settings.output_bytes_max,
            capture_directory=settings.capture_directory,
            fork_line=line,
            executor=executor,
            troubles=troubles,
        )
        failure: GaveUp | None = None
        async with asyncio.TaskGroup() as group:
            around = Surroundings(life=parent.life, log=log, shared=shared, remote=remote)
            daemon = _Daemon(settings, runner, line, group, around)
            if remote is not None:
                await remote.open()
            daemon.listen_for_signals(parent.pid)
            housekeeping = [group.create_task(daemon.keep_house()), group.create_task(daemon.stay_member())]
            if remote is not None:
                housekeeping.append(group.create_task(daemon.watch_transfers(remote)))
            try:
                await daemon.converse()
            except GaveUp as gave_up:
                # Raised below, or the group would wrap it.
                failure = gave_up
            finally:
                for task in housekeeping:
                    task.cancel()
                daemon.abandon()
        if line is not None:
            line.close()
        if remote is not None:
            await remote.close()
        await daemon.close()
    if failure is not None:
        raise failure


def _start_threads() -> ThreadPoolExecutor:
    """Begin only if gRPC can have its threads, too: it crashes without them."""
    try:
        require_threads(_HASH_THREADS + CHANNEL_THREADS)
        return started_pool(_HASH_THREADS, "hash")
    except OSError as error:
        raise GaveUp(f"The worker has no threads. {explain(error)}") from error


def _require_descriptors() -> None:
    """Begin only if there can be a channel: gRPC ends the process that has no descriptor for it."""
    if not has_descriptors(CHANNEL_DESCRIPTORS):
        raise GaveUp(_no_descriptors())


def _no_descriptors() -> str:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (
        f"It takes {CHANNEL_DESCRIPTORS} more file descriptors to reach a director, and this process may have {limit}"
        " in all. Raise the limit: prlimit --nofile, ulimit -n."
    )


def _make_remote(settings: Settings, troubles: Troubles) -> RemoteSide | None:
    """Return what a worker needs that does not see the project's files."""
    if settings.workspace is None:
        return None
    # Others need not pay for loading it.
    from stepup_worker.remote import RemoteSide

    try:
        socket = os.path.join(settings.socket_directory, "proxy")
        return RemoteSide(settings.workspace, settings.cache_bytes_max, socket, troubles)
    except OSError as error:
        raise GaveUp(f"The workspace cannot be used. {explain(error, place=settings.workspace)}") from error


class _Daemon:
    """Carries out what the session orders, and tells it what became of it."""

    def __init__(
        self,
        settings: Settings,
        runner: Runner,
        line: ForkLine | None,
        group: asyncio.TaskGroup,
        around: Surroundings,
    ) -> None:
        self._shared, self._remote = around.shared, around.remote
        self._membership = Membership(settings)
        self._settings = settings
        self._runner = runner
        self._line = line
        self._group = group
        self._life, self._log = around.life, around.log
        self._loop = asyncio.get_running_loop()
        self._session = Session(settings.slots)
        self._news = asyncio.Event()
        self._transfers: tuple[Transfer, ...] = ()
        self._has_moved = False
        self._timer: asyncio.TimerHandle | None = None
        self._leaving = asyncio.Event()
        self._first_contact = asyncio.Event()
        self._is_warm = False
        self._terminal = Terminal(is_ours=not settings.embedded)
        self._is_connected = False
        self._was_connected = False
        self._hindrances: tuple[str, ...] = ()
        runner.troubles.on_change = self._on_trouble
        self._attempts: set[asyncio.Task[None]] = set()
        self._followers = Followers(runner.find_capture, group)
        self._introduction = Introduction(
            name=settings.name,
            incarnation=self._life.incarnation,
            predecessor_end=self._life.predecessor_end,
            host=socket.gethostname(),
            pid=os.getpid(),
            root=settings.root if self._remote is None else "",
            own_workspace=self._remote is not None,
            version=versions.VERSION,
            offer=settings.offer,
        )

    async def keep_house(self) -> None:
        """Reap orphans of steps now and then."""
        while True:
            await asyncio.sleep(_REAP_S)
            known = self._runner.living() | self._membership.living()
            reap_strays(known if self._line is None else known | self._line.pids())

    async def watch_transfers(self, remote: RemoteSide) -> None:
        """Tell of large files on their way, as long as there are any."""
        while True:
            await asyncio.sleep(_TRANSFERS_S)
            now = remote.transfers()
            if now != self._transfers:
                self._transfers, self._has_moved = now, True
                self._news.set()

    def _on_trouble(self) -> None:
        """Let the director hear what keeps attempts from getting on, or that nothing does any more."""
        told = self._runner.troubles.told()
        if told != self._hindrances:
            self._hindrances, self._has_moved = told, True
            self._news.set()
            self._log.warning("hindered", reasons=told)

    async def stay_member(self) -> None:
        """Renew the certificate in time, if there is one."""
        await self._first_contact.wait()
        await self._membership.stay(self._on_renewed)

    async def _on_renewed(self, endpoint: Endpoint) -> None:
        """Use a new certificate for whatever travels from now on; the conversation goes on as it is."""
        self._log.info("renewed the certificate")
        if self._remote is not None:
            await self._remote.connect(endpoint)

    def listen_for_signals(self, guardian: int) -> None:
        """Stop when asked to; end at once when the guardian was killed, which arrives as SIGTERM, too.

        SIGTSTP and SIGCONT are about the steps: the worker itself goes on.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._on_signal, guardian)
        self._loop.add_signal_handler(signal.SIGUSR1, self._drain)
        if self._settings.drain_after_s is not None:
            self._loop.call_later(self._settings.drain_after_s, self._drain)
        self._loop.add_signal_handler(signal.SIGTSTP, self._on_suspend)
        self._loop.add_signal_handler(signal.SIGCONT, self._on_resume)

    async def converse(self) -> None:
        """Talk with one director after the other until there is nothing left to do."""
        if self._settings.ready_fd is not None:
            await _wait_end(self._settings.ready_fd)
        shortest_s, longest_s = self._membership.pauses_s
        delay_s = shortest_s
        lost_at: float | None = None
        while not self._leaving.is_set():
            reason = await self._converse_once()
            if self._is_connected:
                self._is_connected = False
                delay_s, lost_at = shortest_s, None
            if self._leaving.is_set():
                return
            lost_at = lost_at or time.monotonic()
            self._note_loss(reason, is_first=delay_s == shortest_s)
            # Within one host a stream breaks only because the director is gone: begin nothing more.
            has_ended = self._was_connected or time.monotonic() - lost_at > _PATIENCE_S
            if self._settings.embedded and has_ended:
                raise GaveUp(f"The director is gone ({reason}).")
            await self._pause(delay_s * random.uniform(0.5, 1.0))  # noqa: S311  only spreads callers
            delay_s = min(2 * delay_s, longest_s)

    async def close(self) -> None:
        """End what leads to the director."""
        await self._membership.close()

    def abandon(self) -> None:
        """Give up on what still runs; the guardian ends the processes."""
        self._followers.close()
        for task in self._attempts:
            task.cancel()

    # What the conversation asks.

    def on_connected(self) -> None:
        """Take note that the director answers."""
        self._is_connected = True
        self._was_connected = True
        self._first_contact.set()
        self._log.info("connected", socket=self._shared.socket)

    def on_orders(self, orders: OrdersReceived) -> None:
        """Take what the director wants."""
        if self._remote is not None:
            self._prepare_remote(self._remote, orders)
        self._runner.is_scattered = orders.scattered
        self._runner.badges.take(dict(orders.tokens), (order.attempt for order in orders.orders))
        self._tell(orders)
        self._followers.update(orders.followed)

    def use_sender(self, send: Send | None) -> None:
        """Take the present way for the output of steps."""
        self._followers.use(send)

    def _prepare_remote(self, remote: RemoteSide, orders: OrdersReceived) -> None:
        """Learn where the project is, and fetch what will be needed before there is a slot for it."""
        if orders.root:
            remote.learn_root(orders.root)
        for order in orders.orders:
            if order.assignment is not None:
                remote.expect(order.assignment)

    def next_statement(self, *, always: bool = False) -> Statement | None:
        """Return what is to be said now."""
        statement = self._session.next_statement(always=always or self._has_moved)
        self._has_moved = False
        if statement is None or not (self._transfers or self._hindrances):
            return statement
        return statement._replace(transfers=self._transfers, hindrances=self._hindrances)

    async def wait_news(self) -> None:
        """Wait until there may be something to say, and a moment longer, so that more is said at once."""
        await self._news.wait()
        await gather(lambda: self._session.waiting)
        self._news.clear()

    def is_leaving(self) -> bool:
        """Tell whether the conversation shall end."""
        return self._leaving.is_set()

    # The rest is how.

    async def _converse_once(self) -> str:
        """Talk with the director, if there is one, as long as possible; return why it ended."""
        try:
            return await self._converse_as_member()
        except NotAMember as reason:
            raise GaveUp(str(reason)) from reason

    async def _converse_as_member(self) -> str:
        """Talk with the director; raises `NotAMember` where there is no way to it."""
        try:
            endpoint = await self._membership.find_unless(self._leaving)
        except NoDirector as reason:
            return str(reason)
        if endpoint is None:
            return "left"
        if not has_descriptors(CHANNEL_DESCRIPTORS):
            return _no_descriptors()
        self._shared.socket = endpoint.socket
        if self._remote is not None:
            await self._remote.connect(endpoint)
        self._warm_up(endpoint.socket if self._remote is None else self._remote.socket)
        self._tell(StreamOpened())
        try:
            probe = read_probe(self._settings.root)
            self._introduction = self._introduction._replace(probe=probe, dial=self._introduction.dial + 1)
            await synchronize(endpoint, self._introduction, self)
        except Refused as refused:
            # A token may be that of the director before, but nobody gets a revoked certificate back.
            if not self._was_connected or (isinstance(refused, Disbelieved) and endpoint.certificate):
                raise GaveUp(f"The director refuses this worker: {refused}") from refused
            return str(refused)
        except Postponed as postponed:
            self._terminal.tell(f"Waiting: {postponed}")
            return str(postponed)
        except Unreachable as unreachable:
            if not self._was_connected:
                self._membership.explain(str(unreachable))
            return str(unreachable)
        finally:
            self._tell(StreamBroken())
        return "left"

    def _note_loss(self, reason: str, *, is_first: bool) -> None:
        if is_first:
            self._log.info("waiting for a director", reason=reason)

    def _warm_up(self, path: str) -> None:
        if self._line is not None and not self._is_warm:
            self._is_warm = True
            self._line.warm_up(path)

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._leaving.wait()
        except TimeoutError:
            return

    def _on_signal(self, guardian: int) -> None:
        if os.getppid() != guardian:
            kill_descendants()
            remove_socket_directory(self._settings.socket_directory)
            os._exit(1)
        self._log.info("asked to stop")
        self._tell(StopAsked())

    def _drain(self) -> None:
        self._log.info("draining")
        self._tell(DrainAsked())

    def _on_suspend(self) -> None:
        self._runner.suspend()
        self._tell(Suspended())

    def _on_resume(self) -> None:
        self._runner.resume()
        self._tell(Resumed())

    def _tell(self, event: Event) -> None:
        for command in self._session.handle(event, time.monotonic()):
            self._perform(command)
        self._set_timer()

    def _perform(self, command: Command) -> None:
        match command:
            case Start(attempt, assignment):
                self._life.note_work()
                task = self._group.create_task(self._attempt(attempt, assignment))
                self._attempts.add(task)
                task.add_done_callback(self._attempts.discard)
            case Interrupt(attempt):
                self._runner.stop(attempt, StopLevel.INTERRUPT)
            case Kill(attempt):
                self._runner.stop(attempt, StopLevel.KILL)
            case Recall(attempt):
                self._runner.recall(attempt)
            case Speak():
                self._news.set()
            case Leave():
                self._log.info("leaving")
                self._leaving.set()
                self._news.set()

    async def _attempt(self, attempt: AttemptId, assignment: Assignment) -> None:
        outcome = await self._runner.run(attempt, assignment, lambda: self._tell(AttemptBegan(attempt)))
        self._log.debug("attempt ended", attempt=str(attempt), command=assignment.command, end=str(outcome.end))
        self._tell(AttemptEnded(attempt, outcome))

    def _set_timer(self) -> None:
        deadline = self._session.next_deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay_s = max(0.0, deadline - time.monotonic())
            self._timer = self._loop.call_later(delay_s, self._tell, TimePassed())


async def _wait_end(fd: int) -> None:
    """Wait until the other end of a pipe is closed."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def on_readable() -> None:
        if not os.read(fd, 512):
            loop.remove_reader(fd)
            ended.set()

    loop.add_reader(fd, on_readable)
    await ended.wait()
    os.close(fd)
