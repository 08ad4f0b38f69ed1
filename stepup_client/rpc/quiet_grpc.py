"""gRPC, imported as programs need it that share a terminal, and a process, with what is not theirs.

It reads its settings once, when it is imported. GRPC_VERBOSITY: it would tell of every connection that ends, and what
matters comes as a status. GRPC_ENABLE_FORK_SUPPORT: it would have handlers run in children that are forked where vfork
fails, which may kill them before they are steps. Steps must not inherit either, so it is taken back at once; whoever
has set one is obeyed.
"""

from __future__ import annotations

import os

__all__ = ("aio", "grpc")

_WANTED = {"GRPC_VERBOSITY": "ERROR", "GRPC_ENABLE_FORK_SUPPORT": "0"}
_OURS = {name: value for name, value in _WANTED.items() if name not in os.environ}

os.environ.update(_OURS)

import grpc  # noqa: E402 - it reads the environment now
from grpc import aio  # noqa: E402 - as above

for _name in _OURS:
    del os.environ[_name]
