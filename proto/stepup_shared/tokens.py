"""Tokens: what those who call the director on its own machine have to show.

The director writes one beside its socket, for its owner; the worker one for each attempt, into the file that is named
by STEPUP_TOKEN_FILE.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, cast

__all__ = ("TOKEN", "Presenting", "local_token", "local_token_path", "metadata_of")

TOKEN = "stepup-token"  # noqa: S105 -- the name of a metadata entry, not a secret
"""Under which name a token travels in the metadata of a call."""


def local_token_path(socket: str) -> str:
    """Return where the owner's token is kept, for the director behind a socket."""
    return f"{socket}.token"


def local_token(socket: str) -> str:
    """Return the owner's token for the director behind a socket; empty when there is none, or not for us."""
    try:
        with open(local_token_path(socket), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def metadata_of(token: str) -> tuple[tuple[str, str], ...]:
    """Return a token as metadata of a call."""
    return ((TOKEN, token),) if token else ()


class Presenting:
    """A channel on which each call shows a token, unless it brings one of its own.

    It stands in for a channel wherever stubs are made, and knows nothing about gRPC but the names of four methods.
    """

    def __init__(self, channel: Any, token: Callable[[], str]) -> None:  # noqa: ANN401 -- both kinds of channels
        """Make calls on a channel; what `token` returns is asked for at each."""
        self._channel = channel
        self._token = token

    def unary_unary(self, *words: Any, **options: Any) -> Callable[..., Any]:  # noqa: ANN401 -- as a channel has it
        """Return what makes calls with one request and one response."""
        return self._showing(self._channel.unary_unary(*words, **options))

    def unary_stream(self, *words: Any, **options: Any) -> Callable[..., Any]:  # noqa: ANN401 -- as a channel has it
        """Return what makes calls with one request and many responses."""
        return self._showing(self._channel.unary_stream(*words, **options))

    def stream_unary(self, *words: Any, **options: Any) -> Callable[..., Any]:  # noqa: ANN401 -- as a channel has it
        """Return what makes calls with many requests and one response."""
        return self._showing(self._channel.stream_unary(*words, **options))

    def stream_stream(self, *words: Any, **options: Any) -> Callable[..., Any]:  # noqa: ANN401 -- as a channel has it
        """Return what makes calls with many requests and many responses."""
        return self._showing(self._channel.stream_stream(*words, **options))

    def __enter__(self) -> Self:
        """Use the channel for the length of a block."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the channel."""
        self._channel.close()

    async def __aenter__(self) -> Self:
        """Use the channel for the length of a block."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the channel."""
        await self._channel.close()

    def close(self, *words: Any) -> Any:  # noqa: ANN401 -- as a channel has it
        """Close the channel."""
        return self._channel.close(*words)

    def _showing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, metadata: Any = None, **options: Any) -> Any:  # noqa: ANN401 -- as a stub has it
            entries = cast("tuple[tuple[str, str], ...]", tuple(metadata or ()))
            if all(key != TOKEN for key, _ in entries):
                entries += metadata_of(self._token())
            return method(*words, metadata=entries, **options)

        return call
