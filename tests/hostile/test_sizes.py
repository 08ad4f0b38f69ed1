"""S-11: what is too large is refused at once, with the limit; what is only large is done; memory stays bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import grpc
import pytest

from stepup_proto.v1 import control_pb2, control_pb2_grpc, plan_pb2, plan_pb2_grpc, types_pb2
from tests.support.counts import Counts, number_from
from tests.support.project_folder import Folder, project_below
from tests.support.tokens import open_channel

CALL_S_MAX = 60
RSS_BYTES_MAX = 512 * 1024 * 1024
"""What a director may have at most, whatever it is sent."""


@pytest.fixture(name="director", scope="module")
def idle_director(tmp_path_factory: pytest.TempPathFactory) -> Generator[Folder]:
    """Return a project with a director which is idle; all that is said to it here changes nothing."""
    with project_below(tmp_path_factory.mktemp("sizes")) as folder:
        director = folder.start("director")
        director.wait_output("Listening on")
        yield folder
        folder.run("shutdown").checked()
        assert director.end().code == 0


@pytest.fixture(name="channel")
def channel_to_director(director: Folder) -> Generator[grpc.Channel]:
    """Return a channel to the director, which has to be alive afterwards, and in bounds."""
    note = director.note()
    with open_channel(note["socket"]) as channel:
        yield channel
        control_pb2_grpc.ControlServiceStub(channel).GetStatus(control_pb2.GetStatusRequest(), timeout=CALL_S_MAX)
    assert peak_bytes(int(note["pid"])) < RSS_BYTES_MAX


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had so far."""
    (line,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(line) * 1024


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


@pytest.mark.parametrize("size", [17_000, 100_000])
def test_very_much_metadata_is_refused(channel: grpc.Channel, size: int) -> None:
    """From 8 KiB on gRPC refuses now and then, from 16 KiB on always."""
    stub = control_pb2_grpc.ControlServiceStub(channel)
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetStatus(control_pb2.GetStatusRequest(), metadata=(("x", "y" * size),), timeout=CALL_S_MAX)
    assert caught.value.code() in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE}


def test_a_million_steps_in_one_batch_are_refused_with_the_limit(channel: grpc.Channel) -> None:
    one = plan_pb2.DeclareRequest(declarations=[{"step": {"command": "x"}}]).SerializeToString()
    code, details = sent(channel, "Declare", one * 1_000_000)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details.startswith("declarations has more than 10000 entries; at most 10000 are allowed.")


def sent(channel: grpc.Channel, method: str, raw: bytes) -> tuple[grpc.StatusCode, str]:
    """Send bytes to a method of plans; return how they are refused."""
    call = cast("Callable[..., object]", channel.unary_unary(f"/stepup_proto.v1.PlanService/{method}"))
    with pytest.raises(grpc.RpcError) as caught:
        call(raw, timeout=CALL_S_MAX)
    return caught.value.code(), caught.value.details() or ""


MESSAGE_BYTES = 4_000_000
FLOODS = {
    # An empty text, or an empty declaration, takes two bytes: the tag of its field, and its length.
    "Amend": (b"\x22\0" * (MESSAGE_BYTES // 2), "inputs has more than 100000 entries; at most 100000 are allowed."),
    "Declare": (
        b"\x1a\0" * (MESSAGE_BYTES // 2),
        "declarations has more than 10000 entries; at most 10000 are allowed.",
    ),
}


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize("method", FLOODS)
@pytest.mark.parametrize("count", [20, pytest.param(number_from("S11_MESSAGES", 200), marks=pytest.mark.chaos)])
def test_messages_of_empty_texts_take_bounded_memory(director: Folder, counts: Counts, method: str, count: int) -> None:
    """Four at a time, each in a connection of its own."""
    raw, objection = FLOODS[method]
    socket = director.note()["socket"]

    def send(_number: int) -> tuple[grpc.StatusCode, str]:
        with open_channel(socket) as own:
            return sent(own, method, raw)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(count)))
    assert {code for code, _ in answers} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert all(details.startswith(objection) for _, details in answers)
    peak = peak_bytes(int(director.note()["pid"]))
    counts.tell("S-11 empty texts", messages=count, bytes_each=len(raw), rss_mb=round(peak / 1e6))


@pytest.mark.parametrize("depth", [200, 1_000_000])
def test_messages_in_messages_in_messages_are_refused(channel: grpc.Channel, depth: int) -> None:
    code, details = sent(channel, "Declare", b"\x0b" * depth)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details.startswith("The request is not a stepup_proto.v1.DeclareRequest; ")
    assert len(details) < 1000


def test_a_plan_with_very_many_paths_passes(folder: Folder) -> None:
    folder.plan(
        "from stepup.core.api import run\n"
        "run('touch $(seq -f d/%.0f 5000)', out=[f'd/{n}' for n in range(1, 5001)], shell=True)\n"
        "run('true', inp=[f'd/{n}' for n in range(1, 5001)], shell=True)\n"
    )
    assert folder.build().executed


def test_a_command_of_a_hundred_thousand_words_runs(folder: Folder) -> None:
    folder.plan("run('true' + ' a' * 100_000)")
    ended = folder.build()
    assert [label[:8] for label in ended.executed] == ["./plan.p", "true a a"]
