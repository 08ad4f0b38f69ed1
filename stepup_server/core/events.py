"""Everything the director can be told. What happened, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from .ids import AttemptId, RequestId, StreamId, Token, WorkerId
from .states import StopLevel
from .values import (
    AttemptFact,
    BuildOptions,
    Change,
    Declaration,
    GlobMatch,
    Hint,
    Observation,
    Published,
    Removed,
    Source,
    Transfer,
    WorkerDescription,
)

__all__ = (
    "Amended",
    "BuildRequested",
    "CancelRequested",
    "DrainRequested",
    "Event",
    "FilesHashed",
    "FilesPublished",
    "FilesRemoved",
    "FollowEnded",
    "FollowRequested",
    "GlobRequested",
    "GlobsExpanded",
    "JoinRequested",
    "LocateRequested",
    "MemberRevoked",
    "PathsInspected",
    "PathsTouched",
    "PlanDeclared",
    "RebuildRequested",
    "RequestAbandoned",
    "StepInfoRequested",
    "StopRequested",
    "TimePassed",
    "WaitRequested",
    "WatchFailed",
    "WorkerConnected",
    "WorkerDisconnected",
    "WorkerDrainRequested",
    "WorkerReported",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDeclared:
    """A step declared things. Answered with `Declared`."""

    request: RequestId
    attempt: AttemptId
    speaker: int
    """Which of the processes that speak for the attempt."""
    batch: int
    """Counts the batches of the speaker from 1."""
    declarations: tuple[Declaration, ...]
    awaited: bool = False
    """The plan waits for the answer, and may handle a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobRequested:
    """A step asked for the matches of a pattern. Answered with `GlobAnswer`."""

    request: RequestId
    attempt: AttemptId
    source: Source
    base: str
    pattern: str
    substitutions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """A running step added dependencies. Answered with `AmendAnswer`."""

    request: RequestId
    attempt: AttemptId
    source: Source
    base: str
    inputs: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    volatiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInfoRequested:
    """A step asked what was declared for it. Answered with `StepInfo`."""

    request: RequestId
    attempt: AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateRequested:
    """Somebody asked, for a running step, what is at paths of the project. Answered with `Located`."""

    request: RequestId
    attempt: AttemptId
    base: str
    paths: tuple[str, ...]
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAbandoned:
    """The caller went away."""

    request: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsInspected:
    """The disk was looked at; one observation per path, in the order of the question, without hashes."""

    token: Token
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesHashed:
    """Files were hashed; one observation per path, in the order of the question."""

    token: Token
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobsExpanded:
    """Patterns were expanded; one sorted tuple of matches per query, in the order of the question."""

    token: Token
    matches: tuple[tuple[GlobMatch, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesRemoved:
    """Old products were removed, as far as they were there and the same."""

    token: Token
    removed: Removed


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesPublished:
    """Outputs were put in their places, as far as that was possible."""

    token: Token
    published: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsTouched:
    """Something has happened at these places, whoever did it; only a look at the disk tells whether it matters.

    Late and repeated news is normal, and so is news of what our own steps do.
    """

    token: Token | None = None
    """Set when it is the last news before a pause, which was asked for."""
    hints: tuple[Hint, ...] = ()
    """In the order of what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFailed:
    """The files cannot be watched (any more)."""

    reason: str
    """What is wrong, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConnected:
    """A worker opened its stream. Answered with its `WorkerId`."""

    request: RequestId
    stream: StreamId
    description: WorkerDescription
    holding: tuple[AttemptId, ...]
    facts: tuple[AttemptFact, ...]
    """What happened to attempts, in order; results that were never acknowledged are told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReported:
    """A worker said what it is doing. What comes over another stream than its last one is void."""

    worker: WorkerId
    stream: StreamId
    seen: int
    """The sequence number of the last orders that it acted upon."""
    slots: int | None = None
    """How many attempts it runs at a time from now on; None: as before. 0: it is stopping."""
    holding: tuple[AttemptId, ...]
    facts: tuple[AttemptFact, ...] = ()
    """What happened to attempts since the last report, in order."""
    transfers: tuple[Transfer, ...] = ()
    """Large files that are on their way."""
    hindrances: tuple[str, ...] = ()
    """What keeps its attempts from getting on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerDisconnected:
    """A worker's stream broke or ended. Of no consequence when the worker has opened another."""

    worker: WorkerId
    stream: StreamId


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequested:
    """Somebody wants a build. Answered with `BuildTicket`."""

    request: RequestId
    options: BuildOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildRequested:
    """Somebody wants another build with the same options. Answered with `BuildTicket`."""

    request: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRequested:
    """Somebody wants to know when the director is idle. Answered with a `ReturnCode`."""

    request: RequestId
    change: Change | None = None
    """Or when this was noticed since the last build ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequested:
    """Somebody wants the director to stop once it is idle. Answered with a `ReturnCode`."""

    request: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """Somebody wants a running step to end. Answered with a `CancelTicket`."""

    request: RequestId
    name: str
    """As people say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRequested:
    """Somebody wants to see what a step writes. Answered with a `FollowTicket`."""

    request: RequestId
    name: str
    """As people say it."""
    follow: int
    """Tells those who watch apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowEnded:
    """Somebody has seen enough."""

    follow: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainRequested:
    """Somebody wants no further steps to start in this build. Answered with `None`."""

    request: RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerDrainRequested:
    """Somebody wants workers to leave. Answered with `WorkersDrained`."""

    request: RequestId
    workers: tuple[str, ...]
    """Names, numbers, or `all`."""
    wait: bool
    """Answer only when they have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRevoked:
    """Somebody from elsewhere is not believed any more. Answered with the number of attempts that it was holding."""

    name: str
    """What its certificate says."""
    request: RequestId | None = None
    """None: it was revoked before this director began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequested:
    """Somebody wants the director to stop. Answered with `None`."""

    request: RequestId
    level: StopLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """The moment that `Director.next_deadline` named has come."""


Event = (
    PlanDeclared
    | GlobRequested
    | Amended
    | StepInfoRequested
    | LocateRequested
    | RequestAbandoned
    | PathsInspected
    | FilesHashed
    | GlobsExpanded
    | FilesPublished
    | FilesRemoved
    | PathsTouched
    | WatchFailed
    | WorkerConnected
    | WorkerReported
    | WorkerDisconnected
    | BuildRequested
    | RebuildRequested
    | WaitRequested
    | JoinRequested
    | CancelRequested
    | FollowRequested
    | FollowEnded
    | DrainRequested
    | WorkerDrainRequested
    | MemberRevoked
    | StopRequested
    | TimePassed
)
