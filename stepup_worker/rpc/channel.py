"""The channel to the director for everything but the conversation: one at a time, replaced when the director moves."""

from __future__ import annotations

import asyncio

import grpc.aio

from stepup_shared.keepalive import CLIENT_OPTIONS

from .endpoint import Endpoint

__all__ = ("Link", "is_broken_off")

_OPTIONS = (
    # A channel that replaces a broken one must not inherit its back-off.
    ("grpc.use_local_subchannel_pool", 1),
    *CLIENT_OPTIONS,
    # An attempt to connect that meets a dead link is not waited for longer than that.
    ("grpc.min_reconnect_backoff_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
)


def is_broken_off() -> bool:
    """Tell whether a call that ended as cancelled was broken off by the link: nobody has cancelled whoever made it.

    gRPC raises CancelledError in both cases.
    """
    task = asyncio.current_task()
    return task is not None and not task.cancelling()


class Link:
    """Whatever channel leads to the director now."""

    def __init__(self) -> None:
        """Lead nowhere yet."""
        self._endpoint = Endpoint("")
        self._channel: grpc.aio.Channel | None = None
        self._is_there = asyncio.Event()

    async def channel(self) -> grpc.aio.Channel:
        """Return the channel, as soon as there is one."""
        await self._is_there.wait()
        if self._channel is None:
            raise RuntimeError("the link is closed")
        return self._channel

    async def use(self, endpoint: Endpoint) -> None:
        """Lead to a director; calls that are going on to another one, or with an older certificate, are broken off."""
        if endpoint == self._endpoint:
            return
        old, self._endpoint = self._channel, endpoint
        self._channel = endpoint.open(_OPTIONS)
        self._is_there.set()
        if old is not None:
            await old.close()

    async def close(self) -> None:
        """Lead nowhere any more."""
        if self._channel is not None:
            await self._channel.close()
