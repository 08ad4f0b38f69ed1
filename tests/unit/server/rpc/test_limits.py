"""Each row of the table of limits holds: what is at the limit passes, what is beyond it is refused with its path."""

from __future__ import annotations

import math
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from stepup_proto.reapi import bytestream_pb2, remote_execution_pb2
from stepup_proto.v1 import control_pb2, dispatch_pb2, plan_pb2, types_pb2
from stepup_server.core.refusals import InvalidArgument, LimitExceeded
from stepup_server.files import transfers
from stepup_server.rpc.checks import check_message, check_size
from stepup_server.rpc.limits import BYTES, CALLS, COUNTS, MESSAGES, NUMBERS, OTHERS, TABLES, TEXTS, Table, most_of
from stepup_shared import beneath, packing
from stepup_worker.workspace.tree import WITH_OUTCOME_BYTES_MAX, WITH_OUTCOME_COUNT_MAX

FILES = (plan_pb2, control_pb2, dispatch_pb2, types_pb2, remote_execution_pb2, bytestream_pb2)
MESSAGE_TYPES = {name: one for file in FILES for name, one in file.DESCRIPTOR.message_types_by_name.items()}
SERVICES = {name: one for file in FILES for name, one in file.DESCRIPTOR.services_by_name.items()}


def rows(*tables: Table) -> list[object]:
    """Return the rows that are about a field, as far as it exists yet."""
    return [
        pytest.param(table, name, most, id=name)
        for table in tables
        for name, (most, _) in table.rows.items()
        if name and field_of(name) is not None
    ]


def field_of(name: str) -> FieldDescriptor | None:
    """Return a field by its name."""
    message, _, field = name.partition(".")
    return MESSAGE_TYPES[message].fields_by_name.get(field) if message in MESSAGE_TYPES else None


def fill(table: Table, name: str, size: int) -> Message:
    """Return a message whose field has a size."""
    field = field_of(name)
    assert field is not None
    message = GetMessageClass(MESSAGE_TYPES[name.partition(".")[0]])()
    there = getattr(message, field.name)
    if is_map(field):
        fill_map(there, table, size)
    elif table is COUNTS:
        there.extend([GetMessageClass(field.message_type)() if field.message_type else ""] * size)
    elif field.is_repeated:
        there.append(b"x" * size)
    else:
        setattr(message, field.name, size if table is NUMBERS else "x" * size if table is TEXTS else b"x" * size)
    return message


def fill_map(there: MutableMapping[str, str | int], table: Table, size: int) -> None:
    """Fill a map of texts or numbers."""
    if table is TEXTS:
        there["key"] = "x" * size
        return
    try:
        there.update((str(index), "") for index in range(size))
    except TypeError:
        there.update((str(index), 1) for index in range(size))


def is_map(field: FieldDescriptor) -> bool:
    """Tell whether a field is a map."""
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


@pytest.mark.parametrize(("table", "name", "most"), rows(COUNTS, TEXTS, BYTES, NUMBERS))
def test_what_is_at_the_limit_passes_and_what_is_beyond_is_refused(table: Table, name: str, most: int) -> None:
    check_message(fill(table, name, most))
    with pytest.raises(LimitExceeded, match=rf"^{name.partition('.')[2]}.* at most {most} "):
        check_message(fill(table, name, most + 1))


@pytest.mark.parametrize(
    ("table", "name", "most"),
    [
        (TEXTS, "GlobRequest.pattern", TEXTS.rows[""][0]),
        (COUNTS, "BuildRequest.targets", COUNTS.rows[""][0]),
        (NUMBERS, "DeclareRequest.batch", NUMBERS.rows[""][0]),
    ],
)
def test_fields_without_a_row_have_limits_too(table: Table, name: str, most: int) -> None:
    test_what_is_at_the_limit_passes_and_what_is_beyond_is_refused(table, name, most)


@pytest.mark.parametrize("table", [MESSAGES, CALLS], ids=lambda table: table.title)
def test_rows_about_methods_name_methods(table: Table) -> None:
    for name in filter(None, table.rows):
        service, _, method = name.partition(".")
        assert method in SERVICES[service].methods_by_name, name


