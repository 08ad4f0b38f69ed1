"""Whether a message is within the limits, and its values are possible at all; before anybody looks at it.

What holds for a field follows from its type and from the tables of `limits.py`, so a new field is checked by itself.
The path of a field, `declarations[3].step.inputs[0]`, is put together only when something is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from stepup_server.core.refusals import InvalidArgument, LimitExceeded, Refusal
from stepup_server.core.values import NOWHERE, Source

from .limits import BYTES, COUNTS, MESSAGES, NUMBERS, TEXTS, Table, most_of
from .wire import WireFault, fields

__all__ = ("check_crowds", "check_message", "check_size")

_Rule = Callable[[Any], None]
"""Looks at the value of a field; raises `_Violation`."""

_MAY_HOLD_NUL = frozenset({"SubprocessRecord.stdin", "SubprocessRecord.stdout", "SubprocessRecord.stderr"})
"""Texts that nobody takes for a name: what a program read and wrote."""

_CROWD_BYTES = 512 * 1024
"""What is smaller than that does little harm."""

_WHERE = "The manual lists all limits (reference/limits)."


class _Violation(Exception):
    """Something is wrong below a field; knows its path from there on."""

    def __init__(self, kind: type[Refusal], text: str, path: str = "") -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.path = path
        self.source = NOWHERE

    def below(self, name: str) -> _Violation:
        """Return the same, seen from one level above."""
        separator = "." if self.path and not self.path.startswith("[") else ""
        self.path = f"{name}{separator}{self.path}"
        return self


def check_size(method: str, size: int) -> None:
    """Refuse a message that is too long for its method.

    Raises
    ------
    LimitExceeded
        It is.
    """
    most = most_of(MESSAGES, method)
    if size > most:
        raise LimitExceeded(f"A request of {method} has {size} bytes; at most {most} are allowed. {_WHERE}")


def check_crowds(raw: bytes, descriptor: Descriptor) -> None:
    """Refuse bytes that stand for too many entries of one field, which would take up to seventy times their room.

    It counts as far as it may, and only in what is large; all else is found when the message is there.

    Raises
    ------
    LimitExceeded
        They do.
    """
    if len(raw) < _CROWD_BYTES:
        return
    left = {
        field.number: most_of(COUNTS, f"{descriptor.name}.{field.name}")
        for field in descriptor.fields
        if field.is_repeated
    }
    with suppress(WireFault):
        for number, _ in fields(memoryview(raw)) if left else ():
            if number in left:
                left[number] -= 1
                if left[number] < 0:
                    field = descriptor.fields_by_number[number]
                    most = most_of(COUNTS, f"{descriptor.name}.{field.name}")
                    raise LimitExceeded(
                        f"{field.name} has more than {most} entries; at most {most} are allowed. {_WHERE}"
                    )


def check_message(message: Message) -> None:
    """Refuse what is too large, and values that mean nothing.

    Raises
    ------
    LimitExceeded, InvalidArgument
        The text begins with the path of the field.
    """
    try:
        _check(message)
    except _Violation as violation:
        raise violation.kind(f"{violation.path} {violation.text}", violation.source) from None


def _check(message: Message) -> None:
    """Check all fields that are there."""
    for field, value in message.ListFields():
        rule = _RULES.get(field)
        if rule is None:
            rule = _RULES[field] = _rule_of(field)
        try:
            rule(value)
        except _Violation as violation:
            _note_source(violation, message)
            raise violation.below(field.name) from None


_RULES: dict[FieldDescriptor, _Rule] = {}
"""Made when a field is met for the first time."""


def _note_source(violation: _Violation, message: Message) -> None:
    """Remember the line of the plan that a violation is about."""
    source = getattr(message, "source", None)
    if source is not None and violation.source == NOWHERE:
        violation.source = Source(source.file[: most_of(TEXTS, "Source.file")], source.line)


def _rule_of(field: FieldDescriptor) -> _Rule:
    """Return what must hold for the value of a field."""
    name = ".".join(field.full_name.rsplit(".", 2)[1:])
    if _is_map(field):
        return _map(name, field)
    if field.is_repeated:
        return _list(name, field)
    return _single(name, field)


def _is_map(field: FieldDescriptor) -> bool:
    entry = field.message_type
    return entry is not None and bool(entry.GetOptions().map_entry)


def _single(name: str, field: FieldDescriptor) -> _Rule:
    """Return what must hold for one value."""
    if field.type in _INTEGERS:
        return _below(NUMBERS, name)
    make = _KINDS.get(field.type)
    return _anything if make is None else make(name, field)


def _map(name: str, field: FieldDescriptor) -> _Rule:
    """Return what must hold for a map: the number of its entries, its keys, its values."""
    entry = _entries(field)
    check_key, check_value = _text("", entry["key"]), _single(name, entry["value"])

    def check(value: Mapping[str, Any]) -> None:
        _check_count(name, len(value))
        for key, one in value.items():
            try:
                check_key(key)
                check_value(one)
            except _Violation as violation:
                raise violation.below(f"[{key[:60]!r}]") from None

    return check


def _entries(field: FieldDescriptor) -> Mapping[str, FieldDescriptor]:
    """Return the key and the value of a map."""
    if field.message_type is None:
        raise TypeError(field.full_name)
    return field.message_type.fields_by_name


def _list(name: str, field: FieldDescriptor) -> _Rule:
    """Return what must hold for a list: its length, and each of its entries."""
    check_one = _single(name, field)

    def check(value: Sequence[Any]) -> None:
        _check_count(name, len(value))
        for index, one in enumerate(value):
            try:
                check_one(one)
            except _Violation as violation:
                raise violation.below(f"[{index}]") from None

    return check


def _check_count(name: str, count: int) -> None:
    most = most_of(COUNTS, name)
    if count > most:
        raise _Violation(LimitExceeded, f"has {count} entries; at most {most} are allowed. {_WHERE}")


def _text(name: str, _field: FieldDescriptor) -> _Rule:
    most, nul = most_of(TEXTS, name), name in _MAY_HOLD_NUL

    def check(value: str) -> None:
        if len(value) > most:
            text = f"has {len(value)} characters; at most {most} are allowed. {_WHERE}"
            raise _Violation(LimitExceeded, text)
        if "\0" in value and not nul:
            raise _Violation(InvalidArgument, "holds a NUL character.")

    return check


def _bytes(name: str, _field: FieldDescriptor) -> _Rule:
    most = most_of(BYTES, name)

    def check(value: bytes) -> None:
        if len(value) > most:
            raise _Violation(LimitExceeded, f"has {len(value)} bytes; at most {most} are allowed. {_WHERE}")

    return check


def _below(table: Table, name: str) -> _Rule:
    most = most_of(table, name)

    def check(value: int) -> None:
        if value > most:
            raise _Violation(LimitExceeded, f"is {value}; at most {most} is allowed. {_WHERE}")

    return check


def _seconds(_name: str, _field: FieldDescriptor) -> _Rule:
    def check(value: float) -> None:
        if not (math.isfinite(value) and value >= 0):
            raise _Violation(InvalidArgument, f"is {value}; it must be a finite number, and not negative.")

    return check


def _enum(_name: str, field: FieldDescriptor) -> _Rule:
    known = frozenset(field.enum_type.values_by_number if field.enum_type else ())

    def check(value: int) -> None:
        if value not in known:
            raise _Violation(InvalidArgument, f"is {value}, which means nothing to this director.")

    return check


def _nested(_name: str, _field: FieldDescriptor) -> _Rule:
    return _check


def _anything(_value: object) -> None:
    """Let any value pass."""


_INTEGERS = frozenset(
    {
        FieldDescriptor.TYPE_INT32,
        FieldDescriptor.TYPE_INT64,
        FieldDescriptor.TYPE_UINT32,
        FieldDescriptor.TYPE_UINT64,
    }
)
_KINDS: dict[int, Callable[[str, FieldDescriptor], _Rule]] = {
    FieldDescriptor.TYPE_STRING: _text,
    FieldDescriptor.TYPE_BYTES: _bytes,
    FieldDescriptor.TYPE_DOUBLE: _seconds,
    FieldDescriptor.TYPE_ENUM: _enum,
    FieldDescriptor.TYPE_MESSAGE: _nested,
}
