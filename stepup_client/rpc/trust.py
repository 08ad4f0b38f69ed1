"""The command line's end of TrustService."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

from stepup_client.rpc.control_values import DirectorGone, DirectorRefused
from stepup_client.rpc.quiet_grpc import grpc
from stepup_client.rpc.ways import Elsewhere, Way, open_channel
from stepup_proto.v1 import trust_pb2
from stepup_proto.v1.trust_pb2_grpc import TrustServiceStub

__all__ = ("Enrolled", "Invitation", "Member", "enroll", "invite", "list_members", "renew", "revoke")

_CALL_S_MAX = 20.0

_Answer = TypeVar("_Answer")


class Invitation(NamedTuple):
    """What a guest needs."""

    code: str
    """Works once."""
    address: str
    """HOST:PORT of the director."""
    name: str
    """What the guest will be called."""
    expires_at: float
    """Unix seconds."""


class Member(NamedTuple):
    """One who may come from elsewhere, or might."""

    role: str
    """What it may be."""
    name: str
    """What it is called."""
    state: str
    """`invited`, `member`, `expired` or `revoked`."""
    expires_at: float
    """Unix seconds."""


class Enrolled(NamedTuple):
    """What became of an invitation; certificates in PEM."""

    certificate: bytes
    """For the key of the request."""
    anchor: bytes
    """Of the director's authority."""
    role: str
    """What the certificate says."""
    name: str
    """What the certificate says."""


def invite(way: Way, role: str, name: str, life_s: float) -> Invitation:
    """Make an invitation; raises `DirectorGone` or `DirectorRefused`, as all of these."""
    request = trust_pb2.InviteRequest(role=role, name=name, life_s=life_s)
    made = _ask(way, lambda stub: stub.Invite(request, timeout=_CALL_S_MAX))
    return Invitation(made.code, made.address, made.name, made.expires_at)


def revoke(way: Way, name: str) -> int:
    """Have nobody of that name believed any more; return how many attempts were taken from its workers."""
    request = trust_pb2.RevokeRequest(name=name)
    return _ask(way, lambda stub: stub.Revoke(request, timeout=_CALL_S_MAX)).given_up


def list_members(way: Way) -> list[Member]:
    """Return all who were invited or have a certificate."""
    request = trust_pb2.ListIdentitiesRequest()
    found = _ask(way, lambda stub: stub.ListIdentities(request, timeout=_CALL_S_MAX))
    return [Member(one.role, one.name, one.state, one.expires_at) for one in found.identities]


def enroll(guest: Elsewhere, request: bytes) -> Enrolled:
    """Turn an invitation into a certificate for the key of a request (PKCS 10, PEM)."""
    message = trust_pb2.EnrollRequest(certificate_request=request)
    made = _ask(guest, lambda stub: stub.Enroll(message, timeout=_CALL_S_MAX))
    return Enrolled(made.certificate, made.anchor, made.role, made.name)


def renew(way: Elsewhere, request: bytes) -> bytes:
    """Return another certificate, for the key of a request (PKCS 10, PEM)."""
    message = trust_pb2.RenewRequest(certificate_request=request)
    return _ask(way, lambda stub: stub.Renew(message, timeout=_CALL_S_MAX)).certificate


def _ask(way: Way, question: Callable[[TrustServiceStub], _Answer]) -> _Answer:
    """Return what the director answers."""
    with open_channel(way) as channel:
        try:
            return question(TrustServiceStub(channel))
        except grpc.RpcError as error:
            raise _explained(error) from error


def _explained(error: grpc.RpcError) -> DirectorGone | DirectorRefused:
    call = cast("grpc.Call", error)
    text = call.details() or call.code().name
    return DirectorGone(text) if call.code() is grpc.StatusCode.UNAVAILABLE else DirectorRefused(text)
