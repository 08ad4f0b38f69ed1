"""Directors on other machines: how this one gets in (`stepup connect`), stays in, and what it shows there.

For each director there is a folder that only this user may enter. It holds what an invitation has brought, or says
where the files of a site are. Imported only when another machine is named.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from stepup_client.cli.commands import ask
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import ConnectCommand
from stepup_client.rpc import trust
from stepup_client.rpc.control_values import DirectorGone, DirectorRefused
from stepup_client.rpc.ways import Elsewhere
from stepup_shared.durable import replace_durably
from stepup_shared.handshakes import Means, failure_in, told
from stepup_shared.hindrance import explain
from stepup_shared.identity import (
    SERVER_NAME,
    BadCode,
    Credential,
    Identity,
    credential_folder,
    guest_credential,
    identity_from,
    life_of,
    load_credential,
    make_key,
    make_request,
    save_credential,
)
from stepup_shared.private import check_own, make_own
from stepup_shared.site_files import BadFile, SiteFiles, load_site_files, member_from

__all__ = ("run_connect", "way_to", "why_gone")

_OPERATOR = "operator"
"""What is kept for commands; workers on the same machine are somebody else."""
_ROLES = ("viewer", "admin")
_SITE = "site.json"
"""The file that says where the files of a site are."""
_RENEW_AT = 1 / 2
"""Of the life of a certificate."""


def way_to(address: str) -> Elsewhere:
    """Return how to reach a director that has let this machine in; its certificate is renewed in time."""
    folder = credential_folder(address, _OPERATOR)
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
    with _locked(folder):
        files, credential = _site_files_in(folder), load_credential(folder)
    if files is not None:
        return Elsewhere(address, *_loaded(files)[0])
    if credential is None:
        return None
    _check_life(address, credential)
    way = Elsewhere(address, *credential, server_name=SERVER_NAME)
    return _renewed(way, folder) if _is_due(credential) else way


def why_gone(way: Elsewhere, details: str) -> str:
    """Say why a director on another machine does not answer."""
    return told(failure_in(details), Means.SITE if not way.server_name else Means.CREDENTIAL, way.address)


def run_connect(command: ConnectCommand) -> int:
    """Get in by an invitation or by the files of a site, and keep what is needed; return the exit code."""
    folder = credential_folder(command.address, _OPERATOR)
    try:
        role, name = _use_files(command, folder) if command.site_files else _use_code(command, folder)
    except OSError as error:
        raise UsageError(f"The credential cannot be kept. {explain(error)}") from error
    print(f"Connected to {command.address} as {role} {name}. For example: stepup status --director {command.address}")
    return 0


def _use_code(command: ConnectCommand, folder: str) -> tuple[str, str]:
    """Use an invitation; return role and name."""
    try:
        guest = guest_credential(command.code, time.time())
    except BadCode as bad:
        raise UsageError(str(bad)) from bad
    key = make_key()
    try:
        enrolled = trust.enroll(Elsewhere(command.address, *guest, server_name=SERVER_NAME), make_request(key))
    except DirectorGone as gone:
        raise UsageError(told(failure_in(str(gone)), Means.CODE, command.address)) from gone
    except DirectorRefused as refused:
        raise UsageError(str(refused)) from refused
    credential = Credential(key, enrolled.certificate, enrolled.anchor)
    if enrolled.role not in _ROLES:
        save_credential(credential_folder(command.address, "worker"), credential)
        raise UsageError(
            f"This invitation was for a worker, and is used now. Start it: stepup worker --director {command.address}"
        )
    _keep(folder, credential, None)
    return enrolled.role, enrolled.name


def _use_files(command: ConnectCommand, folder: str) -> tuple[str, str]:
    """Use the files of a site; return role and name."""
    files = SiteFiles(*map(os.path.abspath, command.site_files))
    credential, identity = _loaded(files)
    # Before anything is kept, since only the director can say whether it believes these.
    ask(Elsewhere(command.address, *credential), lambda client: client.status())
    _keep(folder, None, files)
    return identity.role, identity.name


def _loaded(files: SiteFiles) -> tuple[Credential, Identity]:
    """Return what is in the files of a site and for whom it is, if a command can use it."""
    try:
        credential = load_site_files(files, time.time())
        return credential, member_from(credential, files, _ROLES)
    except BadFile as bad:
        raise UsageError(str(bad)) from bad


def _keep(folder: str, credential: Credential | None, files: SiteFiles | None) -> None:
    """Keep one way in, instead of whatever was there."""
    os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
    make_own(folder, "a credential")
    with _locked(folder):
        note = os.path.join(folder, _SITE)
        if files is not None:
            replace_durably(note, json.dumps(files._asdict()).encode())
        elif credential is not None:
            save_credential(folder, credential)
            with suppress(FileNotFoundError):
                os.unlink(note)


def _site_files_in(folder: str) -> SiteFiles | None:
    """Return where the files of a site are; None when an invitation was used."""
    check_own(folder, "a credential")
    path = os.path.join(folder, _SITE)
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
    with _locked(folder):
        save_credential(folder, Credential(way.key, certificate, way.anchor))
    return way._replace(certificate=certificate)


@contextmanager
def _locked(folder: str) -> Generator[None]:
    """Keep other commands from reading or replacing three files while this one does."""
    fd = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
