"""The mutable records of the graph. They never leave the core; each field's docstring is its invariant."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import NamedTuple

from .causes import FIRST_RUN, Cause, Story
from .commands import Declared
from .ids import AttemptId, NodeId, RequestId, StreamId, WorkerId
from .paths import label_of
from .phrases import one_line
from .refusals import Refusal
from .states import FileState, Need, StepState, StopLevel
from .values import NOWHERE, Assignment, FileHash, GlobMatch, GlobQuery, Source, Transfer, WorkerDescription

__all__ = ("Attempt", "File", "Node", "Past", "Request", "Speech", "Step", "Tree", "Worker")

STATIC_STATES = frozenset({FileState.UNCONFIRMED, FileState.CONFIRMED, FileState.MISSING})
OUTPUT_STATES = frozenset({FileState.PLANNED, FileState.BUILT, FileState.OUTDATED})


@dataclass(slots=True, eq=False)
class File:
    """A file that some step declares, makes or uses."""

    id: NodeId
    path: str
    """Normalised; relative to the root, or absolute. Unique."""
    state: FileState = FileState.UNDECLARED
    creator: NodeId | None = None
    """The step that declared or makes it, or the tree that holds it; None when nobody does."""
    detached: bool = True
    """It or a creator above it has lost its creator."""
    position: int = 0
    """Its place among the products of its creator."""
    listed: bool = False
    """A step named it as static although a tree of that step holds it."""
    hash: FileHash | None = None
    """Of the last product or content that was looked at; None for PLANNED, MISSING and VOLATILE."""
    consumers: dict[NodeId, bool] = field(default_factory=dict)
    """Steps that have it as an input; True: by amending. Mirrors `Step.inputs`."""
    place: int = 0
    """Where people see it in the graph; 0 until the end of the build that made it."""
    writer: NodeId | None = None
    """A running step that had it as a product until it was taken away: it may still write to it."""

    @property
    def is_static(self) -> bool:
        """It is declared as something nobody builds."""
        return self.state in STATIC_STATES

    @property
    def is_output(self) -> bool:
        """It is declared as the product of a step, and hashed."""
        return self.state in OUTPUT_STATES

    @property
    def is_product(self) -> bool:
        """It is declared as the product of a step, hashed or volatile."""
        return self.state in OUTPUT_STATES or self.state is FileState.VOLATILE

    @property
    def is_available(self) -> bool:
        """A step may read it now."""
        return not self.detached and self.state in {FileState.BUILT, FileState.CONFIRMED}

    def blocks(self, *, dynamic: bool) -> bool:
        """Tell whether a step that has it as an input must wait.

        A dynamic input which is missing or detached does not block: running the step again is how to find out
        whether it still wants that file.
        """
        if not dynamic:
            return not self.is_available
        return not self.detached and self.state in _BLOCKING_DYNAMIC


_BLOCKING_DYNAMIC = frozenset({FileState.PLANNED, FileState.OUTDATED, FileState.UNCONFIRMED})


@dataclass(slots=True, eq=False)
class Tree:
    """A directory all of whose files are static."""

    id: NodeId
    path: str
    """Normalised, without a trailing slash; the pattern of a deferred glob. Unique among its kind."""
    creator: NodeId | None = None
    detached: bool = True
    position: int = 0
    is_pattern: bool = False
    """It is a deferred glob: its files are those that match its path."""
    files: dict[NodeId, None] = field(default_factory=dict)
    """The files whose creator it is."""
    place: int = 0
    """Where people see it in the graph; 0 until the end of the build that made it."""


@dataclass(slots=True, eq=False)
class Speech:
    """The last batch of declarations of one speaker."""

    batch: int = 0
    """Its number."""
    requests: list[RequestId] = field(default_factory=list["RequestId"])
    """Who waits for its answer: more than one, if the batch came again before there was one."""
    answer: Declared | Refusal | None = None
    """Its answer, for the case that the batch is repeated; None before there is one."""
    told: tuple[int, Declared | Refusal] | None = None
    """The last batch that was answered, with its answer: this is what is recorded."""


@dataclass(slots=True, eq=False)
class Attempt:
    """The execution of a step that is going on."""

    id: AttemptId
    worker: WorkerId
    assignment: Assignment
    since: float
    """When it was handed out."""
    assigned_tick: int
    """The moment, on the core's counter of facts, at which it was handed out."""
    started_tick: int | None = None
    """The moment at which its worker said that it began."""
    member: str = ""
    """By whose connection it was handed out; empty: a worker on the director's machine."""
    outlives: bool = False
    """It goes on when the director dies, so what it says is recorded."""
    deferred: bool = False
    """It asked for inputs that it cannot have yet: whatever its exit code, it will run again."""
    missed: list[str] = field(default_factory=list)
    """Paths that it asked for and could not have."""
    unfresh: list[str] = field(default_factory=list)
    """Paths that were made while it was already running."""
    disturbed: bool = False
    """Something it depends on has changed since it was handed out."""
    refusals: list[Refusal] = field(default_factory=list)
    """What its declarations were refused for: it cannot succeed any more."""
    holds: int = 0
    """Open holds."""
    subprocesses: int = 0
    """How many programs it has told of."""
    speeches: dict[int, Speech] = field(default_factory=dict[int, "Speech"])
    """What each process that speaks for it has declared last."""
    stop: StopLevel = StopLevel.NONE
    """How firmly it has been asked to end."""
    redeclared: bool = False
    """Its step has other inputs or outputs by now: its end says nothing, and the step will run again."""
    taken: dict[NodeId, None] = field(default_factory=dict)
    """Products that were taken away while it ran. Each has its step as the writer."""
    orphaned: bool = False
    """It was going on while no director was there, so a bad end may be no fault of its own."""
    unpublished: tuple[str, ...] = ()
    """Sentences about outputs that could not be put in their places: it cannot succeed."""
    undeclared: tuple[str, ...] = ()
    """Sentences about files that it seems to have missed where only its inputs are."""
    cancelled: bool = False
    """A person has asked for its end: it cannot succeed, and is not tried again."""
    follows: dict[int, None] = field(default_factory=dict[int, None])
    """Those who watch what it writes."""
    ended: bool = False
    """Its worker has told how it ended; its products are being looked at."""
    units: tuple[tuple[str, int], ...] = ()
    """Units of resources that it has taken, until it ends."""

    @property
    def fresh_since(self) -> int:
        """The moment after which a file may not have been made for this attempt to have read it."""
        return self.assigned_tick if self.started_tick is None or self.orphaned else self.started_tick


