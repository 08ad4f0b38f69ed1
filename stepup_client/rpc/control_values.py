"""What the command line and the director tell each other, as frozen values; nothing here knows the wire."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = (
    "BuildEnd",
    "BuildOptions",
    "BuildStarted",
    "DirectorGone",
    "DirectorRefused",
    "Event",
    "GraphTexts",
    "OutputEnd",
    "OutputHead",
    "OutputPart",
    "OutputPiece",
    "Page",
    "Progress",
    "Reason",
    "RunningStep",
    "Status",
    "StepChange",
    "StepState",
    "StopLevel",
    "Tag",
    "Transfer",
    "WaitingSteps",
    "WorkerStatus",
)


class DirectorGone(Exception):
    """The director cannot be reached, or is stopping; the text says which, in words for a person."""


class DirectorRefused(Exception):
    """The director answered with a refusal; the text is its own."""


@enum.unique
class Tag(enum.Enum):
    """The first word of a line for people."""

    DIRECTOR = 1
    STARTUP = 2
    PHASE = 3
    WORKFLOW = 4
    START = 5
    SUCCESS = 6
    FAIL = 7
    SKIP = 8
    NOSKIP = 9
    DEFERRED = 10
    REMOVE = 11
    UPDATED = 12
    DELETED = 13
    WARNING = 14
    ERROR = 15
    KEYBOARD = 16
    SAMEHASH = 17
    UNAMEND = 18


@enum.unique
class StepState(enum.Enum):
    """What is known about a step."""

    PENDING = 1
    CHECKING = 2
    RUNNING = 3
    SUCCEEDED = 4
    FAILED = 5


@enum.unique
class StopLevel(enum.IntEnum):
    """How firmly a director is asked to stop."""

    NONE = 0
    """Not asked."""
    DRAIN = 1
    """Start nothing more; let running steps end."""
    INTERRUPT = 2
    """Send SIGINT to running steps."""
    KILL = 3
    """Send SIGKILL to running steps."""

    def raised(self) -> StopLevel:
        """Return the next firmer level; the firmest stays."""
        return StopLevel(min(self + 1, StopLevel.KILL))


@dataclass(frozen=True, slots=True)
class Page:
    """A titled block of text below a line."""

    title: str
    """What the rule above the block says."""
    text: str
    """The block."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Large files of a step on their way between its worker and the director."""

    upload: bool
    """Outputs; otherwise inputs."""
    files: int
    """How many."""
    bytes_done: int
    """How much has arrived."""
    bytes_total: int
    """How much there is."""


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that starts, ends or changes its state."""

    id: int
    """Its number in the graph."""
    label: str
    """How it is shown."""
    state: StepState | None
    """The state it has now; None when a newer director knows a state that we do not."""
    transfer: Transfer | None = None
    """Its files that are on their way."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    running: int = 0
    """Attempts that run now."""
    done: int = 0
    """Steps that are needed and have succeeded."""
    total: int = 0
    """Steps that are needed."""
    checking: int = 0
    """Steps that are being compared with their last success."""
    slots: int = 0
    """How many attempts run at a time; 0 when that is not known."""
    left_s: float | None = None
    """How many seconds it will still take; None when that is not known."""


@dataclass(frozen=True, slots=True)
class BuildEnd:
    """The end of a build."""

    build: int
    """Which build of this director, counted from 1."""
    return_code: int
    """The bits of its return code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line for people, and the facts behind it."""

    sequence: int = 0
    """Counts from 1 in the life of a director."""
    tag: Tag | None = None
    """None when nothing is to be printed."""
    text: str = ""
    """What stands behind the tag."""
    pages: tuple[Page, ...] = ()
    """Blocks below the line."""
    step: StepChange | None = None
    """The step it is about."""
    progress: Progress | None = None
    """The build as it stands."""
    build_end: BuildEnd | None = None
    """Set on the last event of a build."""
    missed: int = 0
    """Events that were dropped just before this one."""
    detail: bool = False
    """To be shown only to those who want to see everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What a build is asked to do."""

    keep_going: bool = False
    """Go on after a failure with all that does not depend on it."""
    clean: bool = True
    """Remove outputs that nobody makes any more."""
    resources: tuple[tuple[str, int], ...] = ()
    """Capacities by name."""
    defer_cap: int = 0
    """How often a step may be deferred; 0 leaves it to the director."""
    workers_min: int = 0
    """Begin only when this many workers are connected."""
    explain_rerun: bool = False
    """Say why steps run again."""
    use_durations: bool = True
    """Order steps by measured durations."""
    targets: tuple[str, ...] = ()
    """Build only what these files and directories (with a trailing slash) need; relative to the root."""
    watch: bool = False
    """Watch the files afterwards, until the director is asked to stop."""
    watch_first: bool = False
    """Watch, and rebuild soon after a change."""


