"""The identities that the director hands out; all are counters, so that the same story gives the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

__all__ = ("ROOT", "AttemptId", "NodeId", "RequestId", "StreamId", "Token", "WorkerId")

NodeId = NewType("NodeId", int)
"""A step, a file or a static tree. One counter numbers all three, in the order of their first mention."""

WorkerId = NewType("WorkerId", int)
"""A worker, in the order of joining; shown to people as its index."""

StreamId = NewType("StreamId", int)
"""One connection of a worker. Drawn by whoever serves it, so that what an old one still has to say is told apart."""

RequestId = NewType("RequestId", int)
"""A call that waits for an answer. Drawn by the engine, opaque to the core."""

Token = NewType("Token", int)
"""A question to the disk (look, hash, expand, remove) that waits for its event."""

ROOT = NodeId(1)
"""The node that made itself: creator of the first plan."""


@dataclass(frozen=True, slots=True, order=True)
class AttemptId:
    """One execution of one step. Numbers come from one counter per project and are never used twice."""

    step: NodeId
    number: int
