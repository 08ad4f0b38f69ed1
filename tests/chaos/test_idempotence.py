"""R-10: every RPC is lost, answered in vain, doubled and said again later, and the build is what it would have been.

`CASES` has a line for every RPC of every service: a new RPC without one fails the first test.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

import stepup_proto.reapi
import stepup_proto.v1
from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_proto.v1 import control_pb2 as control
from tests.chaos.test_repeated_trust import TRUST_METHODS
from tests.support.counts import Counts, number_from
from tests.support.deadline import wait_until
from tests.support.ordeal import REPOSITORY, Ordeal, ordeal_of
from tests.support.project_folder import Folder
from tests.support.rpc_proxy import Fault, Recording, RpcProxy

REAPI = "build.bazel.remote.execution.v2"
PLAN = "stepup_proto.v1.PlanService"
CONTROL = "stepup_proto.v1.ControlService"
SEND_OUTPUT = "stepup_proto.v1.DispatchService/SendOutput"
TRUST_TEST = "tests/chaos/test_repeated_trust.py::test_what_is_asked_of_trust_is_lost_doubled_and_said_again"
OUTPUT_TEST = "tests/chaos/test_idempotence.py::test_output_that_is_followed_is_complete_and_in_order"
NOT_NOW = grpc.StatusCode.FAILED_PRECONDITION
LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
"""What a caller is told when nobody answers."""


@dataclass(frozen=True, slots=True)
class Driven:
    """The build itself makes this call."""


@dataclass(frozen=True, slots=True)
class Called:
    """The test makes this call, while a build goes on whose last step waits."""

    make: Callable[[], Message]
    """What is asked."""
    ends: bool = False
    """It may end the build, or the director; another build finishes the rest."""
    refused: tuple[grpc.StatusCode, ...] = ()
    """What it may be answered besides, such as when it is asked for the second time."""


@dataclass(frozen=True, slots=True)
class NotServed:
    """Nobody serves it; the text says why."""

    why: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another test says it again, also late and to the next director."""

    test: str
    """Where, as pytest writes it."""


def interrupt() -> control.ShutdownRequest:
    """Return a shutdown that does not wait for steps."""
    return control.ShutdownRequest(level=control.ShutdownRequest.LEVEL_INTERRUPT)


def cancel() -> control.CancelStepRequest:
    """Return the wish to end the step that waits."""
    return control.CancelStepRequest(name="work.sh all")


Case: TypeAlias = Driven | Called | NotServed | Elsewhere
CASES: MappingProxyType[str, Case] = MappingProxyType({
    f"{PLAN}/Declare": Driven(),
    f"{PLAN}/Glob": Driven(),
    f"{PLAN}/Amend": Driven(),
    f"{PLAN}/GetStepInfo": Driven(),
    f"{PLAN}/Locate": Driven(),
    "stepup_proto.v1.DispatchService/Synchronize": Driven(),
    SEND_OUTPUT: Elsewhere(OUTPUT_TEST),
    **dict.fromkeys(TRUST_METHODS, Elsewhere(TRUST_TEST)),
    f"{REAPI}.ContentAddressableStorage/FindMissingBlobs": Driven(),
    f"{REAPI}.ContentAddressableStorage/BatchUpdateBlobs": Driven(),
    f"{REAPI}.ContentAddressableStorage/BatchReadBlobs": Driven(),
    "google.bytestream.ByteStream/Read": Driven(),
    "google.bytestream.ByteStream/Write": Driven(),
    "google.bytestream.ByteStream/QueryWriteStatus": Driven(),
    f"{REAPI}.Capabilities/GetCapabilities": Called(reapi.GetCapabilitiesRequest),
    f"{REAPI}.ActionCache/GetActionResult": NotServed("results belong to the graph"),
    f"{REAPI}.ActionCache/UpdateActionResult": NotServed("results belong to the graph"),
    f"{CONTROL}/Build": Called(control.BuildRequest),
    f"{CONTROL}/Rebuild": Called(control.RebuildRequest),
    f"{CONTROL}/Wait": Called(control.WaitRequest),
    f"{CONTROL}/Drain": Called(control.DrainRequest, ends=True),
    f"{CONTROL}/DrainWorker": Called(lambda: control.DrainWorkerRequest(workers=["w"]), ends=True),
    f"{CONTROL}/CancelStep": Called(cancel, ends=True, refused=(NOT_NOW,)),
    f"{CONTROL}/FollowOutput": Called(lambda: control.FollowOutputRequest(name="work.sh all", follow=True)),
    f"{CONTROL}/Join": Called(control.JoinRequest, ends=True),
    f"{CONTROL}/Shutdown": Called(interrupt, ends=True),
    f"{CONTROL}/GetStatus": Called(control.GetStatusRequest),
    f"{CONTROL}/GetGraph": Called(control.GetGraphRequest),
    f"{CONTROL}/Explain": Called(lambda: control.ExplainRequest(name="work.sh all")),
    f"{CONTROL}/Events": Called(control.EventsRequest),
})  # fmt: skip


