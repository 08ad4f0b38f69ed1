"""One inbox, one timer: all that happens goes through here to the core, and all that the core orders comes from here.

The events that have come in while the last group was being made durable form the next group. The record of a group is
durable before anything else of it is performed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from stepup_server.core.commands import (
    Answer,
    Command,
    CompareFiles,
    EndFollow,
    EndStream,
    ExpandGlobs,
    ForgetBlobs,
    HashFiles,
    InspectPaths,
    MakeDirectories,
    OrderWorker,
    PauseWatch,
    PublishFiles,
    Record,
    Refuse,
    RemoveFiles,
    Report,
    Stop,
    Watch,
)
from stepup_server.core.director import Director
from stepup_server.core.events import (
    Event,
    FilesHashed,
    FilesPublished,
    FilesRemoved,
    GlobsExpanded,
    PathsInspected,
    RequestAbandoned,
    StopRequested,
    TimePassed,
    WatchFailed,
)
from stepup_server.core.ids import RequestId, StreamId
from stepup_server.core.refusals import InvariantBroken
from stepup_server.core.states import StopLevel, Tag
from stepup_server.failpoints import reach

from .follows import Follows
from .mailbox import Mailbox
from .ports import Clock, Disk, DiskFailed, Journal, JournalFailed, JournalLost, Reporter, Watcher, WatcherFailed

__all__ = ("Engine",)

_Answer = TypeVar("_Answer")

JOURNAL_RETRY_S = 1.0
"""How long to wait before trying again to write what could not be written."""
DISK_RETRY_S = 1.0
"""How long to wait before asking the disk again."""

_Question: TypeAlias = (
    InspectPaths | CompareFiles | HashFiles | ExpandGlobs | RemoveFiles | PublishFiles | ForgetBlobs | MakeDirectories
)
"""What the core wants of the disk."""


class Engine:
    """Runs one director until it says that it is over."""

    def __init__(
        self,
        director: Director,
        *,
        journal: Journal,
        disk: Disk,
        watcher: Watcher,
        reporter: Reporter,
        clock: Clock,
    ) -> None:
        self._director = director
        self._journal = journal
        self._disk = disk
        self._watcher = watcher
        self._reporter = reporter
        self._clock = clock
        self._inbox: list[Event] = []
        self._filled = asyncio.Event()
        self._answers: dict[RequestId, asyncio.Future[Any]] = {}
        self._mailboxes: dict[StreamId, Mailbox] = {}
        self._last_stream = 0
        self._last_request = 0
        self._stopped = False
        self._given_up = asyncio.Event()
        """Nobody wants to wait for the disk any more."""
        self._troubles: Counter[str] = Counter()
        """What the disk keeps us from, and how many questions wait for it."""
        self.follows = Follows()
        """Those who watch what running steps write."""
        self._lost: JournalLost | None = None
        self._questions: asyncio.TaskGroup | None = None

    @property
    def director(self) -> Director:
        """The core, for views that only read it."""
        return self._director

    def now(self) -> float:
        """Return the time that the core is told, in monotonic seconds."""
        return self._clock.now()

    def tell(self, event: Event) -> None:
        """Put an event in the inbox."""
        if isinstance(event, StopRequested) and event.level >= StopLevel.INTERRUPT:
            self._disk.give_up()
            self._given_up.set()
        self._inbox.append(event)
        self._filled.set()

    async def ask(self, make_event: Callable[[RequestId], Event], expected: type[_Answer]) -> _Answer:
        """Put a request in the inbox and wait for its answer.

        Raises
        ------
        Refusal
            The core does not do it.
        """
        self._last_request += 1
        request = RequestId(self._last_request)
        event = make_event(request)
        future = asyncio.get_running_loop().create_future()
        self._answers[request] = future
        self.tell(event)
        try:
            answer = await future
        except asyncio.CancelledError:
            self.tell(RequestAbandoned(request=request))
            raise
        finally:
            del self._answers[request]
        if not isinstance(answer, expected):
            raise InvariantBroken(f"{event} was answered with {answer!r}")
        return answer

    @contextmanager
    def stream(self) -> Generator[tuple[StreamId, Mailbox]]:
        """Give a worker's stream its number, and a place where its orders arrive as long as it lasts."""
        self._last_stream += 1
        stream = StreamId(self._last_stream)
        self._mailboxes[stream] = Mailbox()
        try:
            yield stream, self._mailboxes[stream]
        finally:
            del self._mailboxes[stream]

    def announce_listening(self) -> None:
        """Report where the director listens."""
        socket = self._director.desk.settings.socket
        self._reporter.report(Report(tag=Tag.DIRECTOR, text=f"Listening on {socket}"))

    def request_stop(self, level: StopLevel) -> None:
        """Ask for the end without waiting for the answer."""
        self._last_request += 1
        self.tell(StopRequested(request=RequestId(self._last_request), level=level))

    async def run(self) -> None:
        """Handle events, group by group, until the core says stop.

        Raises
        ------
        JournalLost
            Somebody else serves the project now. Nothing that depended on the last group was said to anybody.
        """
        async with asyncio.TaskGroup() as questions:
            self._questions = questions
            while not self._stopped:
                await self._wait_event()
                events, self._inbox = self._inbox, []
                commands = self._director.handle(events, self._clock.now())
                if not await self._commit([command for command in commands if isinstance(command, Record)]):
                    break
                for command in commands:
                    self._perform(command)
        self._refuse_all()
        if self._lost is not None:
            raise self._lost

    async def _wait_event(self) -> None:
        """Wait for an event, or for the moment that the core named."""
        deadline = self._director.next_deadline()
        timer = None
        if deadline is not None:
            delay_s = max(0.0, deadline - self._clock.now())
            timer = asyncio.get_running_loop().call_later(delay_s, self.tell, TimePassed())
        await self._filled.wait()
        self._filled.clear()
        if timer is not None:
            timer.cancel()

    async def _commit(self, records: list[Record]) -> bool:
        """Make records durable; if the disk refuses, say so once and try until it does not. False: it never will."""
        told = False
        while records:
            reach("before_commit")
            try:
                await self._journal.commit(records)
            except JournalLost as lost:
                self._lost = lost
                return False
            except JournalFailed as failure:
                if not told:
                    self._reporter.report(Report(tag=Tag.ERROR, text=f"{failure} Trying again until it succeeds."))
                    told = True
                await asyncio.sleep(JOURNAL_RETRY_S)
            else:
                break
        return True

    def _perform(self, command: Command) -> None:
        """Carry out one command; what takes time becomes a task whose result is another event."""
        match command:
            case Record():
                pass
            case Answer() | Refuse():
                self._reply(command)
            case OrderWorker() | EndStream():
                self._post(command)
            case Report():
                self._reporter.report(command)
            case Stop():
                self._stopped = True
            case EndFollow(follow=follow):
                self.follows.end(follow)
            case Watch() | PauseWatch():
                self._begin(self._use_watcher(command))
            case _:
                self._begin(self._ask_disk(command))

    def _reply(self, command: Answer | Refuse) -> None:
        """Let the caller go on."""
        future = self._waiting(command.request)
        if future is None:
            return
        reach("before_answer")
        match command:
            case Answer(value=value):
                future.set_result(value)
            case Refuse(refusal=refusal):
                future.set_exception(refusal)

    def _waiting(self, request: RequestId) -> asyncio.Future[Any] | None:
        """Return the caller of a request, if it still waits."""
        future = self._answers.get(request)
        return None if future is None or future.done() else future

    def _post(self, command: OrderWorker | EndStream) -> None:
        """Put something in the mailbox of a stream; orders that come too late for it are told again on the next."""
        mailbox = self._mailboxes.get(command.stream)
        if mailbox is None:
            return
        if isinstance(command, OrderWorker):
            reach("before_dispatch")
            mailbox.put(command)
        else:
            mailbox.end()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that the task group owns."""
        if self._questions is None:
            raise RuntimeError("the engine is not running")
        self._questions.create_task(work)

    async def _ask_disk(self, command: _Question) -> None:
        """Ask the disk, again and again while the machine keeps us from it; what it is, is said once."""
        while True:
            try:
                return await self._use_disk(command)
            except DiskFailed as failure:
                reason = str(failure)
            if not self._troubles[reason]:
                self._reporter.report(Report(tag=Tag.ERROR, text=f"{reason} Trying again until it succeeds."))
            self._troubles[reason] += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(DISK_RETRY_S):
                    await self._given_up.wait()
            self._forget_later(reason)

    def _forget_later(self, reason: str) -> None:
        """Tell a trouble again that has been gone for a while."""
        asyncio.get_running_loop().call_later(2 * DISK_RETRY_S, self._troubles.subtract, (reason,))

    async def _use_disk(self, command: _Question) -> None:
        """Do what the core wants of the disk, and tell it what came of it."""
        reach("before_disk_work")
        event = await self._work_on_disk(command)
        reach("after_disk_work")
        if event is not None:
            self.tell(event)

    async def _work_on_disk(self, command: _Question) -> Event | None:
        """Return what came of it; None when there is nothing to tell."""
        match command:
            case InspectPaths(token=token, paths=paths):
                return PathsInspected(token=token, observations=await self._disk.inspect(paths))
            case CompareFiles(token=token, files=files):
                return PathsInspected(token=token, observations=await self._disk.compare(files))
            case HashFiles(token=token, files=files, products=products, late=late):
                return FilesHashed(token=token, observations=await self._disk.hash(files, products, late=late))
            case ExpandGlobs(token=token, queries=queries):
                return GlobsExpanded(token=token, matches=await self._disk.expand(queries))
            case RemoveFiles(token=token, files=files):
                return FilesRemoved(token=token, removed=await self._disk.remove(files))
            case PublishFiles(token=token, files=files, inputs=inputs):
                return FilesPublished(token=token, published=await self._disk.publish(files, inputs))
            case ForgetBlobs():
                await self._disk.forget_blobs()
            case MakeDirectories(paths=paths):
                await self._disk.make_directories(paths)
        return None

    async def _use_watcher(self, command: Watch | PauseWatch) -> None:
        """Listen to what happens to the files, or stop doing so."""
        match command:
            case Watch(directories=directories):
                try:
                    await self._watcher.watch(directories, self.tell, self._tell_watch_failed)
                except WatcherFailed as failure:
                    self._tell_watch_failed(str(failure))
            case PauseWatch(token=token):
                self.tell(replace(await self._watcher.pause(), token=token))

    def _tell_watch_failed(self, reason: str) -> None:
        """Tell the core that changes are not noticed."""
        self.tell(WatchFailed(reason=reason))

    def _refuse_all(self) -> None:
        """Let nobody wait for ever."""
        for future in self._answers.values():
            if not future.done():
                future.cancel()
