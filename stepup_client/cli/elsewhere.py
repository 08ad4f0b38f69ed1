"""Directors on other machines: what this one shows there, and how it stays in.

For each director there is a folder that only this user may enter. It holds what an invitation has brought, or says
where the files of a site are. Imported only when another machine is named.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager

from stepup_client.cli.failures import UsageError
from stepup_client.rpc import trust
from stepup_client.rpc.control_values import DirectorGone, DirectorRefused
from stepup_client.rpc.ways import Elsewhere
from stepup_shared.handshakes import Means, failure_in, told
from stepup_shared.hindrance import explain
from stepup_shared.identity import (
    SERVER_NAME,
    Credential,
    Identity,
    credential_folder,
    identity_from,
    life_of,
    load_credential,
    make_request,
    save_credential,
)
from stepup_shared.private import check_own
from stepup_shared.site_files import BadFile, SiteFiles, load_site_files, member_from

__all__ = ("OPERATOR", "ROLES", "SITE", "loaded", "locked", "way_to", "why_gone")

OPERATOR = "operator"
"""What is kept for commands; workers on the same machine are somebody else."""
ROLES = ("viewer", "admin")
SITE = "site.json"
"""The file that says where the files of a site are."""
_RENEW_AT = 1 / 2
"""Of the life of a certificate."""


def way_to(address: str) -> Elsewhere:
    """Return how to reach a director that has let this machine in; its certificate is renewed in time."""
    folder = credential_folder(address, OPERATOR)
    try:
        way = _way_in(address, folder) if os.path.isdir(folder) else None
    except OSError as error:
        raise UsageError(f"The credential for {address} cannot be used. {explain(error)}") from error
    if way is None:
        raise UsageError(
            f"This machine has no credential for {address}."
            " On the director's machine: stepup director invite --role viewer (or admin)"
        )
    return way


def _way_in(address: str, folder: str) -> Elsewhere | None:
    """Return the way that is kept in a folder; None when there is none."""
    with locked(folder):
        files, credential = _site_files_in(folder), load_credential(folder)
    if files is not None:
        return Elsewhere(address, *loaded(files)[0])
    if credential is None:
        return None
    _check_life(address, credential)
    way = Elsewhere(address, *credential, server_name=SERVER_NAME)
    return _renewed(way, folder) if _is_due(credential) else way


def why_gone(way: Elsewhere, details: str) -> str:
    """Say why a director on another machine does not answer."""
    return told(failure_in(details), Means.SITE if not way.server_name else Means.CREDENTIAL, way.address)


def loaded(files: SiteFiles) -> tuple[Credential, Identity]:
    """Return what is in the files of a site and for whom it is, if a command can use it."""
    try:
        credential = load_site_files(files, time.time())
        return credential, member_from(credential, files, ROLES)
    except BadFile as bad:
        raise UsageError(str(bad)) from bad


def _site_files_in(folder: str) -> SiteFiles | None:
    """Return where the files of a site are; None when an invitation was used."""
    check_own(folder, "a credential")
    path = os.path.join(folder, SITE)
    try:
        with open(path, encoding="utf-8") as file:
            return SiteFiles(**json.load(file))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is damaged: remove it, and connect again.") from error


def _check_life(address: str, credential: Credential) -> None:
    """Refuse a certificate that has expired, and say how to get another."""
    identity = identity_from(credential.certificate, None)
    if identity is None or identity.expires > time.time():
        return
    moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(identity.expires))
    raise UsageError(
        f"Your certificate for {address} has expired at {moment}; it is renewed when a command uses it before that."
        f" On the director's machine: stepup director invite --role {identity.role} --name {identity.name}"
    )


def _is_due(credential: Credential) -> bool:
    begins, expires = life_of(credential.certificate)
    return time.time() >= begins + _RENEW_AT * (expires - begins)


def _renewed(way: Elsewhere, folder: str) -> Elsewhere:
    """Return a way that is good for longer; the same if that does not work now."""
    try:
        # For the same key, so that what is kept fits together at any moment.
        certificate = trust.renew(way, make_request(way.key))
    except (DirectorGone, DirectorRefused):
        # What is going to be asked will tell why.
        return way
    with locked(folder):
        save_credential(folder, Credential(way.key, certificate, way.anchor))
    return way._replace(certificate=certificate)


@contextmanager
def locked(folder: str) -> Generator[None]:
    """Keep other commands from reading or replacing three files while this one does."""
    fd = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
