"""Becoming and staying one whom a director on another machine believes."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import grpc

from stepup_proto.v1 import trust_pb2
from stepup_proto.v1.trust_pb2_grpc import TrustServiceStub
from stepup_shared.handshakes import Means, failure_in, told
from stepup_shared.identity import SERVER_NAME, Credential, guest_credential, make_key, make_request

from .endpoint import Endpoint

__all__ = ("Enrolled", "JoinFailed", "enroll", "renew")

_CALL_S_MAX = 20.0


class JoinFailed(Exception):
    """The director does not let us in; the text says why and what to do."""


class Enrolled:
    """What became of an invitation."""

    def __init__(self, credential: Credential, role: str, name: str) -> None:
        """Keep what the director said."""
        self.credential = credential
        """For all later connections."""
        self.role = role
        """What we may be."""
        self.name = name
        """What we are called."""


def enroll(address: str, code: str, now: float) -> Enrolled:
    """Turn the code of an invitation into a credential, with a key that is made here.

    Raises
    ------
    JoinFailed
        The director cannot be reached, is another one, or does not know the invitation.
    BadCode
        The code is none.
    """
    guest = guest_credential(code, now)
    key = make_key()
    credentials = grpc.ssl_channel_credentials(guest.anchor, guest.key, guest.certificate)
    options = (("grpc.ssl_target_name_override", SERVER_NAME), ("grpc.enable_retries", 0))
    with grpc.secure_channel(address, credentials, options=options) as channel:
        request = trust_pb2.EnrollRequest(certificate_request=make_request(key))
        try:
            response = _ask_again_once(lambda: TrustServiceStub(channel).Enroll(request, timeout=_CALL_S_MAX))
        except grpc.RpcError as error:
            raise JoinFailed(_explain(address, error)) from error
    credential = Credential(key, response.certificate, response.anchor)
    return Enrolled(credential, response.role, response.name)


def _ask_again_once(ask: Callable[[], trust_pb2.EnrollResponse]) -> trust_pb2.EnrollResponse:
    """Ask, and once more if the answer may have been lost: the same request gets the same answer."""
    try:
        return ask()
    except grpc.RpcError as error:
        if cast("grpc.Call", error).code() is not grpc.StatusCode.UNAVAILABLE:
            raise
        return ask()


async def renew(endpoint: Endpoint) -> Credential:
    """Return a credential with a later end; raises `grpc.aio.AioRpcError`.

    It is for the same key: the files that it is kept in fit together at any moment, also when the power is lost.
    """
    async with endpoint.open(()) as channel:
        request = trust_pb2.RenewRequest(certificate_request=make_request(endpoint.key))
        response = await TrustServiceStub(channel).Renew(request, timeout=_CALL_S_MAX)
    return Credential(endpoint.key, response.certificate, endpoint.anchor)


def _explain(address: str, error: grpc.RpcError) -> str:
    """Say in a sentence or two why nobody lets us in."""
    call = cast("grpc.Call", error)
    details = call.details() or call.code().name
    if call.code() is not grpc.StatusCode.UNAVAILABLE:
        return details
    return told(failure_in(details), Means.CODE, address)
