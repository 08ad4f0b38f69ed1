"""Everything the director can order. What is to be done, in the imperative.

The commands of one event are performed in the order in which they are returned. `Record` comes first: it is durable
before anything that depends on it is answered, dispatched or shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .answers import BuildTicket, CancelTicket, FollowTicket, Located, WorkersDrained
from .ids import AttemptId, NodeId, RequestId, StreamId, Token, WorkerId
from .refusals import Refusal
from .states import Tag
from .values import FileHash, GlobMatch, GlobQuery, Observation, Order, Page, StepRef, WatchedDirectory

__all__ = (
    "AmendAnswer",
    "Answer",
    "BuildSummary",
    "Command",
    "CompareFiles",
    "Declared",
    "EndFollow",
    "EndStream",
    "ExpandGlobs",
    "FileRow",
    "ForgetBlobs",
    "GlobAnswer",
    "HashFiles",
    "InspectPaths",
    "MakeDirectories",
    "OrderWorker",
    "OutputRow",
    "PauseWatch",
    "Progress",
    "PublishFiles",
    "Record",
    "Refuse",
    "RemoveFiles",
    "Report",
    "Snapshot",
    "StaticResult",
    "StepInfo",
    "StepRow",
    "Stop",
    "SubprocessRow",
    "TreeRow",
    "Watch",
)


class StepRow(NamedTuple):
    """A step as it is stored. Structured values are JSON text."""

    id: NodeId
    command: str
    workdir: str
    state: str
    creator: NodeId | None
    detached: bool
    need: int
    shell: bool
    source_file: str
    source_line: int
    position: int
    """Its place among the products of its creator."""
    resources: str
    """`{name: units}`"""
    environment_overrides: str
    """`{name: value}`"""
    duration_s: float
    inputs: str
    """`[[file, dynamic], ...]`"""
    outputs: str
    """`[[file, dynamic], ...]`"""
    volatiles: str
    """`[[file, dynamic], ...]`"""
    environment: str
    """`[[name, dynamic, value or null], ...]`: the value that the last attempt saw, left out if it saw none;
    dynamic is null for a variable that the step does not ask for any more."""
    globs: str
    """`[[pattern, [[name, sub], ...], [[path, [[name, text], ...]], ...]], ...]`"""
    directories: str
    """`[path, ...]`: directories declared to hold products."""
    input_digest: bytes | None
    output_digest: bytes | None
    attempt: int
    """Number of the last attempt, 0 if none."""
    worker: str
    """Name of the worker that holds the attempt; empty when it is not running."""
    ended_tick: int
    """The moment of the last success, on the core's counter of facts."""
    deferred: bool
    defer_count: int
    past: str
    """`{inputs: {path: hash}, outputs: .., shell: .., overrides: .., workdir: ..}`; a hash is `[hex, mode, size]`."""
    explained: bool
    """The last success was part of a build that explains itself."""
    reasons: str
    """`[{kind: .., ..}, ...]`: why there is no success to compare with."""
    story: str
    """`{build: .., ending: .., causes: [..], remark: ..}`: what happened when it last had its turn; `{}`: nothing."""
    pools: str
    """`{name: units, ..}`: capacities that it declared."""
    where: str
    """Which workers may run it; empty: any."""
    timeout_s: float
    """How long an attempt may run; 0: for ever."""
    retries: int
    """How many more attempts there may be in a build after one that failed by itself."""
    tries: int
    """Attempts that failed by themselves in the present build and were, or are to be, followed by another."""
    losses: str
    """`[text, ..]`: how workers died at work on it, since it last ended."""
    going: str
    """What the attempt has said and been told, for a director that takes it up; `{}`: none can."""


class FileRow(NamedTuple):
    """A file as it is stored."""

    id: NodeId
    path: str
    state: str
    creator: NodeId | None
    detached: bool
    position: int
    listed: bool
    """A step named it as static although a tree of that step holds it."""
    digest: bytes | None
    mode: int
    size: int
    mtime_ns: int
    inode: int


