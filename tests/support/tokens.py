"""Channels to directors on this machine, as their owner opens them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import cast

import grpc
import grpc.aio

from stepup_shared.tokens import Presenting, local_token, local_token_path

__all__ = ("OWNER", "lead_token", "open_aio_channel", "open_channel")

OWNER = "owner.of-tests"
"""The token of those who own the doors that tests make."""


def lead_token(listen: str, upstream: str) -> None:
    """Let those who come through a socket of our own find the token of the director behind it, also a later one's."""
    with suppress(FileExistsError):
        Path(local_token_path(listen)).symlink_to(local_token_path(upstream))


def open_channel(socket: str, token: str | None = None) -> grpc.Channel:
    """Return a channel on which each call shows a token: the owner's, unless another one is given."""
    channel = grpc.insecure_channel(f"unix:{socket}")
    return cast("grpc.Channel", Presenting(channel, lambda: local_token(socket) if token is None else token))


def open_aio_channel(address: str, token: str = OWNER) -> grpc.aio.Channel:
    """Return a channel for asyncio on which each call shows a token."""
    return cast("grpc.aio.Channel", Presenting(grpc.aio.insecure_channel(address), lambda: token))
