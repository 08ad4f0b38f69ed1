"""What can go wrong in a plan: mistakes that its author can mend, and the rest.

The classes say that they live in `stepup.core.exceptions`, which re-exports them:
plans import them from there, and readers of a traceback look for them there.
"""

from __future__ import annotations

__all__ = (
    "AmendWhileHoldingError",
    "CgroupError",
    "ConfigError",
    "ConsistencyError",
    "CyclicError",
    "EnvVarError",
    "GraphError",
    "HashCancelledError",
    "HashError",
    "HashFailedError",
    "InputNotFoundError",
    "PathError",
    "RPCClientUnusableError",
    "RPCError",
    "RunError",
    "StepUpError",
    "ToolError",
    "UsageError",
)

_HOME = "stepup.core.exceptions"


class UsageError(Exception):
    """A mistake in a plan: the message says what to mend, and no frame of ours helps."""

    __module__ = _HOME


class ConfigError(UsageError, ValueError):
    """A configuration file, a variable or an option holds what it must not."""

    __module__ = _HOME


class ToolError(UsageError):
    """A command such as `stepup status` cannot do what it was asked for."""

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


class RPCError(Exception):
    """The director failed, or does not know this attempt any more."""

    __module__ = _HOME


class RPCClientUnusableError(RPCError, ConnectionResetError):
    """The director cannot be reached, and calling it again will not help."""

    __module__ = _HOME


class InputNotFoundError(Exception):
    """An amended input is not available yet; the step runs again when it is."""

    __module__ = _HOME


class ConsistencyError(RuntimeError):
    """What is known about the graph contradicts itself: a mistake of StepUp."""

    __module__ = _HOME


class CgroupError(RuntimeError):
    """The control groups of the system cannot be used as was asked for."""

    __module__ = _HOME


class RunError(RuntimeError):
    """A program could not be run."""

    __module__ = _HOME


class HashError(Exception):
    """A file has no digest."""

    __module__ = _HOME


class HashCancelledError(HashError):
    """Nobody wants the digest any more."""

    __module__ = _HOME


class HashFailedError(HashError):
    """A file cannot be read, or is no file."""

    __module__ = _HOME
