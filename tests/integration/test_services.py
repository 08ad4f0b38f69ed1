"""What a director serves besides a build: health, reflection, refusals, logs."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import Default, DescriptorPool
from google.protobuf.json_format import MessageToDict
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from stepup_proto.v1 import control_pb2, control_pb2_grpc, dispatch_pb2, plan_pb2, plan_pb2_grpc, types_pb2
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

SERVICES = {
    "stepup_proto.v1.ControlService": control_pb2,
    "stepup_proto.v1.DispatchService": dispatch_pb2,
    "stepup_proto.v1.PlanService": plan_pb2,
}
METHODS = [
    method
    for name, module in SERVICES.items()
    for method in module.DESCRIPTOR.services_by_name[name.rpartition(".")[2]].methods
]
CALL_S_MAX = 30
# The length says more than there is.
MALFORMED = b"\x0a\xff"


@pytest.fixture(name="channel")
def channel_to_director(folder: Folder) -> Generator[grpc.Channel]:
    """Return a channel to a director which is idle."""
    director = folder.start("director")
    director.wait_output("Listening on")
    with open_channel(folder.note()["socket"]) as channel:
        yield channel
    folder.run("shutdown").checked()
    assert director.end().code == 0


def test_health_is_told_for_the_whole_and_for_each_service(channel: grpc.Channel) -> None:
    check = Default().FindMethodByName("grpc.health.v1.Health.Check")
    for service in ("", *SERVICES):
        request = health_pb2.HealthCheckRequest(service=service)
        answer = health_pb2.HealthCheckResponse.FromString(call(channel, check, request.SerializeToString()))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as caught:
        call(channel, check, health_pb2.HealthCheckRequest(service="nobody").SerializeToString())
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_tells_services_and_messages_to_a_client_that_knows_nothing(channel: grpc.Channel) -> None:
    database = ProtoReflectionDescriptorDatabase(channel)
    assert set(SERVICES) <= set(database.get_services())
    pool = DescriptorPool(database)
    for name, module in SERVICES.items():
        service = pool.FindServiceByName(name)
        known = module.DESCRIPTOR.services_by_name[name.rpartition(".")[2]]
        assert [method.name for method in service.methods] == [method.name for method in known.methods]
    # The description suffices to make a call.
    method = pool.FindMethodByName("stepup_proto.v1.ControlService.GetStatus")
    response = GetMessageClass(method.output_type).FromString(call(channel, method, b""))
    assert MessageToDict(response)["phase"] == "idle"


@pytest.mark.parametrize("shape", ["unary", "server stream", "two-way stream"])
def test_malformed_requests_are_invalid_arguments(channel: grpc.Channel, shape: str) -> None:
    methods = [method for method in METHODS if shape_of(method) == shape]
    assert methods
    for method in methods:
        with pytest.raises(grpc.RpcError) as caught:
            call(channel, method, MALFORMED)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, method.full_name
        assert method.input_type.full_name in str(caught.value.details())


@pytest.mark.parametrize("method", ["Declare", "Glob", "Amend", "GetStepInfo"])
def test_an_attempt_that_nobody_runs_is_refused(channel: grpc.Channel, method: str) -> None:
    request = getattr(plan_pb2, f"{method}Request")(attempt=types_pb2.AttemptId(step=2, number=1))
    if method == "Declare":
        request.batch = 1
    if method == "Glob":
        request.pattern = "*"
    with pytest.raises(grpc.RpcError) as caught:
        getattr(plan_pb2_grpc.PlanServiceStub(channel), method)(request, timeout=CALL_S_MAX)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    (metadata,) = (entry.value for entry in caught.value.trailing_metadata() if entry.key == "stepup-refusal-bin")
    assert types_pb2.Refusal.FromString(metadata).kind == types_pb2.Refusal.KIND_SUPERSEDED


def test_an_attempt_that_is_over_is_refused(folder: Folder, channel: grpc.Channel) -> None:
    folder.plan('run("echo $STEPUP_STEP_I $STEPUP_JOB_I > attempt", shell=True)')
    folder.start("worker")
    folder.run("build").checked()
    step, number = (int(word) for word in folder.read("attempt").split())
    declaration = plan_pb2.Declaration(step=plan_pb2.StepDeclaration(command="false", need=types_pb2.NEED_DEFAULT))
    request = plan_pb2.DeclareRequest(
        attempt=types_pb2.AttemptId(step=step, number=number), batch=1, declarations=[declaration]
    )
    with pytest.raises(grpc.RpcError) as caught:
        plan_pb2_grpc.PlanServiceStub(channel).Declare(request, timeout=CALL_S_MAX)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert folder.run("build").checked().executed == []


def test_a_request_of_a_newer_client_is_understood(channel: grpc.Channel) -> None:
    unknown_field = b"\xf8\x07\x01"
    response = call(
        channel, control_pb2.DESCRIPTOR.services_by_name["ControlService"].methods_by_name["GetStatus"], unknown_field
    )
    assert control_pb2.GetStatusResponse.FromString(response).phase == "idle"


def test_a_build_with_impossible_options_is_refused(channel: grpc.Channel) -> None:
    stub = control_pb2_grpc.ControlServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Shutdown(control_pb2.ShutdownRequest(), timeout=CALL_S_MAX)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_only_the_owner_can_reach_a_director(folder: Folder, channel: grpc.Channel) -> None:
    del channel
    directory = Path(folder.note()["socket"]).parent.stat()
    assert stat.S_IMODE(directory.st_mode) == 0o700
    assert directory.st_uid == os.getuid()


def test_an_embedded_director_is_as_private(folder: Folder) -> None:
    folder.plan("import os\nprint(oct(os.stat(os.path.dirname(os.environ['STEPUP_DIRECTOR_SOCKET'])).st_mode))")
    assert folder.build().page("Standard output") == "0o40700\n"


def test_logs_are_lines_of_json(folder: Folder) -> None:
    folder.plan('run("true")\nrun("false")')
    folder.build("-l", "debug", code=36)
    for name in ("director.log", "worker0.log"):
        records = folder.log(name)
        assert records
        assert all({"timestamp", "level", "event"} <= record.keys() for record in records), name
    for_people = {"fail.log", "success.log", "warning.log"}
    names = {path.name for path in (folder.root / ".stepup").glob("*.log")}
    assert names == {"director.log", "worker0.log", *for_people}


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_director_in_a_terminal_speaks_through_its_log(folder: Folder, form: str) -> None:
    director = folder.start("director", "--log-format", form)
    folder.note()
    folder.run("shutdown").checked()
    ended = director.end()
    assert (ended.code, ended.output) == (0, "")
    assert [bool(line) for line in ended.errors.splitlines() if "listening" in line] == [True] * (form == "console")
    assert folder.log("director.log")[0]["event"] == "listening"


def shape_of(method: MethodDescriptor) -> str:
    """Return who streams in a method."""
    if method.client_streaming:
        return "two-way stream"
    return "server stream" if method.server_streaming else "unary"


def call(channel: grpc.Channel, method: MethodDescriptor, request: bytes) -> bytes:
    """Call a method with bytes that no message has seen, and return the first response."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    match shape_of(method):
        case "unary":
            return channel.unary_unary(path, bytes, bytes)(request, timeout=CALL_S_MAX)
        case "server stream":
            return next(iter(channel.unary_stream(path, bytes, bytes)(request, timeout=CALL_S_MAX)))
        case _:
            return next(iter(channel.stream_stream(path, bytes, bytes)(iter([request]), timeout=CALL_S_MAX)))
