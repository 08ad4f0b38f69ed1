"""Messages that nobody should send: random ones, and what becomes of good ones on a bad day; all from one seed."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Iterator
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

import stepup_proto
from stepup_proto.v1 import types_pb2

__all__ = ("all_methods", "attacks", "draw_bytes", "draw_message")

_TEXTS = (
    "",
    "a",
    "../x",
    "/etc/passwd",
    "a\0b",
    "é\u202e\x1b[31m",
    "*",
    "[",
    "${*n}",
    "${*",
    "x" * 5000,
    "\n",
    "a/",
    ".",
    "-",
)
_NUMBERS = (0, 1, 2, 7, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1, -1, -(2**31), -(2**63))
_SECONDS = (0.0, 1.5, -1.0, float("nan"), float("inf"), float("-inf"), 1e308)
_BYTES = (b"", b"\0" * 32, b"x" * 31, b"\xff")
_DEPTH_MAX = 6


def all_methods() -> list[MethodDescriptor]:
    """Return the methods of all services of the protocol, also of those that are added tomorrow."""
    found: dict[str, MethodDescriptor] = {}
    for module in pkgutil.walk_packages(stepup_proto.__path__, "stepup_proto."):
        if module.name.endswith("_pb2"):
            services = importlib.import_module(module.name).DESCRIPTOR.services_by_name
            for service in cast("dict[str, ServiceDescriptor]", services).values():
                found.update((method.full_name, method) for method in service.methods)
    return [found[name] for name in sorted(found)]


# Random messages


def draw_message(rng: random.Random, descriptor: Descriptor, attempt: types_pb2.AttemptId, depth: int = 0) -> Message:
    """Return a message whose fields hold likely, unlikely and impossible values."""
    message = GetMessageClass(descriptor)()
    if isinstance(message, types_pb2.AttemptId) and rng.random() < 0.8:
        message.CopyFrom(attempt)
        return message
    for field in descriptor.fields:
        if rng.random() < 0.6 and depth < _DEPTH_MAX:
            _set(rng, message, field, attempt, depth)
    return message


def _set(
    rng: random.Random, message: Message, field: FieldDescriptor, attempt: types_pb2.AttemptId, depth: int
) -> None:
    """Give a field a value, if it takes it."""
    try:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _set_entry(rng, getattr(message, field.name), field)
        elif field.is_repeated:
            values = [_value(rng, field, attempt, depth) for _ in range(rng.choice((1, 1, 2, 5)))]
            getattr(message, field.name).extend(values)
        elif field.message_type is not None:
            getattr(message, field.name).CopyFrom(draw_message(rng, field.message_type, attempt, depth + 1))
        else:
            setattr(message, field.name, _value(rng, field, attempt, depth))
    except (TypeError, ValueError, OverflowError):
        # The number is too large for this field.
        return


def _set_entry(rng: random.Random, there: Any, field: FieldDescriptor) -> None:  # noqa: ANN401 # a map of any kind
    value = field.message_type.fields_by_name["value"] if field.message_type is not None else field
    there[rng.choice(_TEXTS)] = rng.choice(_TEXTS if value.type == FieldDescriptor.TYPE_STRING else _NUMBERS)


def _value(rng: random.Random, field: FieldDescriptor, attempt: types_pb2.AttemptId, depth: int) -> object:
    if field.message_type is not None:
        return draw_message(rng, field.message_type, attempt, depth + 1)
    choices = {
        FieldDescriptor.TYPE_STRING: _TEXTS,
        FieldDescriptor.TYPE_BYTES: _BYTES,
        FieldDescriptor.TYPE_DOUBLE: _SECONDS,
        FieldDescriptor.TYPE_BOOL: (False, True),
    }
    return rng.choice(choices.get(field.type, _NUMBERS))


# What becomes of bytes


def draw_bytes(rng: random.Random, descriptor: Descriptor, attempt: types_pb2.AttemptId) -> bytes:
    """Return a random message, mostly damaged."""
    raw = draw_message(rng, descriptor, attempt).SerializePartialToString()
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        raw = rng.choice(_DAMAGES)(rng, raw)
    return raw


def _flip(rng: random.Random, raw: bytes) -> bytes:
    if not raw:
        return b"\x01"
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def _cut(rng: random.Random, raw: bytes) -> bytes:
    return raw[: rng.randint(0, len(raw))]


def _insert(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randint(0, len(raw))
    return raw[:at] + rng.choice((b"\xff" * 11, b"\xff\xfe", b"\0", rng.randbytes(4), b"\x0b" * 200)) + raw[at:]


def _double(rng: random.Random, raw: bytes) -> bytes:
    at = rng.randint(0, len(raw))
    return raw[:at] + raw + raw[at:]


_DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (_flip, _flip, _cut, _insert, _double)


def attacks(descriptor: Descriptor) -> Iterator[bytes]:
    """Yield bytes that are no message of any type."""
    yield b"\x0a\xff"  # the length says more than there is
    yield b"\xff" * 11  # a number that does not end
    yield b"\x0b" * 300  # groups in groups
    yield b"\x0f"  # a wire type that does not exist
    for field in descriptor.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield bytes([field.number << 3 | 2]) + b"\x02\xff\xfe"  # not UTF-8
            return
