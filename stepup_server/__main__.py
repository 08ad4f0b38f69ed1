"""Flags become settings, settings become a serving director; the only words of its own and the only exit code."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import time
from collections.abc import Sequence
from socket import gethostname

# Read by grpc when it is imported: this process never forks once it serves.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
# Else gRPC tells users of strangers that were turned away, in its own words.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

import uvloop

from stepup_shared import versions
from stepup_shared.hindrance import explain, is_hindrance
from stepup_shared.threads import CHANNEL_THREADS, require_threads
from stepup_shared.visible import in_text

from . import __version__
from .cleaning import clean_up
from .core.director import Director, DirectorSettings
from .core.leases import lease_for
from .core.states import StopLevel
from .core.survival import forbid_twice, still_going
from .descriptors import raise_limit, watch_descriptors
from .engine.clock import MonotonicClock
from .engine.engine import Engine
from .engine.identities import Trust
from .engine.ports import JournalFailed, JournalLost, Reporter
from .failpoints import reach
from .files.blobs import BlobStore
from .files.disk import ProjectDisk
from .files.transfers import ProjectBlobs
from .files.watch import ProjectWatcher
from .inspection import show
from .notify import tell_service_manager
from .presence import ProjectIsTaken, claim_project, has_successor, own_token, socket_for, write_note, write_probe
from .report.feed import EventFeed
from .report.joblog import JobLog
from .report.log import configure
from .report.reporters import FanOut, LogReporter
from .report.tagged import TaggedLogs
from .rpc.server import Doors, serving
from .settings import CleanSettings, InspectSettings, Settings, settings_from_arguments
from .store.archive import StoredOutputs
from .store.distrust import boot_id
from .store.journal import SqliteJournal
from .store.restore import load

__all__ = ("main", "serve")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `stepup director`; return its exit code."""
    settings = settings_from_arguments(sys.argv[1:] if arguments is None else arguments)
    if isinstance(settings, CleanSettings):
        return clean_up(settings)
    if isinstance(settings, InspectSettings):
        return show(settings)
    return serve(settings)


def serve(settings: Settings) -> int:
    """Serve a project until the director stops, or say in a line why that cannot be; return the exit code."""
    try:
        _serve_claimed(settings)
    except (ProjectIsTaken, JournalFailed, JournalLost, OSError) as error:
        text = explain(error) if isinstance(error, OSError) and is_hindrance(error) else str(error)
        print(f"ERROR: {in_text(text)}", file=sys.stderr)
        return 1
    return 0


def _serve_claimed(settings: Settings) -> None:
    """Serve a project that nobody else serves."""
    raise_limit()
    # Without its threads gRPC crashes, so they are tried beforehand.
    require_threads(CHANNEL_THREADS)
    with (
        claim_project(settings.root) as left,
        socket_for(settings.socket, left) as socket,
        own_token(socket) as token,
    ):
        reach("after_claim")
        uvloop.run(_serve(settings, socket, token))


async def _serve(settings: Settings, socket: str, token: str) -> None:
    """Put the director together, serve, and take it apart again."""
    state = os.path.join(settings.root, ".stepup")
    log = configure(settings.log_format, settings.log_level, os.path.join(state, "director.log"))
    database = os.path.join(settings.root, ".stepup/graph.db")
    clock, feed = MonotonicClock(), EventFeed(time.time)
    # The files first, so that whoever hears of something can read it there.
    joblog = JobLog(os.path.join(state, "joblog.csv"), tell=feed.report) if settings.joblog else None
    reporters: list[Reporter] = [TaggedLogs(state), feed, LogReporter()]
    reporter = FanOut(reporters if joblog is None else [*reporters, joblog])
    journal, store, watcher = SqliteJournal(database), BlobStore(settings.root), ProjectWatcher(settings.root)
    disk = ProjectDisk(settings.root, blobs=store, allowed=settings.allowed_roots)
    blobs = ProjectBlobs(store)
    director = _make_director(settings, socket, database, clock, journal.begin_epoch(boot_id()))
    engine = Engine(director, journal=journal, disk=disk, watcher=watcher, reporter=reporter, clock=clock)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(log.close)
        if joblog is not None:
            stack.callback(joblog.close)
        stack.push_async_callback(journal.close)
        stack.callback(disk.close)
        stack.callback(blobs.close)
        stack.callback(watcher.close)
        doors = _doors(settings, socket, token)
        await stack.enter_async_context(
            serving(engine, feed, blobs, StoredOutputs(database), doors=doors, version=__version__)
        )
        stack.callback(feed.close)
        reach("before_note")
        stack.enter_context(write_note(settings.root, socket, __version__))
        reach("after_note")
        log.announce(socket=socket, version=__version__)
        engine.announce_listening()
        _watch_signals(engine, settings)
        _tell_ready(settings)
        watching = asyncio.create_task(watch_descriptors(reporter))
        stack.callback(watching.cancel)
        await _run(engine, socket, token)


