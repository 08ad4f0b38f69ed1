"""Points in the life of a director at which a test may let it die, sleep or stumble; for all others they are not there.

`STEPUP_FAILPOINTS="after_commit=kill@3 after_claim=sleep"` is read once, when this module is imported: the third time
that the first point is reached, the process is killed as if by `kill -9`. Without the variable `reach` does nothing.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

__all__ = ("ACTIONS", "FAILPOINTS", "VARIABLE", "Armed", "FailpointReached", "reach")

VARIABLE = "STEPUP_FAILPOINTS"
"""Which points do what, and at which time that they are reached."""
SLEEP_S = 0.5
"""Long enough for all others to go on."""

FAILPOINTS: Mapping[str, str] = {
    # To begin
    "after_claim": "the lock is held, nothing was looked at",
    "in_migration": "a change of the schema is made and not committed",
    "after_epoch": "the database belongs to this director, which knows nothing yet",
    "after_restore": "what an earlier director had recorded is known, and nobody can call",
    "before_note": "calls are served, but nobody is told where",
    "after_note": "everybody can find the director, which does not listen to what comes yet",
    # A group of events
    "before_commit": "the core has decided, nothing of it is written",
    "in_transaction": "all is written and not committed",
    "after_commit": "all is durable, and nobody has heard of it",
    "before_answer": "a caller is about to hear what is durable",
    # Workers
    "before_dispatch": "orders are durable, and not on the way to the worker",
    "after_dispatch_before_ack": "orders are on the way, and the worker has not spoken since",
    "before_report": "a worker has spoken, and the core has not heard it",
    # Files
    "before_disk_work": "files are about to be looked at, published or removed",
    "after_disk_work": "that is done, and the core does not know",
    "before_blob": "an upload is whole and has not its name",
    "after_blob": "an upload has its name and nobody knows",
    "before_publish": "an output is about to take its place",
    "before_rename": "a copy of an output is written, and not in its place",
    "after_rename": "an output is in its place, and not recorded",
    "after_remove": "an old output is gone, and that is not recorded",
    # To end
    "before_fold": "all is said, and the log is not folded into the database",
    "after_fold": "the log is folded, and the lock still held",
}
"""All points, and what is so when they are reached."""


class FailpointReached(Exception):
    """Stands for a bug: nobody expects it."""


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _sleep() -> None:
    time.sleep(SLEEP_S)


def _raise() -> None:
    raise FailpointReached


ACTIONS: Mapping[str, Callable[[], None]] = {"kill": _kill, "sleep": _sleep, "raise": _raise}
"""What may happen at a point."""


class _Plan(NamedTuple):
    """What is to happen at one point."""

    action: str
    at: int
    """The time that counts, from 1."""


class Armed:
    """The points of one process of which some do something."""

    def __init__(self, text: str) -> None:
        """Understand `POINT=ACTION@N ...`; raises ValueError."""
        self._plans = dict(map(_plan_from, text.split()))
        self._reached = Counter[str]()
        self._lock = threading.Lock()

    def reach(self, name: str) -> None:
        """Go on, unless something is to happen here and now."""
        plan = self._plans.get(name)
        if plan is None:
            return
        with self._lock:
            self._reached[name] += 1
            is_now = self._reached[name] == plan.at
        if is_now:
            os.write(2, f"FAILPOINT {name}={plan.action}\n".encode())
            ACTIONS[plan.action]()


def _plan_from(text: str) -> tuple[str, _Plan]:
    """Return a point and its plan."""
    name, _, rest = text.partition("=")
    action, _, at = rest.partition("@")
    if name not in FAILPOINTS or action not in ACTIONS:
        raise ValueError(f"{VARIABLE}: {text!r} is no known point with a known action.")
    return name, _Plan(action, int(at or 1))


def _go_on(_name: str) -> None:
    """Do nothing."""


_text = os.environ.get(VARIABLE, "")
reach: Callable[[str], None] = Armed(_text).reach if _text else _go_on
"""Say that a point is reached."""
