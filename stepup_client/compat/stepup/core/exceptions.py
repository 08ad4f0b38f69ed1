"""What can go wrong in a plan; the same as `stepup_client.errors`."""

from __future__ import annotations

from stepup_client.errors import (
    AmendWhileHoldingError,
    CgroupError,
    ConfigError,
    ConsistencyError,
    CyclicError,
    EnvVarError,
    GraphError,
    HashCancelledError,
    HashError,
    HashFailedError,
    InputNotFoundError,
    PathError,
    RPCClientUnusableError,
    RPCError,
    RunError,
    StepUpError,
    ToolError,
    UsageError,
)

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
