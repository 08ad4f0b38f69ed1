"""How this worker reaches its director: through a socket on this machine, or as a member by TLS."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from stepup_shared.handshakes import Failure, Means, failure_in, told
from stepup_worker.rpc.endpoint import Endpoint
from stepup_worker.run.discovery import find_director
from stepup_worker.settings import Settings

__all__ = ("Membership", "NotAMember", "join")

_RENEW_AT = 2 / 3
"""Of the life of a certificate."""
_RETRY_S = 10.0

_FINAL = frozenset((Failure.STRANGER, Failure.OTHER_NAME))
"""What does not pass by waiting."""
_REJECTIONS_MAX = 8
"""A director that is going away hangs up, too; one that does so again and again does not want us."""


class NotAMember(Exception):
    """Nobody has let this machine in; the text says what to do."""


def join(address: str, code: str) -> str:
    """Become a member of a director by an invitation, and return the name that it gave.

    Runs in a process of its own, since gRPC has threads and this one is going to fork.

    Raises
    ------
    NotAMember
        It was not let in; the text says why.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.write(writing, _enroll(address, code).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as answers:
        answer = answers.read()
    os.waitpid(pid, 0)
    kind, _, text = answer.partition(" ")
    if kind != "OK":
        raise NotAMember(text or "The process that asked to be let in died.")
    return text


def _enroll(address: str, code: str) -> str:
    """Enroll and keep the credential; return the name behind OK, or what went wrong behind another word."""
    from stepup_shared.identity import BadCode, credential_folder, save_credential
    from stepup_worker.rpc.trust import JoinFailed, enroll

    try:
        enrolled = enroll(address, code, time.time())
        is_worker = enrolled.role != "viewer"
        save_credential(credential_folder(address, "worker" if is_worker else "operator"), enrolled.credential)
    except (BadCode, JoinFailed) as failure:
        return f"NO {failure}"
    except OSError as error:
        return f"NO The credential cannot be kept in {error.filename}: {error.strerror}."
    if not is_worker:
        return f"NO This invitation was for a viewer, and is used now. Look on: stepup status --director {address}"
    return f"OK {enrolled.name}"


class Membership:
    """The way to one director."""

    def __init__(self, settings: Settings) -> None:
        """Use what was told; a credential is looked up when it is needed."""
        self._settings = settings
        self._endpoint: Endpoint | None = None
        self._rejections = 0

    def find(self) -> Endpoint | None:
        """Return the way to the director; None when there is none to be seen.

        Raises
        ------
        NotAMember
            It is on another machine, and this one was never let in.
        """
        if self._settings.site_files is not None:
            self._endpoint = self._load_site(self._settings.site_files)
            return self._endpoint
        if self._settings.director:
            if self._endpoint is None:
                self._endpoint = self._load(self._settings.director)
            return self._endpoint
        path = find_director(self._settings.root, self._settings.socket)
        return None if path is None else Endpoint.here(path)

    def _load(self, address: str) -> Endpoint:
        """Return the way that an invitation has opened."""
        from stepup_shared.identity import SERVER_NAME, credential_folder, life_of, load_credential

        credential = load_credential(credential_folder(address, "worker"))
        if credential is None:
            raise NotAMember(
                f"This machine has no credential for {address}. On the director's machine: stepup director invite"
            )
        if life_of(credential.certificate)[1] <= time.time():
            raise NotAMember(
                f"This machine's certificate for {address} has expired: it was not renewed in time."
                " On the director's machine: stepup director invite"
            )
        # Whoever holds the authority's key is the director, whatever its address is called here.
        return Endpoint(address, *credential, server_name=SERVER_NAME)

    def _load_site(self, paths: tuple[str, str, str]) -> Endpoint:
        """Return the way that files of the site open; they are read each time, since they may have been replaced."""
        from stepup_shared.site_files import BadFile, SiteFiles, load_site_files, member_from

        files = SiteFiles(*paths)
        try:
            credential = load_site_files(files, time.time())
            member_from(credential, files, ("worker", "admin"))
        except BadFile as bad:
            if self._endpoint is not None:
                # It is just being replaced, or the director will say what is wrong with the one before.
                return self._endpoint
            raise NotAMember(str(bad)) from bad
        return Endpoint(self._settings.director, *credential)

    def explain(self, details: str) -> None:
        """Look at why the director could not be reached, as long as it never was.

        Raises
        ------
        NotAMember
            Trying again would not help.
        """
        if self._endpoint is None:
            return
        failure = failure_in(details)
        self._rejections = self._rejections + 1 if failure is Failure.REJECTED else 0
        is_final = failure in _FINAL or self._rejections >= _REJECTIONS_MAX
        if is_final:
            means = Means.CREDENTIAL if self._settings.site_files is None else Means.SITE
            raise NotAMember(told(failure, means, self._settings.director))

    async def stay(self, on_renewed: Callable[[Endpoint], Awaitable[None]]) -> None:
        """Renew the certificate in time, again and again; return at once where none is needed, or others do it."""
        while self._endpoint is not None and self._settings.site_files is None:
            await asyncio.sleep(max(0.0, self._renewal_at(self._endpoint) - time.time()))
            try:
                self._endpoint = await self._renew(self._endpoint)
                await on_renewed(self._endpoint)
            except OSError:
                await asyncio.sleep(_RETRY_S)

    def _renewal_at(self, endpoint: Endpoint) -> float:
        from stepup_shared.identity import life_of

        begins, expires = life_of(endpoint.certificate)
        return begins + _RENEW_AT * (expires - begins)

    async def _renew(self, endpoint: Endpoint) -> Endpoint:
        """Get another certificate, keep it and return the way with it; OSError when that did not work this time."""
        import grpc

        from stepup_shared.identity import credential_folder, save_credential
        from stepup_worker.rpc.trust import renew

        try:
            credential = await renew(endpoint)
        except grpc.RpcError as error:
            raise OSError(str(error)) from error
        save_credential(credential_folder(endpoint.target, "worker"), credential)
        return replace(endpoint, **credential._asdict())
