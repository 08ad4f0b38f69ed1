"""What one program writes, the other reads: nothing is lost or changed on the wire, whatever the values."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

import stepup_client.core.declarations as client
import stepup_server.core.values as server
import stepup_worker.core.values as worker
from stepup_client.rpc.convert import statement_to_wire as plan_to_wire
from stepup_proto.v1 import dispatch_pb2, plan_pb2, types_pb2
from stepup_server.core.commands import OrderWorker
from stepup_server.core.ids import AttemptId, NodeId, RequestId, StreamId, WorkerId
from stepup_server.core.states import Need, StopLevel
from stepup_server.rpc import convert
from stepup_worker.core.events import OrdersReceived
from stepup_worker.core.offer import Offer
from stepup_worker.rpc.convert import Introduction, orders_from_wire
from stepup_worker.rpc.convert import statement_to_wire as report_to_wire

TEXTS = st.text(max_size=8)
PATHS = st.lists(TEXTS, max_size=3)
NUMBERS = st.integers(0, 2**63 - 1)
SECONDS = st.floats(0, 1e6)
VARIABLES = st.dictionaries(TEXTS, TEXTS, max_size=3)
OFFER = Offer(labels={"gpu": "", "zone": "west"}, resources={"gpu": 2}, cpus=4, memory_bytes=1 << 34)
INTRODUCTION = Introduction("w0", "abc", "here", 7, "/project", version="1.2.0", offer=OFFER, probe="")

attempts = st.builds(AttemptId, NUMBERS.map(NodeId), NUMBERS)
hashes = st.builds(
    server.FileHash,
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**32 - 1),
    NUMBERS,
    NUMBERS,
    NUMBERS,
)
observations = st.one_of(
    st.builds(server.Observation, TEXTS, st.just(server.PathKind.FILE), hashes),
    st.builds(
        server.Observation,
        TEXTS,
        st.sampled_from([kind for kind in server.PathKind if kind is not server.PathKind.FILE]),
        st.none(),
    ),
)
ends = st.one_of(
    st.builds(worker.Exited, st.integers(0, 255)),
    st.builds(worker.Signalled, st.integers(1, 64)),
    st.builds(worker.NotStarted, st.text(min_size=1, max_size=8)),
    st.builds(worker.Hindered, st.text(min_size=1, max_size=8)),
)
assignments = st.builds(
    server.Assignment,
    command=TEXTS,
    workdir=TEXTS,
    shell=st.booleans(),
    inputs=st.lists(observations, max_size=3).map(tuple),
    outputs=PATHS.map(tuple),
    volatiles=PATHS.map(tuple),
    environment=VARIABLES.map(lambda variables: tuple(sorted(variables.items()))),
    need=st.sampled_from(Need),
    input_digest=TEXTS,
)
orders = st.builds(server.Order, attempts, st.sampled_from(StopLevel), st.one_of(st.none(), assignments))


def plain(value: object) -> object:
    """Return a value without its classes: fields by name, members of enumerations by name."""
    if isinstance(value, enum.Enum):
        return {"DRAIN": "RECALL"}.get(value.name, value.name)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, (tuple, list)):
        ones = cast("Sequence[object]", value)
        names = cast("Sequence[str]", getattr(ones, "_fields", ()))
        return dict(zip(names, map(plain, ones), strict=True)) if names else [plain(one) for one in ones]
    return value


@given(attempt=attempts)
def test_the_identity_of_an_attempt_survives(attempt: AttemptId) -> None:
    assert convert.attempt_from_wire(convert.attempt_to_wire(attempt)) == attempt


@given(orders=st.lists(orders, max_size=3), acknowledged=st.lists(attempts, max_size=3), leave=st.booleans())
def test_workers_read_the_orders_that_the_director_wrote(
    orders: list[server.Order], acknowledged: list[AttemptId], *, leave: bool
) -> None:
    command = OrderWorker(
        WorkerId(0),
        StreamId(1),
        7,
        tuple(orders),
        tuple(acknowledged),
        leave,
        version="1.2.0",
        scattered=leave,
    )
    sent = convert.orders_to_wire(command).SerializeToString()
    read = orders_from_wire(dispatch_pb2.SynchronizeResponse.FromString(sent))
    assert isinstance(read, OrdersReceived)
    assert (read.sequence, read.leave, read.version, read.scattered) == (7, leave, "1.2.0", leave)
    assert plain(read.acknowledged) == plain(command.acknowledged)
    assert [_sorted(order) for order in read.orders] == [_sorted(order) for order in command.orders]


def _sorted(order: server.Order | worker.Order) -> object:
    """Return an order with its variables sorted: a map has no order on the wire."""
    if order.assignment is None:
        return plain(order)
    variables = sorted(order.assignment.environment)
    return plain(order.attempt), plain(order.stop), variables, _without("environment", plain(order.assignment))


def _without(name: str, fields: object) -> object:
    """Return fields without one of them."""
    return {key: value for key, value in cast("Mapping[str, object]", fields).items() if key != name}


@given(data=st.data(), attempt=attempts, end=ends, seconds=SECONDS)
def test_the_director_reads_what_workers_wrote(
    data: st.DataObject, attempt: AttemptId, end: worker.End, seconds: float
) -> None:
    seen = [_as_worker(one) for one in data.draw(st.lists(observations, max_size=3))]
    outcome = worker.Outcome(
        end=end,
        stdout=data.draw(st.binary(max_size=8)),
        stderr=data.draw(st.binary(max_size=8)),
        outputs=tuple(seen),
        volatiles=tuple(seen[1:]),
        contents=(b"", data.draw(st.binary(max_size=8))),
        changed_inputs=tuple(seen[:1]),
        wall_s=seconds,
        cpu_s=seconds / 2,
        rss_bytes_max=data.draw(NUMBERS),
        at=seconds + 1,
    )
    id_ = worker.AttemptId(attempt.step, attempt.number)
    said = worker.Statement(
        slots=3,
        seen=9,
        holding=(id_,),
        started=(worker.Beginning(id_, seconds),),
        finished=(worker.Result(id_, outcome),),
    )
    sent = dispatch_pb2.SynchronizeRequest.FromString(report_to_wire(said, INTRODUCTION).SerializeToString())
    began, ended = convert.facts_from_wire(sent)
    assert (began.attempt, began.outcome) == (attempt, None)
    assert ended.attempt == attempt
    # Contents are for the disk, not for who decides.
    assert plain(ended.outcome) == _without("contents", _without("at", plain(outcome)))
    assert tuple(sent.finished[0].contents) == outcome.contents
    description = convert.description_from_wire(sent.worker)
    introduced = _without("offer", {**INTRODUCTION._asdict(), **dataclasses.asdict(OFFER), "slots": 3})
    # Its certificate says by whom it comes, not its message.
    assert _without("member", plain(description)) == introduced


def _as_worker(seen: server.Observation) -> worker.Observation:
    """Return an observation in the worker's words."""
    hash_ = None if seen.hash is None else worker.FileHash(*seen.hash)
    return worker.Observation(seen.path, worker.PathKind(seen.kind.value), hash_)