def all_methods() -> dict[str, MethodDescriptor]:
    """Return the methods of all services of the contract."""
    names = [
        f"{package.__name__}.{module.name}"
        for package in (stepup_proto.v1, stepup_proto.reapi)
        for module in pkgutil.iter_modules(package.__path__)
    ]
    modules = [importlib.import_module(name) for name in names if name.endswith("_pb2")]
    services = [service for module in modules for service in module.DESCRIPTOR.services_by_name.values()]
    return {f"{service.full_name}/{method.name}": method for service in services for method in service.methods}


METHODS = all_methods()
STREAMS = [(name, method.client_streaming, method.server_streaming) for name, method in METHODS.items()]
DRIVEN = [name for name, case in CASES.items() if isinstance(case, Driven)]
CALLED = [name for name, case in CASES.items() if isinstance(case, Called)]


def test_every_rpc_has_a_case() -> None:
    assert sorted(METHODS) == sorted(CASES)
    for case in CASES.values():
        if isinstance(case, Elsewhere):
            path, _, name = case.test.partition("::")
            assert f"def {name}(" in (REPOSITORY / path).read_text()


TOOL = """\
import os
import helper
from stepup.core.api import amend, get_info
info = get_info()
amend(inp="out/0.0", out="amended")
with open("out/0.0") as source, open("amended", "w") as target:
    target.write(helper.WORD + source.read())
with open(os.environ["LEDGER"], "a") as ledger:
    print("began amended", os.environ["STEPUP_JOB_I"], file=ledger)
"""
MORE = """
static("tool.py", "helper.py")
found = glob("texts/*.txt")
static(found)
run("cat texts/*.txt > texts.all", shell=True, inp=list(found.files()), out="texts.all")
run("./tool.py", inp="tool.py")
run("head -c 9000000 /dev/zero > big", shell=True, out="big")
run("wc -c < big > size", shell=True, inp="big", out="size")
"""


def write_more(folder: Folder) -> str:
    """Write what makes a build ask for everything that can be asked for."""
    folder.script("tool.py", TOOL)
    folder.write("helper.py", "WORD = 'helped '\n")
    for name in "ab":
        folder.write(f"texts/{name}.txt", name)
    return MORE


@contextmanager
def a_build_through_a_proxy(
    folder: Folder, *, gated: bool = False, more: Callable[[Folder], str] = write_more
) -> Generator[tuple[Ordeal, RpcProxy]]:
    """Start a director, and a worker with a workspace of its own that speaks to it through a proxy."""
    with ordeal_of(folder, width=2, depth=2, gated=gated, more=more) as ordeal:
        ordeal.start_director()
        socket = str(ordeal.run / "proxy.sock")
        with RpcProxy(socket, ordeal.socket, STREAMS) as proxy:
            yield ordeal, proxy


def start_worker(ordeal: Ordeal) -> None:
    """Start the worker behind the proxy."""
    ordeal.start_worker(
        "w", "-j", "2", "--workspace", str(ordeal.run / "workspace"), socket=str(ordeal.run / "proxy.sock")
    )


def check_once(ordeal: Ordeal) -> int:
    """Judge a build of which every step was to run once; return the starts."""
    ledger = ordeal.judge()
    assert ledger.repeated == {}
    return ledger.starts


