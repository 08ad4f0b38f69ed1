"""What a director serves besides a build: health, reflection, refusals, logs."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Generator

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from stepup_proto.v1 import control_pb2, control_pb2_grpc, dispatch_pb2, plan_pb2, plan_pb2_grpc, types_pb2
from tests.support.project_folder import Folder

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
    with grpc.insecure_channel(f"unix:{folder.note()['socket']}") as channel:
        yield channel
    folder.run("shutdown").checked()
    director.end().checked()


def test_health_is_told_for_the_whole_and_for_each_service(channel: grpc.Channel) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    for service in ("", *SERVICES):
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=CALL_S_MAX)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(health_pb2.HealthCheckRequest(service="nobody"), timeout=CALL_S_MAX)
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
    call = channel.unary_unary(
        "/stepup_proto.v1.ControlService/GetStatus",
        request_serializer=GetMessageClass(method.input_type).SerializeToString,
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    assert call(GetMessageClass(method.input_type)(), timeout=CALL_S_MAX).phase == "idle"


@pytest.mark.parametrize("shape", ["unary", "server stream", "two-way stream"])
def test_malformed_requests_are_invalid_arguments(channel: grpc.Channel, shape: str) -> None:
    methods = [method for method in METHODS if shape_of(method) == shape]
    assert methods
    for method in methods:
        with pytest.raises(grpc.RpcError) as caught:
            call_with_bytes(channel, method, MALFORMED)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, method.full_name
        assert method.input_type.full_name in caught.value.details()


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


def test_an_attempt_that_is_over_is_refused(folder: Folder) -> None:
    folder.plan(
        "import os, subprocess\n"
        "if not os.path.exists('late.pid'):\n"
        "    subprocess.Popen(['./late.py'], start_new_session=True)\n"
        "    os.system('cat fifo')\n"
        'run("true")'
    )
    folder.script(
        "late.py",
        "import os\nopen('late.pid', 'w').close()\nfrom stepup.core.api import static\n"
        "os.environ['STEPUP_JOB_I'] = '1000'\n"
        "try:\n    static('late.py')\nexcept Exception as error:\n    text = repr(error)\nelse:\n    text = 'accepted'\n"
        "open('answer.txt', 'w').write(text)\nopen('fifo', 'w').close()\n",
    )
    folder.run_shell("mkfifo fifo")
    folder.build()
    assert "1000" in folder.read("answer.txt") or "attempt" in folder.read("answer.txt")


def test_a_request_of_a_newer_client_is_understood(channel: grpc.Channel) -> None:
    unknown_field = b"\xf8\x07\x01"
    response = call_with_bytes(channel, control_pb2.DESCRIPTOR.services_by_name["ControlService"].methods[6], unknown_field)
    assert control_pb2.GetStatusResponse.FromString(response).phase == "idle"


def test_a_build_with_impossible_options_is_refused(channel: grpc.Channel) -> None:
    stub = control_pb2_grpc.ControlServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.Shutdown(control_pb2.ShutdownRequest(), timeout=CALL_S_MAX)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_only_the_owner_can_reach_a_director(folder: Folder, channel: grpc.Channel) -> None:
    del channel
    directory = os.stat(os.path.dirname(folder.note()["socket"]))
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
    assert sorted(path.name for path in (folder.root / ".stepup").glob("*.log")) == ["director.log", "worker0.log"]


def test_logs_can_be_lines_for_people(folder: Folder) -> None:
    director = folder.start("director", "--log-format", "console")
    director.wait_output("Listening on")
    folder.run("shutdown").checked()
    ended = director.end()
    assert ended.code == 0
    (line,) = (line for line in ended.errors.splitlines() if "listening" in line)
    with pytest.raises(json.JSONDecodeError):
        json.loads(line)


def shape_of(method: MethodDescriptor) -> str:
    """Return who streams in a method."""
    if method.client_streaming:
        return "two-way stream"
    return "server stream" if method.server_streaming else "unary"


def call_with_bytes(channel: grpc.Channel, method: MethodDescriptor, request: bytes) -> bytes:
    """Call a method with bytes that no message has seen, and return the first response."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    match shape_of(method):
        case "unary":
            response: bytes = channel.unary_unary(path)(request, timeout=CALL_S_MAX)
        case "server stream":
            response = next(channel.unary_stream(path)(request, timeout=CALL_S_MAX))
        case _:
            response = next(channel.stream_stream(path)(iter([request]), timeout=CALL_S_MAX))
    return response