@given(
    need=st.sampled_from(client.Need),
    texts=st.tuples(TEXTS, TEXTS),
    lists=st.tuples(PATHS, PATHS, PATHS, PATHS),
    resources=st.dictionaries(TEXTS, st.integers(0, 2**31 - 1), max_size=3),
    overrides=VARIABLES,
    shell=st.booleans(),
    duration_s=SECONDS,
    timeout_s=SECONDS,
    retries=st.integers(0, 2**32 - 1),
    line=st.integers(0, 2**31 - 1),
)
def test_the_director_reads_the_steps_that_plans_wrote(
    *,
    need: client.Need,
    texts: tuple[str, str],
    lists: tuple[list[str], list[str], list[str], list[str]],
    resources: dict[str, int],
    overrides: dict[str, str],
    shell: bool,
    duration_s: float,
    timeout_s: float,
    retries: int,
    line: int,
) -> None:
    step = client.StepDeclaration(
        *texts, *lists, need, resources, shell, overrides, duration_s, "gpu", timeout_s, retries
    )
    (read,) = declared(step, line)
    assert isinstance(read, server.StepDeclaration)
    assert (read.command, read.workdir) == texts
    assert [list(paths) for paths in (read.inputs, read.outputs, read.volatiles, read.environment)] == list(lists)
    assert (read.need.name, read.shell, read.duration_s) == (need.name, shell, duration_s)
    assert (read.timeout_s, read.retries) == (timeout_s, retries)
    assert dict(read.resources) == resources
    assert dict(read.environment_overrides) == overrides
    assert (read.source, read.base) == (server.Source("plan.py", line), "sub")


@given(paths=PATHS.map(tuple), flag=st.booleans())
def test_the_director_reads_the_other_statements_that_plans_wrote(paths: tuple[str, ...], *, flag: bool) -> None:
    source = server.Source("plan.py", 1)
    assert declared(client.StaticPaths(paths)) == (server.StaticDeclaration(source=source, base="sub", paths=paths),)
    assert declared(client.EnvironmentUse(paths)) == (server.EnvironmentDeclaration(source=source, names=paths),)
    assert declared(client.HoldChange(flag)) == (server.HoldDeclaration(source=source, open=flag),)
    record = client.SubprocessRecord("cmd", "wd", flag, {"A": "1"}, -9, "in", "out", "err")
    assert declared(record) == (
        server.SubprocessDeclaration(
            source=source,
            base="sub",
            command="cmd",
            workdir="wd",
            shell=flag,
            environment_overrides=(("A", "1"),),
            exit_code=-9,
            stdin="in",
            stdout="out",
            stderr="err",
        ),
    )
    assert declared(client.DirectoryPaths(paths, flag)) == (
        server.DirectoryDeclaration(source=source, base="sub", paths=paths, create=flag),
    )


def declared(statement: client.Statement, line: int = 1) -> tuple[server.Declaration, ...]:
    """Send a statement over the wire."""
    one = plan_to_wire(statement, "sub", client.Source("plan.py", line))
    request = plan_pb2.DeclareRequest(attempt=types_pb2.AttemptId(step=3, number=1), batch=1, declarations=[one])
    sent = plan_pb2.DeclareRequest.FromString(request.SerializeToString())
    return convert.declare_from_wire(sent, RequestId(1), ".").declarations
