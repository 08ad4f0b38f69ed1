"""What the daemon and its fork server say to each other, over a socket between them.

A message is a length in four bytes and a JSON array: its name and its fields. Descriptors travel beside the bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ("Began", "Finished", "Message", "NotForked", "Remark", "RunScript", "Send", "Unpacker", "WarmUp", "pack")


class WarmUp(NamedTuple):
    """To the fork server: pay now for what the first call to a director costs."""

    socket: str
    """The director's socket."""


class RunScript(NamedTuple):
    """To the fork server: run a script; descriptors for stdout and stderr come along."""

    id: int
    """Names the run in all that follows."""
    argv: list[str]
    """The script, relative to `cwd` or absolute, and its arguments."""
    cwd: str
    """Where it runs, relative to the root or absolute."""
    variables: dict[str, str]
    """What is set on top of the worker's own environment."""
    notes: str
    """Path of a file for what the script has imported; empty when nobody wants to know."""


class Send(NamedTuple):
    """To the fork server: send a signal to the process group of a run."""

    id: int
    """Which run."""
    number: int
    """Which signal."""


class Began(NamedTuple):
    """From the fork server: the process exists."""

    id: int
    """Which run."""
    pid: int
    """Its process, which leads a session."""


class NotForked(NamedTuple):
    """From the fork server: the process could not be made."""

    id: int
    """Which run."""
    number: int
    """Why, as `errno` says it."""


class Finished(NamedTuple):
    """From the fork server: the process has ended and was reaped."""

    id: int
    """Which run."""
    code: int
    """The exit code, or minus the number of the signal."""
    cpu_s: float
    """User and system time of the process and the children it waited for."""
    rss_bytes_max: int
    """Peak memory of its largest process."""


class Remark(NamedTuple):
    """From the fork server: something for the log."""

    text: str
    """A sentence."""


Message = WarmUp | RunScript | Send | Began | NotForked | Finished | Remark
"""All that is said."""

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (WarmUp, RunScript, Send, Began, NotForked, Finished, Remark)
}

_LENGTH_BYTES = 4


def pack(message: Message) -> bytes:
    """Turn a message into bytes."""
    body = json.dumps([type(message).__name__, *message]).encode("ascii")
    return len(body).to_bytes(_LENGTH_BYTES, "little") + body


class Unpacker:
    """Finds messages in a stream of bytes."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, received: bytes) -> Iterator[Message]:
        """Yield the messages that are complete now."""
        self._pending += received
        while len(self._pending) >= _LENGTH_BYTES:
            end = _LENGTH_BYTES + int.from_bytes(self._pending[:_LENGTH_BYTES], "little")
            if len(self._pending) < end:
                return
            name, *fields = json.loads(self._pending[_LENGTH_BYTES:end])
            self._pending = self._pending[end:]
            yield _KINDS[name](*fields)