@dataclass(slots=True, eq=False)
class Past:
    """Notes of one step about its last success; the first note about a thing stays."""

    inputs: dict[str, FileHash | None] = field(default_factory=dict)
    """By path; None: it was no input, or was not there."""
    outputs: dict[str, FileHash | None] = field(default_factory=dict)
    """By path; None: it was no output, or was not there."""
    shell: bool | None = None
    """None: the same as now."""
    overrides: tuple[tuple[str, str], ...] | None = None
    """None: the same as now."""
    workdir: str | None = None
    """How the label spelled it. None: the same as now."""


@dataclass(slots=True, eq=False)
class Step:
    """A command with its inputs and outputs."""

    id: NodeId
    command: str
    workdir: str
    """As the plan spelled it, relative to the root."""
    state: StepState = StepState.PENDING
    creator: NodeId | None = None
    detached: bool = True
    position: int = 0
    place: int = 0
    """Where people see it in the graph; 0 until the end of the build that made it."""
    source: Source = NOWHERE
    need: Need = Need.DEFAULT
    shell: bool = False
    resources: tuple[tuple[str, int], ...] = ()
    where: str = ""
    """Which workers may run it; empty: any. A change does not make it run again."""
    environment_overrides: tuple[tuple[str, str], ...] = ()
    duration_s: float = 0.0
    """Measured, else as declared, else 0."""

    inputs: dict[NodeId, bool] = field(default_factory=dict)
    """Files; True: by amending."""
    outputs: dict[NodeId, bool] = field(default_factory=dict)
    """Files; True: by amending. Each has this step as its creator."""
    volatiles: dict[NodeId, bool] = field(default_factory=dict)
    """Files; True: by amending. Each has this step as its creator."""
    environment: dict[str, bool] = field(default_factory=dict)
    """Names of variables; True: by amending."""
    environment_values: dict[str, str | None] = field(default_factory=dict)
    """What the last attempt saw of the variables that it depended on in the end."""
    globs: dict[GlobQuery, tuple[GlobMatch, ...]] = field(default_factory=dict)
    """Patterns that it asked for, with the matches it was told."""
    directories: dict[str, None] = field(default_factory=dict)
    """Directories that it declared to hold products."""
    pools: dict[str, int] = field(default_factory=dict)
    """Capacities of resources that it declared."""
    products: dict[NodeId, None] = field(default_factory=dict)
    """Steps, static files and trees that it created, in the order of declaration."""
    positions: int = 0
    """How many products it has ever had since it last began."""

    input_digest: bytes | None = None
    """Of the last success, None when it must run."""
    output_digest: bytes | None = None
    """Of the last success, None when it must run."""
    past: Past | None = None
    """What the last success saw, where that is not what is there now; None without a success."""
    explained: bool = False
    """The last success was part of a build that explains itself (`-e`)."""
    reasons: tuple[Cause, ...] = FIRST_RUN
    """Why there is no success to compare with; empty when there is one."""
    story: Story | None = None
    """What happened when it last had its turn."""
    attempt: Attempt | None = None
    """Set if and only if RUNNING."""
    attempt_number: int = 0
    """Of the last attempt, 0 if there was none."""
    ended_tick: int = 0
    """The moment of the last success, on the core's counter of facts."""
    check: int = 0
    """The moment of the last check, so that the answer to an older one is recognised."""
    deferred: bool = False
    """It waits for inputs that it asked for while it ran."""
    defer_count: int = 0
    """Deferrals since the last success."""
    timeout_s: float = 0.0
    """How long an attempt may run; 0: for ever."""
    retries: int = 0
    """How many more attempts there may be in a build after one that failed by itself."""
    tries: int = 0
    """Attempts that failed by themselves in this build and are followed by another; at most `retries`."""
    hindered: int = 0
    """How often in a row the machine of a worker lacked what an attempt needed; not stored."""
    strays: tuple[str, ...] = ()
    """Which files of its last attempts were lost on their way, and where; not stored."""
    losses: tuple[str, ...] = ()
    """How workers died at work on it, since it last ended. While there are any, it runs alone on its worker."""

    unready: int = 0
    """Number of inputs that block it. Redundant, kept by the graph."""
    named: int = 0
    """Number of outputs that are file targets. Redundant, kept by the graph."""
    enclosed: int = 0
    """Number of outputs below directory targets. Redundant, kept by the graph."""
    demand: list[int] = field(default_factory=lambda: [0] * len(Need))
    """Number of inputs of attached steps that it makes, by their implied need. Redundant, kept by the graph."""
    implied: Need | None = None
    """The largest of its own need and those of the steps that use what it makes; None when it is detached.

    Redundant, kept by the graph."""
    wanted: bool = False
    """Attached, and its implied need is above the threshold of the build. Redundant, kept by the graph."""
    tail_s: float = 0.0
    """Expected time from its start to the end of the longest chain behind it. Kept by the ready queue."""

    @property
    def label(self) -> str:
        """The name under which people see it."""
        return label_of(self.command, self.workdir)

    def label_in(self, workdir: str | None) -> str:
        """Return the name under which people would see it in another workdir; None: in its own."""
        return label_of(self.command, self.workdir if workdir is None else workdir)

    @property
    def title(self) -> str:
        """Its label on one line."""
        return label_of(one_line(self.command), self.workdir)

    @property
    def directory(self) -> str:
        """Its normalised workdir."""
        return posixpath.normpath(self.workdir)

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same step as before."""
        return (self.command, self.directory)

    @property
    def request(self) -> Request:
        """What it asks for of its worker."""
        return Request(self.resources, self.where)

    @property
    def is_planner(self) -> bool:
        """It was declared to declare further steps."""
        return self.need is Need.PLAN

    @property
    def own_need(self) -> Need:
        """How much it is wanted for its own sake."""
        is_target = self.named or (self.enclosed and self.need is Need.DEFAULT)
        return max(self.need, Need.TARGET) if is_target else self.need

    def find_implied_need(self) -> Need | None:
        """Return the largest of its own need and those of the steps that use what it makes; None when detached."""
        if self.detached:
            return None
        demanded = (Need(Need.OPTIONAL + level) for level in range(len(self.demand)) if self.demand[level])
        return max((self.own_need, *demanded))

    @property
    def may_be_skipped(self) -> bool:
        """There is a success to compare with."""
        return self.input_digest is not None


Node = Step | File | Tree


class Request(NamedTuple):
    """What a step asks for of its worker."""

    resources: tuple[tuple[str, int], ...] = ()
    where: str = ""

    @property
    def asks(self) -> bool:
        """It asks for something."""
        return bool(self.resources or self.where)


@dataclass(slots=True, eq=False)
class Worker:
    """A worker daemon, connected or expected back."""

    id: WorkerId
    description: WorkerDescription
    connected: bool = True
    holding: dict[AttemptId, NodeId] = field(default_factory=dict)
    """Attempts that it should hold, with their steps, in the order of handing out."""
    told: dict[AttemptId, int] = field(default_factory=dict)
    """Attempts whose assignment went out on the present stream, with the sequence number."""
    brought: frozenset[AttemptId] = frozenset()
    """Attempts that it spoke of when it connected last, whoever had handed them out."""
    stream: StreamId | None = None
    """Its present connection, or its last one."""
    sequence: int = 0
    """Of the last orders of the present stream."""
    acknowledged: dict[AttemptId, None] = field(default_factory=dict)
    """Results to be acknowledged with the next orders."""
    changed: bool = False
    """It has not been told yet what it should be doing."""
    leave: bool = False
    """It is to leave when it holds nothing."""
    reserved: bool = False
    """It is for a single step, which may take it down; until it holds nothing."""
    concluding: int = 0
    """Attempts that it has finished and whose products are still being looked at: nothing follows from them yet."""
    finished: int = 0
    """Attempts that it has finished since it joined."""
    draining: bool = False
    """It was told to leave, and gets nothing more."""
    seen_at: float = 0.0
    """When it last said something."""
    known: dict[bytes, None] = field(default_factory=dict)
    """Digests of files that it was sent or has made, as far as it has a workspace of its own; the last ones."""
    transfers: dict[AttemptId, Transfer] = field(default_factory=dict)
    """Its large files that are on their way, for people."""
    hindrances: tuple[str, ...] = ()
    """What keeps its attempts from getting on, for people."""
    units: dict[str, int] = field(default_factory=dict)
    """Units of resources that the attempts which it holds have taken. Mirrors `Attempt.units`."""

    @property
    def free_slots(self) -> int:
        """How many attempts could begin at once, as people see it: one after the other."""
        return 0 if self.reserved else self.description.slots - len(self.holding) - self.concluding