@pytest.mark.parametrize("faults", [(Fault.DROP_REQUEST, Fault.DROP_REPLY, Fault.DUPLICATE), (Fault.REPLAY,)])
def test_calls_of_a_build_are_lost_doubled_and_said_again(
    folder: Folder, counts: Counts, faults: tuple[Fault, ...]
) -> None:
    with a_build_through_a_proxy(folder) as (ordeal, proxy):
        for method in DRIVEN:
            proxy.plan(method, *faults)
        start_worker(ordeal)
        ordeal.build().end().checked()
        answers = proxy.replay()
        ordeal.shut_down()
        starts = check_once(ordeal)
        struck = {method for method, _ in proxy.struck}
        # Only after an upload that broke off does a worker ask how far it had come.
        assert struck >= set(DRIVEN) - {"google.bytestream.ByteStream/QueryWriteStatus"}
        assert set(answers) <= {grpc.StatusCode.OK, grpc.StatusCode.FAILED_PRECONDITION}
        counts.tell("R-10", faults=proxy.struck.total(), rpcs=len(struck), steps=ordeal.steps + 1, starts=starts)


@pytest.mark.chaos
@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("method", DRIVEN)
def test_each_call_of_a_build_suffers_each_fault_again_and_again(
    folder: Folder, counts: Counts, method: str, fault: Fault
) -> None:
    times = number_from("R10_TIMES", 5)
    with a_build_through_a_proxy(folder) as (ordeal, proxy):
        proxy.plan(method, *(fault,) * times)
        if method.endswith("/QueryWriteStatus"):
            proxy.plan("google.bytestream.ByteStream/Write", *(Fault.DROP_REPLY,) * times)
        start_worker(ordeal)
        ordeal.build().end().checked()
        said_late = list(proxy.recorded)
        proxy.replay()
        answers = say_to_the_next_director(ordeal, proxy, said_late)
        # The next director does not know the tokens of the dead one either.
        refused = {NOT_NOW, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED}
        if METHODS[method].client_streaming:
            # gRPC itself says so now and then to whoever still sends when a call is refused; our bugs are in the log.
            refused.add(grpc.StatusCode.INTERNAL)
        assert "call failed" not in folder.all_events()
        assert set(answers) <= {grpc.StatusCode.OK, *refused}
        ordeal.shut_down()
        starts = check_once(ordeal)
        struck = proxy.struck[method, fault]
        assert struck
        counts.tell("R-10", faults=struck, rpc=method, fault=fault.value, steps=ordeal.steps + 1, starts=starts)


TALKING = "./talk.sh > talked"
TALK = f"""
static("talk.sh")
run("{TALKING}", shell=True, inp="talk.sh", out="talked")
"""
LINES = 40


def write_talk(folder: Folder) -> str:
    """Write a step that says much, little by little, when somebody listens."""
    folder.write("talk.sh", TALKER, 0o755)
    return TALK


TALKER = f"""\
#!/bin/sh
echo ready >&2
until test -e "$GATE"; do sleep 0.05; done
for i in $(seq {LINES}); do echo line $i >&2; sleep 0.05; done
"""


@pytest.mark.parametrize("times", [1, pytest.param(number_from("R10_TIMES", 5), marks=pytest.mark.chaos)])
def test_output_that_is_followed_is_complete_and_in_order(folder: Folder, counts: Counts, times: int) -> None:
    with a_build_through_a_proxy(folder, gated=True, more=write_talk) as (ordeal, proxy):
        proxy.plan(SEND_OUTPUT, *times * list(Fault))
        start_worker(ordeal)
        build = ordeal.build()
        folder.wait_status(lambda status: TALKING in (step["label"] for step in status["running"]), "it talks")
        follower = folder.start("logs", "-f", TALKING)
        follower.wait_output("ready")
        ordeal.gate.touch()
        ended = follower.end()
        build.end().checked()
        said_late = list(proxy.recorded)
        answers = proxy.replay() + say_to_the_next_director(ordeal, proxy, said_late)
        ordeal.shut_down()
        assert check_once(ordeal) == ordeal.steps
        lines = [line for line in (ended.output + ended.errors).splitlines() if line.startswith(("ready", "line"))]
        assert lines == ["ready", *(f"line {i + 1}" for i in range(LINES))]
        # Nobody follows any more, and the next director knows neither the worker's token nor the follower.
        assert set(answers) <= {grpc.StatusCode.OK, grpc.StatusCode.UNAUTHENTICATED}
        faults = proxy.struck.total()
        assert faults == times * len(Fault)
        counts.tell("R-10", faults=faults, said_late=len(answers), rpc=SEND_OUTPUT, lines=LINES, lost=0, doubled=0)


