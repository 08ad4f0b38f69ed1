"""Paying for what the first call of a process costs, so that processes forked from it need not."""

from __future__ import annotations

import grpc

__all__ = ("warm_up",)

_CALL_S_MAX = 2.0


def warm_up(path: str) -> None:
    """Open a channel to a socket, ask for its health, and close the channel; the answer does not matter."""
    channel = grpc.insecure_channel(f"unix:{path}")
    try:
        check = channel.unary_unary("/grpc.health.v1.Health/Check", _nothing_to_wire, _nothing_from_wire)
        check(None, timeout=_CALL_S_MAX, wait_for_ready=True)
    except grpc.RpcError:
        return
    finally:
        channel.close()


def _nothing_to_wire(_request: None) -> bytes:
    """Ask for the health of the whole server: all fields are at their defaults."""
    return b""


def _nothing_from_wire(_response: bytes) -> None:
    return None
