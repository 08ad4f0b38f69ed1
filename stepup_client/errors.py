"""What can go wrong in a plan: mistakes that its author can mend, and the rest.

The classes say that they live in `stepup.core.exceptions`, which re-exports them:
plans import them from there, and readers of a traceback look for them there.
"""

from __future__ import annotations

__all__ = (
    "AmendWhileHoldingError",
    "CyclicError",
    "EnvVarError",
    "GraphError",
    "InputNotFoundError",
    "NotYetError",
    "PathError",
    "RPCError",
    "StepUpError",
    "UsageError",
)

_HOME = "stepup.core.exceptions"


class UsageError(Exception):
    """A mistake in a plan: the message says what to mend, and no frame of ours helps."""

    __module__ = _HOME


class GraphError(UsageError):
    """A declaration contradicts the graph."""

    __module__ = _HOME


class AmendWhileHoldingError(GraphError):
    """Inputs were amended inside an open `hold()`."""

    __module__ = _HOME


class CyclicError(GraphError):
    """A declaration would close a circle of dependencies."""

    __module__ = _HOME


class StepUpError(UsageError, ValueError):
    """An argument is wrong."""

    __module__ = _HOME


class PathError(StepUpError):
    """A path is wrong: missing, a directory, or not a path at all."""

    __module__ = _HOME


class EnvVarError(StepUpError):
    """An environment variable is used that is not set."""

    __module__ = _HOME


class NotYetError(UsageError):
    """A function or argument exists in StepUp and is not available here yet."""

    __module__ = _HOME

    def __init__(self, what: str) -> None:
        """Name the function or argument."""
        super().__init__(f"{what} is not available yet in this version of StepUp.")


class RPCError(Exception):
    """The director cannot be reached, or failed, or does not know this attempt any more."""

    __module__ = _HOME


class InputNotFoundError(Exception):
    """An amended input is not available yet; the step runs again when it is."""

    __module__ = _HOME
