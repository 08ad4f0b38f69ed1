"""Where bytes stop being the message that they should be: for the sentence that a caller gets.

Protobuf only says that it cannot parse. This walks along the bytes until it stumbles, too, and remembers the way.
"""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from .wire import WireFault, fields

__all__ = ("find_fault",)

_DEPTH_MAX = 60
"""No message of ours is so deep."""
_FIELDS_MAX = 100_000
"""Nobody else is served while somebody looks, and behind so many fields nobody would look for the fault."""


class _Fault(Exception):
    """Here the bytes stop making sense."""

    def __init__(self, text: str, *names: str) -> None:
        super().__init__(text)
        self.text = text
        self.names = list(names)
        """From the inside to the outside."""


def find_fault(raw: bytes, descriptor: Descriptor) -> str:
    """Return the path of the field in which bytes stop making sense, and what is wrong there."""
    try:
        _Walk().through(memoryview(raw), descriptor, 0)
    except _Fault as fault:
        return f"{'.'.join(reversed(fault.names)) or 'the message itself'}: {fault.text}"
    return "the message itself: the bytes make no sense"


class _Walk:
    """One walk along the bytes of one request."""

    def __init__(self) -> None:
        self._left = _FIELDS_MAX

    def through(self, view: memoryview, descriptor: Descriptor, depth: int) -> None:
        """Go through the fields of a message."""
        if depth > _DEPTH_MAX:
            raise _Fault("messages are nested too deeply")
        counts: dict[int, int] = {}
        try:
            for number, content in fields(view):
                self._left -= 1
                if not self._left:
                    raise _Fault(f"the bytes stop making sense behind {_FIELDS_MAX} fields")
                field = descriptor.fields_by_number.get(number)
                name = _name_of(field, number, counts)
                if field is not None and content is not None:
                    self._into(content, field, name, depth)
        except WireFault as fault:
            if fault.number is None:
                raise _Fault(fault.text) from fault
            name = _name_of(descriptor.fields_by_number.get(fault.number), fault.number, counts)
            raise _Fault(fault.text, name) from fault

    def _into(self, content: memoryview, field: FieldDescriptor, name: str, depth: int) -> None:
        """Look into a text or a message."""
        if field.message_type is not None:
            try:
                self.through(content, field.message_type, depth + 1)
            except _Fault as fault:
                fault.names.append(name)
                raise
        elif field.type == FieldDescriptor.TYPE_STRING:
            try:
                str(content, "utf-8")
            except UnicodeDecodeError as error:
                raise _Fault(f"not UTF-8 at byte {error.start}", name) from None


def _name_of(field: FieldDescriptor | None, number: int, counts: dict[int, int]) -> str:
    """Return a field by name, or by number if nobody knows it, with the index of its entry."""
    if field is None:
        return f"field {number}"
    index = counts[number] = counts.get(number, -1) + 1
    return f"{field.name}[{index}]" if field.is_repeated else field.name