@pytest.mark.parametrize("name", [*MESSAGES.rows, "ControlService.Wait"])
def test_a_message_may_be_as_long_as_the_limit_of_its_method(name: str) -> None:
    most = MESSAGES.rows.get(name, MESSAGES.rows[""])[0]
    check_size(name, most)
    with pytest.raises(LimitExceeded, match=f"has {most + 1} bytes; at most {most} are allowed"):
        check_size(name, most + 1)


def a_step(fields: dict[str, Any]) -> plan_pb2.DeclareRequest:
    """Return a batch whose second declaration is a step with these fields."""
    source = types_pb2.Source(file="plan.py", line=7)
    step = plan_pb2.Declaration(source=source, step=plan_pb2.StepDeclaration(**fields))
    return plan_pb2.DeclareRequest(declarations=[plan_pb2.Declaration(), step])


def test_a_refusal_knows_the_path_of_the_field_and_the_line_of_the_plan() -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_message(a_step({"inputs": ["a", "b\0"]}))
    assert caught.value.message == "declarations[1].step.inputs[1] holds a NUL character."
    assert (caught.value.source.file, caught.value.source.line) == ("plan.py", 7)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"duration_s": -1.0}, "declarations[1].step.duration_s is -1.0; it must be a finite number"),
        ({"duration_s": math.nan}, "declarations[1].step.duration_s is nan; it must be a finite number"),
        ({"duration_s": math.inf}, "declarations[1].step.duration_s is inf; it must be a finite number"),
        ({"need": 99}, "declarations[1].step.need is 99, which means nothing to this director."),
        ({"environment_overrides": {"A": "\0"}}, "declarations[1].step.environment_overrides['A'] holds a NUL"),
        ({"environment_overrides": {"A\0": ""}}, "declarations[1].step.environment_overrides['A\\x00'] holds a NUL"),
    ],
)
def test_values_that_mean_nothing_are_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^{re.escape(text)}"):
        check_message(a_step(fields))


def test_the_output_of_a_program_may_hold_anything() -> None:
    check_message(plan_pb2.SubprocessRecord(stdin="a\0b", stdout="\0", stderr="\x1b[31m"))


def test_numbers_that_the_database_cannot_hold_are_refused() -> None:
    with pytest.raises(LimitExceeded, match=r"^attempt\.step is 18446744073709551615; at most 9223372036854775807 "):
        check_message(plan_pb2.GetStepInfoRequest(attempt=types_pb2.AttemptId(step=2**64 - 1)))


def test_what_is_told_about_files_is_what_those_enforce_who_do_not_see_the_table() -> None:
    told = {name: most for name, (most, _) in OTHERS.rows.items()}
    assert told["unfinished uploads"] == transfers.UPLOADS_MAX
    assert told["bytes of the window of a zstd stream"] == packing.WINDOW_BYTES_MAX
    assert told["bytes of holes in an output"] == beneath.HOLES_BYTES_MAX
    assert told["bytes of the path of an output"] == beneath.PATH_BYTES_MAX
    assert told["bytes of a name in the path of an output"] == beneath.NAME_BYTES_MAX


def test_the_manual_shows_every_limit() -> None:
    page = (Path(__file__).parents[4] / "docs/reference/limits.md").read_text()
    for table in TABLES:
        _, _, section = page.partition(f"## {table.title}\n")
        shown = re.findall(r"^\| *(.*?) *\| ([\d,]+) \|", section.partition("\n## ")[0], re.MULTILINE)
        expected = {name: most for name, (most, _) in table.rows.items()}
        assert {
            name.strip("`") if "." in name else name: int(most.replace(",", "")) for name, most in shown
        } == expected


def test_results_of_workers_are_taken() -> None:
    assert most_of(BYTES, "AttemptResult.contents") >= WITH_OUTCOME_BYTES_MAX
    assert most_of(COUNTS, "AttemptResult.contents") >= WITH_OUTCOME_COUNT_MAX
