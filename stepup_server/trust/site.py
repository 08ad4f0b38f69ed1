"""Whom a director believes whose certificates are made by its site: by role and name in them, unless revoked.

Nobody is invited, and nothing is renewed here: who signs certificates does that. The files are looked at before each
new connection, so that they can be replaced while the director runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn

import structlog

from stepup_server.engine.identities import Caller, Invitation, Member, NotOffered, NotTrusted, Role
from stepup_shared.identity import Credential, Identity, identity_from
from stepup_shared.site_files import BadFile, SiteFiles, load_site_files, stamps_of

from .folder import PrivateFolder

__all__ = ("SiteRegistry",)

_log = structlog.get_logger()

_FILE = "site.json"
_KNOWN_MAX = 10_000
"""Names that have come, at most; more are believed all the same, but not listed."""


class SiteRegistry:
    """Whom one director believes."""

    def __init__(self, folder: str, address: str, clock: Callable[[], float], files: SiteFiles) -> None:
        """Use the files of a site; `BadFile` when that cannot be."""
        self.address = address
        """Where the director listens, for others."""
        self._clock = clock
        self._files = files
        self._stamps = stamps_of(files)
        self._credential = load_site_files(files, clock())
        self._folder = PrivateFolder(folder)
        self._revoked: dict[str, float] = json.loads(self._folder.read(_FILE)) if self._folder.has(_FILE) else {}
        """By name: when; certificates that begin later are good again."""
        self._known: dict[str, Identity] = {}
        """Those who have come since the director began."""

    def configuration(self) -> tuple[bytes, bytes, bytes]:
        """Return key, certificate and the anchors of all who may connect now, in PEM."""
        stamps = stamps_of(self._files)
        if stamps != self._stamps:
            self._stamps, self._credential = stamps, self._load()
        return self._credential

    def _load(self) -> Credential:
        """Return what is in the files; as long as that is no good, what was in them before."""
        try:
            return load_site_files(self._files, self._clock())
        except BadFile as bad:
            _log.warning("certificates not replaced", reason=str(bad))
            return self._credential

    def caller_of(self, certificate: bytes) -> Caller | None:
        """Return who has a certificate in PEM; None when it is nobody any more.

        Raises
        ------
        NotTrusted
            It says no role.
        """
        identity = _identity_from(certificate)
        if identity is None:
            raise NotTrusted(
                "Your certificate says no role."
                " It needs the URI stepup://ROLE/NAME among its subject alternative names."
            )
        if identity.name in self._known or len(self._known) < _KNOWN_MAX:
            self._known[identity.name] = identity
        is_revoked = identity.begins <= self._revoked.get(identity.name, 0.0)
        return None if is_revoked or identity.expires <= self._clock() else Caller(Role(identity.role), identity.name)

    def invite(self, role: str, name: str, life_s: float) -> Invitation:  # noqa: ARG002 -- of the protocol
        """Invite nobody."""
        _refuse("nobody is invited")

    def enroll(self, invitation: str, request: bytes) -> tuple[bytes, bytes, Member]:  # noqa: ARG002 -- of the protocol
        """Let nobody become a member."""
        _refuse("nobody is invited")

    def renew(self, caller: Caller, request: bytes) -> bytes:  # noqa: ARG002 -- of the protocol
        """Make no certificates."""
        _refuse("it renews none")

    def revoke(self, name: str) -> int:
        """Believe nobody of that name; a certificate that begins later is good again."""
        self._revoked[name] = self._clock()
        self._folder.write(_FILE, json.dumps(self._revoked, indent=1).encode())
        return 1

    def revoked(self) -> tuple[str, ...]:
        """Return nobody: the site may have made another certificate, of which nobody has heard yet."""
        return ()

    def members(self) -> list[Member]:
        """Return all who have come since the director began, and those who are revoked, sorted."""
        now = self._clock()
        found = [Member(one.role, one.name, self._state_of(one, now), one.expires) for one in self._known.values()] + [
            Member("", name, "revoked", at) for name, at in self._revoked.items() if name not in self._known
        ]
        return sorted(found)

    def _state_of(self, identity: Identity, now: float) -> str:
        if identity.begins <= self._revoked.get(identity.name, 0.0):
            return "revoked"
        return "expired" if identity.expires <= now else "member"


@lru_cache(maxsize=1000)
def _identity_from(certificate: bytes) -> Identity | None:
    """Return what a certificate says, which TLS has verified."""
    return identity_from(certificate, None)


def _refuse(what: str) -> NoReturn:
    raise NotOffered(
        f"This director uses certificates that its site makes (--tls-cert): {what}."
        " Have one made with the URI stepup://ROLE/NAME among its subject alternative names, and give it by --tls-cert."
    )
