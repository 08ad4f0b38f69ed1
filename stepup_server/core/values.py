"""Frozen facts that travel inside events and commands."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .ends import End, Exited, Hindered, NotStarted, OutOfMemory, PredecessorEnd, Signalled, TimedOut
from .ids import AttemptId, NodeId
from .states import Need, StopLevel

__all__ = (
    "EVERYTHING",
    "NOWHERE",
    "Assignment",
    "AttemptFact",
    "AttemptOutcome",
    "BuildOptions",
    "Change",
    "ChangeKind",
    "Declaration",
    "DeferredDeclaration",
    "DirectoryDeclaration",
    "End",
    "EnvironmentDeclaration",
    "Exited",
    "FileHash",
    "GlobMatch",
    "GlobQuery",
    "Hindered",
    "Hint",
    "HoldDeclaration",
    "NotStarted",
    "Observation",
    "Order",
    "OutOfMemory",
    "Page",
    "PathKind",
    "PoolDeclaration",
    "PredecessorEnd",
    "Published",
    "Reach",
    "Removed",
    "Signalled",
    "Source",
    "StaticDeclaration",
    "StepDeclaration",
    "SubprocessDeclaration",
    "TimedOut",
    "WatchedDirectory",
    "WorkerDescription",
)


class FileHash(NamedTuple):
    """What decides whether a file is the same, and the stamps that tell whether to look again."""

    digest: bytes
    """SHA-256 of the content, 32 bytes."""
    mode: int
    """`st_mode`: a change of permissions is a change."""
    size: int
    """Bytes of content."""
    mtime_ns: int
    """Only decides whether to read again."""
    inode: int
    """Only decides whether to read again."""

    def same_content(self, other: FileHash | None) -> bool:
        """Tell whether content and permissions are equal; the stamps do not count."""
        return other is not None and self[:3] == other[:3]


@enum.unique
class PathKind(enum.Enum):
    """What one look at a path found."""

    FILE = "file"
    """A regular file (links are followed)."""
    DIRECTORY = "directory"
    """A directory."""
    MISSING = "missing"
    """Nothing is there."""
    SPECIAL = "special"
    """A FIFO, socket or device: never read."""
    UNREADABLE = "unreadable"
    """It is there but cannot be read."""
    LINK = "link"
    """Of an output: a symbolic link, or something that is reached through one; never followed."""
    SPARSE = "sparse"
    """Of an output: a file with so many holes that nobody wants to have it read."""


class Observation(NamedTuple):
    """A path with what was found there."""

    path: str
    """Relative to the root, or absolute."""
    kind: PathKind
    """What it is."""
    hash: FileHash | None
    """Known for a file that was read, or whose stamps have not moved since it was."""


class Removed(NamedTuple):
    """What came of removing old products."""

    paths: tuple[str, ...]
    """What really went: files, then directories, each in descending order."""
    kept: tuple[Observation, ...] = ()
    """What stands where a product was and is no file that could be compared: it is not known to be ours."""


class Source(NamedTuple):
    """A place in a plan."""

    file: str
    """Relative to the root if it lies there; empty when unknown."""
    line: int
    """Counted from 1; 0 when unknown."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


NOWHERE = Source("", 0)
"""The source of what the director declares by itself."""


class GlobQuery(NamedTuple):
    """A pattern to be expanded."""

    pattern: str
    """Relative to the root, or absolute."""
    substitutions: tuple[tuple[str, str], ...]
    """Sub-patterns of named wildcards, sorted by name."""


class GlobMatch(NamedTuple):
    """One match of a pattern."""

    path: str
    """Relative to the root, or absolute; directories end in a slash."""
    captures: tuple[tuple[str, str], ...]
    """What each named wildcard matched, sorted by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticDeclaration:
    """Files, trees and patterns that nobody builds."""

    source: Source
    base: str
    """What relative paths are relative to, itself relative to the root."""
    paths: tuple[str, ...]
    substitutions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryDeclaration:
    """Directories that hold products as well as static files (version 1 of StepUp)."""

    source: Source
    base: str
    paths: tuple[str, ...]
    create: bool
    """Make them, with their parents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredDeclaration:
    """Patterns whose matches become static when they are used (version 1 of StepUp)."""

    source: Source
    base: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDeclaration:
    """The capacity of a resource, as far as the user does not say another one (version 1 of StepUp)."""

    source: Source
    name: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDeclaration:
    """Variables whose values the calling step depends on from now on."""

    source: Source
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDeclaration:
    """Opens or closes a hold."""

    source: Source
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDeclaration:
    """A new step, as the plan wrote it."""

    source: Source
    base: str
    command: str
    workdir: str
    """As written, relative to `base`; empty: the caller's own."""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    volatiles: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    need: Need = Need.DEFAULT
    resources: tuple[tuple[str, int], ...] = ()
    where: str = ""
    """Which workers may run it; empty: any."""
    shell: bool = False
    environment_overrides: tuple[tuple[str, str], ...] = ()
    duration_s: float = 0.0
    """0: unknown."""
    timeout_s: float = 0.0
    """0: for ever."""
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubprocessDeclaration:
    """A program that a step has run by itself; kept for people to look at."""

    source: Source
    base: str
    command: str
    workdir: str
    shell: bool
    environment_overrides: tuple[tuple[str, str], ...]
    exit_code: int
    stdin: str
    stdout: str
    stderr: str


