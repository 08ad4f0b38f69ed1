"""The one place of the command line that holds both a message and a value."""

from __future__ import annotations

import json
from typing import Literal

from google.protobuf import json_format

from stepup_client.rpc.control_values import (
    BuildEnd,
    BuildOptions,
    BuildStarted,
    Event,
    GraphTexts,
    OutputEnd,
    OutputHead,
    OutputPart,
    OutputPiece,
    Page,
    Progress,
    Reason,
    RunningStep,
    Status,
    StepChange,
    StepState,
    StopLevel,
    Tag,
    Transfer,
    WaitingSteps,
    WorkerStatus,
)
from stepup_proto.v1 import control_pb2, dispatch_pb2, types_pb2

__all__ = (
    "build_options_to_wire",
    "build_started_from_wire",
    "event_from_wire",
    "explanation_from_wire",
    "graph_from_wire",
    "status_from_wire",
    "status_json_from_wire",
    "stop_level_to_wire",
    "workers_json_from_wire",
)

_TAGS = {tag.value: tag for tag in Tag}
"""A plain mapping: a tag of a newer director is unknown, and that is no mistake."""

_STEP_STATES = {state.value: state for state in StepState}
"""A plain mapping, for the same reason."""


def build_options_to_wire(options: BuildOptions) -> control_pb2.BuildRequest:
    """Say what a build is asked to do."""
    return control_pb2.BuildRequest(
        keep_going=options.keep_going,
        no_clean=not options.clean,
        resources=dict(options.resources),
        defer_cap=options.defer_cap,
        workers_min=options.workers_min,
        explain_rerun=options.explain_rerun,
        ignore_durations=not options.use_durations,
        targets=options.targets,
        watch=options.watch,
        watch_first=options.watch_first,
    )


def build_started_from_wire(message: control_pb2.BuildResponse) -> BuildStarted:
    """Read which build goes on."""
    return BuildStarted(message.build, message.events_before, message.joined)


def event_from_wire(message: control_pb2.Event) -> Event:
    """Read one event."""
    return Event(
        sequence=message.sequence,
        tag=_TAGS.get(message.tag),
        text=message.text,
        pages=tuple(Page(page.title, page.text) for page in message.pages),
        step=_step_change(message.step) if message.HasField("step") else None,
        progress=_progress(message.progress) if message.HasField("progress") else None,
        build_end=_build_end(message.build_end) if message.HasField("build_end") else None,
        missed=message.missed,
        detail=message.detail,
    )


def stop_level_to_wire(level: StopLevel) -> control_pb2.ShutdownRequest:
    """Say how firmly to stop."""
    return control_pb2.ShutdownRequest(level=control_pb2.ShutdownRequest.Level.Name(level))


def status_from_wire(message: control_pb2.GetStatusResponse) -> Status:
    """Read the state of a director."""
    return Status(
        phase=message.phase,
        stopping=StopLevel(message.stopping),
        steps=dict(message.steps),
        files=dict(message.files),
        workers=tuple(_worker(worker) for worker in message.workers),
        running=tuple(map(_running_step, message.running)),
        resources_held=dict(message.resources_held),
        return_code=message.return_code,
        pid=message.pid,
        root=message.root,
        version=message.version,
        build=message.build,
        events_before=message.events_before,
        embedded=message.embedded,
        watching=message.watching,
        checking=tuple(message.checking),
        waiting=tuple(WaitingSteps(one.text, one.count, one.example) for one in message.waiting),
    )


def status_json_from_wire(message: control_pb2.GetStatusResponse) -> str:
    """Write the state of a director for programs: names as in the contract, sorted, none left out."""
    return json_format.MessageToJson(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        sort_keys=True,
        indent=2,
        ensure_ascii=False,
    )


def workers_json_from_wire(message: control_pb2.GetStatusResponse) -> str:
    """Write who the workers are, for programs: a list, names as in the contract."""
    workers = [
        json_format.MessageToDict(worker, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        for worker in message.workers
    ]
    return json.dumps(workers, sort_keys=True, indent=2, ensure_ascii=False)


def explanation_from_wire(message: control_pb2.ExplainResponse) -> tuple[Reason, ...]:
    """Read an explanation, in the order in which it is told."""
    return tuple(Reason(one.depth, one.kind, one.text, one.step, one.path) for one in message.reasons)


def graph_from_wire(message: control_pb2.GetGraphResponse) -> GraphTexts:
    """Read the notations."""
    return GraphTexts(message.text, message.provenance_dot, message.dependency_dot, message.mermaid)


def output_part_from_wire(message: control_pb2.FollowOutputResponse) -> OutputPart:
    """Read the next part of what a step writes."""
    match message.WhichOneof("part"):
        case "head":
            return OutputHead(message.head.label, message.head.attempt, message.head.running)
        case "stdout":
            return OutputPiece("stdout", message.stdout)
        case "stderr":
            return OutputPiece("stderr", message.stderr)
        case _:
            return OutputEnd(message.end.text, message.end.exit_code)


def _step_change(message: control_pb2.StepRef) -> StepChange:
    return StepChange(message.id, message.label, _STEP_STATES.get(message.state), _transfer(message, "transfer"))


def _running_step(message: control_pb2.RunningStep) -> RunningStep:
    return RunningStep(message.label, message.worker, message.elapsed_s, _transfer(message, "transfers"))


def _transfer(
    message: control_pb2.RunningStep | control_pb2.StepRef, name: Literal["transfer", "transfers"]
) -> Transfer | None:
    """Return how far large files are, if there are any."""
    if not message.HasField(name):
        return None
    found: types_pb2.Transfer = getattr(message, name)
    return Transfer(found.upload, found.files, found.bytes_done, found.bytes_total)


def _progress(message: control_pb2.Progress) -> Progress:
    return Progress(
        running=message.running,
        done=message.done,
        total=message.total,
        checking=message.checking,
        slots=message.slots,
        left_s=message.left_s if message.HasField("left_s") else None,
    )


def _build_end(message: control_pb2.BuildEnd) -> BuildEnd:
    return BuildEnd(message.build, message.return_code)


def _worker(message: control_pb2.WorkerStatus) -> WorkerStatus:
    return WorkerStatus(
        message.index,
        message.name,
        message.host,
        message.pid,
        message.slots,
        message.connected,
        message.holding,
        message.finished,
        labels=dict(sorted(message.labels.items())),
        cpus=message.cpus,
        memory_bytes=message.memory_bytes,
        resources=dict(sorted(message.resources.items())),
        resources_held=dict(sorted(message.resources_held.items())),
        version=message.version,
        own_workspace=message.workspace == dispatch_pb2.WORKSPACE_OWN,
        draining=message.draining,
        silent_s=message.silent_s,
        root=message.root,
    )
