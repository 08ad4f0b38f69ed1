"""Two kinds of wrong: what a user or a client can mend (`Refusal`), and what is our bug (`InvariantBroken`)."""

from __future__ import annotations

from .values import NOWHERE, Source

__all__ = (
    "AlreadyDeclared",
    "AmendWhileHolding",
    "CyclicDependency",
    "GraphConflict",
    "InvalidArgument",
    "InvalidPath",
    "InvariantBroken",
    "LimitExceeded",
    "NotNow",
    "NotRunning",
    "Refusal",
    "Superseded",
    "UnknownStep",
    "UnknownWorker",
    "Unwelcome",
)


class Refusal(Exception):
    """A request that was not carried out and changed nothing."""

    def __init__(self, message: str, source: Source = NOWHERE) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        """The line of the plan, when there is one."""


class InvalidArgument(Refusal):
    """The arguments themselves are wrong."""


class InvalidPath(InvalidArgument):
    """A path is wrong: missing, a directory, with a NUL byte, where nothing may be."""


class LimitExceeded(Refusal):
    """Something is larger than this director takes."""


class GraphConflict(Refusal):
    """The declaration contradicts the graph."""


class AlreadyDeclared(GraphConflict):
    """The step, output or static file is declared elsewhere."""


class CyclicDependency(GraphConflict):
    """The declaration would close a circle of dependencies."""


class AmendWhileHolding(GraphConflict):
    """Inputs were amended inside an open hold."""


class Superseded(Refusal):
    """The attempt is not the current one of its step."""


class UnknownStep(Refusal):
    """No step, or more than one, is what somebody named."""


class UnknownWorker(Refusal):
    """No worker is what somebody named."""


class Unwelcome(Refusal):
    """A worker that this director cannot work with, or a wish about workers that it cannot fulfil."""


class NotNow(Refusal):
    """Not possible in the director's present phase."""


class NotRunning(Refusal):
    """What somebody wants can be had from a running step only."""


class InvariantBroken(Exception):
    """A bug of ours. Carries the story that led to it; never caught except at the top."""