async def _run(engine: Engine, socket: str, token: str) -> None:
    """Run until the director stops. One that has a successor then leaves everything as it is.

    Whoever could not be kept out by the lock listens at the same path, which gRPC removes when it stops.
    """
    reason = "Another director has taken over."
    try:
        await engine.run()
    except JournalLost as lost:
        if not has_successor(socket, token):
            raise
        reason = str(lost)
    if has_successor(socket, token):
        print(f"ERROR: {in_text(reason)}", file=sys.stderr, flush=True)
        os._exit(1)


def _doors(settings: Settings, socket: str, token: str) -> Doors:
    """Say where to listen, and to whom."""
    if not settings.listen:
        return Doors(socket, token, settings.token_life_s)
    return Doors(socket, token, settings.token_life_s, settings.listen, _registry(settings))


def _registry(settings: Settings) -> Trust:
    """Return whom the director believes of those who come from elsewhere."""
    # Only those pay for it who listen to others.
    folder = os.path.join(settings.root, ".stepup/trust")
    if settings.site_files is None:
        from .trust.registry import Registry

        return Registry(folder, settings.listen, time.time, certificate_s=settings.certificate_s)
    from stepup_shared.site_files import SiteFiles

    from .trust.site import SiteRegistry

    return SiteRegistry(folder, settings.listen, time.time, SiteFiles(*settings.site_files))


def _make_director(settings: Settings, socket: str, database: str, clock: MonotonicClock, epoch: int) -> Director:
    """Return a director that has taken up what an earlier one left."""
    reach("after_epoch")
    snapshot = load(database)
    complaint = forbid_twice(snapshot.steps) if settings.embedded else ""
    if complaint:
        raise ProjectIsTaken(complaint)
    told_s = float(snapshot.facts.get("lease", "0"))
    facts = DirectorSettings(
        socket=socket,
        root=settings.root,
        allowed_roots=settings.allowed_roots,
        embedded=settings.embedded,
        moves_files=settings.moves_files,
        lease_s=lease_for(settings.lease_s, told_s, is_awaited=bool(still_going(snapshot.steps))),
        loss_cap=settings.loss_cap,
        epoch=epoch,
        probe=write_probe(settings.root),
        host=gethostname(),
        version=versions.VERSION,
    )
    director = Director(facts, os.environ)
    if snapshot.steps:
        director.restore(snapshot, clock.now())
    reach("after_restore")
    # What was loaded lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return director


def _watch_signals(engine: Engine, settings: Settings) -> None:
    """Stop on signals, more firmly each time, and when the command line is gone."""
    loop = asyncio.get_running_loop()
    levels = iter((StopLevel.INTERRUPT, StopLevel.KILL))

    def stop() -> None:
        engine.request_stop(next(levels, StopLevel.KILL))

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if settings.lifeline_fd is not None:
        loop.add_reader(settings.lifeline_fd, _on_lifeline_cut, engine, settings.lifeline_fd)


def _on_lifeline_cut(engine: Engine, lifeline_fd: int) -> None:
    """End everything, as the command line is gone."""
    asyncio.get_running_loop().remove_reader(lifeline_fd)
    engine.request_stop(StopLevel.KILL)


def _tell_ready(settings: Settings) -> None:
    """Let those who wait know that the director listens."""
    tell_service_manager("READY=1")
    if settings.ready_fd is not None:
        os.close(settings.ready_fd)


if __name__ == "__main__":
    sys.exit(main())
