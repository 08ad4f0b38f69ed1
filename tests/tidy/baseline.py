"""The contract as lines of text, by which the next version is held to the last one.

At a release: ``python -m tests.tidy.baseline > tests/tidy/contract.txt``.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, FileDescriptor

from stepup_proto.v1 import control_pb2, dispatch_pb2, plan_pb2, types_pb2

__all__ = ("lines_of_contract",)

FILES = (types_pb2.DESCRIPTOR, plan_pb2.DESCRIPTOR, dispatch_pb2.DESCRIPTOR, control_pb2.DESCRIPTOR)
TYPES = {
    number: name.removeprefix("TYPE_").lower() for name, number in vars(FieldDescriptor).items() if name[:5] == "TYPE_"
}


def lines_of_contract() -> list[str]:
    """Return a line for each field, value of an enumeration, and method."""
    return sorted(line for file in FILES for line in _lines_of(file))


def _lines_of(file: FileDescriptor) -> Iterator[str]:
    for message in file.message_types_by_name.values():
        yield from _lines_of_message(message)
    for enum in file.enum_types_by_name.values():
        yield from _lines_of_enum(enum)
    for service in file.services_by_name.values():
        for method in service.methods:
            shape = ("stream " if method.client_streaming else "", "stream " if method.server_streaming else "")
            types = (method.input_type.full_name, method.output_type.full_name)
            yield f"{method.full_name}: {shape[0]}{types[0]} -> {shape[1]}{types[1]}"


def _lines_of_message(message: Descriptor) -> Iterator[str]:
    for field in message.fields:
        kind = field.message_type or field.enum_type
        type_name = TYPES[field.type] if kind is None else kind.full_name
        many = "repeated " if field.is_repeated else ""
        yield f"{field.full_name}: {many}{type_name} = {field.number}"
    for enum in message.enum_types:
        yield from _lines_of_enum(enum)
    for inner in message.nested_types:
        yield from _lines_of_message(inner)


def _lines_of_enum(enum: EnumDescriptor) -> Iterator[str]:
    for value in enum.values:
        yield f"{enum.full_name}.{value.name} = {value.number}"


if __name__ == "__main__":
    print("\n".join(lines_of_contract()))
