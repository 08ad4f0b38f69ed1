"""How the two ends of a connection notice that the other one is silent: each for itself, by pings that want an answer.

Without them a link that was cut without a word is noticed after hours, and only by whoever has something to say.
Both ends have to agree, because a server hangs up on clients that ping more often than it allows.
These are options of gRPC, as names and numbers. Connections within one host need none: their end is always noticed,
and a director that was stopped for a while (Ctrl-Z, a debugger) shall not lose its steps by it.
"""

from __future__ import annotations

from typing import Final

__all__ = ("CLIENT_OPTIONS", "SERVER_OPTIONS", "SILENCE_S_MAX")

_PING_S = 10
"""How long the other end may be silent before it is asked whether it is there."""

_ANSWER_S = 10
"""How long it may take to answer."""

SILENCE_S_MAX: Final = 30.0
"""Whoever was silent for that long has been given up; the rest is for busy machines."""

CLIENT_OPTIONS: Final = (
    ("grpc.keepalive_time_ms", _PING_S * 1000),
    ("grpc.keepalive_timeout_ms", _ANSWER_S * 1000),
    # Without this one, gRPC waits for a minute, and only the kernel hears of the time above: it counts the bytes that
    # the next machine has not taken, which says nothing when that machine is a tunnel or a proxy.
    ("grpc.http2.ping_timeout_ms", _ANSWER_S * 1000),
    ("grpc.keepalive_permit_without_calls", 1),
    # As many pings as there are silences, however long nothing else is said.
    ("grpc.http2.max_pings_without_data", 0),
)
"""For whoever dials."""

SERVER_OPTIONS: Final = (
    *CLIENT_OPTIONS,
    # Clients may ping as often as ours do, with or without a call.
    ("grpc.http2.min_ping_interval_without_data_ms", _PING_S * 500),
)
"""For whoever listens."""
