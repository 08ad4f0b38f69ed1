"""A whole site in memory: one director, a disk, a database and workers, in virtual time.

Nothing happens by itself: `moves` lists what could happen next, `run` lets it happen until nothing more can.
After each turn of the director its invariants are checked, the database is compared with the graph,
and a refused event is checked to have changed nothing.
"""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from stepup_server.core import events as ev
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
    Value,
    Watch,
)
from stepup_server.core.director import Director, DirectorSettings
from stepup_server.core.ids import AttemptId, NodeId, RequestId, StreamId, WorkerId
from stepup_server.core.invariants import check
from stepup_server.core.records import File, Step
from stepup_server.core.refusals import Refusal
from stepup_server.core.values import Assignment, BuildOptions, Declaration
from stepup_server.core.views import graph_text
from tests.support.database import Database, Rows, rows_of
from tests.support.disk import VirtualDisk
from tests.support.scripts import Script, declares, makes_outputs
from tests.support.watcher import FakeWatcher
from tests.support.workers import FakeWorker, Held, Stage

__all__ = ("Built", "Move", "Project", "Ticket", "without_speech")

MOVES_MAX = 20_000
Question = InspectPaths | CompareFiles | HashFiles | ExpandGlobs | RemoveFiles | PublishFiles


class Move(NamedTuple):
    """Something that could happen next."""

    name: str
    do: Callable[[], None]


class Ticket(NamedTuple):
    """A build that is going on."""

    wait: RequestId
    """The request that is answered at its end."""
    mark: int
    """How many reports there were before it."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build."""

    code: int
    started: list[str]
    """Labels of the steps that began, in order."""
    lines: list[str]
    """What people were told: tag and text."""

    def tagged(self, tag: str) -> list[str]:
        """Return the texts behind a tag."""
        return [line.partition(" ")[2] for line in self.lines if line.partition(" ")[0] == tag]


