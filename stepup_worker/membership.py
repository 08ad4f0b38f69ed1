"""How this worker reaches its director: through a socket on this machine, as a member by TLS, or by ssh."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from stepup_shared.handshakes import Failure, Means, failure_in, told
from stepup_shared.hindrance import explain
from stepup_shared.private import OpenToOthers
from stepup_worker.core.ssh import Place, parse_place
from stepup_worker.rpc.endpoint import Endpoint
from stepup_worker.run.discovery import find_director
from stepup_worker.settings import Settings

if TYPE_CHECKING:
    from stepup_worker.run.tunnel import Tunnel

__all__ = ("Membership", "NoDirector", "NotAMember", "join")

_RENEW_AT = 2 / 3
"""Of the life of a certificate."""
_RETRY_S = 10.0

_FINAL = frozenset((Failure.STRANGER, Failure.OTHER_NAME))
"""What does not pass by waiting."""
_REJECTIONS_MAX = 8
"""A director that is going away hangs up, too; one that does so again and again does not want us."""
_MISSES_MAX = 3
"""As many times may a socket be out of reach which a director behind ssh has just named."""

_PAUSES_S = (0.02, 2.0)
"""Between two attempts to reach a director: the first pause, and the longest."""
_PAUSES_OF_SSH_S = (0.5, 30.0)
"""Each costs both machines some processes, and sshd takes many of them for an attack."""


class NotAMember(Exception):
    """Nobody has let this machine in; the text says what to do."""


class NoDirector(Exception):
    """There is none at this moment; the text says why."""


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
        return f"NO The credential cannot be kept. {explain(error)}"
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
        self._place: Place | None = parse_place(settings.director) if settings.is_by_ssh else None
        self._tunnel: Tunnel | None = None
        self.pauses_s = _PAUSES_S if self._place is None else _PAUSES_OF_SSH_S
        """Between two attempts: the first pause, and the longest."""

    def living(self) -> frozenset[int]:
        """Return the pids of children that are not reaped yet."""
        return frozenset() if self._tunnel is None else self._tunnel.living()

    async def close(self) -> None:
        """End what leads to the director."""
        if self._tunnel is not None:
            await self._tunnel.close()

    async def find_unless(self, leaving: asyncio.Event) -> Endpoint | None:
        """Find the way to the director, which may take a while; None when this worker is to leave meanwhile.

        Raises
        ------
        NoDirector, NotAMember
            As `find`.
        """
        finding, going = asyncio.ensure_future(self.find()), asyncio.ensure_future(leaving.wait())
        try:
            await asyncio.wait((finding, going), return_when=asyncio.FIRST_COMPLETED)
            return await finding if finding.done() else None
        finally:
            for task in (finding, going):
                task.cancel()
            await asyncio.wait((finding, going))

    async def find(self) -> Endpoint:
        """Return the way to the director.

        Raises
        ------
        NoDirector
            There is none to be seen.
        NotAMember
            It is on another machine, and this one was never let in.
        """
        if self._place is not None:
            return await self._find_by_ssh(self._place)
        if self._settings.site_files is not None:
            self._endpoint = self._load_site(self._settings.site_files)
            return self._endpoint
        if self._settings.director:
            if self._endpoint is None:
                self._endpoint = self._load(self._settings.director)
            return self._endpoint
        path = find_director(self._settings.root, self._settings.socket)
        if path is None:
            raise NoDirector(f"no director serves {self._settings.root}")
        return Endpoint.here(path)

    async def _find_by_ssh(self, place: Place) -> Endpoint:
        """Return the way through a tunnel, in front of which we are whoever ssh has let in: the owner."""
        from stepup_worker.run.tunnel import Tunnel, TunnelFailed

        if self._tunnel is None:
            self._tunnel = Tunnel(place, self._settings.environment, self._settings.socket_directory)
        try:
            socket, token = await self._tunnel.open()
        except TunnelFailed as failed:
            if failed.is_final:
                raise NotAMember(str(failed)) from failed
            raise NoDirector(str(failed)) from failed
        return Endpoint(f"unix:{socket}", token=token)

    def _load(self, address: str) -> Endpoint:
        """Return the way that an invitation has opened."""
        from stepup_shared.identity import SERVER_NAME, credential_folder, life_of, load_credential

        try:
            credential = load_credential(credential_folder(address, "worker"))
        except OpenToOthers as error:
            raise NotAMember(explain(error)) from error
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
        if self._tunnel is not None:
            self._explain_miss(self._tunnel.complaint)
        if self._endpoint is None:
            return
        failure = failure_in(details)
        self._rejections = self._rejections + 1 if failure is Failure.REJECTED else 0
        is_final = failure in _FINAL or self._rejections >= _REJECTIONS_MAX
        if is_final:
            means = Means.CREDENTIAL if self._settings.site_files is None else Means.SITE
            raise NotAMember(told(failure, means, self._settings.director))

    def _explain_miss(self, complaint: str) -> None:
        """Count how often ssh got through, but not to the director's socket."""
        self._rejections += 1
        if self._rejections >= _MISSES_MAX:
            raise NotAMember(
                f"ssh gets through, but not to the director's socket there ({complaint or 'it says nothing'})."
                " Either that director was killed (start another one), or the sshd there does not allow it"
                " (AllowStreamLocalForwarding)."
            )

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
