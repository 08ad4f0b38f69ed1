"""Two tables: what kind of refusal is which status code, and what fault of a content."""

from __future__ import annotations

import grpc

from stepup_proto.v1 import types_pb2 as types
from stepup_server.core import refusals
from stepup_server.engine.blobs import BlobFault

__all__ = (
    "BLOB_STATUS_TABLE",
    "STATUS_TABLE",
    "CallFailed",
    "invalid_argument",
    "kind_of",
    "refusal_to_wire",
    "status_of",
)


class CallFailed(Exception):
    """A call ends with a status, for a reason that the core has nothing to do with."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        """Remember how the call ends."""
        super().__init__(message)
        self.code = code
        """The status."""
        self.message = message
        """One sentence or more for a person."""


_Kind = types.Refusal.Kind
_Code = grpc.StatusCode

STATUS_TABLE: dict[type[refusals.Refusal], tuple[grpc.StatusCode, types.Refusal.Kind]] = {
    refusals.InvalidArgument: (_Code.INVALID_ARGUMENT, _Kind.KIND_ARGUMENT),
    refusals.InvalidPath: (_Code.INVALID_ARGUMENT, _Kind.KIND_PATH),
    refusals.LimitExceeded: (_Code.RESOURCE_EXHAUSTED, _Kind.KIND_LIMIT),
    refusals.GraphConflict: (_Code.FAILED_PRECONDITION, _Kind.KIND_GRAPH),
    refusals.AlreadyDeclared: (_Code.ALREADY_EXISTS, _Kind.KIND_GRAPH),
    refusals.CyclicDependency: (_Code.FAILED_PRECONDITION, _Kind.KIND_CYCLE),
    refusals.AmendWhileHolding: (_Code.FAILED_PRECONDITION, _Kind.KIND_AMEND_WHILE_HOLDING),
    refusals.Superseded: (_Code.FAILED_PRECONDITION, _Kind.KIND_SUPERSEDED),
    refusals.UnknownStep: (_Code.NOT_FOUND, _Kind.KIND_ARGUMENT),
    refusals.UnknownWorker: (_Code.NOT_FOUND, _Kind.KIND_UNKNOWN),
    refusals.Unwelcome: (_Code.FAILED_PRECONDITION, _Kind.KIND_PHASE),
    refusals.NotRunning: (_Code.FAILED_PRECONDITION, _Kind.KIND_PHASE),
    refusals.NotNow: (_Code.UNAVAILABLE, _Kind.KIND_PHASE),
}

BLOB_STATUS_TABLE: dict[BlobFault, grpc.StatusCode] = {
    BlobFault.MISSING: _Code.NOT_FOUND,
    BlobFault.CORRUPT: _Code.INVALID_ARGUMENT,
    BlobFault.OUT_OF_PLACE: _Code.ABORTED,
    BlobFault.TOO_MUCH: _Code.RESOURCE_EXHAUSTED,
    BlobFault.UNREACHABLE: _Code.UNAVAILABLE,
    BlobFault.CHANGED: _Code.DATA_LOSS,
}


def invalid_argument(text: str) -> CallFailed:
    """Return how a call ends whose request cannot be understood or asks for too much."""
    return CallFailed(_Code.INVALID_ARGUMENT, text)


def status_of(refusal: refusals.Refusal) -> grpc.StatusCode:
    """Return the status code of a refusal."""
    return STATUS_TABLE[type(refusal)][0]


def kind_of(refusal: refusals.Refusal) -> types.Refusal.Kind:
    """Return the kind that clients turn into an exception."""
    return STATUS_TABLE[type(refusal)][1]


def refusal_to_wire(refusal: refusals.Refusal) -> types.Refusal:
    """Return a refusal as a message."""
    source = types.Source(file=refusal.source.file, line=refusal.source.line)
    return types.Refusal(kind=kind_of(refusal), message=refusal.message, source=source)
