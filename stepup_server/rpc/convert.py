"""The only module that holds both a message and a domain value."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from stepup_proto.v1 import control_pb2 as control
from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_proto.v1 import plan_pb2 as plan
from stepup_proto.v1 import types_pb2 as types
from stepup_server.core import answers, commands, values
from stepup_server.core.events import Amended, GlobRequested, LocateRequested, PlanDeclared
from stepup_server.core.ids import AttemptId, NodeId, RequestId
from stepup_server.core.refusals import InvalidArgument
from stepup_server.core.states import Need, StopLevel
from stepup_server.core.values import (
    Declaration,
    DeferredDeclaration,
    DirectoryDeclaration,
    EnvironmentDeclaration,
    HoldDeclaration,
    PoolDeclaration,
    Source,
    StaticDeclaration,
    StepDeclaration,
    SubprocessDeclaration,
)
from stepup_server.engine.ports import NumberedReport

from .ends import end_from_wire, out_of_memory_from_wire, predecessor_end_from_wire

__all__ = (
    "LEVEL_TO_WIRE",
    "amend_from_wire",
    "amend_to_wire",
    "attempt_from_wire",
    "attempt_to_wire",
    "build_options_from_wire",
    "declare_from_wire",
    "declared_to_wire",
    "description_from_wire",
    "event_to_wire",
    "facts_from_wire",
    "glob_from_wire",
    "locate_from_wire",
    "located_to_wire",
    "matches_to_wire",
    "orders_to_wire",
    "step_info_to_wire",
    "stop_level_from_wire",
    "transfer_to_wire",
    "transfers_from_wire",
)


def attempt_from_wire(message: types.AttemptId) -> AttemptId:
    """Return which attempt is meant."""
    return AttemptId(NodeId(message.step), message.number)


def attempt_to_wire(attempt: AttemptId) -> types.AttemptId:
    """Return the identity of an attempt as a message."""
    return types.AttemptId(step=attempt.step, number=attempt.number)


def _pairs(mapping: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return a map in an order that does not depend on the sender."""
    return tuple(sorted(mapping))


# PlanService


def declare_from_wire(message: plan.DeclareRequest, request: RequestId, base: str) -> PlanDeclared:
    """Return what a plan declares; `base` is the working directory of the calling step."""
    return PlanDeclared(
        request=request,
        attempt=attempt_from_wire(message.attempt),
        speaker=message.speaker,
        batch=message.batch,
        declarations=tuple(_declaration(one, base) for one in message.declarations),
        awaited=message.awaited,
    )


def _declaration(message: plan.Declaration, base: str) -> Declaration:
    """Return one statement of a plan."""
    source = Source(message.source.file, message.source.line)
    base = message.base or base
    kind = message.WhichOneof("statement")
    if kind == "step":
        return _step(message.step, source, base)
    if kind == "static":
        return StaticDeclaration(
            source=source,
            base=base,
            paths=tuple(message.static.paths),
            substitutions=_pairs(message.static.substitutions.items()),
        )
    if kind == "environment":
        return EnvironmentDeclaration(source=source, names=tuple(message.environment.names))
    if kind == "directories":
        paths = tuple(message.directories.paths)
        return DirectoryDeclaration(source=source, base=base, paths=paths, create=message.directories.create)
    if kind == "deferred":
        return DeferredDeclaration(source=source, base=base, patterns=tuple(message.deferred.patterns))
    if kind == "pool":
        return PoolDeclaration(source=source, name=message.pool.name, units=message.pool.units)
    if kind == "hold":
        return HoldDeclaration(source=source, open=message.hold.open)
    if kind == "subprocess":
        return _subprocess(message.subprocess, source, base)
    raise InvalidArgument("A declaration has no statement.", source)


def _subprocess(message: plan.SubprocessRecord, source: Source, base: str) -> SubprocessDeclaration:
    """Return what a step says of a program that it has run."""
    return SubprocessDeclaration(
        source=source,
        base=base,
        command=message.command,
        workdir=message.workdir,
        shell=message.shell,
        environment_overrides=_pairs(message.environment_overrides.items()),
        exit_code=message.exit_code,
        stdin=message.stdin,
        stdout=message.stdout,
        stderr=message.stderr,
    )


