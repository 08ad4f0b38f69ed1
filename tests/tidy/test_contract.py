"""The contract is complete: everything in it has a comment, and the generated code is fresh."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import NamedTuple

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from tests.tidy.repository import PROTO

TOPICS = ("Purpose:", "Blocking:", "Retry:", "Status codes:")

# The numbers by which descriptor.proto names the parts of a file in a source location.
MESSAGES, ENUMS, SERVICES = (
    FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER,
    FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER,
    FileDescriptorProto.SERVICE_FIELD_NUMBER,
)
FIELDS, INNER_MESSAGES, INNER_ENUMS, VALUES, METHODS = 2, 3, 4, 2, 2


class Part(NamedTuple):
    """Something of the contract that needs a comment."""

    name: str
    """Where it stands, for the report."""
    location: tuple[int, ...]
    """Its place in the file, as descriptor.proto counts."""


@pytest.fixture(scope="module", name="files")
def described_files(tmp_path_factory: pytest.TempPathFactory) -> list[FileDescriptorProto]:
    """Return the descriptors of our proto files with their comments."""
    answer = tmp_path_factory.mktemp("contract") / "descriptors"
    google = distribution("googleapis-common-protos").locate_file("")
    sources = sorted(str(path) for path in PROTO.glob("stepup_proto/**/*.proto"))
    flags = [f"-I{PROTO}", f"-I{google}", "--include_source_info", f"--descriptor_set_out={answer}"]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *flags, *sources], check=True)
    return list(FileDescriptorSet.FromString(answer.read_bytes()).file)


def test_generated_code_is_fresh() -> None:
    command = [sys.executable, str(PROTO / "generate.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_everything_in_the_contract_has_a_comment(files: list[FileDescriptorProto]) -> None:
    silent = [part.name for file in files for part in parts_of(file) if not comments_of(file).get(part.location)]
    assert not silent


def test_every_call_states_purpose_blocking_retry_and_status_codes(files: list[FileDescriptorProto]) -> None:
    assert not [
        f"{method.name} lacks {topic}"
        for file in files
        for method in methods_of(file)
        for topic in TOPICS
        if topic not in comments_of(file).get(method.location, "")
    ]


def comments_of(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    """Return the comment before each part of a file."""
    return {tuple(location.path): location.leading_comments for location in file.source_code_info.location}


def parts_of(file: FileDescriptorProto) -> Iterator[Part]:
    """Yield every service, call, message, field, enumeration and value, except the zero that says nothing."""
    for number, service in enumerate(file.service):
        yield Part(f"{file.name}: {service.name}", (SERVICES, number))
    yield from methods_of(file)
    for number, message in enumerate(file.message_type):
        yield from parts_of_message(message, f"{file.name}: {message.name}", (MESSAGES, number))
    for number, enum in enumerate(file.enum_type):
        yield from parts_of_enum(enum, f"{file.name}: {enum.name}", (ENUMS, number))


def methods_of(file: FileDescriptorProto) -> Iterator[Part]:
    """Yield every call."""
    for number, service in enumerate(file.service):
        for position, method in enumerate(service.method):
            yield Part(f"{file.name}: {service.name}.{method.name}", (SERVICES, number, METHODS, position))


def parts_of_message(message: DescriptorProto, name: str, place: tuple[int, ...]) -> Iterator[Part]:
    """Yield a message and all it holds; entries of maps are made by protoc and have no text."""
    if message.options.map_entry:
        return
    yield Part(name, place)
    for number, field in enumerate(message.field):
        yield Part(f"{name}.{field.name}", (*place, FIELDS, number))
    for number, inner in enumerate(message.nested_type):
        yield from parts_of_message(inner, f"{name}.{inner.name}", (*place, INNER_MESSAGES, number))
    for number, enum in enumerate(message.enum_type):
        yield from parts_of_enum(enum, f"{name}.{enum.name}", (*place, INNER_ENUMS, number))


def parts_of_enum(enum: EnumDescriptorProto, name: str, place: tuple[int, ...]) -> Iterator[Part]:
    """Yield an enumeration and its values."""
    yield Part(name, place)
    for number, value in enumerate(enum.value):
        if not value.name.endswith("_UNSPECIFIED"):
            yield Part(f"{name}.{value.name}", (*place, VALUES, number))
