"""Declarations on their way to the director: collected, numbered, sent in order, one message at a time.

A call costs half a millisecond whatever it carries, so that statements travel together. A message leaves when enough
statements have come together, a few milliseconds after the first one, when an answer is needed, and at the end.
While one is on its way the plan goes on; what it is refused for is raised by the next call that comes along.
Where the plan handles exceptions, it waits for the answer instead, so that it can handle the refusal.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from stepup_client.core.declarations import Source
from stepup_client.errors import RPCError
from stepup_proto.v1 import plan_pb2, types_pb2

from .refusal import Refused

__all__ = ("Outbox", "Promise")

_ENTRIES_ENOUGH = 256
"""Leave at once when this many have come together."""

_ENTRIES_MAX = 4096
"""Make the plan wait when it is so far ahead of the director."""

_BYTES_MAX = 1 << 20
"""Of one message, unless a single statement is longer."""

_DELAY_S = 0.005
"""How long the first statement waits for others."""

Send = Callable[[plan_pb2.DeclareRequest], plan_pb2.DeclareResponse]
"""Sends one message and returns its answer; raises Refused or RPCError."""


class Promise:
    """The paths that a static declaration stands for, as soon as they are known."""

    def __init__(self, outbox: Outbox) -> None:
        """Wait for an answer through the given outbox."""
        self._outbox = outbox
        self.answer: Sequence[str] | Refused | RPCError | None = None
        """What came back; None before."""

    def paths(self, source: Source) -> Sequence[str]:
        """Wait for the answer and return the declared paths; `source` is the line that wants to know."""
        if self.answer is None:
            self._outbox.flush(source)
        if self.answer is None:
            raise RPCError("The director did not answer a static declaration.")
        if isinstance(self.answer, Exception):
            raise _error(self.answer, source)
        return self.answer


class _Entry(NamedTuple):
    """A statement that waits."""

    declaration: plan_pb2.Declaration
    """What to say."""
    size: int
    """In bytes."""
    promise: Promise | None
    """Who wants to know the answer."""
    awaited: bool = False
    """The plan stands still until the answer is there, and may handle a refusal."""


class Outbox:
    """Sends declarations in batches."""

    def __init__(self, send: Send, attempt: types_pb2.AttemptId, *, buffered: bool = True) -> None:
        """Speak for an attempt as one of several processes that may do so."""
        self._send = send
        self._attempt = attempt
        self._buffered = buffered
        self._speaker = int.from_bytes(os.urandom(7))
        self._batch = 0
        self._entries: list[_Entry] = []
        self._failure: Refused | RPCError | None = None
        self._arrived = threading.Condition()
        self._sending = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, declaration: plan_pb2.Declaration, source: Source, promise: Promise | None = None) -> None:
        """Take a statement; it leaves soon.

        Raises
        ------
        UsageError, RPCError
            An earlier statement failed, of which nobody has heard yet.
        """
        self._raise_failure(source)
        entry = _Entry(declaration, declaration.ByteSize(), promise)
        with self._arrived:
            self._entries.append(entry)
            count = len(self._entries)
            if self._buffered and count in {1, _ENTRIES_ENOUGH}:
                self._wake_sender()
        if not self._buffered or count >= _ENTRIES_MAX:
            self.flush(source)

    def put_and_wait(self, declaration: plan_pb2.Declaration, source: Source, promise: Promise) -> None:
        """Take a statement and wait for its answer; raises what it was refused for, besides what `put` raises."""
        self.flush(source)
        with self._arrived:
            self._entries.append(_Entry(declaration, declaration.ByteSize(), promise, awaited=True))
        promise.paths(source)

    def flush(self, source: Source) -> None:
        """Send all that waits, and wait for the answers; raises as `put`."""
        self.drain()
        self._raise_failure(source)

    def drain(self) -> None:
        """Send all that waits, and wait for the answers; what goes wrong is raised by the next call."""
        while self._send_some():
            pass

    def stop_buffering(self) -> None:
        """Send each later statement at once: there is no later moment any more."""
        with self._arrived:
            self._buffered = False
            self._arrived.notify_all()

    def _raise_failure(self, source: Source) -> None:
        """Tell once what went wrong."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise _error(failure, source)

    def _wake_sender(self) -> None:
        """Let the sender know that there is something to send."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="stepup-outbox", daemon=True)
            self._thread.start()
        self._arrived.notify_all()

    def _run(self) -> None:
        """Send what has come together, again and again."""
        while self._wait_for_entries():
            self._send_some()

    def _wait_for_entries(self) -> bool:
        """Wait until it is worth sending; tell whether to go on."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._entries or not self._buffered)
            self._arrived.wait_for(lambda: len(self._entries) >= _ENTRIES_ENOUGH or not self._buffered, _DELAY_S)
            return self._buffered

    def _send_some(self) -> bool:
        """Send one message, if there is anything to say; who comes second waits for who came first."""
        with self._sending:
            batch = self._take()
            if batch:
                self._send_batch(batch)
            return bool(batch)

    def _take(self) -> list[_Entry]:
        """Take as many statements as fit into one message; one that is awaited goes alone."""
        with self._arrived:
            count = size = 0
            for entry in self._entries[:_ENTRIES_MAX]:
                size += entry.size
                if count and (size > _BYTES_MAX or entry.awaited):
                    break
                count += 1
                if entry.awaited:
                    break
            batch, self._entries = self._entries[:count], self._entries[count:]
            return batch

    def _send_batch(self, batch: list[_Entry]) -> None:
        """Send one message and hand out its answer."""
        self._batch += 1
        declarations = [entry.declaration for entry in batch]
        request = plan_pb2.DeclareRequest(
            attempt=self._attempt,
            speaker=self._speaker,
            batch=self._batch,
            declarations=declarations,
            awaited=batch[-1].awaited,
        )
        try:
            response = self._send(request)
        except (Refused, RPCError) as failure:
            self._fail(batch, failure)
            return
        found = {result.index: tuple(result.paths) for result in response.statics}
        for index, entry in enumerate(batch):
            if entry.promise is not None:
                entry.promise.answer = found.get(index, ())
        for warning in response.warnings:
            sys.stderr.write(f"WARNING: {warning}\n")

    def _fail(self, batch: list[_Entry], failure: Refused | RPCError) -> None:
        """Remember what went wrong.

        What was declared later is dropped: had the answer come at once, the plan would not have come so far.
        Unless it did come at once: then the one who waits for it is told.
        """
        if batch[-1].awaited and batch[-1].promise is not None:
            batch[-1].promise.answer = failure
            return
        with self._arrived:
            dropped, self._entries = self._entries, []
        self._failure = failure
        for entry in (*batch, *dropped):
            if entry.promise is not None:
                entry.promise.answer = failure


def _error(failure: Refused | RPCError, heard_at: Source) -> Exception:
    return failure.error(heard_at) if isinstance(failure, Refused) else failure
