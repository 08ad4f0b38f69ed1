"""What every request has to pass before a servicer sees it: parsing, the table of limits, the number of open calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from stepup_server.core.refusals import LimitExceeded

from .checks import check_message, check_size
from .limits import CALLS, most_of
from .malformed import find_fault

__all__ = ("Gate", "Malformed")


class Malformed(Exception):
    """The bytes of a request are not a message of its type."""


class Gate:
    """The gate of one method."""

    def __init__(self, method: MethodDescriptor) -> None:
        self._method = f"{method.containing_service.name}.{method.name}"
        self._request = method.input_type
        self._request_class = GetMessageClass(method.input_type)
        self._open = 0

    @contextmanager
    def count(self) -> Generator[None]:
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
        try:
            message = self._request_class.FromString(raw)
        except DecodeError as error:
            fault = find_fault(raw, self._request)
            raise Malformed(f"The request is not a {self._request.full_name}; {fault}.") from error
        check_message(message)
        return message

    async def read_all(self, raw_requests: AsyncIterator[bytes]) -> AsyncIterator[Message]:
        """Yield the messages that a stream of bytes stands for."""
        async for raw in raw_requests:
            yield self.read(raw)