Declaration = (
    StaticDeclaration
    | StepDeclaration
    | DirectoryDeclaration
    | DeferredDeclaration
    | PoolDeclaration
    | EnvironmentDeclaration
    | HoldDeclaration
    | SubprocessDeclaration
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What the user chose for a build."""

    keep_going: bool = False
    clean: bool = True
    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    defer_cap: int = 100
    workers_min: int = 0
    explain_rerun: bool = False
    use_durations: bool = True
    targets: tuple[str, ...] = ()
    """Files, and directories with a trailing slash, relative to the root; empty: everything."""
    watch: bool = False
    watch_first: bool = False


@enum.unique
class ChangeKind(enum.Enum):
    """What somebody else did to a file."""

    UPDATED = "UPDATED"
    """It was written, or has appeared."""
    DELETED = "DELETED"
    """It has disappeared."""


class Change(NamedTuple):
    """A change that somebody waits for."""

    path: str
    """Relative to the root, or absolute."""
    kind: ChangeKind


@enum.unique
class Reach(enum.Enum):
    """How much is in doubt when something was touched."""

    ENTRY = "entry"
    """A file, or whatever is at that path, but not what it may hold."""
    DIRECTORY = "directory"
    """Everything directly in a directory."""
    SUBTREE = "subtree"
    """Everything at and below a path; `.` is everything."""


class Hint(NamedTuple):
    """Something was touched, by whomever."""

    path: str
    """Relative to the root, or absolute."""
    reach: Reach


EVERYTHING = Hint(".", Reach.SUBTREE)
"""The hint of a watcher that does not know better."""


class WatchedDirectory(NamedTuple):
    """Where changes matter."""

    path: str
    """Relative to the root, or absolute; `.` is the root. It need not be there yet."""
    levels: int
    """How many levels of directories below it count as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerDescription:
    """Who a worker is."""

    name: str
    incarnation: str
    """Different for each process."""
    host: str
    pid: int
    slots: int
    root: str
    """Empty for a worker with a workspace of its own."""
    own_workspace: bool = False
    """Its steps run in private directories: what they make has to be published."""
    version: str = ""
    """Of its program; empty: not said."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What plans may ask for by `where`; the value is empty for a label that is only there or not."""
    cpus: int = 0
    """0: unknown."""
    memory_bytes: int = 0
    """0: unknown."""
    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    """Units that it offers to its steps."""
    probe: str | None = None
    """By which it is known to see the same root; None: it knows nothing of that."""
    predecessor_end: PredecessorEnd | None = None
    """The process before this one died at its work, and this one was started in its place."""
    member: str = ""
    """The name in the certificate of its connection; empty on the director's own machine."""
    dial: int = 0
    """Which of the streams of its process this is; 0: not said."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of putting the outputs of an attempt in their places."""

    observations: tuple[Observation, ...] = ()
    """Files that are in their places, as they are there."""
    lost: tuple[str, ...] = ()
    """Paths whose content is not here, or is not what was told: the attempt must be made again."""
    problems: tuple[str, ...] = ()
    """Sentences that say which files cannot be where they should be, and why."""
    changed: tuple[Observation, ...] = ()
    """Inputs that are not what the outputs were made of: nothing was put anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOutcome:
    """How an attempt ended, as its worker saw it."""

    end: End
    stdout: bytes = b""
    stderr: bytes = b""
    outputs: tuple[Observation, ...] = ()
    volatiles: tuple[Observation, ...] = ()
    """Only from a worker with a workspace of its own."""
    missing_inputs: tuple[str, ...] = ()
    """Inputs of which the worker could not get the content."""
    changed_inputs: tuple[Observation, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    rss_bytes_max: int = 0
    used_inputs: tuple[str, ...] = ()
    """Files, relative to the root, that it turned out to read; amended on its behalf."""
    used_environment: tuple[str, ...] = ()
    """Names of variables on which that depends."""
    out_of_memory: OutOfMemory | None = None
    """The kernel killed it for that."""


class AttemptFact(NamedTuple):
    """Something that happened to an attempt on its worker."""

    attempt: AttemptId
    outcome: AttemptOutcome | None
    """None: it began. Otherwise: it ended so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """All a worker needs to run one attempt."""

    command: str
    workdir: str
    shell: bool
    inputs: tuple[Observation, ...]
    outputs: tuple[str, ...]
    volatiles: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    need: Need
    input_digest: str
    allowed_roots: tuple[str, ...] = ()
    """Directories besides the root beneath which outputs may lie; absolute."""
    timeout_s: float = 0.0
    """How long it may run; 0: for ever."""


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt that a worker should hold."""

    attempt: AttemptId
    stop: StopLevel
    assignment: Assignment | None
    """Present the first time on each stream."""


@dataclass(frozen=True, slots=True)
class Page:
    """A titled block of text below a line."""

    title: str
    text: str


class Transfer(NamedTuple):
    """Large files of one attempt on their way between its worker and the director."""

    attempt: AttemptId
    is_upload: bool
    files: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class StepRef:
    """The step that a line is about."""

    id: NodeId
    label: str
    state: str
    worker: int = 0
    wall_s: float = 0.0
    transfer: Transfer | None = None
