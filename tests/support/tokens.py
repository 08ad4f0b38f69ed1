"""Channels to directors on this machine, as their owner opens them."""

from __future__ import annotations

from typing import cast

import grpc
import grpc.aio

from stepup_shared.tokens import Presenting, local_token

__all__ = ("OWNER", "open_aio_channel", "open_channel")

OWNER = "owner.of-tests"
"""The token of those who own the doors that tests make."""


def open_channel(socket: str, token: str | None = None) -> grpc.Channel:
    """Return a channel on which each call shows a token: the owner's, unless another one is given."""
    channel = grpc.insecure_channel(f"unix:{socket}")
    return cast("grpc.Channel", Presenting(channel, lambda: local_token(socket) if token is None else token))


def open_aio_channel(address: str, token: str = OWNER) -> grpc.aio.Channel:
    """Return a channel for asyncio on which each call shows a token."""
    return cast("grpc.aio.Channel", Presenting(grpc.aio.insecure_channel(address), lambda: token))