class TreeRow(NamedTuple):
    """A static tree as it is stored."""

    id: NodeId
    path: str
    creator: NodeId | None
    detached: bool
    position: int
    is_pattern: bool
    """It is a deferred glob, and its path a pattern."""


class OutputRow(NamedTuple):
    """What the last attempt of a step wrote and used."""

    step: NodeId
    attempt: int
    end: str
    """`exit N`, `signal N` or `not started: reason`."""
    stdout: bytes
    stderr: bytes
    wall_s: float
    cpu_s: float
    rss_bytes_max: int

    @property
    def exit_code(self) -> int:
        """How it ended, as a shell counts."""
        kind, _, number = self.end.partition(" ")
        if kind == "exit":
            return int(number)
        return 128 + int(number) if kind == "signal" else 1


class SubprocessRow(NamedTuple):
    """A program that the last attempt of a step has run."""

    step: NodeId
    position: int
    """Counts the programs of an attempt from 1."""
    command: str
    workdir: str
    """Relative to the root."""
    shell: bool
    environment_overrides: str
    """A JSON object."""
    exit_code: int
    stdin: str
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that is durable of the graph, for a director that takes it up; rows by ascending id."""

    steps: tuple[StepRow, ...]
    files: tuple[FileRow, ...]
    trees: tuple[TreeRow, ...]
    places: Mapping[NodeId, int]
    """Where people see the nodes."""
    facts: Mapping[str, str]
    """Single values by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Make these facts durable, all or none."""

    steps: tuple[StepRow, ...] = ()
    files: tuple[FileRow, ...] = ()
    trees: tuple[TreeRow, ...] = ()
    outputs: tuple[OutputRow, ...] = ()
    subprocesses: tuple[SubprocessRow, ...] = ()
    undone: tuple[NodeId, ...] = ()
    """Steps whose last execution is undone: the subprocesses of it are deleted, before new ones come."""
    forgotten: tuple[NodeId, ...] = ()
    """Nodes that do not exist any more."""
    places: tuple[tuple[NodeId, int], ...] = ()
    """Where people see new nodes in the graph."""
    facts: tuple[tuple[str, str], ...] = ()
    """Single values by name: the counters, the last return code."""


@dataclass(frozen=True, slots=True)
class StaticResult:
    """What a static declaration stands for."""

    index: int
    """Of the declaration in its batch."""
    paths: tuple[str, ...]
    """Sorted, relative to the declaration's base; trees with a trailing slash."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The answer to a batch of declarations."""

    statics: tuple[StaticResult, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmendAnswer:
    """The answer to an amendment; paths as the caller wrote them."""

    unavailable: tuple[str, ...]
    unfresh: tuple[str, ...]
    available: tuple[Observation, ...] = ()
    """The other inputs, with paths as the graph knows them."""


@dataclass(frozen=True, slots=True)
class GlobAnswer:
    """The answer to a pattern."""

    matches: tuple[GlobMatch, ...]
    """Sorted; paths relative to the base of the request."""


@dataclass(frozen=True, slots=True)
class StepInfo:
    """What was declared for a step; paths relative to its workdir, sorted."""

    command: str
    workdir: str
    inputs: tuple[str, ...]
    environment: tuple[str, ...]
    outputs: tuple[str, ...]
    volatiles: tuple[str, ...]


Value = (
    Declared
    | AmendAnswer
    | GlobAnswer
    | StepInfo
    | Located
    | BuildTicket
    | WorkersDrained
    | CancelTicket
    | FollowTicket
    | WorkerId
    | int
    | None
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Let a waiting call return."""

    request: RequestId
    value: Value


@dataclass(frozen=True, slots=True)
class Refuse:
    """Let a waiting call fail."""

    request: RequestId
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class OrderWorker:
    """Tell a connected worker what it should be doing."""

    worker: WorkerId
    stream: StreamId
    """The connection on which it is told."""
    sequence: int
    orders: tuple[Order, ...]
    acknowledged: tuple[AttemptId, ...]
    leave: bool
    version: str = ""
    """Of this director's program."""
    scattered: bool = False
    """Workers on several hosts see the project itself."""
    followed: tuple[tuple[int, AttemptId], ...] = ()
    """Those who watch what an attempt writes, and which; the whole list."""


@dataclass(frozen=True, slots=True)
class EndStream:
    """Let go of a connection: its worker has another one."""

    stream: StreamId


@dataclass(frozen=True, slots=True)
class InspectPaths:
    """Look what is at these paths, without reading; answer with `PathsInspected`."""

    token: Token
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompareFiles:
    """Look whether these files have the stamps of the known hash, without reading; answer with `PathsInspected`.

    The known hash in an observation says that nobody has touched the file; no hash says nothing.
    """

    token: Token
    files: tuple[tuple[str, FileHash | None], ...]


@dataclass(frozen=True, slots=True)
class HashFiles:
    """Hash these files, unless their stamps are those of the known hash; answer with `FilesHashed`."""

    token: Token
    files: tuple[tuple[str, FileHash | None], ...]
    products: int = 0
    """The first so many are products, which are never reached through a link."""
    late: bool = False
    """They were made on another host: those that are not there are waited for."""


@dataclass(frozen=True, slots=True)
class ExpandGlobs:
    """Expand these patterns on disk; answer with `GlobsExpanded`."""

    token: Token
    queries: tuple[GlobQuery, ...]


@dataclass(frozen=True, slots=True)
class RemoveFiles:
    """Remove old products, then their directories if they became empty; answer with `FilesRemoved`."""

    token: Token
    files: tuple[tuple[str, FileHash | None], ...]
    """With the hash that the file must still have; None: remove whatever it is."""


@dataclass(frozen=True, slots=True)
class PublishFiles:
    """Put files that a worker has stored as blobs in their places, unless inputs have changed.

    Answer with `FilesPublished`. Safe to repeat: what is in its place already stays there.
    """

    token: Token
    files: tuple[tuple[str, FileHash], ...]
    """Paths with digest, mode and size; the stamps mean nothing here."""
    inputs: tuple[tuple[str, FileHash], ...]
    """What the files were made of; known by its stamps as long as nobody touches it."""


@dataclass(frozen=True, slots=True)
class ForgetBlobs:
    """Remove what workers have stored until now: nobody is left who could need it."""


@dataclass(frozen=True, slots=True)
class MakeDirectories:
    """Create these directories with their parents."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell with `PathsTouched` what has been touched in these directories since the last pause, and go on telling.

    They replace those of an earlier order. One that was not watched before counts as touched.
    """

    directories: tuple[WatchedDirectory, ...]
    """Sorted, each path once."""


@dataclass(frozen=True, slots=True)
class PauseWatch:
    """Tell what has been touched until now, with the token, and nothing more before the next order to watch."""

    token: Token


@dataclass(frozen=True, slots=True)
class Progress:
    """The build as it stands."""

    running: int
    done: int
    total: int
    checking: int = 0
    """Steps that are being compared with their last success."""
    slots: int = 0
    """How many attempts all workers run at a time."""
    left_s: float | None = None
    """How long it will still take, as far as durations are known."""


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """How a build ended."""

    build: int
    return_code: int
    executed: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Tell people."""

    tag: Tag | None
    """None: nothing to print, only facts."""
    text: str = ""
    pages: tuple[Page, ...] = ()
    step: StepRef | None = None
    progress: Progress | None = None
    build_end: BuildSummary | None = None
    detail: bool = False
    """Always logged, but shown on a terminal only when it is asked for."""
    begins_build: bool = False
    """A build begins that is not the first: what was said before is about an earlier one."""


@dataclass(frozen=True, slots=True)
class EndFollow:
    """Tell somebody who watches an attempt that it is over; what it wrote is stored."""

    follow: int


@dataclass(frozen=True, slots=True)
class Stop:
    """End the director: everything is over."""


Command = (
    Record
    | Answer
    | Refuse
    | OrderWorker
    | EndStream
    | InspectPaths
    | CompareFiles
    | HashFiles
    | ExpandGlobs
    | RemoveFiles
    | PublishFiles
    | MakeDirectories
    | ForgetBlobs
    | Watch
    | PauseWatch
    | EndFollow
    | Report
    | Stop
)
