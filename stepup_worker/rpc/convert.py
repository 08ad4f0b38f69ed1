"""Between messages and values; the only module that holds both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stepup_proto.v1 import dispatch_pb2, types_pb2
from stepup_worker.core.events import OrdersReceived
from stepup_worker.core.offer import Offer
from stepup_worker.core.values import (
    Assignment,
    AttemptId,
    Exited,
    FileHash,
    Hindered,
    NotStarted,
    Observation,
    Order,
    OutOfMemory,
    PathKind,
    Piece,
    PredecessorEnd,
    Result,
    Signalled,
    Statement,
    StopLevel,
    Taken,
    TimedOut,
)

__all__ = (
    "Introduction",
    "observation_from_wire",
    "orders_from_wire",
    "piece_to_wire",
    "statement_to_wire",
    "taken_from_wire",
)


class Introduction(NamedTuple):
    """Who this worker is, apart from what may change while it lives."""

    name: str
    """Unique among workers."""
    incarnation: str
    """Different for each process."""
    host: str
    """For people."""
    pid: int
    """For people."""
    root: str
    """The project root; empty for a worker with a workspace of its own."""
    own_workspace: bool = False
    """Its steps run in private directories."""
    version: str = ""
    """Of this program."""
    offer: Offer = Offer()
    """What steps may ask for."""
    probe: str | None = None
    """What is in .stepup/probe below its root; empty: nothing, None: not said."""
    predecessor_end: PredecessorEnd | None = None
    """How the process before this one died at its work."""
    dial: int = 0
    """Which of the streams of this process it is for."""


_KINDS_FROM_WIRE = {
    types_pb2.PATH_KIND_FILE: PathKind.FILE,
    types_pb2.PATH_KIND_DIRECTORY: PathKind.DIRECTORY,
    types_pb2.PATH_KIND_MISSING: PathKind.MISSING,
    types_pb2.PATH_KIND_SPECIAL: PathKind.SPECIAL,
    types_pb2.PATH_KIND_UNREADABLE: PathKind.UNREADABLE,
    types_pb2.PATH_KIND_LINK: PathKind.LINK,
    types_pb2.PATH_KIND_SPARSE: PathKind.SPARSE,
}
_KINDS_TO_WIRE = {kind: wire for wire, kind in _KINDS_FROM_WIRE.items()}

_STOPS_FROM_WIRE = {
    dispatch_pb2.Order.STOP_UNSPECIFIED: StopLevel.NONE,
    dispatch_pb2.Order.STOP_RECALL: StopLevel.RECALL,
    dispatch_pb2.Order.STOP_INTERRUPT: StopLevel.INTERRUPT,
    dispatch_pb2.Order.STOP_KILL: StopLevel.KILL,
}

_SENTENCE_CHARS_MAX = 4096
"""The director takes no longer ones, whatever the paths in them."""

_NEED_PREFIX = "NEED_"

_WORKSPACES = {
    False: dispatch_pb2.WORKSPACE_SHARED_ROOT,
    True: dispatch_pb2.WORKSPACE_OWN,
}


def orders_from_wire(response: dispatch_pb2.SynchronizeResponse) -> OrdersReceived:
    """Read what the director wants."""
    return OrdersReceived(
        sequence=response.sequence,
        orders=tuple(_order_from_wire(order) for order in response.orders),
        acknowledged=tuple(_attempt_from_wire(attempt) for attempt in response.acknowledged),
        followed=tuple((one.follow, _attempt_from_wire(one.attempt)) for one in response.followed),
        leave=response.leave,
        version=response.version,
        root=response.root,
        scattered=response.scattered,
        tokens=tuple((_attempt_from_wire(token.attempt), token.token) for token in response.tokens),
        lease_s=response.lease_s or None,
        epoch=response.epoch,
    )


def statement_to_wire(statement: Statement, introduction: Introduction) -> dispatch_pb2.SynchronizeRequest:
    """Write what the worker says."""
    return dispatch_pb2.SynchronizeRequest(
        worker=None if statement.slots is None else _description_to_wire(introduction, statement.slots),
        seen=statement.seen,
        holding=[_attempt_to_wire(attempt) for attempt in statement.holding],
        started=[
            dispatch_pb2.AttemptStarted(attempt=_attempt_to_wire(beginning.attempt), at=beginning.at)
            for beginning in statement.started
        ],
        finished=[_result_to_wire(result) for result in statement.finished],
        transfers=[
            types_pb2.Transfer(
                attempt=_attempt_to_wire(one.attempt),
                upload=one.is_upload,
                files=one.files,
                bytes_done=one.bytes_done,
                bytes_total=one.bytes_total,
            )
            for one in statement.transfers
        ],
        hindrances=[text[:_SENTENCE_CHARS_MAX] for text in statement.hindrances],
    )


def _description_to_wire(introduction: Introduction, slots: int) -> dispatch_pb2.WorkerDescription:
    return dispatch_pb2.WorkerDescription(
        name=introduction.name,
        incarnation=introduction.incarnation,
        host=introduction.host,
        pid=introduction.pid,
        slots=slots,
        root=introduction.root,
        workspace=_WORKSPACES[introduction.own_workspace],
        version=introduction.version,
        labels=introduction.offer.labels,
        cpus=introduction.offer.cpus,
        memory_bytes=introduction.offer.memory_bytes,
        resources=introduction.offer.resources,
        dial=introduction.dial,
        probe=introduction.probe,
        predecessor_end=_predecessor_to_wire(introduction.predecessor_end),
    )


def _order_from_wire(order: dispatch_pb2.Order) -> Order:
    return Order(
        attempt=_attempt_from_wire(order.attempt),
        stop=_STOPS_FROM_WIRE[order.stop],
        assignment=_assignment_from_wire(order.assignment) if order.HasField("assignment") else None,
    )


def _assignment_from_wire(assignment: dispatch_pb2.Assignment) -> Assignment:
    return Assignment(
        command=assignment.command,
        workdir=assignment.workdir,
        shell=assignment.shell,
        inputs=tuple(observation_from_wire(stated) for stated in assignment.inputs),
        outputs=tuple(assignment.outputs),
        volatiles=tuple(assignment.volatiles),
        environment=tuple(assignment.environment.items()),
        need=types_pb2.Need.Name(assignment.need).removeprefix(_NEED_PREFIX),
        input_digest=assignment.input_digest,
        allowed_roots=tuple(assignment.allowed_roots),
        timeout_s=assignment.timeout_s,
    )


def observation_from_wire(observation: types_pb2.FileObservation) -> Observation:
    """Read what was found at a path."""
    return Observation(
        path=observation.path,
        kind=_KINDS_FROM_WIRE[observation.kind],
        hash=_hash_from_wire(observation.hash) if observation.HasField("hash") else None,
    )


def _hash_from_wire(found: types_pb2.FileHash) -> FileHash:
    return FileHash(found.digest, found.mode, found.size, found.mtime_ns, found.inode)


def _attempt_from_wire(attempt: types_pb2.AttemptId) -> AttemptId:
    return AttemptId(attempt.step, attempt.number)


def _attempt_to_wire(attempt: AttemptId) -> types_pb2.AttemptId:
    return types_pb2.AttemptId(step=attempt.step, number=attempt.number)


def _result_to_wire(result: Result) -> dispatch_pb2.AttemptResult:
    outcome = result.outcome
    message = dispatch_pb2.AttemptResult(
        attempt=_attempt_to_wire(result.attempt),
        stdout=outcome.stdout,
        stderr=outcome.stderr,
        outputs=_observations_to_wire(outcome.outputs),
        volatiles=_observations_to_wire(outcome.volatiles),
        contents=outcome.contents,
        missing_inputs=outcome.missing_inputs,
        changed_inputs=_observations_to_wire(outcome.changed_inputs),
        wall_s=outcome.wall_s,
        cpu_s=outcome.cpu_s,
        rss_bytes_max=outcome.rss_bytes_max,
        at=outcome.at,
        used_inputs=outcome.used_inputs,
        used_environment=outcome.used_environment,
        out_of_memory=_memory_to_wire(outcome.out_of_memory),
    )
    match outcome.end:
        case Exited(code):
            message.exit_code = code
        case Signalled(number):
            message.signal = number
        case NotStarted(reason):
            message.not_started = reason
        case TimedOut(after_s):
            message.timed_out = after_s
        case Hindered(reason):
            message.hindered = reason
    return message


def _memory_to_wire(memory: OutOfMemory | None) -> dispatch_pb2.OutOfMemory | None:
    return None if memory is None else dispatch_pb2.OutOfMemory(**memory._asdict())


def _predecessor_to_wire(predecessor: PredecessorEnd | None) -> dispatch_pb2.PredecessorEnd | None:
    if predecessor is None:
        return None
    message = dispatch_pb2.PredecessorEnd(
        incarnation=predecessor.incarnation, out_of_memory=_memory_to_wire(predecessor.out_of_memory)
    )
    match predecessor.end:
        case Exited(code):
            message.exit_code = code
        case Signalled(number):
            message.signal = number
    return message


def piece_to_wire(piece: Piece) -> dispatch_pb2.SendOutputRequest:
    """Write a piece of what an attempt writes."""
    return dispatch_pb2.SendOutputRequest(**piece._asdict())


def taken_from_wire(response: dispatch_pb2.SendOutputResponse) -> Taken:
    """Read how far all was taken."""
    return Taken(response.stdout_offset, response.stderr_offset, response.gone)


def _observations_to_wire(observations: Iterable[Observation]) -> list[types_pb2.FileObservation]:
    return [
        types_pb2.FileObservation(
            path=observation.path,
            kind=_KINDS_TO_WIRE[observation.kind],
            hash=None if observation.hash is None else types_pb2.FileHash(**observation.hash._asdict()),
        )
        for observation in observations
    ]
