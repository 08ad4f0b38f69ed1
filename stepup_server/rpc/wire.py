"""Walking along the bytes of a message without parsing it. Source: the Protocol Buffers encoding, protobuf.dev."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ("Field", "WireFault", "fields")

_VARINT_BYTES_MAX = 10
_VARINT, _FIXED64, _LENGTH, _GROUP, _GROUP_END, _FIXED32 = range(6)
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}


class WireFault(Exception):
    """Here the bytes stop making sense."""

    def __init__(self, text: str, number: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.number = number
        """Of the field that was begun."""


class Field(NamedTuple):
    """One field, or one entry of a field."""

    number: int
    content: memoryview | None
    """What it holds if it has a length: a text, bytes or a message."""


def fields(view: memoryview) -> Iterator[Field]:
    """Yield the fields of a message in order, as far as they make sense.

    Raises
    ------
    WireFault
        They do not.
    """
    at = 0
    while at < len(view):
        key, at = _read_varint(view, at)
        number, wire_type = key >> 3, key & 7
        try:
            begin, end = _extent(view, at, wire_type)
        except WireFault as fault:
            fault.number = number
            raise
        yield Field(number, view[begin:end] if wire_type == _LENGTH else None)
        at = end


def _extent(view: memoryview, at: int, wire_type: int) -> tuple[int, int]:
    """Return where the value of a field begins and ends."""
    if wire_type == _LENGTH:
        size, begin = _read_varint(view, at)
        return begin, _skip(view, begin, size)
    if wire_type == _VARINT:
        return at, _read_varint(view, at)[1]
    if wire_type in _FIXED_SIZES:
        return at, _skip(view, at, _FIXED_SIZES[wire_type])
    raise WireFault("groups are nested or not ended" if wire_type == _GROUP else f"wire type {wire_type} is not known")


def _skip(view: memoryview, at: int, size: int) -> int:
    """Return the place behind some bytes."""
    if at + size > len(view):
        raise WireFault("the bytes end too early")
    return at + size


def _read_varint(view: memoryview, at: int) -> tuple[int, int]:
    """Return a number and the place behind it."""
    value = 0
    for count, byte in enumerate(view[at : at + _VARINT_BYTES_MAX]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:  # noqa: PLR2004 -- the highest bit says that more follows
            return value, at + count + 1
    raise WireFault("a number does not end")
