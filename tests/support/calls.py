"""All methods that a director serves, and how a call of one ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2

from stepup_proto.reapi import bytestream_pb2, remote_execution_pb2
from stepup_proto.v1 import control_pb2, dispatch_pb2, plan_pb2, trust_pb2

__all__ = ("CALL_S_MAX", "METHODS", "code_of", "step_info")

Code = grpc.StatusCode
CALL_S_MAX = 30
_SERVED = {
    name.rpartition(".")[2]: service
    for module in (plan_pb2, dispatch_pb2, control_pb2, trust_pb2, bytestream_pb2, reflection_pb2)
    for name, service in module.DESCRIPTOR.services_by_name.items()
} | {
    name: remote_execution_pb2.DESCRIPTOR.services_by_name[name]
    for name in ("ContentAddressableStorage", "Capabilities")
}
METHODS: dict[str, MethodDescriptor] = {
    f"{name}.{method.name}": method for name, service in _SERVED.items() for method in service.methods
}
"""By name, such as `PlanService.Amend`."""


def code_of(channel: grpc.Channel, method: MethodDescriptor, metadata: tuple[tuple[str, str], ...] = ()) -> Code:
    """Call a method with an empty request; return how it ended, OK when it would have gone on."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    empty = GetMessageClass(method.input_type)().SerializeToString()
    shapes: dict[tuple[bool, bool], Callable[..., Any]] = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }
    call = shapes[method.client_streaming, method.server_streaming](path)
    request = iter([empty]) if method.client_streaming else empty
    try:
        answer = call(request, timeout=CALL_S_MAX, metadata=metadata)
        if method.server_streaming:
            next(iter(answer), None)
            answer.cancel()
    except grpc.RpcError as error:
        return cast("grpc.Call", error).code()
    return Code.OK


def step_info(channel: grpc.Channel, ids: str, metadata: tuple[tuple[str, str], ...] = ()) -> Code:
    """Ask what was declared for a step, given as `STEP NUMBER`; return how that ended."""
    step, number = map(int, ids.split())
    call = cast("Callable[..., Any]", channel.unary_unary("/stepup_proto.v1.PlanService/GetStepInfo"))
    request = plan_pb2.GetStepInfoRequest(attempt={"step": step, "number": number})
    try:
        call(request.SerializeToString(), timeout=CALL_S_MAX, metadata=metadata)
    except grpc.RpcError as error:
        return cast("grpc.Call", error).code()
    return Code.OK
