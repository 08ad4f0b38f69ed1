"""Frozen facts that travel inside events and commands."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

__all__ = (
    "Amendment",
    "Assignment",
    "AttemptId",
    "Beginning",
    "End",
    "Exited",
    "FileHash",
    "Hindered",
    "NotStarted",
    "Observation",
    "Order",
    "OutOfMemory",
    "Outcome",
    "PathKind",
    "Piece",
    "PredecessorEnd",
    "Result",
    "Signalled",
    "Statement",
    "StopLevel",
    "Taken",
    "TimedOut",
    "Transfer",
)


class AttemptId(NamedTuple):
    """One execution of one step; numbers come from one counter per project and are never used twice."""

    step: int
    """The step's node number in the graph."""
    number: int
    """The number of the attempt."""

    def __str__(self) -> str:
        return f"{self.step}#{self.number}"


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

    def has_content_of(self, other: FileHash | None) -> bool:
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
    """Known for a file."""

    def agrees_with(self, other: Observation) -> bool:
        """Tell whether both describe the same thing, as far as both know; stamps do not count."""
        if self.kind is not other.kind:
            return False
        return self.hash is None or other.hash is None or self.hash.has_content_of(other.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """All that is needed to run one attempt."""

    command: str
    """Verbatim."""
    workdir: str
    """Relative to the root, spelled as the plan did."""
    shell: bool
    """Run by `/bin/sh -c`."""
    inputs: tuple[Observation, ...] = ()
    """What must look like this before and after the run."""
    outputs: tuple[str, ...] = ()
    """Files that must exist after the run."""
    volatiles: tuple[str, ...] = ()
    """Files that may exist after the run."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables to be set on top of the worker's own."""
    need: str = "DEFAULT"
    """Why the step is wanted; a word that the step may read."""
    input_digest: str = ""
    """Hexadecimal."""
    allowed_roots: tuple[str, ...] = ()
    """Directories besides the root beneath which outputs may lie; absolute."""
    timeout_s: float = 0.0
    """How long it may run; 0: for ever."""


class Amendment(NamedTuple):
    """What a running step has added to itself, and may rely upon."""

    base: str
    """What the paths of the products are relative to, itself relative to the root; empty: the step's workdir."""
    outputs: tuple[str, ...]
    """Further files that must exist after the run."""
    volatiles: tuple[str, ...]
    """Further files that may exist after the run."""
    available: tuple[Observation, ...]
    """Further inputs as they are; their paths are relative to the root, or absolute."""


@enum.unique
class StopLevel(enum.IntEnum):
    """How far an attempt is to be stopped; it only ever rises."""

    NONE = 0
    """Let it run."""
    RECALL = 1
    """Give it back if it has not begun."""
    INTERRUPT = 2
    """SIGINT to its process group."""
    KILL = 3
    """SIGKILL to its process group."""


class Order(NamedTuple):
    """One attempt that the director wants to be held."""

    attempt: AttemptId
    """Which."""
    stop: StopLevel
    """How far it is to be stopped."""
    assignment: Assignment | None
    """Present the first time on each stream."""


class Exited(NamedTuple):
    """The process ended by itself."""

    code: int
    """Its exit code."""


class Signalled(NamedTuple):
    """The process was ended by a signal."""

    number: int
    """Which signal."""


class NotStarted(NamedTuple):
    """The process was never started."""

    reason: str
    """A sentence that says why and what to do."""


class TimedOut(NamedTuple):
    """The process ran longer than it may, and was ended for it."""

    after_s: float
    """How long it may run."""


class Hindered(NamedTuple):
    """The process ran, and the machine lacked what it needed for that: nothing follows from how it ended."""

    reason: str
    """A sentence that says what was lacking, where, and what to do."""


End = Exited | Signalled | NotStarted | TimedOut | Hindered
"""The ways in which an attempt ends."""


class OutOfMemory(NamedTuple):
    """Memory was full, and the kernel has killed a process for it."""

    peak_bytes: int
    """The most that was ever used by all that shares the limit."""
    limit_bytes: int
    """0: as much as the machine has."""


class PredecessorEnd(NamedTuple):
    """How the process before this one died."""

    incarnation: str
    """Which one it was."""
    end: Exited | Signalled
    """In which way it ended."""
    out_of_memory: OutOfMemory | None
    """Memory was full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended."""

    end: End
    """In which way."""
    stdout: bytes = b""
    """What it wrote, cut at the limit."""
    stderr: bytes = b""
    """What it wrote, cut at the limit."""
    outputs: tuple[Observation, ...] = ()
    """Declared outputs as they are now."""
    volatiles: tuple[Observation, ...] = ()
    """From a workspace of this worker's own: volatile outputs that are there."""
    contents: tuple[bytes, ...] = ()
    """From a workspace of this worker's own: small new outputs, which travel with the outcome itself."""
    changed_inputs: tuple[Observation, ...] = ()
    """Inputs that differ from what the assignment said."""
    missing_inputs: tuple[str, ...] = ()
    """Inputs whose content the director could not give."""
    wall_s: float = 0.0
    """From start to end of the process."""
    cpu_s: float = 0.0
    """User and system time of the process and the children it waited for."""
    rss_bytes_max: int = 0
    """Peak memory of its largest process."""
    at: float = 0.0
    """When the process ended, on this worker's clock."""
    used_inputs: tuple[str, ...] = ()
    """Files, relative to the root, whose modules a script has imported."""
    used_environment: tuple[str, ...] = ()
    """Names of variables on which that depends."""
    out_of_memory: OutOfMemory | None = None
    """The kernel has killed it for that."""


class Beginning(NamedTuple):
    """An attempt whose process began."""

    attempt: AttemptId
    """Which."""
    at: float
    """When, on this worker's clock."""


class Result(NamedTuple):
    """An attempt that ended."""

    attempt: AttemptId
    """Which."""
    outcome: Outcome
    """How."""


class Transfer(NamedTuple):
    """Files of one attempt on their way."""

    attempt: AttemptId
    """Which."""
    is_upload: bool
    """Outputs go to the director; otherwise inputs come from it."""
    files: int
    """How many."""
    bytes_done: int
    """How much has arrived."""
    bytes_total: int
    """How much there is."""


class Piece(NamedTuple):
    """A piece of what a running attempt writes, for somebody who watches it."""

    follow: int
    """For whom."""
    stdout_offset: int
    """Where it begins."""
    stdout: bytes
    """What was written to standard output."""
    stderr_offset: int
    """Where it begins."""
    stderr: bytes
    """What was written to standard error."""
    is_all: bool
    """There is no more at the moment."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is in it."""
        return not self.stdout and not self.stderr


class Taken(NamedTuple):
    """How far what an attempt writes has come to somebody who watches it."""

    stdout: int
    """Bytes of standard output."""
    stderr: int
    """Bytes of standard error."""
    gone: bool = False
    """Nobody watches any more."""


class Statement(NamedTuple):
    """What the worker says at one moment; holds the whole truth except for what it said before on this stream."""

    slots: int | None
    """How many attempts it runs at a time (0: it takes no more); None when that was said before."""
    seen: int
    """The sequence number of the last response that was acted upon."""
    holding: tuple[AttemptId, ...]
    """Attempts that the director shall still hear of."""
    started: tuple[Beginning, ...]
    """Processes that began since the last statement, in order."""
    finished: tuple[Result, ...]
    """Results that were not said on this stream before."""
    transfers: tuple[Transfer, ...] = ()
    """Files that are on their way now."""
    hindrances: tuple[str, ...] = ()
    """What keeps attempts from getting on now."""
