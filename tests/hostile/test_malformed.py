"""S-10: whatever bytes come, the answer is a status with the path of the field, and the director lives."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Generator
from typing import NamedTuple

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from stepup_proto.v1 import control_pb2, control_pb2_grpc, types_pb2
from stepup_server.core.refusals import Refusal
from stepup_server.rpc.callers import Door
from stepup_server.rpc.gate import Gate, Malformed
from stepup_server.rpc.status import CallFailed
from stepup_server.rpc.tokens import AttemptTokens
from tests.hostile.mutator import all_methods, attacks, draw_bytes
from tests.support.counts import Counts, number_from
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

METHODS = all_methods()
NOBODY = types_pb2.AttemptId(step=1, number=1)
CALL_S_MAX = 30
WAIT_S = 0.05
"""Calls that wait for something are given up after so long."""
ENDS_THE_DIRECTOR = frozenset({"Shutdown", "Join"})
"""What these say is not said when it may be understood."""
INDISCREET = re.compile(r"google\.protobuf|Traceback|DecodeError|object at 0x|_pb2|Exception")


def ids(method: MethodDescriptor) -> str:
    """Return the name of a case."""
    return method.full_name


def request_of(method: MethodDescriptor) -> Descriptor:
    """Return what a method takes."""
    return method.containing_service.file.pool.FindMessageTypeByName(method.input_type.full_name)


# The gate alone: very many

CLOSED = Door("", AttemptTokens(60.0, time.monotonic))
"""Reading needs no caller."""


def storm(method: MethodDescriptor, seed: int, count: int) -> int:
    """Send very many messages through the gate of a method; return how many it took for good."""
    rng, gate, passed = random.Random(seed), Gate(method, CLOSED), 0
    for _ in range(count):
        raw = draw_bytes(rng, request_of(method), NOBODY)
        told = _objection(gate, raw)
        assert told is None or (_OBJECTION.match(told) and not INDISCREET.search(told)), told
        passed += told is None
    return passed


_OBJECTION = re.compile(r"^[a-z_]+[\[. ]|^A request of |^The request is not a .*; .+: .+\.$", re.DOTALL)
"""Begins with the path of the field, or names it behind what the request should have been."""


def _objection(gate: Gate, raw: bytes) -> str | None:
    """Return what a gate has against a request; None if it is good."""
    try:
        gate.read(raw)
    except CallFailed:
        # It was understood, and is about an attempt of which nobody here has a token.
        return None
    except (Malformed, Refusal) as objection:
        return str(objection)
    return None


@pytest.mark.parametrize("method", METHODS, ids=ids)
def test_no_bytes_break_the_gate(method: MethodDescriptor) -> None:
    storm(method, seed=1, count=200)


@pytest.mark.chaos
def test_very_many_bytes_do_not_break_the_gate(counts: Counts) -> None:
    count = number_from("STEPUP_EXECUTIONS", 10_000_000) // len(METHODS)
    passed = sum(storm(method, seed=2, count=count) for method in METHODS)
    counts.tell("S-10", executions=count * len(METHODS), request_types=len(METHODS), passed=passed)


@pytest.mark.parametrize("method", METHODS, ids=ids)
def test_what_is_no_message_is_refused_with_the_place_of_the_fault(method: MethodDescriptor) -> None:
    for raw in attacks(request_of(method)):
        with pytest.raises(Malformed, match=r"; .+: .+\.$"):
            Gate(method, CLOSED).read(raw)


# A whole director


class Site(NamedTuple):
    """A director in the middle of a build."""

    folder: Folder
    channel: grpc.Channel
    attempt: types_pb2.AttemptId
    """It runs until it is told to end."""


@pytest.fixture(name="site")
def running_site(folder: Folder) -> Generator[Site]:
    """Return a director whose plan waits in the middle."""
    folder.plan(
        "import json, os\n"
        "from stepup.core.api import run, static\n"
        "os.mkfifo('gate')\n"
        "json.dump([os.environ['STEPUP_STEP_I'], os.environ['STEPUP_JOB_I']], open('ids', 'w'))\n"
        "open('gate').read()\n"
    )
    director = folder.start("director")
    director.wait_output("Listening on")
    folder.start("worker")
    build = folder.start("build")
    build.wait_output("plan.py")
    folder.wait_for("ids")
    step, number = (int(text) for text in json.loads(folder.read("ids")))
    with open_channel(folder.note()["socket"]) as channel:
        yield Site(folder, channel, types_pb2.AttemptId(step=step, number=number))
    # Open for both, which waits for nobody: some message may have ended the step.
    os.close(os.open(folder.root / "gate", os.O_RDWR))
    folder.run("shutdown")
    for program in (build, director):
        program.end()


def bombard(site: Site, seed: int, count: int) -> int:
    """Send damaged messages of all kinds; return how many were sent."""
    rng, sent = random.Random(seed), 0
    for _ in range(count):
        for method in METHODS:
            raw = draw_bytes(rng, request_of(method), site.attempt)
            if method.name in ENDS_THE_DIRECTOR and _is_understood(method, raw):
                continue
            code, details = call(site.channel, method, raw)
            assert code not in {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL}, (method.full_name, raw, details)
            assert not INDISCREET.search(details), (method.full_name, raw, details)
            sent += 1
    return sent


def _is_understood(method: MethodDescriptor, raw: bytes) -> bool:
    try:
        GetMessageClass(request_of(method)).FromString(raw)
    except DecodeError:
        return False
    return True


def call(channel: grpc.Channel, method: MethodDescriptor, raw: bytes) -> tuple[grpc.StatusCode, str]:
    """Call a method with bytes; return its first answer."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    try:
        if method.client_streaming and method.server_streaming:
            next(iter(channel.stream_stream(path, bytes, bytes)(iter([raw]), timeout=WAIT_S)), None)
        elif method.client_streaming:
            channel.stream_unary(path, bytes, bytes)(iter([raw]), timeout=WAIT_S)
        elif method.server_streaming:
            next(iter(channel.unary_stream(path, bytes, bytes)(raw, timeout=WAIT_S)), None)
        else:
            channel.unary_unary(path, bytes, bytes)(raw, timeout=WAIT_S)
    except grpc.RpcError as error:
        return error.code(), error.details() or ""
    return grpc.StatusCode.OK, ""


def test_a_director_survives_damaged_messages_of_all_kinds(site: Site) -> None:
    bombard(site, seed=3, count=5)
    check_alive(site)


@pytest.mark.chaos
def test_a_director_survives_very_many_damaged_messages(site: Site, counts: Counts) -> None:
    sent = bombard(site, seed=4, count=number_from("STEPUP_CALLS", 50_000) // len(METHODS))
    check_alive(site)
    counts.tell("S-10", calls=sent, methods=len(METHODS))


def check_alive(site: Site) -> None:
    """Demand that the director answers, and has met no bug."""
    status = control_pb2_grpc.ControlServiceStub(site.channel).GetStatus(
        control_pb2.GetStatusRequest(), timeout=CALL_S_MAX
    )
    assert status.phase
    assert [record for record in site.folder.log("director.log") if record["event"] == "call failed"] == []


def test_all_that_a_director_serves_is_attacked(site: Site) -> None:
    served = {name for name in ProtoReflectionDescriptorDatabase(site.channel).get_services() if "grpc" not in name}
    assert served == {method.containing_service.full_name for method in METHODS} & served