def _step(message: plan.StepDeclaration, source: Source, base: str) -> StepDeclaration:
    """Return the declaration of a step."""
    return StepDeclaration(
        source=source,
        base=base,
        command=message.command,
        workdir=message.workdir,
        inputs=tuple(message.inputs),
        outputs=tuple(message.outputs),
        volatiles=tuple(message.volatiles),
        environment=tuple(message.environment),
        need=_need(message.need, source),
        resources=tuple(sorted(message.resources.items())),
        where=message.where,
        shell=message.shell,
        environment_overrides=_pairs(message.environment_overrides.items()),
        duration_s=message.duration_s,
        timeout_s=message.timeout_s,
        retries=message.retries,
    )


def _need(number: int, source: Source) -> Need:
    """Return how much a step is wanted; unspecified means by default."""
    if number == types.NEED_UNSPECIFIED:
        return Need.DEFAULT
    if number not in _NEEDS:
        raise InvalidArgument(f"{number} is not a need.", source)
    return Need(number)


_NEEDS = frozenset(need.value for need in Need)


def declared_to_wire(answer: commands.Declared) -> plan.DeclareResponse:
    """Return the answer to a batch."""
    statics = [plan.StaticResult(index=one.index, paths=one.paths) for one in answer.statics]
    return plan.DeclareResponse(statics=statics, warnings=answer.warnings)


def glob_from_wire(message: plan.GlobRequest, request: RequestId, base: str) -> GlobRequested:
    """Return what a step asks the disk."""
    return GlobRequested(
        request=request,
        attempt=attempt_from_wire(message.attempt),
        source=Source(message.source.file, message.source.line),
        base=message.base or base,
        pattern=message.pattern,
        substitutions=_pairs(message.substitutions.items()),
    )


def matches_to_wire(matches: Iterable[values.GlobMatch]) -> plan.GlobResponse:
    """Return the matches of a pattern."""
    return plan.GlobResponse(
        matches=[plan.GlobMatch(path=match.path, captures=dict(match.captures)) for match in matches]
    )


def amend_from_wire(message: plan.AmendRequest, request: RequestId, base: str) -> Amended:
    """Return what a step adds to itself."""
    return Amended(
        request=request,
        attempt=attempt_from_wire(message.attempt),
        source=Source(message.source.file, message.source.line),
        base=message.base or base,
        inputs=tuple(message.inputs),
        environment=tuple(message.environment),
        outputs=tuple(message.outputs),
        volatiles=tuple(message.volatiles),
    )


def amend_to_wire(answer: commands.AmendAnswer) -> plan.AmendResponse:
    """Return which amended inputs cannot be used."""
    return plan.AmendResponse(
        unavailable=answer.unavailable,
        unfresh=answer.unfresh,
        available=map(_observation_to_wire, answer.available),
    )


def step_info_to_wire(info: commands.StepInfo) -> plan.GetStepInfoResponse:
    """Return what was declared for a step."""
    return plan.GetStepInfoResponse(
        command=info.command,
        workdir=info.workdir,
        inputs=info.inputs,
        environment=info.environment,
        outputs=info.outputs,
        volatiles=info.volatiles,
    )


def locate_from_wire(message: plan.LocateRequest, request: RequestId, base: str) -> LocateRequested:
    """Return where a step looks for files."""
    return LocateRequested(
        request=request,
        attempt=attempt_from_wire(message.attempt),
        base=message.base or base,
        paths=tuple(message.paths),
        patterns=tuple(message.patterns),
    )


def located_to_wire(answer: answers.Located) -> plan.LocateResponse:
    """Return what is there."""
    return plan.LocateResponse(files=map(_observation_to_wire, answer.files), matches=answer.matches)


# DispatchService

_KIND_FROM_WIRE = {
    types.PATH_KIND_FILE: values.PathKind.FILE,
    types.PATH_KIND_DIRECTORY: values.PathKind.DIRECTORY,
    types.PATH_KIND_MISSING: values.PathKind.MISSING,
    types.PATH_KIND_SPECIAL: values.PathKind.SPECIAL,
    types.PATH_KIND_UNREADABLE: values.PathKind.UNREADABLE,
    types.PATH_KIND_LINK: values.PathKind.LINK,
    types.PATH_KIND_SPARSE: values.PathKind.SPARSE,
}
_KIND_TO_WIRE = {kind: number for number, kind in _KIND_FROM_WIRE.items()}