def test_questions_and_wishes_are_lost_doubled_and_said_again(folder: Folder, counts: Counts) -> None:
    methods = [name for name in CALLED if isinstance(case := CASES[name], Called) and not case.ends]
    suffer(folder, counts, *methods)


@pytest.mark.chaos
@pytest.mark.parametrize("method", CALLED)
def test_what_people_ask_for_is_lost_doubled_and_said_again(folder: Folder, counts: Counts, method: str) -> None:
    suffer(folder, counts, method)


def suffer(folder: Folder, counts: Counts, *methods: str) -> None:
    """Ask through a network that loses, doubles and repeats; whatever that ends, another build finishes."""
    cases = {method: case for method in methods if isinstance(case := CASES[method], Called)}
    may_repeat = {"all"} if any(case.ends for case in cases.values()) else set[str]()
    with a_build_through_a_proxy(folder, gated=True) as (ordeal, proxy):
        start_worker(ordeal)
        build = ordeal.build()
        wait_until(lambda: "all" in dict(ordeal.ledger().began), "the last step has begun", folder.story)
        codes: list[grpc.StatusCode] = []
        for method, case in cases.items():
            proxy.plan(method, *Fault)
            codes += [ask(ordeal, method, case.make()) for _ in Fault]
        said_late = list(proxy.recorded)
        codes += proxy.replay()
        ordeal.gate.touch()
        ordeal.end_build(build)
        finish(ordeal)
        answers = say_to_the_next_director(ordeal, proxy, said_late)
        ordeal.shut_down()
        ledger = ordeal.judge()
        assert set(ledger.repeated) <= may_repeat
        refused = {code for case in cases.values() for code in case.refused}
        assert set(codes) <= {grpc.StatusCode.OK, *LOST, *refused}
        # Who has owned one director does not own the next one by that.
        assert set(answers) <= {grpc.StatusCode.UNAUTHENTICATED}
        rpc = "all questions" if len(methods) > 1 else next(iter(methods))
        late = len(said_late) + len(answers)
        counts.tell(
            "R-10", faults=proxy.struck.total(), said_late=late, rpc=rpc, steps=ordeal.steps + 1, starts=ledger.starts
        )


def say_to_the_next_director(ordeal: Ordeal, proxy: RpcProxy, said: list[Recording]) -> list[grpc.StatusCode]:
    """Kill the director, start another one, and say again what the dead one was told; nothing may change."""
    os.kill(ordeal.folder.note()["pid"], signal.SIGKILL)
    ordeal.start_director()
    ordeal.wait_connected("w")
    ordeal.folder.run("graph", str(ordeal.run / "before")).checked()
    proxy.recorded = list(said)
    answers = proxy.replay()
    ordeal.folder.run("graph", str(ordeal.run / "after")).checked()
    assert (ordeal.run / "before.txt").read_text() == (ordeal.run / "after.txt").read_text()
    return answers


def ask(ordeal: Ordeal, method: str, request: Message) -> grpc.StatusCode:
    """Make a call through the proxy as the owner of the project; it is broken off when it waits for the build."""
    token = Path(f"{ordeal.socket}.token")
    metadata = (("stepup-token", token.read_text().strip()),) if token.exists() else ()
    with grpc.insecure_channel(f"unix:{ordeal.run / 'proxy.sock'}") as channel:
        try:
            if METHODS[method].server_streaming:
                follow = cast("Callable[..., Any]", channel.unary_stream(f"/{method}"))
                call = follow(request.SerializeToString(), timeout=1, metadata=metadata)
                next(iter(call), None)
                call.cancel()
            else:
                make = cast("Callable[..., Any]", channel.unary_unary(f"/{method}"))
                make(request.SerializeToString(), timeout=1, metadata=metadata)
        except grpc.RpcError as error:
            return cast("grpc.Call", error).code()
    return grpc.StatusCode.OK


def finish(ordeal: Ordeal) -> None:
    """Build what is left, with whatever has ended started again."""
    director = ordeal.director
    assert director is not None
    ordeal.folder.run("wait")
    if not ordeal.folder.has(".stepup/director.json"):
        director.end()
        ordeal.start_director()
    ordeal.end_build(ordeal.build()).checked()
