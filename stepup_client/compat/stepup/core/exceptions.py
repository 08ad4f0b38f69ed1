"""What can go wrong in a plan; the same as `stepup_client.errors`."""

from __future__ import annotations

from stepup_client.errors import (
    AmendWhileHoldingError,
    CyclicError,
    EnvVarError,
    GraphError,
    InputNotFoundError,
    NotYetError,
    PathError,
    RPCError,
    StepUpError,
    UsageError,
)

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