def description_from_wire(message: dispatch.WorkerDescription) -> values.WorkerDescription:
    """Return who a worker is."""
    return values.WorkerDescription(
        name=message.name,
        incarnation=message.incarnation,
        host=message.host,
        pid=message.pid,
        slots=message.slots,
        root=message.root,
        own_workspace=message.workspace == dispatch.WORKSPACE_OWN,
        version=message.version,
        labels=dict(sorted(message.labels.items())),
        cpus=message.cpus,
        memory_bytes=message.memory_bytes,
        resources=dict(sorted(message.resources.items())),
        probe=message.probe if message.HasField("probe") else None,
        predecessor_end=predecessor_end_from_wire(message),
        dial=message.dial,
    )


def facts_from_wire(message: dispatch.SynchronizeRequest) -> tuple[values.AttemptFact, ...]:
    """Return what happened to attempts, in the order of the worker's clock; ends come before starts."""
    facts = [(one.at, 1, values.AttemptFact(attempt_from_wire(one.attempt), None)) for one in message.started]
    facts += [
        (one.at, 0, values.AttemptFact(attempt_from_wire(one.attempt), _outcome(one))) for one in message.finished
    ]
    return tuple(fact for _, _, fact in sorted(facts, key=lambda entry: entry[:2]))


def transfers_from_wire(message: dispatch.SynchronizeRequest) -> tuple[values.Transfer, ...]:
    """Return how far large files are."""
    return tuple(
        values.Transfer(attempt_from_wire(one.attempt), one.upload, one.files, one.bytes_done, one.bytes_total)
        for one in message.transfers
    )


def transfer_to_wire(transfer: values.Transfer | None) -> types.Transfer | None:
    """Return how far large files are as a message."""
    if transfer is None:
        return None
    return types.Transfer(
        attempt=attempt_to_wire(transfer.attempt),
        upload=transfer.is_upload,
        files=transfer.files,
        bytes_done=transfer.bytes_done,
        bytes_total=transfer.bytes_total,
    )


def _outcome(message: dispatch.AttemptResult) -> values.AttemptOutcome:
    """Return how an attempt ended."""
    return values.AttemptOutcome(
        end=end_from_wire(message),
        stdout=message.stdout,
        stderr=message.stderr,
        outputs=tuple(map(_observation_from_wire, message.outputs)),
        volatiles=tuple(map(_observation_from_wire, message.volatiles)),
        missing_inputs=tuple(message.missing_inputs),
        changed_inputs=tuple(map(_observation_from_wire, message.changed_inputs)),
        wall_s=message.wall_s,
        cpu_s=message.cpu_s,
        rss_bytes_max=message.rss_bytes_max,
        used_inputs=tuple(message.used_inputs),
        used_environment=tuple(message.used_environment),
        out_of_memory=out_of_memory_from_wire(message),
    )


def _observation_from_wire(message: types.FileObservation) -> values.Observation:
    """Return a path with what was found there."""
    kind = _KIND_FROM_WIRE.get(message.kind, values.PathKind.UNREADABLE)
    known = kind is values.PathKind.FILE and len(message.hash.digest) == _DIGEST_BYTES
    if kind is values.PathKind.FILE and not known:
        raise InvalidArgument(f"The digest of {message.path} is not {_DIGEST_BYTES} bytes long.")
    found = message.hash
    hash_ = values.FileHash(found.digest, found.mode, found.size, found.mtime_ns, found.inode) if known else None
    return values.Observation(message.path, kind, hash_)


_DIGEST_BYTES = 32


def _observation_to_wire(seen: values.Observation) -> types.FileObservation:
    hash_ = None
    if seen.hash is not None:
        digest, mode, size, mtime_ns, inode = seen.hash
        hash_ = types.FileHash(digest=digest, mode=mode, size=size, mtime_ns=mtime_ns, inode=inode)
    return types.FileObservation(path=seen.path, kind=_KIND_TO_WIRE[seen.kind], hash=hash_)


_STOP_TO_WIRE = {
    StopLevel.NONE: dispatch.Order.STOP_UNSPECIFIED,
    StopLevel.DRAIN: dispatch.Order.STOP_RECALL,
    StopLevel.INTERRUPT: dispatch.Order.STOP_INTERRUPT,
    StopLevel.KILL: dispatch.Order.STOP_KILL,
}


