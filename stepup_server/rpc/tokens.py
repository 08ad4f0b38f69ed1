"""The tokens of attempts: made for the worker that holds one, read when somebody calls for it; and the owner's.

A token says which attempt, and until when; its code binds both to the worker that holds the attempt, and to this
director: the key lives in memory only, and ends with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Callable, Iterable

from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_server.core.ids import AttemptId, NodeId

from .convert import attempt_to_wire

__all__ = ("ATTEMPT", "AttemptTokens", "BadToken", "Issue", "narrowed")

ATTEMPT = "attempt."
"""Begins the token of an attempt."""

_FACTS = struct.Struct(">QQd")
_CODE_BYTES = 16
_RENEW_AT = 0.5
"""Of the life of a token: half of it remains for a worker that is slow, or out of touch."""


class BadToken(Exception):
    """A token is not good; the text says why."""


class AttemptTokens:
    """Makes the tokens of one director, and reads them."""

    def __init__(self, life_s: float, clock: Callable[[], float]) -> None:
        """Let each be good for some time on a clock that never jumps."""
        self.life_s = life_s
        """From the moment at which it is made, in seconds."""
        self.clock = clock
        """Tells the time in seconds."""
        self._key = os.urandom(32)

    def make(self, attempt: AttemptId, holder: str) -> str:
        """Return a token for an attempt that a worker holds."""
        facts = _FACTS.pack(attempt.step, attempt.number, self.clock() + self.life_s)
        return ATTEMPT + base64.urlsafe_b64encode(facts + self._code(facts, holder)).decode()

    def read(self, token: str, holder: str) -> AttemptId:
        """Return for which attempt a token was made, if it comes by way of the worker that holds it.

        Raises
        ------
        BadToken
            It does not, was made by another director, or has expired.
        """
        raw = _decoded(token.removeprefix(ATTEMPT))
        facts, code = raw[: _FACTS.size], raw[_FACTS.size :]
        if not hmac.compare_digest(code, self._code(facts, holder)):
            raise BadToken("This token was not made by this director, or not for who shows it.")
        step, number, expires = _FACTS.unpack(facts)
        if expires <= self.clock():
            raise BadToken("This token has expired, and its worker has not renewed it.")
        return AttemptId(NodeId(step), number)

    def _code(self, facts: bytes, holder: str) -> bytes:
        """Return what only this director can compute."""
        return hmac.digest(self._key, facts + holder.encode(), hashlib.sha256)[:_CODE_BYTES]


def _decoded(text: str) -> bytes:
    """Return the bytes of a token; what is none has a code that is wrong."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    return raw if len(raw) == _FACTS.size + _CODE_BYTES else bytes(_FACTS.size)


class Issue:
    """The tokens that were sent on one stream."""

    def __init__(self, tokens: AttemptTokens, holder: str) -> None:
        """Make them for the worker at the other end."""
        self._tokens = tokens
        self._holder = holder
        self._renew_at: dict[AttemptId, float] = {}

    def due(self, attempts: Iterable[AttemptId]) -> list[dispatch.AttemptToken]:
        """Return new tokens for those of all attempts of a worker that need one now."""
        now = self._tokens.clock()
        self._renew_at = {id_: self._renew_at.get(id_, now) for id_ in attempts}
        due = [id_ for id_, moment in self._renew_at.items() if moment <= now]
        self._renew_at.update(dict.fromkeys(due, now + _RENEW_AT * self._tokens.life_s))
        return [
            dispatch.AttemptToken(
                attempt=attempt_to_wire(id_), token=self._tokens.make(id_, self._holder), life_s=self._tokens.life_s
            )
            for id_ in due
        ]

    def wait_s(self) -> float | None:
        """Return after how many seconds the next token is due; None when there is none."""
        if not self._renew_at:
            return None
        return max(0.0, min(self._renew_at.values()) - self._tokens.clock())


def narrowed(owner: str, role: str) -> str:
    """Return the token of a lesser role, which can be given away: nobody can tell the owner's from it."""
    return f"{role}.{hmac.new(owner.encode(), role.encode(), hashlib.sha256).hexdigest()}"
