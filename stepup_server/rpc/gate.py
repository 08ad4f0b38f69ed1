"""What every request has to pass before a servicer sees it: parsing, the table of limits, the number of open calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from stepup_server.core.refusals import LimitExceeded
from stepup_server.engine.identities import Caller, Role

from .callers import Context, Door, current_caller
from .checks import check_crowds, check_message, check_size
from .convert import attempt_from_wire
from .limits import CALLS, most_of
from .malformed import find_fault
from .status import CallFailed

__all__ = ("Gate", "Malformed")


class Malformed(Exception):
    """The bytes of a request are not a message of its type."""


class Gate:
    """The gate of one method."""

    def __init__(self, method: MethodDescriptor, door: Door) -> None:
        self._door = door
        self._method = f"{method.containing_service.name}.{method.name}"
        self._request = method.input_type
        self._request_class = GetMessageClass(method.input_type)
        self._is_about_attempt = "attempt" in method.input_type.fields_by_name
        self._open = 0

    @contextmanager
    def admit(self, context: Context) -> Generator[None]:
        """Let a call in, if its caller may make it, and there are not too many."""
        with self._door.admit(self._method, context), self._count():
            yield

    @contextmanager
    def _count(self) -> Generator[None]:
        """Count a call while it is open; refuse it when there are too many."""
        most = most_of(CALLS, self._method)
        if self._open >= most:
            raise LimitExceeded(f"{most} calls of {self._method} are open; no more are allowed. Try again later.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def read(self, raw: bytes) -> Message:
        """Return the message that bytes stand for, if it is within the limits."""
        check_size(self._method, len(raw))
        check_crowds(raw, self._request)
        try:
            message = self._request_class.FromString(raw)
        except DecodeError as error:
            fault = find_fault(raw, self._request)
            raise Malformed(f"The request is not a {self._request.full_name}; {fault}.") from error
        check_message(message)
        if self._is_about_attempt:
            _check_attempt(message, current_caller())
        return message

    async def read_all(self, raw_requests: AsyncIterator[bytes]) -> AsyncIterator[Message]:
        """Yield the messages that a stream of bytes stands for."""
        async for raw in raw_requests:
            yield self.read(raw)


def _check_attempt(message: Any, caller: Caller) -> None:  # noqa: ANN401 -- any message with such a field
    """Let a step speak for its own attempt only."""
    own = caller.attempt
    if caller.role is not Role.ADMIN and attempt_from_wire(message.attempt) != own:
        whose = "Who has no token of a step" if own is None else f"Attempt {own.number} of step {own.step}"
        raise CallFailed(
            grpc.StatusCode.PERMISSION_DENIED,
            f"{whose} does not speak for attempt {message.attempt.number} of step {message.attempt.step}.",
        )