def orders_to_wire(orders: commands.OrderWorker) -> dispatch.SynchronizeResponse:
    """Return what a worker should be doing."""
    return dispatch.SynchronizeResponse(
        sequence=orders.sequence,
        orders=[
            dispatch.Order(
                attempt=attempt_to_wire(order.attempt),
                stop=_STOP_TO_WIRE[order.stop],
                assignment=None if order.assignment is None else _assignment(order.assignment),
            )
            for order in orders.orders
        ],
        acknowledged=[attempt_to_wire(attempt) for attempt in orders.acknowledged],
        leave=orders.leave,
        version=orders.version,
        scattered=orders.scattered,
        followed=[
            dispatch.Followed(follow=follow, attempt=attempt_to_wire(attempt)) for follow, attempt in orders.followed
        ],
    )


def _assignment(assignment: values.Assignment) -> dispatch.Assignment:
    """Return all a worker needs to run an attempt."""
    return dispatch.Assignment(
        command=assignment.command,
        workdir=assignment.workdir,
        shell=assignment.shell,
        inputs=[_observation_to_wire(seen) for seen in assignment.inputs],
        outputs=assignment.outputs,
        volatiles=assignment.volatiles,
        environment=dict(assignment.environment),
        need=types.Need.Name(assignment.need.value),
        input_digest=assignment.input_digest,
        allowed_roots=assignment.allowed_roots,
        timeout_s=assignment.timeout_s,
    )


# ControlService


def build_options_from_wire(message: control.BuildRequest) -> values.BuildOptions:
    """Return what the user chose for a build."""
    return values.BuildOptions(
        keep_going=message.keep_going,
        clean=not message.no_clean,
        resources=dict(message.resources),
        defer_cap=message.defer_cap or values.BuildOptions().defer_cap,
        workers_min=message.workers_min,
        explain_rerun=message.explain_rerun,
        use_durations=not message.ignore_durations,
        targets=tuple(message.targets),
        watch=message.watch or message.watch_first,
        watch_first=message.watch_first,
    )


def change_from_wire(message: control.WaitRequest) -> values.Change | None:
    """Return the change that is waited for, if it is one."""
    if message.HasField("updated"):
        return values.Change(posixpath.normpath(message.updated), values.ChangeKind.UPDATED)
    if message.HasField("deleted"):
        return values.Change(posixpath.normpath(message.deleted), values.ChangeKind.DELETED)
    return None


_LEVEL_FROM_WIRE = {
    control.ShutdownRequest.LEVEL_UNSPECIFIED: StopLevel.NONE,
    control.ShutdownRequest.LEVEL_DRAIN: StopLevel.DRAIN,
    control.ShutdownRequest.LEVEL_INTERRUPT: StopLevel.INTERRUPT,
    control.ShutdownRequest.LEVEL_KILL: StopLevel.KILL,
}
LEVEL_TO_WIRE = {level: number for number, level in _LEVEL_FROM_WIRE.items()}


def stop_level_from_wire(number: control.ShutdownRequest.Level) -> StopLevel:
    """Return how firmly the director is asked to stop."""
    return _LEVEL_FROM_WIRE.get(number, StopLevel.NONE)


def event_to_wire(numbered: NumberedReport) -> control.Event:
    """Return a line for people with the facts behind it."""
    report = numbered.report
    event = control.Event(
        sequence=numbered.sequence,
        at=numbered.at,
        tag=None if report.tag is None else f"TAG_{report.tag.name}",
        text=report.text,
        pages=[types.Page(title=page.title, text=page.text) for page in report.pages],
        missed=numbered.missed,
        detail=report.detail,
    )
    if report.step is not None:
        event.step.CopyFrom(_step_ref(report.step))
    if report.progress is not None:
        event.progress.CopyFrom(_progress(report.progress))
    if report.build_end is not None:
        end = report.build_end
        event.build_end.build, event.build_end.return_code = end.build, end.return_code
        event.build_end.executed, event.build_end.skipped = end.executed, end.skipped
    return event


def _progress(progress: commands.Progress) -> control.Progress:
    """Return how far a build has come."""
    return control.Progress(
        running=progress.running,
        done=progress.done,
        total=progress.total,
        checking=progress.checking,
        slots=progress.slots,
        left_s=progress.left_s,
    )


def _step_ref(step: values.StepRef) -> control.StepRef:
    """Return the step that a line is about."""
    state = f"STEP_STATE_{step.state}"
    return control.StepRef(
        id=step.id,
        label=step.label,
        state=state,
        worker=step.worker,
        wall_s=step.wall_s,
        transfer=transfer_to_wire(step.transfer),
    )