@dataclass(frozen=True, slots=True)
class BuildStarted:
    """A build that goes on now."""

    build: int
    """Which build of this director, counted from 1."""
    events_before: int
    """The number of the last event before it."""
    joined: bool
    """It was already going on, with options of its own."""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker as the director sees it."""

    index: int
    """The number under which it is shown."""
    name: str
    """What it calls itself."""
    host: str
    """Where it runs."""
    pid: int
    """Its process there."""
    slots: int
    """Steps that it runs at a time."""
    connected: bool
    """Its stream is open."""
    holding: int
    """Attempts that it holds."""
    finished: int
    """Attempts that it has finished since it joined."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """What plans may ask for by `where`."""
    cpus: int = 0
    """0: unknown."""
    memory_bytes: int = 0
    """0: unknown."""
    resources: Mapping[str, int] = field(default_factory=dict[str, int])
    """Units that it offers."""
    resources_held: Mapping[str, int] = field(default_factory=dict[str, int])
    """Units that its steps hold."""
    version: str = ""
    """Of its program."""
    own_workspace: bool = False
    """Its steps run in private directories."""
    draining: bool = False
    """It gets nothing more, and leaves."""
    silent_s: float = 0.0
    """How long ago it said something."""
    root: str = ""
    """Of the project, as it sees it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of an explanation."""

    depth: int
    """How far it is from the first one."""
    kind: str
    """For programs."""
    text: str
    """For people."""
    step: str
    """The label of the step that it is about; may be empty."""
    path: str
    """The file that it is about; may be empty."""


@dataclass(frozen=True, slots=True)
class OutputHead:
    """Whose output follows."""

    label: str
    """Of the step."""
    attempt: int
    """Its number; 0: the step has never run."""
    is_running: bool
    """It goes on."""


@dataclass(frozen=True, slots=True)
class OutputPiece:
    """A piece of what an attempt has written."""

    stream: str
    """"stdout" or "stderr"."""
    data: bytes
    """What was written."""


@dataclass(frozen=True, slots=True)
class OutputEnd:
    """How the attempt has ended."""

    text: str
    """For people."""
    exit_code: int
    """As a shell counts."""


OutputPart = OutputHead | OutputPiece | OutputEnd
"""What comes when the output of a step is asked for."""


@dataclass(frozen=True, slots=True)
class RunningStep:
    """An attempt that was handed out."""

    label: str
    """How its step is shown."""
    worker: int
    """Index of the worker that holds it."""
    elapsed_s: float
    """Since it was handed out."""
    transfers: Transfer | None = None
    """Its large files that are on their way."""


@dataclass(frozen=True, slots=True)
class WaitingSteps:
    """Steps that are pending for the same reason."""

    text: str
    """The reason."""
    count: int
    """How many they are."""
    example: str
    """One of them."""


_BUILDING = frozenset(("startup", "build", "cleanup"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A director at one moment."""

    phase: str = ""
    """The word for what it does as a whole."""
    stopping: StopLevel = StopLevel.NONE
    """How far a shutdown has been asked for."""
    steps: dict[str, int] = field(default_factory=dict[str, int])
    """Counts by name of the state."""
    files: dict[str, int] = field(default_factory=dict[str, int])
    """Counts by name of the state."""
    workers: tuple[WorkerStatus, ...] = ()
    """All that it knows."""
    running: tuple[RunningStep, ...] = ()
    """What runs now."""
    checking: tuple[str, ...] = ()
    """Labels of the steps that are being compared with their last success."""
    waiting: tuple[WaitingSteps, ...] = ()
    """Why steps are pending, most frequent first."""
    resources_held: dict[str, int] = field(default_factory=dict[str, int])
    """Units by name."""
    return_code: int = 0
    """Of the last build that ended."""
    pid: int = 0
    """Its process."""
    root: str = ""
    """The project it serves."""
    version: str = ""
    """Its release."""
    build: int = 0
    """The build that goes on, or the last one; 0 before the first."""
    events_before: int = 0
    """The number of the last event before that build."""
    embedded: bool = False
    """It belongs to a `stepup build` and ends with it."""
    watching: bool = False
    """It stays after builds, and watches the files."""

    @property
    def is_building(self) -> bool:
        """Tell whether a build goes on."""
        return self.phase in _BUILDING


@dataclass(frozen=True, slots=True)
class GraphTexts:
    """The whole graph in several notations."""

    text: str
    """One paragraph for each part."""
    provenance_dot: str
    """Who declared what."""
    dependency_dot: str
    """What depends on what."""
    mermaid: str = ""
    """What depends on what, for Mermaid; empty when it was not asked for."""
