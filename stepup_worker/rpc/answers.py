"""Calls that are made until they are answered, and what the answers mean for a content."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import grpc
import grpc.aio

from stepup_shared.hindrance import HinderedElsewhere
from stepup_worker.core.contents import BlobMissing, StoreRefused

from .channel import is_broken_off

__all__ = ("CALL_S_MAX", "refusal", "until_answered")

CALL_S_MAX = 60.0
"""How long a call may take that moves no stream; then it is made again."""
_RETRY_S_MIN = 0.05
_RETRY_S_MAX = 2.0

_AWAY = frozenset(
    (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.UNKNOWN,
        # Pieces of a call that was broken off have come after all.
        grpc.StatusCode.ABORTED,
        # Another director listens already, and the conversation has not brought its token yet.
        grpc.StatusCode.UNAUTHENTICATED,
    )
)
"""Codes that tell of the connection rather than of the content."""
_BUGS_MAX = 3
"""How often the director may meet a bug before it is believed: what a step has made may have taken hours."""
_MISSING = frozenset((grpc.StatusCode.NOT_FOUND, grpc.StatusCode.DATA_LOSS))
_HINDRANCES = frozenset(code.value[0] for code in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE))
"""Codes in the answers about single contents that tell of the director's machine."""

_Result = TypeVar("_Result")


class _Status(Protocol):
    """The part of `google.rpc.Status` that matters."""

    @property
    def code(self) -> int: ...
    @property
    def message(self) -> str: ...


async def until_answered(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Call until the director answers; a bug that it meets may have gone the next time.

    Raises
    ------
    BlobMissing
        It has not what was asked for.
    OSError
        It cannot as long as there is no room.
    StoreRefused
        It says no for another reason.
    """
    delay_s, bugs = _RETRY_S_MIN, 0
    while True:
        try:
            return await call()
        except asyncio.CancelledError:
            if not is_broken_off():
                raise
        except grpc.aio.AioRpcError as error:
            if error.code() in _MISSING:
                raise BlobMissing from error
            if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise _no_room(error.details() or error.code().name) from error
            is_bug = error.code() is grpc.StatusCode.INTERNAL
            bugs += is_bug
            if error.code() not in _AWAY and not (is_bug and bugs < _BUGS_MAX):
                raise StoreRefused(error.details() or error.code().name) from error
        await asyncio.sleep(delay_s)
        delay_s = min(2 * delay_s, _RETRY_S_MAX)


def refusal(status: _Status) -> Exception:
    """Return why the director neither gives nor takes a content."""
    return _no_room(status.message) if status.code in _HINDRANCES else StoreRefused(status.message)


def _no_room(text: str) -> HinderedElsewhere:
    return HinderedElsewhere(errno.ENOSPC, f"The director: {text}")
