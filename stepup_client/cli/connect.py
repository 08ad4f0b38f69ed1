"""`stepup connect`: how this machine gets in to a director on another one."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress

from stepup_client.cli.asking import ask
from stepup_client.cli.elsewhere import OPERATOR, ROLES, SITE, loaded, locked
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
    credential_folder,
    guest_credential,
    make_key,
    make_request,
    save_credential,
)
from stepup_shared.private import make_own
from stepup_shared.site_files import SiteFiles

__all__ = ("run_connect",)


def run_connect(command: ConnectCommand) -> int:
    """Get in by an invitation or by the files of a site, and keep what is needed; return the exit code."""
    folder = credential_folder(command.address, OPERATOR)
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
    if enrolled.role not in ROLES:
        save_credential(credential_folder(command.address, "worker"), credential)
        raise UsageError(
            f"This invitation was for a worker, and is used now. Start it: stepup worker --director {command.address}"
        )
    _keep(folder, credential, None)
    return enrolled.role, enrolled.name


def _use_files(command: ConnectCommand, folder: str) -> tuple[str, str]:
    """Use the files of a site; return role and name."""
    files = SiteFiles(*map(os.path.abspath, command.site_files))
    credential, identity = loaded(files)
    # Before anything is kept, since only the director can say whether it believes these.
    ask(Elsewhere(command.address, *credential), lambda client: client.status())
    _keep(folder, None, files)
    return identity.role, identity.name


def _keep(folder: str, credential: Credential | None, files: SiteFiles | None) -> None:
    """Keep one way in, instead of whatever was there."""
    os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
    make_own(folder, "a credential")
    with locked(folder):
        note = os.path.join(folder, SITE)
        if files is not None:
            replace_durably(note, json.dumps(files._asdict()).encode())
        elif credential is not None:
            save_credential(folder, credential)
            with suppress(FileNotFoundError):
                os.unlink(note)
