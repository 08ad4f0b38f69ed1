"""Waiting for a condition in other processes: asked again and again, never longer than a deadline.

The one place where tests sleep.
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ("SECONDS_MAX", "pass_time", "wait_until")

SECONDS_MAX = 60.0
"""Far more than anything takes on a busy machine; whoever waits that long waits in vain."""

_PAUSE_S = 0.02


def wait_until(condition: Callable[[], bool], what: str, explain: Callable[[], str] = str) -> None:
    """Return as soon as the condition holds; fail with the words for it, and an explanation, when it never does."""
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"In vain: {what}\n{explain()}")
        time.sleep(_PAUSE_S)


def pass_time(seconds: float, until: Callable[[], bool] = bool) -> None:
    """Let time pass: how long a fault lasts is part of what is tried. Ends early when a condition holds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not until():
        time.sleep(min(_PAUSE_S, seconds))
