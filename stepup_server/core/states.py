"""Everything about states lives here, and nothing here knows who changes them.

Rule 1: a state changes only along a pair of the tables at the end of this file.
Rule 2: the tables are the documentation; DESIGN.md draws them and a test compares the two.
"""

from __future__ import annotations

import enum

__all__ = (
    "FILE_TRANSITIONS",
    "STEP_TRANSITIONS",
    "FileState",
    "Need",
    "Phase",
    "ReturnCode",
    "StepState",
    "StopLevel",
    "Tag",
)


@enum.unique
class StepState(enum.Enum):
    """What is known about a step."""

    PENDING = "PENDING"
    """To be checked or run, now or when its inputs are there."""
    CHECKING = "CHECKING"
    """Its inputs and outputs are being compared with those of the last success."""
    RUNNING = "RUNNING"
    """Handed to a worker."""
    SUCCEEDED = "SUCCEEDED"
    """Ended well, or found to be up to date."""
    FAILED = "FAILED"
    """Ended badly."""


@enum.unique
class FileState(enum.Enum):
    """What is known about a file; the prefix of the comment is its role."""

    UNDECLARED = "UNDECLARED"
    """None: only used as an input, nobody declares it."""
    UNCONFIRMED = "UNCONFIRMED"
    """Static: not yet looked at."""
    CONFIRMED = "CONFIRMED"
    """Static: it is there and its hash is known."""
    MISSING = "MISSING"
    """Static: it is not there."""
    PLANNED = "PLANNED"
    """Output: there is no product that can be trusted."""
    BUILT = "BUILT"
    """Output: made by its step, hash known."""
    OUTDATED = "OUTDATED"
    """Output: made by its step, which has to run or be checked again; the hash of the product is kept."""
    VOLATILE = "VOLATILE"
    """Volatile output: never hashed, never an input."""


@enum.unique
class Need(enum.IntEnum):
    """How much a step is wanted; a larger value wins."""

    OPTIONAL = 31
    """Runs only when a step that runs uses one of its outputs."""
    DEFAULT = 32
    """Runs in every build that is not restricted to targets."""
    TARGET = 33
    """A target asks for it; cannot be declared."""
    PLAN = 34
    """Declares further steps: always runs, and first."""


@enum.unique
class Phase(enum.Enum):
    """What the director is doing as a whole."""

    IDLE = "idle"
    """No build is going on."""
    STARTUP = "startup"
    """The disk is compared with what was recorded."""
    BUILD = "build"
    """Steps are checked and run."""
    CLEANUP = "cleanup"
    """What nobody makes any more is being removed."""
    WATCH = "watch"
    """No build is going on; changes of files are noted for the next one."""
    STOPPING = "stopping"
    """The end: nothing is accepted any more."""


@enum.unique
class StopLevel(enum.IntEnum):
    """How firmly running steps are asked to end; it only ever rises."""

    NONE = 0
    """Not asked."""
    DRAIN = 1
    """Start nothing more; let running steps end. For an attempt: give it back unless it has begun."""
    INTERRUPT = 2
    """Send SIGINT to running steps."""
    KILL = 3
    """Send SIGKILL to running steps."""


class ReturnCode(enum.IntFlag):
    """The bits of a build's exit code."""

    OK = 0
    """Everything that was wanted is up to date."""
    INTERNAL = 1
    """A bug, or a mistake in the configuration."""
    INTERRUPTED = 2
    """SIGINT or SIGTERM, or a shutdown while steps were running."""
    FAILED = 4
    """A step failed."""
    WARNING = 8
    """Something the user may want to mend."""
    PENDING = 16
    """Steps that are not optional could not be run."""
    DRAINING = 32
    """The build ended before everything was tried; what is pending was not examined."""


@enum.unique
class Tag(enum.Enum):
    """The first word of a line for people."""

    DIRECTOR = "DIRECTOR"
    STARTUP = "STARTUP"
    PHASE = "PHASE"
    WORKFLOW = "WORKFLOW"
    START = "START"
    SUCCESS = "SUCCESS"
    FAIL = "FAIL"
    SKIP = "SKIP"
    NOSKIP = "NOSKIP"
    DEFERRED = "DEFERRED"
    REMOVE = "REMOVE"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    WARNING = "WARNING"
    ERROR = "ERROR"
    SAMEHASH = "SAMEHASH"
    UNAMEND = "UNAMEND"


def _pairs(table: str) -> frozenset[tuple[str, str]]:
    """Read `A -> B C` lines into pairs."""
    pairs: set[tuple[str, str]] = set()
    for line in table.strip().splitlines():
        start, _, finishes = line.partition("->")
        pairs |= {(start.strip(), finish) for finish in finishes.split()}
    return frozenset(pairs)


STEP_TRANSITIONS = frozenset(
    (StepState(start), StepState(finish))
    for start, finish in _pairs(
        """
        PENDING   -> CHECKING RUNNING
        CHECKING  -> PENDING SUCCEEDED
        RUNNING   -> PENDING SUCCEEDED FAILED
        SUCCEEDED -> PENDING
        FAILED    -> PENDING
        """
    )
)

FILE_TRANSITIONS = frozenset(
    (FileState(start), FileState(finish))
    for start, finish in _pairs(
        """
        UNDECLARED  -> UNCONFIRMED PLANNED VOLATILE
        UNCONFIRMED -> CONFIRMED MISSING PLANNED VOLATILE UNDECLARED
        CONFIRMED   -> UNCONFIRMED MISSING PLANNED VOLATILE UNDECLARED
        MISSING     -> UNCONFIRMED CONFIRMED PLANNED VOLATILE UNDECLARED
        PLANNED     -> BUILT OUTDATED UNCONFIRMED VOLATILE UNDECLARED
        BUILT       -> OUTDATED PLANNED UNCONFIRMED VOLATILE UNDECLARED
        OUTDATED    -> BUILT PLANNED UNCONFIRMED VOLATILE UNDECLARED
        VOLATILE    -> UNCONFIRMED PLANNED UNDECLARED
        """
    )
)
