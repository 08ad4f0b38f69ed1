"""gRPC, imported so that it does not write to a terminal that is not its own.

It reads GRPC_VERBOSITY once, when it is imported, and tells of every connection that ends.
What matters comes as a status. Steps must not inherit the setting, so it is taken back at once;
whoever has set it is obeyed.
"""

from __future__ import annotations

import os

__all__ = ("aio", "grpc")

_NAME = "GRPC_VERBOSITY"
_IS_OURS = _NAME not in os.environ

if _IS_OURS:
    os.environ[_NAME] = "ERROR"

import grpc  # noqa: E402 - it reads the environment now
from grpc import aio  # noqa: E402 - as above

if _IS_OURS:
    del os.environ[_NAME]
