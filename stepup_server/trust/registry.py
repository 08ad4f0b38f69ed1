"""The director's authority on disk: its keys, open invitations, issued certificates, revoked names.

Everything lies in `.stepup/trust/`, which only the owner may enter. What changes is written before it is answered,
each file as a whole.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from stepup_server.engine.identities import Caller, Invitation, Member, NameTaken, NotTrusted, Role
from stepup_shared.identity import (
    NAME,
    ROLES,
    Authority,
    identity_from,
    invitation_of_guest,
    make_authority,
    make_code,
    make_key,
)

from .folder import PrivateFolder

__all__ = ("INVITATION_S", "Registry")

INVITATION_S = 3600.0
"""How long an invitation is good, unless somebody says otherwise."""
_SERVER_S = 365 * 24 * 3600.0

_CACHED_MAX = 1000


@dataclass(slots=True)
class _Open:
    """An invitation that nobody has used."""

    role: str
    name: str
    expires: float
    anchor: str
    """PEM."""


@dataclass(slots=True)
class _Issued:
    """The last certificate of a name."""

    role: str
    begins: float
    """When the certificate of that name begins which begins last: the clock may have been set back."""
    expires: float


@dataclass(slots=True)
class _State:
    """What is written down."""

    invitations: dict[str, _Open] = field(default_factory=dict)
    """By id."""
    issued: dict[str, _Issued] = field(default_factory=dict)
    """By name."""
    revoked: dict[str, float] = field(default_factory=dict)
    """By name: when; what begins later is good again."""


class Registry:
    """Whom one director believes."""

    def __init__(self, folder: str, address: str, clock: Callable[[], float], *, certificate_s: float) -> None:
        """Take up what is in a folder, or begin."""
        self.address = address
        """Where the director listens, for others."""
        self._folder = PrivateFolder(folder)
        self._clock = clock
        self._certificate_s = certificate_s
        if not self._folder.has("authority.key"):
            key, certificate = make_authority(clock())
            self._folder.write("authority.pem", certificate)
            self._folder.write("authority.key", key)
        self._authority = Authority(self._folder.read("authority.key"), self._folder.read("authority.pem"))
        self._server_key = make_key()
        self._server_certificate = self._authority.issue_server(self._server_key, clock(), _SERVER_S)
        self._state = self._load()
        self._used: dict[str, tuple[bytes, _Open]] = {}
        """By whom invitations were used, for those who have not heard the answer and ask again; not written down."""
        self._cached: dict[bytes, tuple[Caller, float, float]] = {}
        """Caller, beginning and expiry, by certificate."""

    def configuration(self) -> tuple[bytes, bytes, bytes]:
        """Return key, certificate and the anchors of all who may connect now, in PEM."""
        now = self._clock()
        # Also of those who were let in already: if the answer was lost with the connection, they knock once more.
        known = [*self._state.invitations.values(), *(found for _, found in self._used.values())]
        guests = (one.anchor.encode() for one in known if one.expires > now)
        return self._server_key, self._server_certificate, b"".join((self._authority.certificate, *guests))

    def caller_of(self, certificate: bytes) -> Caller | None:
        """Return who has a certificate in PEM; None when it is nobody, or nobody any more."""
        found = self._cached.get(certificate)
        if found is None:
            found = self._identify(certificate)
            if found is None:
                return None
            if len(self._cached) >= _CACHED_MAX:
                self._cached.clear()
            self._cached[certificate] = found
        caller, begins, expires = found
        is_over = self._is_revoked(caller.name, begins) or expires <= self._clock()
        return None if is_over else caller

    def _identify(self, certificate: bytes) -> tuple[Caller, float, float] | None:
        """Read a certificate that TLS has accepted."""
        identity = identity_from(certificate, self._authority)
        if identity is not None:
            return Caller(Role(identity.role), identity.name), identity.begins + _BEGINS_EARLIER_S, identity.expires
        id_ = invitation_of_guest(certificate)
        invitation = self._state.invitations.get(id_) or self._used.get(id_, (b"", None))[1]
        if invitation is None:
            return None
        return Caller(Role.GUEST, id_), self._clock(), invitation.expires

    def invite(self, role: str, name: str, life_s: float) -> Invitation:
        """Make an invitation, in place of an older one for the same name that nobody has used."""
        if role not in ROLES:
            raise ValueError(f"{role!r} is no role: choose one of {', '.join(ROLES)}")
        if name and NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name: use letters, digits, dots, dashes and underscores; at most 63")
        if name and self._is_member(name):
            raise NameTaken(
                f"{name!r} is the name of a member."
                f" Choose another one, or end that one first: stepup director revoke {name}"
            )
        code, id_, anchor = make_code(self._authority)
        expires = self._clock() + (life_s or INVITATION_S)
        invitation = _Open(role, name or self._new_name(role), expires, anchor.decode())
        self._drop_invitations(lambda one: one.expires <= self._clock() or one.name == invitation.name)
        self._state.invitations[id_] = invitation
        self._save()
        return Invitation(code, invitation.name, invitation.expires)

    def enroll(self, invitation: str, request: bytes) -> tuple[bytes, bytes, Member]:
        """Return certificate, anchor and what the certificate says; raises `NotTrusted`, or ValueError."""
        found = self._state.invitations.get(invitation) or self._used_for(invitation, request)
        if found is None or found.expires <= self._clock():
            raise NotTrusted(
                "This invitation is good no more: it was used already, or has expired."
                " Ask for another one: stepup director invite"
            )
        certificate = self._issue(found.role, found.name, request)
        self._state.invitations.pop(invitation, None)
        self._used[invitation] = request, found
        self._save()
        expires = self._state.issued[found.name].expires
        return certificate, self._authority.certificate, Member(found.role, found.name, "member", expires)

    def _used_for(self, invitation: str, request: bytes) -> _Open | None:
        """Return an invitation that was used for this very request: whoever asks again has the same key."""
        used_for, found = self._used.get(invitation, (b"", None))
        return found if used_for == request else None

    def renew(self, caller: Caller, request: bytes) -> bytes:
        """Return another certificate for the same role and name."""
        certificate = self._issue(caller.role.value, caller.name, request)
        self._save()
        return certificate

    def revoke(self, name: str) -> int:
        """Believe nobody of that name; return how many there were."""
        issued = self._state.issued.get(name)
        count = self._drop_invitations(lambda one: one.name == name) + (issued is not None)
        if count:
            # Not before the last one begins, whatever has happened to the clock.
            self._state.revoked[name] = max(self._clock(), issued.begins if issued else 0.0)
            self._save()
        return count

    def revoked(self) -> tuple[str, ...]:
        """Return the names of which surely no certificate is good."""
        return tuple(member.name for member in self.members() if member.state == "revoked")

    def members(self) -> list[Member]:
        """Return all who were invited or have a certificate, sorted."""
        now = self._clock()
        found = [Member(one.role, one.name, "invited", one.expires) for one in self._state.invitations.values()]
        found += [Member(one.role, name, "member", one.expires) for name, one in self._state.issued.items()]
        return sorted(member._replace(state=self._state_of(member, now)) for member in found)

    def _state_of(self, member: Member, now: float) -> str:
        if member.state == "member" and self._is_revoked(member.name, self._state.issued[member.name].begins):
            return "revoked"
        return "expired" if member.expires <= now else member.state

    def _is_member(self, name: str) -> bool:
        """Tell whether somebody of that name is believed."""
        issued, now = self._state.issued.get(name), self._clock()
        return issued is not None and issued.expires > now and not self._is_revoked(name, issued.begins)

    def _is_revoked(self, name: str, begins: float) -> bool:
        return begins <= self._state.revoked.get(name, 0.0)

    def _issue(self, role: str, name: str, request: bytes) -> bytes:
        # Certificates know whole seconds: one that follows on a revocation begins with the next.
        begins = max(math.floor(self._clock()), math.floor(self._state.revoked.get(name, -1.0)) + 1)
        certificate = self._authority.issue(request, (role, name), begins, self._certificate_s)
        latest = self._state.issued[name].begins if name in self._state.issued else begins
        self._state.issued[name] = _Issued(role, max(begins, latest), begins + self._certificate_s)
        return certificate

    def _new_name(self, role: str) -> str:
        """Return a name that nobody has."""
        taken = {*self._state.issued, *(one.name for one in self._state.invitations.values())}
        number = 1
        while f"{role}{number}" in taken:
            number += 1
        return f"{role}{number}"

    def _drop_invitations(self, is_doomed: Callable[[_Open], bool]) -> int:
        """Forget invitations; return how many of them nobody had used."""
        there = self._state.invitations
        self._state.invitations = {id_: one for id_, one in there.items() if not is_doomed(one)}
        self._used = {id_: used for id_, used in self._used.items() if not is_doomed(used[1])}
        return len(there) - len(self._state.invitations)

    # The folder

    def _load(self) -> _State:
        try:
            stored = json.loads(self._folder.read("members.json"))
        except FileNotFoundError:
            return _State()
        return _State(
            {id_: _Open(**one) for id_, one in stored["invitations"].items()},
            {name: _Issued(**one) for name, one in stored["issued"].items()},
            stored["revoked"],
        )

    def _save(self) -> None:
        self._folder.write("members.json", json.dumps(asdict(self._state), indent=1).encode())


_BEGINS_EARLIER_S = 3600.0
"""Certificates begin an hour before they are issued, since clocks differ."""
