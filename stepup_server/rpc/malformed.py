"""Where bytes stop being the message that they should be: for the sentence that a caller gets.

Protobuf only says that it cannot parse. This walks along the bytes until it stumbles, too, and remembers the way.
"""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, FieldDescriptor

__all__ = ("find_fault",)

_VARINT_BYTES_MAX = 10
_VARINT, _FIXED64, _LENGTH, _GROUP, _GROUP_END, _FIXED32 = range(6)
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
_DEPTH_MAX = 60
"""No message of ours is so deep."""


class _Fault(Exception):
    """Here the bytes stop making sense."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.names: list[str] = []
        """From the inside to the outside."""


def find_fault(raw: bytes, descriptor: Descriptor) -> str:
    """Return the path of the field in which bytes stop making sense, and what is wrong there."""
    try:
        _walk(memoryview(raw), descriptor, 0)
    except _Fault as fault:
        return f"{'.'.join(reversed(fault.names)) or 'the message itself'}: {fault.text}"
    return "the message itself: the bytes make no sense"


def _walk(view: memoryview, descriptor: Descriptor, depth: int) -> None:
    """Go through the fields of a message."""
    if depth > _DEPTH_MAX:
        raise _Fault("messages are nested too deeply")
    at = 0
    counts: dict[int, int] = {}
    while at < len(view):
        key, at = _read_varint(view, at)
        number, wire_type = key >> 3, key & 7
        field = descriptor.fields_by_number.get(number)
        name = _name_of(field, number, counts)
        try:
            at = _walk_field(view, at, wire_type, field, depth)
        except _Fault as fault:
            fault.names.append(name)
            raise


def _name_of(field: FieldDescriptor | None, number: int, counts: dict[int, int]) -> str:
    """Return a field by name, or by number if nobody knows it, with the index of its entry."""
    if field is None:
        return f"field {number}"
    index = counts[number] = counts.get(number, -1) + 1
    return f"{field.name}[{index}]" if field.is_repeated else field.name


def _walk_field(view: memoryview, at: int, wire_type: int, field: FieldDescriptor | None, depth: int) -> int:
    """Go through one field; return where the next one begins."""
    if wire_type == _VARINT:
        return _read_varint(view, at)[1]
    if wire_type in _FIXED_SIZES:
        return _skip(view, at, _FIXED_SIZES[wire_type])
    if wire_type != _LENGTH:
        raise _Fault("groups are nested or not ended" if wire_type == _GROUP else f"wire type {wire_type} is not known")
    size, at = _read_varint(view, at)
    end = _skip(view, at, size)
    if field is not None:
        _walk_value(view[at:end], field, depth)
    return end


def _walk_value(value: memoryview, field: FieldDescriptor, depth: int) -> None:
    """Look into a text or a message."""
    if field.message_type is not None:
        _walk(value, field.message_type, depth + 1)
    elif field.type == FieldDescriptor.TYPE_STRING:
        try:
            str(value, "utf-8")
        except UnicodeDecodeError as error:
            raise _Fault(f"not UTF-8 at byte {error.start}") from None


def _skip(view: memoryview, at: int, size: int) -> int:
    """Return the place behind some bytes."""
    if at + size > len(view):
        raise _Fault("the bytes end too early")
    return at + size


def _read_varint(view: memoryview, at: int) -> tuple[int, int]:
    """Return a number and the place behind it."""
    value = 0
    for count, byte in enumerate(view[at : at + _VARINT_BYTES_MAX]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:  # noqa: PLR2004 -- the highest bit says that more follows
            return value, at + count + 1
    raise _Fault("a number does not end")
