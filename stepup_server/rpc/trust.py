"""TrustService: translate, ask, translate back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

import grpc

from stepup_proto.v1 import trust_pb2 as trust
from stepup_server.core.events import MemberRevoked
from stepup_server.engine.engine import Engine
from stepup_server.engine.identities import NameTaken, NotOffered, NotTrusted, Trust

from .callers import current_caller
from .status import CallFailed

__all__ = ("TrustServicer",)

_LIFE_S_MAX = 30 * 24 * 3600.0


class TrustServicer:
    """What guests and members ask, and what operators decide about them."""

    def __init__(self, engine: Engine, registry: Trust | None, expel: Callable[[str], None]) -> None:
        """Decide by a registry, if this director listens to others; `expel` ends the calls of a name."""
        self._engine = engine
        self._registry = registry
        self._expel = expel

    async def invite(self, request: trust.InviteRequest) -> trust.InviteResponse:
        """Invite somebody."""
        registry = self._listening()
        if not 0 <= request.life_s <= _LIFE_S_MAX:
            raise CallFailed(grpc.StatusCode.INVALID_ARGUMENT, f"life_s must be from 0 to {_LIFE_S_MAX:.0f}.")
        with _translated():
            invitation = registry.invite(request.role, request.name, request.life_s)
        return trust.InviteResponse(
            code=invitation.code, address=registry.address, name=invitation.name, expires_at=invitation.expires
        )

    async def enroll(self, request: trust.EnrollRequest) -> trust.EnrollResponse:
        """Let a guest become a member."""
        with _translated():
            certificate, anchor, member = self._listening().enroll(current_caller().name, request.certificate_request)
        return trust.EnrollResponse(certificate=certificate, anchor=anchor, role=member.role, name=member.name)

    async def renew(self, request: trust.RenewRequest) -> trust.RenewResponse:
        """Let a member stay."""
        with _translated():
            certificate = self._listening().renew(current_caller(), request.certificate_request)
        return trust.RenewResponse(certificate=certificate)

    async def revoke(self, request: trust.RevokeRequest) -> trust.RevokeResponse:
        """Believe somebody no more."""
        count = self._listening().revoke(request.name)
        if not count:
            raise CallFailed(grpc.StatusCode.NOT_FOUND, f"Nobody is called {request.name!r}.")
        self._expel(request.name)
        given_up = await self._engine.ask(lambda id_: MemberRevoked(name=request.name, request=id_), int)
        return trust.RevokeResponse(count=count, given_up=given_up)

    async def list_identities(self, _request: trust.ListIdentitiesRequest) -> trust.ListIdentitiesResponse:
        """Tell who there is."""
        members = [] if self._registry is None else self._registry.members()
        return trust.ListIdentitiesResponse(
            identities=[
                trust.IdentityStatus(role=role, name=name, state=state, expires_at=expires)
                for role, name, state, expires in members
            ]
        )

    def _listening(self) -> Trust:
        """Return the registry, if there is one."""
        if self._registry is None:
            raise CallFailed(
                grpc.StatusCode.FAILED_PRECONDITION,
                "This director listens to its own machine only."
                " Stop it, and start it with an address: stepup director --listen HOST:PORT",
            )
        return self._registry


@contextmanager
def _translated() -> Generator[None]:
    """Turn what the registry refuses into a status."""
    try:
        yield
    except NotTrusted as refused:
        raise CallFailed(grpc.StatusCode.PERMISSION_DENIED, str(refused)) from refused
    except NotOffered as refused:
        raise CallFailed(grpc.StatusCode.FAILED_PRECONDITION, str(refused)) from refused
    except NameTaken as taken:
        raise CallFailed(grpc.StatusCode.ALREADY_EXISTS, str(taken)) from taken
    except ValueError as error:
        raise CallFailed(grpc.StatusCode.INVALID_ARGUMENT, f"{error}.") from error
