"""What those are told who ask for builds, steer single attempts and workers, or look for files."""

from __future__ import annotations

from dataclasses import dataclass

from .ids import AttemptId, NodeId
from .values import Observation

__all__ = ("BuildTicket", "CancelTicket", "FollowTicket", "Located", "WorkersDrained")


@dataclass(frozen=True, slots=True)
class BuildTicket:
    """The answer to a request for a build."""

    build: int
    joined: bool


@dataclass(frozen=True, slots=True)
class CancelTicket:
    """The answer to a request to cancel a step."""

    label: str
    attempt: AttemptId


@dataclass(frozen=True, slots=True)
class FollowTicket:
    """The answer to a request to see what a step writes."""

    step: NodeId
    label: str
    attempt: int
    """The number of the last attempt; 0: it has never run."""
    running: bool
    """It goes on: what it writes will come from its worker."""


@dataclass(frozen=True, slots=True)
class WorkersDrained:
    """The answer to a wish that workers leave."""

    names: tuple[str, ...]
    """By index."""


@dataclass(frozen=True, slots=True)
class Located:
    """The answer to who looks for files; paths as the graph knows them."""

    files: tuple[Observation, ...]
    """One for each path that was asked for."""
    matches: tuple[str, ...] = ()