@dataclass(slots=True, kw_only=True, eq=False)
class Project:
    """One project and all that works on it."""

    settings: DirectorSettings = field(default_factory=DirectorSettings)
    environment: dict[str, str] = field(default_factory=dict)
    disk: VirtualDisk = field(default_factory=VirtualDisk)
    database: Database = field(default_factory=Database)
    workers: dict[str, FakeWorker] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    """What commands do; a command that is not named writes its outputs."""
    plans: dict[str, Script] = field(default_factory=dict)
    """What plans do, by the text of their files."""
    paused: set[str] = field(default_factory=set)
    """Beginnings of the names of moves that may not happen."""
    now: float = 0.0
    director: Director = field(init=False)
    watcher: FakeWatcher = field(default_factory=FakeWatcher)
    questions: list[Question] = field(default_factory=list)
    """What was asked of the disk and not answered yet."""
    answers: dict[RequestId, Value | Refusal] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    history: list[tuple[tuple[ev.Event, ...], float, tuple[Command, ...]]] = field(default_factory=list)
    """All turns of the present director."""
    birth: Database = field(default_factory=Database)
    """What the present director was restored from."""
    born_at: float = 0.0
    """When that was."""
    is_stopped: bool = False
    _last_request: int = 0
    _asked: dict[RequestId, ev.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.director = self._make_director()

    def _make_director(self) -> Director:
        return Director(self.settings, self.environment)

    # What a test prepares

    def plan(self, *declarations: Declaration, path: str = "plan.py", script: Script | None = None) -> None:
        """Write a plan that declares things, or does what a script does."""
        text = f"plan {len(self.plans)} {declarations}"
        self.plans[text] = script or declares(*declarations)
        self.disk.write(path, text)

    def files(self, **texts: str) -> None:
        """Write files; a double underscore in a name stands for a dot."""
        for name, text in texts.items():
            self.disk.write(name.replace("__", "."), text)

    def find_script(self, assignment: Assignment) -> Script:
        """Return what a command does."""
        script = self.scripts.get(assignment.command)
        if script is not None:
            return script
        path = posixpath.normpath(posixpath.join(assignment.workdir, assignment.command.split()[0]))
        return self.plans.get(self.disk.read(path) or "", makes_outputs)

    # Workers

    def join(
        self,
        name: str = "w0",
        slots: int = 1,
        *,
        own_workspace: bool = False,
        labels: Mapping[str, str] | None = None,
        resources: Mapping[str, int] | None = None,
        member: str = "",
    ) -> FakeWorker:
        """Let a worker come, or come back."""
        worker = self.workers.get(name)
        if worker is None:
            worker = FakeWorker(name, self.disk, self.find_script, slots, own_workspace=own_workspace)
            worker.labels, worker.resources, worker.member = labels or {}, resources or {}, member
            self.workers[name] = worker
        if worker.has_left:
            worker.kill_all()
        request = self._draw_request()
        self._asked[request] = event = worker.introduction(request)
        self._hand_over(event)
        answer = self.answers[request]
        if isinstance(answer, Refusal):
            worker.is_connected = False
        else:
            worker.id = WorkerId(answer) if isinstance(answer, int) else None
            self._deliver(self.history[-1][2])
        return worker

    def break_stream(self, name: str = "w0") -> None:
        """Cut the connection of a worker, which goes on with what it does."""
        worker = self.workers[name]
        if worker.is_connected and worker.id is not None:
            worker.is_connected = False
            worker.mail.clear()
            self.end_stream(worker, worker.streams)

    def kill_worker(self, name: str = "w0") -> None:
        """Let a worker die with all its steps."""
        worker = self.workers[name]
        was_connected = worker.is_connected
        worker.kill_all()
        if was_connected:
            self.end_stream(worker, worker.streams)

    def end_stream(self, worker: FakeWorker, number: int) -> None:
        """Let a stream of a worker end, the present one or one that is long forgotten."""
        if worker.id is not None:
            self.tell(ev.WorkerDisconnected(worker=worker.id, stream=StreamId(number)))

    # Telling and asking

    def ask(self, make_event: Callable[[RequestId], ev.Event]) -> RequestId:
        """Make a request; its answer will be among the answers."""
        request = self._draw_request()
        self._asked[request] = event = make_event(request)
        self.tell(event)
        return request

    def answer_to(self, make_event: Callable[[RequestId], ev.Event]) -> Value | Refusal:
        """Make a request, let all happen that can, and return the answer."""
        request = self.ask(make_event)
        self.run()
        return self.answers[request]

    def tell(self, *events: ev.Event) -> tuple[Command, ...]:
        """Let the director handle a group of events; perform what it orders."""
        commands = self._hand_over(*events)
        self._deliver(commands)
        return commands

    def _hand_over(self, *events: ev.Event) -> tuple[Command, ...]:
        """Let the director handle a group of events; perform all but the orders to workers."""
        before = rows_of(self.director)
        commands = self.director.handle(events, self.now)
        self.history.append((events, self.now, commands))
        self.commands += commands
        for command in commands:
            self._perform(command)
        check(self.director)
        rows = rows_of(self.director)
        stored = (self.database.steps, self.database.files, self.database.trees)
        assert stored == rows, _difference(stored, rows)
        if len(events) == 1 and any(isinstance(command, Refuse) for command in commands):
            self._check_refusal(events[0], commands, before, rows)
        return commands

    def _check_refusal(self, event: ev.Event, commands: tuple[Command, ...], before: Rows, after: Rows) -> None:
        """Demand that a refusal changed nothing; of a batch, what stands before the refused declaration stays."""
        for refuse in (command for command in commands if isinstance(command, Refuse)):
            asked = self._asked.get(refuse.request, event)
            if isinstance(asked, ev.WaitRequested) and asked != event:
                # It had been waiting for something that is sure now not to come.
                return
            if isinstance(asked, ev.PlanDeclared) and len(asked.declarations) > 1:
                return
        assert without_speech(before) == without_speech(after), _difference(before, after)

    def _draw_request(self) -> RequestId:
        self._last_request += 1
        return RequestId(self._last_request)

    def _perform(self, command: Command) -> None:
        match command:
            case Record():
                self.database.commit(command)
            case Answer(request=request, value=value):
                self._answer(request, value)
            case Refuse(request=request, refusal=refusal):
                self._answer(request, refusal)
            case Report():
                self.reports.append(command)
            case Stop():
                self.is_stopped = True
            case MakeDirectories() | ForgetBlobs():
                self._change_disk(command)
            case InspectPaths() | CompareFiles() | HashFiles() | ExpandGlobs() | RemoveFiles() | PublishFiles():
                self.questions.append(command)
            case Watch() | PauseWatch():
                self.watcher.take(command)
            case OrderWorker() | EndStream() | EndFollow():
                pass

    def _change_disk(self, command: MakeDirectories | ForgetBlobs) -> None:
        if isinstance(command, ForgetBlobs):
            self.disk.blobs.clear()
        else:
            self.disk.make_directories(command.paths)

    def _answer(self, request: RequestId, value: Value | Refusal) -> None:
        assert request not in self.answers, f"request {request} is answered twice"
        self.answers[request] = value

    def _deliver(self, commands: tuple[Command, ...]) -> None:
        """Bring orders to the streams of the workers."""
        for orders in (command for command in commands if isinstance(command, OrderWorker)):
            for worker in self.workers.values():
                if worker.id == orders.worker and worker.is_connected:
                    worker.mail.append(orders)

    # What could happen

    def moves(self) -> list[Move]:
        """Return what could happen next, in an order that is always the same."""
        moves = [Move(f"disk {question.token}", functools.partial(self._look, question)) for question in self.questions]
        if self.watcher.has_news(self.disk):
            moves.append(Move("watch", self._tell_touched))
        for worker in self.workers.values():
            moves += self._moves_of(worker)
        return [move for move in moves if not any(move.name.startswith(prefix) for prefix in self.paused)]

    def _moves_of(self, worker: FakeWorker) -> Iterator[Move]:
        if worker.mail and worker.is_connected:
            yield Move(f"mail {worker.name}", worker.read_mail)
        if worker.has_news:
            yield Move(f"say {worker.name}", lambda: self._let_say(worker))
        held = worker.next_waiting()
        if held is not None:
            yield Move(f"begin {held.label}", lambda: worker.begin(held))
        for running in worker.running():
            if running.request is None or running.request in self.answers:
                yield Move(f"go on {running.label}", functools.partial(self._go_on, worker, running))
        idle = not any(one.stage is not Stage.ENDED or not one.acknowledged for one in worker.held.values())
        if worker.may_leave and worker.is_connected and idle and not worker.mail:
            yield Move(f"leave {worker.name}", lambda: self._let_leave(worker))

    def _let_leave(self, worker: FakeWorker) -> None:
        self.break_stream(worker.name)
        worker.has_left = True

    def _look(self, question: Question) -> None:
        self.questions.remove(question)
        match question:
            case InspectPaths(token=token, paths=paths):
                self.tell(ev.PathsInspected(token=token, observations=self.disk.inspect(paths)))
            case CompareFiles(token=token, files=files):
                self.tell(ev.PathsInspected(token=token, observations=self.disk.compare(files)))
            case HashFiles(token=token, files=files):
                self.tell(ev.FilesHashed(token=token, observations=self.disk.hash(files)))
            case PublishFiles(token=token, files=files, inputs=inputs):
                self.tell(ev.FilesPublished(token=token, published=self.disk.publish(files, inputs)))
            case ExpandGlobs(token=token, queries=queries):
                self.tell(ev.GlobsExpanded(token=token, matches=self.disk.expand(queries)))
            case RemoveFiles(token=token, files=doomed):
                self.tell(ev.FilesRemoved(token=token, removed=self.disk.remove_products(doomed)))

    def _tell_touched(self) -> None:
        self.tell(self.watcher.tell(self.disk))

    def _let_say(self, worker: FakeWorker) -> None:
        self.tell(worker.statement())

    def _go_on(self, worker: FakeWorker, held: Held) -> None:
        answer = None if held.request is None else self.answers[held.request]
        call = worker.go_on(held, answer)
        if call is not None:
            request = held.request = self._draw_request()
            self._asked[request] = event = call(request)
            self.tell(event)

    def run(self, choose: Callable[[list[Move]], Move] | None = None) -> None:
        """Let things happen until nothing more can; the first that can happens first."""
        for _ in range(MOVES_MAX):
            moves = self.moves()
            if not moves:
                return
            (choose(moves) if choose else moves[0]).do()
        raise AssertionError(f"there is no end; next would be {[move.name for move in self.moves()]}")

    def run_until(self, name: str) -> None:
        """Let things happen until something that begins so could happen next, and stop just before it."""
        self.paused.add(name)
        self.run()
        self.paused.discard(name)
        assert any(move.name.startswith(name) for move in self.moves()), f"{name} never comes"

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and wake the director when it wants to be."""
        end = self.now + seconds
        while (deadline := self.director.next_deadline()) is not None and deadline <= end:
            self.now = max(self.now, deadline)
            self.tell(ev.TimePassed())
        self.now = end

    # Builds

    def build(self, options: BuildOptions | None = None) -> Built:
        """Build to the end."""
        return self.finish(self.begin_build(options))

    def begin_build(self, options: BuildOptions | None = None) -> Ticket:
        """Ask for a build and let nothing happen yet."""
        mark = len(self.reports)
        self.ask(lambda id_: ev.BuildRequested(request=id_, options=options or BuildOptions()))
        wait = self.ask(lambda id_: ev.WaitRequested(request=id_))
        return Ticket(wait, mark)

    def finish(self, ticket: Ticket) -> Built:
        """Let a build come to its end."""
        wait, mark = ticket
        self.run()
        assert wait in self.answers, f"the build does not end:\n{self.story()}"
        code = self.answers[wait]
        assert isinstance(code, int)
        reports = self.reports[mark:]
        started = [report.text for report in reports if report.tag is not None and report.tag.value == "START"]
        return Built(code, started, _lines([report for report in reports if not report.detail]))

    def restart(self) -> None:
        """Kill the director and start another one from what was committed; all streams break."""
        unanswered: list[tuple[Held, ev.Event]] = []
        for worker in self.workers.values():
            worker.is_connected = False
            worker.mail.clear()
            worker.id = None
            for held in worker.running():
                call = self.call_of(held.request)
                if call is not None and held.request not in self.answers:
                    unanswered.append((held, call))
        self.questions.clear()
        self.watcher = FakeWatcher()
        self._asked.clear()
        self.history.clear()
        self.is_stopped = False
        self.birth, self.born_at = self.database.copy(), self.now
        self.director = self.database.restore(self._make_director, self.now)
        for held, call in unanswered:
            held.request = self.ask(functools.partial(_again, call))

    # What can be seen

    def call_of(self, request: RequestId | None) -> ev.Event | None:
        """Return what was asked under a number."""
        return None if request is None else self._asked.get(request)

    def story(self) -> str:
        """Return what people were told, and what is."""
        return "\n".join([*_lines(self.reports), graph_text(self.director.desk.graph)])

    def reports_with(self, tag: str) -> list[Report]:
        """Return the reports with a tag."""
        return [report for report in self.reports if report.tag is not None and report.tag.value == tag]

    def lines(self) -> list[str]:
        """Return what people were told: tag and text."""
        return _lines(self.reports)

    def graph(self) -> str:
        """Return the text of the graph."""
        return graph_text(self.director.desk.graph)

    def step(self, label: str) -> Step:
        """Return the step with this label."""
        return next(step for step in self.director.desk.graph.steps.values() if step.label == label)

    def has_step(self, label: str) -> bool:
        """Tell whether there is a step with this label, attached or not."""
        return any(step.label == label for step in self.director.desk.graph.steps.values())

    def file(self, path: str) -> File:
        """Return the file at this path."""
        return self.director.desk.graph.file_by_path[path]

    def attempt(self, label: str) -> AttemptId:
        """Return the running attempt of a step."""
        attempt = self.step(label).attempt
        assert attempt is not None, f"{label} is not running"
        return attempt.id


def _lines(reports: list[Report]) -> list[str]:
    return [f"{report.tag.value} {report.text}" for report in reports if report.tag is not None]


def _again(call: Any, request: RequestId) -> ev.Event:  # noqa: ANN401 # any event with a request
    """Return the same call once more."""
    event: ev.Event = replace(call, request=request)
    return event


def without_speech(rows: Rows) -> Rows:
    """Return rows without what a mere call changes."""
    steps, files, trees = rows
    return {id_: row._replace(going="{}") for id_, row in steps.items()}, files, trees


def _difference(left: Rows, right: Rows) -> str:
    """Describe how two sets of rows differ."""
    before: dict[NodeId, object] = {**left[0], **left[1], **left[2]}
    after: dict[NodeId, object] = {**right[0], **right[1], **right[2]}
    moved = (id_ for id_ in sorted({*before, *after}) if before.get(id_) != after.get(id_))
    return "\n".join(f"- {before.get(id_)}\n+ {after.get(id_)}" for id_ in moved)
