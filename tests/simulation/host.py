"""The director's side: one process after the other over one database, which alone outlives them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from stepup_server.core import commands as cmd
from stepup_server.core import events as ev
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.ids import RequestId, StreamId
from stepup_server.core.refusals import NotNow, Refusal
from stepup_server.core.states import Tag
from stepup_server.engine.mailbox import Mailbox
from tests.support.database import Database
from tests.support.disk import VirtualDisk

__all__ = ("GONE", "Answer", "DirectorHost", "Question")

Question = cmd.InspectPaths | cmd.CompareFiles | cmd.HashFiles | cmd.ExpandGlobs | cmd.RemoveFiles
Answer = Callable[[cmd.Value | Refusal], None]
"""Who waits for an answer."""

GONE = NotNow("The director is gone.")


class DirectorHost:
    """What the engine, the journal and the threads are around a real director."""

    def __init__(self, settings: DirectorSettings, environment: Mapping[str, str], disk: VirtualDisk) -> None:
        self._settings = settings
        self._environment = environment
        self._disk = disk
        self.database = Database()
        self.generation = 0
        """Counts the processes."""
        self.turns = 0
        """Counts the groups of events of all processes."""
        self.is_alive = False
        self.is_settled = False
        """It has handled something, and that is durable."""
        self.director = Director(settings, environment)
        self.inbox: list[ev.Event] = []
        self.questions: list[Question] = []
        """What was asked of the disk and not answered yet."""
        self._mailboxes: dict[StreamId, Mailbox] = {}
        self.filled: set[StreamId] = set()
        """The streams for which there are orders."""
        self.ended: set[StreamId] = set()
        """The streams on which the director says nothing more."""
        self.unwritten: list[cmd.Command] = []
        """Commands of a turn whose record is not durable yet."""
        self.told: list[str] = []
        """Warnings for people."""
        self.has_stopped = False
        """The director said that all is over."""
        self._waiting: dict[RequestId, Answer] = {}
        self._last_request = 0

    def start(self, now: float) -> None:
        """Start a process from what was committed."""
        self.generation += 1
        self.is_alive, self.is_settled, self.has_stopped = True, False, False
        self.director = self.database.restore(lambda: Director(self._settings, self._environment), now)

    def crash(self, rng: random.Random) -> None:
        """End a process at once; work on the disk that was under way is done or not."""
        self.is_alive = False
        for question in self.questions:
            if isinstance(question, cmd.RemoveFiles) and rng.random() < 0.5:
                self._disk.remove_products(question.files)
        for rest in (self.inbox, self.questions, self.unwritten, self._mailboxes, self.filled, self.ended):
            rest.clear()
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer(GONE)

    # Telling and asking

    def tell(self, event: ev.Event) -> None:
        """Put an event in the inbox, if somebody reads it."""
        if self.is_alive:
            self.inbox.append(event)

    def ask(self, make_event: Callable[[RequestId], ev.Event], answer: Answer) -> RequestId | None:
        """Put a request in the inbox."""
        if not self.is_alive:
            answer(GONE)
            return None
        self._last_request += 1
        request = RequestId(self._last_request)
        self._waiting[request] = answer
        self.inbox.append(make_event(request))
        return request

    def abandon(self, request: RequestId) -> None:
        """Let a caller go away."""
        if self._waiting.pop(request, None) is not None:
            self.tell(ev.RequestAbandoned(request=request))

    # Turns

    def think(self, now: float) -> None:
        """Let the director take in what has come; what it says is not durable yet."""
        events, self.inbox = self.inbox, []
        self.turns += 1
        self.is_settled = False
        self.unwritten = list(self.director.handle(events, now))
        self.is_settled = not self.unwritten

    def commit(self) -> None:
        """Make the record of the last turn durable."""
        for command in self.unwritten:
            if isinstance(command, cmd.Record):
                self.database.commit(command)

    def perform(self, most: int | None = None) -> None:
        """Perform the commands of the last turn, or only the first of them."""
        commands, self.unwritten = self.unwritten, []
        self.is_settled = True
        for command in commands[:most]:
            self._perform(command)

    def _perform(self, command: cmd.Command) -> None:
        match command:
            case cmd.Answer(request=request, value=value):
                self._answer(request, value)
            case cmd.Refuse(request=request, refusal=refusal):
                self._answer(request, refusal)
            case cmd.OrderWorker(stream=stream):
                if stream in self._mailboxes:
                    self._mailboxes[stream].put(command)
                    self.filled.add(stream)
            case cmd.EndStream(stream=stream):
                self.ended.add(stream)
            case cmd.MakeDirectories(paths=paths):
                self._disk.make_directories(paths)
            case cmd.InspectPaths() | cmd.CompareFiles() | cmd.HashFiles() | cmd.ExpandGlobs() | cmd.RemoveFiles():
                self.questions.append(command)
            case cmd.Report(tag=Tag.WARNING, text=text):
                self.told.append(text)
            case cmd.Stop():
                self.has_stopped = True
            case _:
                pass

    def _answer(self, request: RequestId, value: cmd.Value | Refusal) -> None:
        answer = self._waiting.pop(request, None)
        if answer is not None:
            answer(value)

    # Streams

    def open_stream(self, stream: StreamId) -> None:
        """Keep the orders for a stream from now on."""
        self._mailboxes[stream] = Mailbox()

    def close_stream(self, stream: StreamId) -> None:
        """Keep nothing for a stream any more."""
        self._mailboxes.pop(stream, None)
        self.filled.discard(stream)
        self.ended.discard(stream)

    def take_orders(self, stream: StreamId) -> cmd.OrderWorker:
        """Take the newest orders for a stream."""
        self.filled.discard(stream)
        orders = self._mailboxes[stream].take()
        if orders is None:
            raise RuntimeError(stream)
        return orders

    # The disk

    def look(self, question: Question) -> None:
        """Answer a question to the disk."""
        self.questions.remove(question)
        match question:
            case cmd.InspectPaths(token=token, paths=paths):
                self.tell(ev.PathsInspected(token=token, observations=self._disk.inspect(paths)))
            case cmd.CompareFiles(token=token, files=files):
                self.tell(ev.PathsInspected(token=token, observations=self._disk.compare(files)))
            case cmd.HashFiles(token=token, files=files):
                self.tell(ev.FilesHashed(token=token, observations=self._disk.hash(files)))
            case cmd.ExpandGlobs(token=token, queries=queries):
                self.tell(ev.GlobsExpanded(token=token, matches=self._disk.expand(queries)))
            case cmd.RemoveFiles(token=token, files=doomed):
                self.tell(ev.FilesRemoved(token=token, removed=self._disk.remove_products(doomed)))
