"""S-11: what is too large is refused at once, with the limit; what is only large is done; memory stays bounded."""

from __future__ import annotations

from collections.abc import Generator

import grpc
import pytest

from stepup_proto.v1 import control_pb2, control_pb2_grpc, plan_pb2, plan_pb2_grpc, types_pb2
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

CALL_S_MAX = 60


@pytest.fixture(name="channel")
def channel_to_director(folder: Folder) -> Generator[grpc.Channel]:
    """Return a channel to a director which is idle."""
    director = folder.start("director")
    director.wait_output("Listening on")
    with open_channel(folder.note()["socket"]) as channel:
        yield channel
        # It is still alive.
        control_pb2_grpc.ControlServiceStub(channel).GetStatus(control_pb2.GetStatusRequest(), timeout=CALL_S_MAX)
    folder.run("shutdown").checked()
    assert director.end().code == 0


def refused(channel: grpc.Channel, request: plan_pb2.DeclareRequest) -> tuple[grpc.StatusCode, str]:
    """Declare what cannot be declared; return how it is answered."""
    with pytest.raises(grpc.RpcError) as caught:
        plan_pb2_grpc.PlanServiceStub(channel).Declare(request, timeout=CALL_S_MAX)
    return caught.value.code(), caught.value.details() or ""


def a_step(**fields: object) -> plan_pb2.DeclareRequest:
    """Return the declaration of one step."""
    step = plan_pb2.StepDeclaration(**fields)  # type: ignore[arg-type] # the tests name fields that there are
    source = types_pb2.Source(file="plan.py", line=7)
    return plan_pb2.DeclareRequest(batch=1, declarations=[plan_pb2.Declaration(source=source, step=step)])


def test_a_very_long_command_is_refused_with_the_limit_and_the_line(channel: grpc.Channel) -> None:
    code, details = refused(channel, a_step(command="x" * 10_000_000))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details.startswith("declarations[0].step.command has 10000000 characters; at most 4194304 are allowed.")


def test_a_message_beyond_all_limits_is_refused(channel: grpc.Channel) -> None:
    code, _ = refused(channel, a_step(command="x" * 50_000_000))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_very_much_metadata_is_refused(channel: grpc.Channel) -> None:
    stub = control_pb2_grpc.ControlServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetStatus(control_pb2.GetStatusRequest(), metadata=(("x", "y" * 100_000),), timeout=CALL_S_MAX)
    assert caught.value.code() in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE}


def test_a_plan_with_very_many_paths_passes(folder: Folder) -> None:
    folder.plan(
        "from stepup.core.api import run\n"
        "run('touch $(seq -f d/%.0f 5000)', out=[f'd/{n}' for n in range(1, 5001)], shell=True)\n"
        "run('true', inp=[f'd/{n}' for n in range(1, 5001)], shell=True)\n"
    )
    assert folder.build().executed
