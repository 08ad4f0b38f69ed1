"""Signals kept waiting while programs are started: nobody could act on one in the middle of a fork.

Python turns SIGINT into an exception wherever it is, and where exceptions are ignored, as in what runs around a fork,
the signal is lost. A signal that is held arrives when it is released.
"""

from __future__ import annotations

import signal

__all__ = ("hold_signals", "release_signals")

_HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hold_signals() -> None:
    """Keep signals that ask for an end waiting."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)


def release_signals() -> None:
    """Let signals arrive, those that were kept waiting first."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)
