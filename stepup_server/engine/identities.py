"""Who may speak to the director from elsewhere, as the protocol and the files know it."""

from __future__ import annotations

import enum
from typing import NamedTuple, Protocol

from stepup_server.core.ids import AttemptId

__all__ = ("Caller", "Invitation", "Member", "NameTaken", "NotOffered", "NotTrusted", "Role", "Trust")


@enum.unique
class Role(enum.Enum):
    """What a caller may be."""

    GUEST = "guest"
    """Holds an invitation."""
    PLAN = "plan"
    """A running step, or a plan elsewhere."""
    WORKER = "worker"
    """Runs steps."""
    VIEWER = "viewer"
    """Looks on."""
    ADMIN = "admin"
    """May do everything that an operator does; whoever may enter the directory of the socket is one."""


class Caller(NamedTuple):
    """Who makes a call."""

    role: Role
    """What it may be."""
    name: str
    """What its certificate says; of a guest, the id of the invitation."""
    member: str = ""
    """By whose connection the call has come: the name in its certificate; empty on the director's own machine."""
    attempt: AttemptId | None = None
    """For which attempt the caller speaks, and for no other; None: it is no step."""


class Invitation(NamedTuple):
    """A new invitation."""

    code: str
    """For the guest."""
    name: str
    """What the guest will be called."""
    expires: float
    """Unix seconds."""


class Member(NamedTuple):
    """One who was invited or has a certificate."""

    role: str
    name: str
    state: str
    """`invited`, `member`, `expired` or `revoked`."""
    expires: float
    """Unix seconds."""


class NotTrusted(Exception):
    """Somebody is not, or no more, who may do this; the text says what to do."""


class NotOffered(Exception):
    """What is asked for, a director does for nobody; the text says why and what to do."""


class NameTaken(Exception):
    """Somebody else has the name that a guest shall get; the text says what to do."""


class Trust(Protocol):
    """The certificates of one director."""

    @property
    def address(self) -> str:
        """Where the director listens, for others, as HOST:PORT."""
        ...

    def configuration(self) -> tuple[bytes, bytes, bytes]:
        """Return key, certificate and the anchors of all who may connect now, in PEM."""
        ...

    def caller_of(self, certificate: bytes) -> Caller | None:
        """Return who has a certificate in PEM; None when it is nobody, or nobody any more.

        Raises
        ------
        NotTrusted
            It has never been anybody.
        """
        ...

    def invite(self, role: str, name: str, life_s: float) -> Invitation:
        """Make an invitation, in place of an older one for the same name that nobody has used.

        Raises
        ------
        ValueError
            Role or name are impossible.
        NotOffered
            This director invites nobody.
        NameTaken
            A member has that name.
        """
        ...

    def enroll(self, invitation: str, request: bytes) -> tuple[bytes, bytes, Member]:
        """Return certificate, anchor and what the certificate says.

        Raises
        ------
        NotTrusted
            The invitation is good no more.
        NotOffered
            This director makes no certificates.
        ValueError
            The request is none.
        """
        ...

    def renew(self, caller: Caller, request: bytes) -> bytes:
        """Return another certificate; raises as `enroll`."""
        ...

    def revoke(self, name: str) -> int:
        """Believe nobody of that name; return how many there were."""
        ...

    def revoked(self) -> tuple[str, ...]:
        """Return the names of which surely no certificate is good."""
        ...

    def members(self) -> list[Member]:
        """Return all who were invited or have a certificate, sorted."""
        ...
