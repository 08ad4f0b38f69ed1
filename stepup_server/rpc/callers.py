"""Who makes a call: found out before anything else, remembered for as long as the call takes.

On the director's own machine callers show a token: the owner's, or one that follows from it. From elsewhere they come
with a certificate. Steps show the token of their attempt, on either way.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import grpc
import grpc.aio

from stepup_server.core.ids import AttemptId
from stepup_server.engine.identities import Caller, NotTrusted, Role
from stepup_shared.tokens import TOKEN

from .roles import may_call
from .status import CallFailed
from .tokens import ATTEMPT, AttemptTokens, BadToken, narrowed

__all__ = ("Context", "Door", "current_caller")

_NOBODY = Caller(Role.GUEST, "")
_LOCAL_ROLES = (Role.WORKER, Role.VIEWER)
"""For whom there are tokens that follow from the owner's."""

_current: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)

Context = grpc.aio.ServicerContext[Any, Any]


def current_caller() -> Caller:
    """Return who makes the call that is being served."""
    return _current.get()


class Door:
    """Lets calls in, and ends those of callers who are not believed any more."""

    def __init__(
        self,
        owner: str,
        attempts: AttemptTokens,
        *,
        check_attempt: Callable[[AttemptId], object] = lambda _attempt: None,
        identify: Callable[[bytes], Caller | None] | None = None,
    ) -> None:
        """Know callers by the owner's token, by those of attempts, and by their certificates.

        `check_attempt` raises when an attempt is not running; `identify` returns who has a certificate, None: nobody.
        """
        self._attempts = attempts
        self._check_attempt = check_attempt
        self._identify = identify
        self._local = {owner: Caller(Role.ADMIN, "owner")} | {
            narrowed(owner, role.value): Caller(role, f"local {role.value}") for role in _LOCAL_ROLES
        }
        self._inside: dict[asyncio.Task[Any] | None, Caller] = {}
        """By the task that serves the call."""
        self._expelled: set[asyncio.Task[Any]] = set()

    @contextmanager
    def admit(self, method: str, context: Context) -> Generator[None]:
        """Let a caller in for one call, if its role may make it.

        Raises
        ------
        CallFailed
            UNAUTHENTICATED or PERMISSION_DENIED.
        """
        caller = self._caller_of(context)
        if not may_call(caller.role, method):
            raise CallFailed(
                grpc.StatusCode.PERMISSION_DENIED,
                f"{caller.role.value.capitalize()} {caller.name} may not call {method}."
                " The manual's page on trust tells who may.",
            )
        token = _current.set(caller)
        task = asyncio.current_task()
        self._inside[task] = caller
        try:
            yield
        except asyncio.CancelledError:
            if task is None or task not in self._expelled:
                raise
            # gRPC tells a caller nothing of a handler that was cancelled.
            task.uncancel()
            raise _unknown(_NO_MORE) from None
        finally:
            self._inside.pop(task, None)
            _reset(token)

    def expel(self, name: str) -> None:
        """End all calls of a caller, who is not believed any more."""
        for task, caller in list(self._inside.items()):
            if name in {caller.name, caller.member} and task is not None:
                self._expelled.add(task)
                task.add_done_callback(self._expelled.discard)
                task.cancel()

    def _caller_of(self, context: Context) -> Caller:
        """Find out who calls."""
        member = self._member_of(context)
        token = _token_of(context)
        if token.startswith(ATTEMPT):
            return self._step_of(token, "" if member is None else member.name)
        return self._local_of(token) if member is None else member._replace(member=member.name)

    def _member_of(self, context: Context) -> Caller | None:
        """Return who has the certificate of a connection; None for a connection on this machine, which has none."""
        auth = cast("dict[str, list[bytes]]", context.auth_context())
        certificates = auth.get("x509_pem_cert")
        if not certificates:
            return None
        try:
            caller = None if self._identify is None else self._identify(certificates[0])
        except NotTrusted as reason:
            raise _unknown(str(reason)) from reason
        if caller is None:
            raise _unknown(_NO_MORE)
        return caller

    def _step_of(self, token: str, member: str) -> Caller:
        """Return the step that has a token."""
        try:
            attempt = self._attempts.read(token, member)
        except BadToken as bad:
            raise _unknown(str(bad)) from bad
        self._check_attempt(attempt)
        return Caller(Role.PLAN, f"step {attempt.step}", member, attempt)

    def _local_of(self, token: str) -> Caller:
        """Return who on this machine has a token."""
        for known, caller in self._local.items():
            if hmac.compare_digest(token.encode(), known.encode()):
                return caller
        raise _unknown(_WRONG_TOKEN if token else _NO_TOKEN)


_NO_TOKEN = (
    "The call shows no token. Steps find theirs in the file that STEPUP_TOKEN_FILE names, and the director's owner"
    f" beside its socket, in SOCKET.token; it travels as metadata {TOKEN}."
)
_NO_MORE = "This certificate is not good, or not good any more. Join again: stepup director invite"
_WRONG_TOKEN = "The call shows a token that this director does not know; another one may have made it."  # noqa: S105 -- says so


def _unknown(reason: str) -> CallFailed:
    return CallFailed(grpc.StatusCode.UNAUTHENTICATED, reason)


def _token_of(context: Context) -> str:
    """Return the token that a call shows; empty when it shows none."""
    entries = context.invocation_metadata() or ()
    return next((value for key, value in entries if key == TOKEN and isinstance(value, str)), "")


def _reset(token: Any) -> None:  # noqa: ANN401 -- its type has a parameter that nobody needs
    """Forget the caller; a generator may be closed in another context, where there is nothing to forget."""
    try:
        _current.reset(token)
    except ValueError:
        return
