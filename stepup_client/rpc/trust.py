"""The command line's end of TrustService."""

from __future__ import annotations

from typing import NamedTuple, cast

import grpc

from stepup_client.rpc.control_values import DirectorGone, DirectorRefused
from stepup_proto.v1 import trust_pb2
from stepup_proto.v1.trust_pb2_grpc import TrustServiceStub
from stepup_shared.tokens import Presenting, local_token

__all__ = ("Invitation", "Member", "invite", "list_members", "revoke")

_CALL_S_MAX = 20.0


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


def invite(socket: str, role: str, name: str, life_s: float) -> Invitation:
    """Make an invitation; raises `DirectorGone` or `DirectorRefused`, as all of these."""
    request = trust_pb2.InviteRequest(role=role, name=name, life_s=life_s)
    with _channel(socket) as channel:
        try:
            made = TrustServiceStub(channel).Invite(request, timeout=_CALL_S_MAX)
        except grpc.RpcError as error:
            raise _explained(error) from error
    return Invitation(made.code, made.address, made.name, made.expires_at)


def revoke(socket: str, name: str) -> int:
    """Have nobody of that name believed any more; return how many there were."""
    with _channel(socket) as channel:
        try:
            return TrustServiceStub(channel).Revoke(trust_pb2.RevokeRequest(name=name), timeout=_CALL_S_MAX).count
        except grpc.RpcError as error:
            raise _explained(error) from error


def list_members(socket: str) -> list[Member]:
    """Return all who were invited or have a certificate."""
    with _channel(socket) as channel:
        try:
            found = TrustServiceStub(channel).ListIdentities(trust_pb2.ListIdentitiesRequest(), timeout=_CALL_S_MAX)
        except grpc.RpcError as error:
            raise _explained(error) from error
    return [Member(one.role, one.name, one.state, one.expires_at) for one in found.identities]


def _channel(socket: str) -> grpc.Channel:
    """Return a channel on which the owner's token is shown."""
    channel = grpc.insecure_channel(f"unix:{socket}")
    return cast("grpc.Channel", Presenting(channel, lambda: local_token(socket)))


def _explained(error: grpc.RpcError) -> DirectorGone | DirectorRefused:
    call = cast("grpc.Call", error)
    text = call.details() or call.code().name
    return DirectorGone(text) if call.code() is grpc.StatusCode.UNAVAILABLE else DirectorRefused(text)
