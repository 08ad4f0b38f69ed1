"""What all parts of the core share in one turn: the graph, the time, the open questions and the commands so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from .commands import (
    Answer,
    Command,
    ExpandGlobs,
    HashFiles,
    InspectPaths,
    Record,
    Refuse,
    RemoveFiles,
    Report,
    Value,
)
from .graph import Graph
from .ids import AttemptId, NodeId, RequestId, Token
from .leases import Deadlines
from .patterns import compile_query
from .records import Attempt, Step
from .refusals import InvariantBroken, Refusal, Superseded
from .states import Phase, ReturnCode, StopLevel, Tag
from .values import BuildOptions, FileHash, GlobMatch, GlobQuery, Observation, Page, StepRef

__all__ = ("Desk", "DirectorSettings")

HashesSeen = Callable[[tuple[Observation, ...]], None]
GlobsSeen = Callable[[tuple[tuple[GlobMatch, ...], ...]], None]
PathsGone = Callable[[tuple[str, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorSettings:
    """What does not change in the life of a director."""

    socket: str = ""
    """Path of the Unix socket; told to people."""
    root: str = "."
    """The project root; workers must see the same."""
    embedded: bool = False
    """One local worker belongs to this director and lives and dies with it."""
    lease_s: float = 60.0
    """How long a worker may be out of touch before its attempts are given up."""
    prefetch: int = 8
    """How many attempts beyond its slots a worker may hold."""
    database: str = ".stepup/graph.db"
    """The name of the database; told to people."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """The shared table. Parts of the core read and write here what concerns more than one of them."""

    settings: DirectorSettings
    environment: Mapping[str, str]
    """The director's environment: what steps mean by the value of a variable."""
    graph: Graph = field(default_factory=Graph)
    deadlines: Deadlines = field(default_factory=Deadlines)
    now: float = 0.0
    """Monotonic seconds of the present turn."""
    tick: int = 0
    """Counts the facts about attempts, so that their order is known without clocks."""
    commands: list[Command] = field(default_factory=list)
    """What is to be done, in order, after the record of this turn."""
    record_extras: list[Record] = field(default_factory=list)
    """Parts of the record of this turn that are not rows of changed nodes."""

    phase: Phase = Phase.IDLE
    options: BuildOptions = field(default_factory=BuildOptions)
    """Of the present or last build."""
    build: int = 0
    """Counts the builds of this director."""
    executed: int = 0
    """Attempts that ended in this build."""
    skipped: int = 0
    """Steps that were found to be up to date in this build."""
    draining: bool = False
    """Nothing more is started in this build."""
    stop: StopLevel = StopLevel.NONE
    """How far the director has been asked to stop."""
    return_code: ReturnCode = ReturnCode.OK
    """Of the last build."""

    _inspections: dict[Token, HashesSeen] = field(default_factory=dict)
    _hashings: dict[Token, HashesSeen] = field(default_factory=dict)
    _expansions: dict[Token, GlobsSeen] = field(default_factory=dict)
    _removals: dict[Token, PathsGone] = field(default_factory=dict)
    _last_token: int = 0

    # Saying

    def report(self, tag: Tag | None, text: str = "", *pages: Page, step: StepRef | None = None) -> None:
        """Tell people."""
        self.commands.append(Report(tag=tag, text=text, pages=pages, step=step))

    def answer(self, request: RequestId, value: Value) -> None:
        """Let a waiting call return."""
        self.commands.append(Answer(request, value))

    def refuse(self, request: RequestId, refusal: Refusal) -> None:
        """Let a waiting call fail."""
        self.commands.append(Refuse(request, refusal))

    # Asking the disk

    @property
    def is_waiting_for_disk(self) -> bool:
        """Some question is open."""
        return bool(self._inspections or self._hashings or self._expansions or self._removals)

    def inspect_paths(self, paths: tuple[str, ...], then: HashesSeen) -> None:
        """Ask what is at these paths."""
        token = self._draw_token()
        self._inspections[token] = then
        self.commands.append(InspectPaths(token, paths))

    def hash_files(self, files: tuple[tuple[str, FileHash | None], ...], then: HashesSeen) -> None:
        """Ask for the hashes of these files."""
        token = self._draw_token()
        self._hashings[token] = then
        self.commands.append(HashFiles(token, files))

    def expand_globs(self, queries: tuple[GlobQuery, ...], then: GlobsSeen) -> None:
        """Ask what these patterns match."""
        token = self._draw_token()
        self._expansions[token] = then
        self.commands.append(ExpandGlobs(token, queries))

    def remove_files(self, files: tuple[tuple[str, FileHash | None], ...], then: PathsGone) -> None:
        """Ask for old products to be removed."""
        token = self._draw_token()
        self._removals[token] = then
        self.commands.append(RemoveFiles(token, files))

    def _draw_token(self) -> Token:
        """Draw a number for a question."""
        self._last_token += 1
        return Token(self._last_token)

    def take_inspection(self, token: Token) -> HashesSeen:
        """Return who asked, and close the question."""
        return _take(self._inspections, token)

    def take_hashing(self, token: Token) -> HashesSeen:
        """Return who asked, and close the question."""
        return _take(self._hashings, token)

    def take_expansion(self, token: Token) -> GlobsSeen:
        """Return who asked, and close the question."""
        return _take(self._expansions, token)

    def take_removal(self, token: Token) -> PathsGone:
        """Return who asked, and close the question."""
        return _take(self._removals, token)

    # Steps that speak

    def note_speech(self, step: Step, attempt: Attempt) -> None:
        """Remember that an attempt has called: it cannot outlive this director."""
        if not attempt.spoke:
            attempt.spoke = True
            self.graph.changed[step.id] = None

    def use_environment(self, step: Step, names: Iterable[str]) -> None:
        """Let a running step depend on variables."""
        for name in names:
            step.environment.setdefault(name, True)
        self.graph.changed[step.id] = None

    def register_glob(self, step: Step, query: GlobQuery, matches: tuple[GlobMatch, ...]) -> None:
        """Remember that a step asked for a pattern, and what it was told."""
        step.globs[query] = matches
        self.globbers.setdefault(query, {})[step.id] = None
        self.graph.changed[step.id] = None

    def clear_globs(self, step: Step) -> None:
        """Forget the patterns of a step."""
        for query in step.globs:
            askers = self.globbers[query]
            askers.pop(step.id, None)
            if not askers:
                del self.globbers[query]
        step.globs.clear()

    def find_glob(self, path: str) -> tuple[GlobQuery, Step] | None:
        """Return a registered pattern that matches a path, with the first attached step that asked for it."""
        for query, askers in self.globbers.items():
            if compile_query(query).matches(path):
                for id_ in sorted(askers):
                    if not self.graph.steps[id_].detached:
                        return query, self.graph.steps[id_]
        return None

    globbers: dict[GlobQuery, dict[NodeId, None]] = field(default_factory=dict)
    """Which steps asked for a pattern. Mirrors `Step.globs`."""
    unconfirmed: dict[NodeId, None] = field(default_factory=dict)
    """Static files that became so in this turn and must be looked at."""

    # Finding

    def current_attempt(self, id_: AttemptId) -> tuple[Step, Attempt]:
        """Return the running attempt with this identity and its step.

        Raises
        ------
        Superseded
            It has ended, was replaced, or never was.
        """
        step = self.graph.steps.get(id_.step)
        if step is None or step.attempt is None or step.attempt.id != id_:
            raise Superseded(f"Attempt {id_.number} of step {id_.step} is not running (any more).")
        return step, step.attempt

    def running_steps(self) -> list[Step]:
        """Return the steps that workers hold, in the order of handing out."""
        return [self.graph.steps[id_] for id_ in self.running]

    def count_begun(self) -> int:
        """Return how many of the steps that workers hold have begun."""
        return sum(step.attempt is not None and step.attempt.started_tick is not None for step in self.running_steps())

    running: dict[NodeId, None] = field(default_factory=dict)
    """The steps in state RUNNING, in the order of handing out."""

    def next_tick(self) -> int:
        """Count another fact."""
        self.tick += 1
        return self.tick


_Asker = TypeVar("_Asker")


def _take(open_questions: dict[Token, _Asker], token: Token) -> _Asker:
    """Close a question that must be open."""
    asker = open_questions.pop(token, None)
    if asker is None:
        raise InvariantBroken(f"nobody asked question {token}")
    return asker
