"""Views of the core as messages."""

from __future__ import annotations

import os
from collections import Counter

from stepup_proto.v1 import control_pb2 as control
from stepup_proto.v1 import dispatch_pb2 as dispatch
from stepup_server.core.director import Director
from stepup_server.core.mermaid import dependency_mermaid
from stepup_server.core.reasons import BRANCHES_MAX, Reason
from stepup_server.core.records import Worker
from stepup_server.core.states import StepState
from stepup_server.core.views import dependency_dot, graph_text, provenance_dot
from stepup_server.core.waiting import common_reasons

from .convert import LEVEL_TO_WIRE, attempt_to_wire, transfer_to_wire

__all__ = ("explanation_to_wire", "graph_to_wire", "status_to_wire")


def graph_to_wire(director: Director, *, with_mermaid: bool) -> control.GetGraphResponse:
    """Return the whole graph, as text and in the DOT language, and for Mermaid if that is wanted."""
    graph = director.desk.graph
    return control.GetGraphResponse(
        text=graph_text(graph),
        provenance_dot=provenance_dot(graph),
        dependency_dot=dependency_dot(graph),
        mermaid=dependency_mermaid(graph) if with_mermaid else "",
    )


def explanation_to_wire(reason: Reason) -> control.ExplainResponse:
    """Return an explanation as a list of sentences."""
    response = control.ExplainResponse()
    for depth, one in reason.walk():
        response.reasons.add(depth=depth, kind=one.kind, text=one.text, step=one.step, path=one.path)
    return response


def status_to_wire(director: Director, version: str, now: float) -> control.GetStatusResponse:
    """Return counts and what runs where."""
    desk = director.desk
    return control.GetStatusResponse(
        phase=desk.phase.value,
        stopping=LEVEL_TO_WIRE[desk.stop],
        steps=Counter(step.state.name for step in desk.graph.steps.values() if not step.detached),
        files=Counter(file.state.name for file in desk.graph.files.values() if not file.detached),
        workers=_workers(director, now),
        running=_running(director, now),
        resources_held={name: units for name, units in director.execution.placing.held.items() if units},
        return_code=int(desk.return_code),
        pid=os.getpid(),
        root=desk.settings.root,
        version=version,
        checking=[step.label for step in desk.graph.steps.values() if step.state is StepState.CHECKING],
        waiting=_waiting(director),
        build=desk.build,
        embedded=desk.settings.embedded,
        watching=desk.options.watch,
    )


def _waiting(director: Director) -> list[control.WaitingSteps]:
    """Return the most frequent reasons for which steps are pending."""
    found = common_reasons(director.desk.graph, director.circumstances)
    return [
        control.WaitingSteps(kind=reason.kind, text=reason.text, count=len(steps), example=steps[0].label)
        for reason, steps in found[:BRANCHES_MAX]
    ]


def _workers(director: Director, now: float) -> list[control.WorkerStatus]:
    """Return the workers, in the order of joining."""
    return [_worker(worker, now) for worker in director.workforce.workers.values()]


def _worker(worker: Worker, now: float) -> control.WorkerStatus:
    """Return who a worker is, what it offers and what it does."""
    facts = worker.description
    return control.WorkerStatus(
        index=worker.id,
        name=facts.name,
        host=facts.host,
        pid=facts.pid,
        slots=facts.slots,
        connected=worker.connected,
        holding=len(worker.holding),
        finished=worker.finished,
        labels=facts.labels,
        cpus=facts.cpus,
        memory_bytes=facts.memory_bytes,
        resources=facts.resources,
        resources_held={name: units for name, units in worker.units.items() if units and name in facts.resources},
        version=facts.version,
        workspace=dispatch.WORKSPACE_OWN if facts.own_workspace else dispatch.WORKSPACE_SHARED_ROOT,
        draining=worker.draining or (worker.connected and not facts.slots),
        silent_s=max(0.0, now - worker.seen_at),
        root=facts.root,
    )


def _running(director: Director, now: float) -> list[control.RunningStep]:
    """Return the attempts that have begun, or whose files are on their way, in the order of handing out."""
    workers = director.workforce.workers
    return [
        control.RunningStep(
            attempt=attempt_to_wire(attempt.id),
            label=step.label,
            worker=attempt.worker,
            elapsed_s=now - attempt.since,
            transfers=transfer_to_wire(workers[attempt.worker].transfers.get(attempt.id)),
        )
        for step in director.desk.running_steps()
        if (attempt := step.attempt) is not None
        and (attempt.started_tick is not None or attempt.id in workers[attempt.worker].transfers)
    ]
