"""Where a director is and what one has to show there: a socket on this machine, or an address and a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from stepup_client.rpc.quiet_grpc import aio, grpc
from stepup_shared.tokens import Presenting, local_token

__all__ = ("Elsewhere", "Way", "open_aio_channel", "open_channel")


class Elsewhere(NamedTuple):
    """A director on another machine, and by what it knows us."""

    address: str
    """HOST:PORT."""
    key: bytes
    """Of the certificate, in PEM."""
    certificate: bytes
    """In PEM."""
    anchor: bytes
    """Certificates of the authorities that the director's may lead to, in PEM."""
    server_name: str = ""
    """Which name the director's certificate must say; empty: that of the host in the address."""


Way: TypeAlias = str | Elsewhere
"""The path of a socket on this machine, or the way to another one."""

_Options: TypeAlias = Sequence[tuple[str, object]]


def open_aio_channel(way: Way, options: _Options = ()) -> aio.Channel:
    """Return a channel for asyncio on which the caller is known; nothing is sent yet."""
    if isinstance(way, Elsewhere):
        return aio.secure_channel(way.address, _credentials(way), options=(*options, *_named(way)))
    return cast("aio.Channel", _presenting(way, aio.insecure_channel(f"unix:{way}", options=options)))


def open_channel(way: Way) -> grpc.Channel:
    """Return a channel on which the caller is known; nothing is sent yet."""
    if isinstance(way, Elsewhere):
        return grpc.secure_channel(way.address, _credentials(way), options=_named(way))
    return cast("grpc.Channel", _presenting(way, grpc.insecure_channel(f"unix:{way}")))


def _presenting(socket: str, channel: Any) -> Presenting:  # noqa: ANN401 -- both kinds of channels
    """Show the owner's token at each call."""
    return Presenting(channel, lambda: local_token(socket))


def _credentials(way: Elsewhere) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(way.anchor, way.key, way.certificate)


def _named(way: Elsewhere) -> tuple[tuple[str, object], ...]:
    """Return by which name the director is known."""
    # Whoever holds the authority's key is the director, whatever its address is called here.
    name = (("grpc.ssl_target_name_override", way.server_name),) if way.server_name else ()
    return (*name, ("grpc.enable_retries", 0))
