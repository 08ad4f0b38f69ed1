"""Asking a director something, wherever it is; what goes wrong is told in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from stepup_client.cli.failures import UsageError
from stepup_client.rpc.control_values import DirectorGone, DirectorRefused

if TYPE_CHECKING:
    from stepup_client.rpc.control import ControlClient
    from stepup_client.rpc.ways import Way

__all__ = ("ask", "ask_or_gone", "why_gone")

_Answer = TypeVar("_Answer")


def ask(way: Way, question: Callable[[ControlClient], Coroutine[Any, Any, _Answer]]) -> _Answer:
    """Return the director's answer."""
    try:
        return _run(way, question)
    except DirectorGone as error:
        raise UsageError(why_gone(way, error)) from error
    except DirectorRefused as error:
        raise UsageError(str(error)) from error


def why_gone(way: Way, error: DirectorGone) -> str:
    """Say why a director does not answer."""
    if isinstance(way, str):
        return f"The director does not answer: {error}."
    from stepup_client.cli.elsewhere import why_gone as why_gone_elsewhere

    return why_gone_elsewhere(way, str(error))


def ask_or_gone(socket: str, question: Callable[[ControlClient], Coroutine[Any, Any, object]]) -> bool:
    """Ask a director that may stop meanwhile; return whether it answered."""
    try:
        _run(socket, question)
    except DirectorGone:
        return False
    except DirectorRefused as error:
        raise UsageError(str(error)) from error
    return True


def _run(way: Way, question: Callable[[ControlClient], Coroutine[Any, Any, _Answer]]) -> _Answer:
    # Here because what the database can answer needs neither.
    import asyncio

    from stepup_client.rpc.control import ControlClient

    async def ask() -> _Answer:
        async with ControlClient(way) as client:
            return await question(client)

    return asyncio.run(ask())
