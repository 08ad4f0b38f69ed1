"""Whoever sends bytes that are no message is told where they stop being one."""

from __future__ import annotations

import pytest

from stepup_proto.v1 import plan_pb2
from stepup_server.rpc.malformed import find_fault

REQUEST = plan_pb2.DESCRIPTOR.message_types_by_name["DeclareRequest"]
STEP = plan_pb2.Declaration(step=plan_pb2.StepDeclaration(command="abc", inputs=["one", "two"]))
GOOD = plan_pb2.DeclareRequest(batch=1, declarations=[plan_pb2.Declaration(), STEP]).SerializeToString()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (GOOD.replace(b"two", b"t\xffo"), "declarations[1].step.inputs[1]: not UTF-8 at byte 1"),
        (GOOD[:-1], "declarations[1]: the bytes end too early"),
        (b"\x10" + b"\xff" * 11, "batch: a number does not end"),
        (b"\xff" * 11, "the message itself: a number does not end"),
        (b"\x0b" * 200, "attempt: groups are nested or not ended"),
        (b"\x0f", "attempt: wire type 7 is not known"),
        (b"\x7a\x05", "field 15: the bytes end too early"),
        (b"\x09\x00", "attempt: the bytes end too early"),
        (GOOD, "the message itself: the bytes make no sense"),
    ],
)
def test_the_path_of_the_fault_is_told(raw: bytes, text: str) -> None:
    assert find_fault(raw, REQUEST) == text
