"""Where the director is, and what is needed to be believed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import grpc
import grpc.aio

from stepup_shared.tokens import Presenting, local_token

__all__ = ("Endpoint",)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A director, on this machine or on another one."""

    target: str
    """As gRPC writes it: `unix:PATH`, or HOST:PORT."""
    key: bytes = b""
    """Of a certificate, in PEM; empty on this machine."""
    certificate: bytes = b""
    """In PEM."""
    anchor: bytes = b""
    """Of the director's authority, in PEM."""
    server_name: str = ""
    """Which name the director's certificate must say; empty: that of the host in `target`."""
    token: str = ""
    """What a caller on this machine shows instead."""

    @classmethod
    def here(cls, socket: str) -> Endpoint:
        """Return the director behind a socket on this machine, for its owner."""
        return cls(f"unix:{socket}", token=local_token(socket))

    @property
    def socket(self) -> str:
        """The path of the Unix socket; empty for another machine."""
        return self.target.removeprefix("unix:") if self.target.startswith("unix:") else ""

    def open(self, options: Sequence[tuple[str, object]]) -> grpc.aio.Channel:
        """Return a channel that has not called anybody yet."""
        if not self.key:
            channel = grpc.aio.insecure_channel(self.target, options=options)
            return cast("grpc.aio.Channel", Presenting(channel, lambda: self.token))
        credentials = grpc.ssl_channel_credentials(self.anchor, self.key, self.certificate)
        named = (("grpc.ssl_target_name_override", self.server_name),) if self.server_name else ()
        return grpc.aio.secure_channel(self.target, credentials, options=(*options, *named))
