"""Refusals, as they travel beside a status code, back into exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import grpc
from google.protobuf.message import DecodeError

from stepup_client.core.declarations import Source
from stepup_client.errors import (
    AmendWhileHoldingError,
    CyclicError,
    GraphError,
    PathError,
    RPCError,
    StepUpError,
)
from stepup_proto.v1 import types_pb2
from stepup_shared.refusals import REFUSAL_KEY

__all__ = ("Refused", "refused_from_wire", "rpc_error_from_wire")


_ERRORS: dict[int, type[Exception]] = {
    types_pb2.Refusal.KIND_ARGUMENT: StepUpError,
    types_pb2.Refusal.KIND_LIMIT: StepUpError,
    types_pb2.Refusal.KIND_PATH: PathError,
    types_pb2.Refusal.KIND_GRAPH: GraphError,
    types_pb2.Refusal.KIND_CYCLE: CyclicError,
    types_pb2.Refusal.KIND_AMEND_WHILE_HOLDING: AmendWhileHoldingError,
}
"""All other kinds are no mistake of the plan: RPCError."""


class Refused(Exception):
    """An answer that something was refused; becomes an exception when it is known who is to hear of it."""

    def __init__(self, kind: type[Exception], message: str, source: Source) -> None:
        """Take the class of the exception, its message, and the line that was refused."""
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.source = source

    def error(self, heard_at: Source) -> Exception:
        """Return the exception, with its line when it is heard of at another one."""
        elsewhere = bool(self.source.line) and self.source != heard_at
        return self.kind(f"{self.source}: {self.message}" if elsewhere else self.message)


def refused_from_wire(error: grpc.RpcError) -> Refused | None:
    """Return the refusal that came with a failed call; None if there was none."""
    if not isinstance(error, grpc.Call):
        return None
    # The type stubs call the entries opaque; they are pairs.
    entries = cast("Iterable[tuple[str, str | bytes]]", error.trailing_metadata() or ())
    for key, value in entries:
        if key == REFUSAL_KEY and isinstance(value, bytes):
            return _parsed(value)
    return None


def _parsed(value: bytes) -> Refused | None:
    try:
        message = types_pb2.Refusal.FromString(value)
    except DecodeError:
        return None
    source = Source(message.source.file, message.source.line)
    return Refused(_ERRORS.get(message.kind, RPCError), message.message, source)


def rpc_error_from_wire(method: str, error: grpc.RpcError) -> RPCError:
    """Return what a failed call without a refusal means."""
    if not isinstance(error, grpc.Call):
        return RPCError(f"{method} failed: {error}")
    return RPCError(f"The director answered {method} with {error.code().name}: {error.details()}")
