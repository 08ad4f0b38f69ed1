"""The one place of a plan that holds both a message and a value."""

from __future__ import annotations

from stepup_client.core.declarations import (
    AmendAnswer,
    Amendment,
    DeferredGlobs,
    DirectoryPaths,
    EnvironmentUse,
    GlobMatch,
    GlobQuery,
    GraphTexts,
    HoldChange,
    Need,
    Pool,
    Source,
    Statement,
    StaticPaths,
    StepDeclaration,
    SubprocessRecord,
)
from stepup_client.core.paths import as_path, as_paths
from stepup_client.core.stepinfo import StepInfo
from stepup_proto.v1 import control_pb2, plan_pb2, types_pb2

__all__ = (
    "amend_answer_from_wire",
    "amendment_to_wire",
    "glob_matches_from_wire",
    "glob_query_to_wire",
    "graph_texts_from_wire",
    "statement_to_wire",
    "step_info_from_wire",
)

_NEEDS = {
    Need.OPTIONAL: types_pb2.NEED_OPTIONAL,
    Need.DEFAULT: types_pb2.NEED_DEFAULT,
    Need.TARGET: types_pb2.NEED_TARGET,
    Need.PLAN: types_pb2.NEED_PLAN,
}


def statement_to_wire(statement: Statement, base: str, source: Source) -> plan_pb2.Declaration:
    """Write one statement of a plan."""
    where = _source_to_wire(source)
    match statement:
        case StepDeclaration():
            return plan_pb2.Declaration(source=where, base=base, step=_step_to_wire(statement))
        case StaticPaths(paths):
            return plan_pb2.Declaration(source=where, base=base, static=plan_pb2.StaticPaths(paths=paths))
        case DirectoryPaths(paths, create):
            directories = plan_pb2.DirectoryPaths(paths=paths, create=create)
            return plan_pb2.Declaration(source=where, base=base, directories=directories)
        case DeferredGlobs(patterns):
            return plan_pb2.Declaration(source=where, base=base, deferred=plan_pb2.DeferredGlobs(patterns=patterns))
        case Pool(name, units):
            return plan_pb2.Declaration(source=where, base=base, pool=plan_pb2.Pool(name=name, units=units))
        case EnvironmentUse(names):
            environment = plan_pb2.EnvironmentUse(names=names)
            return plan_pb2.Declaration(source=where, base=base, environment=environment)
        case SubprocessRecord():
            return plan_pb2.Declaration(source=where, base=base, subprocess=_subprocess_to_wire(statement))
        case HoldChange(is_open):
            return plan_pb2.Declaration(source=where, base=base, hold=plan_pb2.HoldChange(open=is_open))


def _source_to_wire(source: Source) -> types_pb2.Source:
    return types_pb2.Source(file=source.file, line=source.line)


def _subprocess_to_wire(record: SubprocessRecord) -> plan_pb2.SubprocessRecord:
    return plan_pb2.SubprocessRecord(
        command=record.command,
        workdir=record.workdir,
        shell=record.shell,
        environment_overrides=record.overrides,
        exit_code=record.exit_code,
        stdin=record.stdin,
        stdout=record.stdout,
        stderr=record.stderr,
    )


def _step_to_wire(step: StepDeclaration) -> plan_pb2.StepDeclaration:
    return plan_pb2.StepDeclaration(
        command=step.command,
        workdir=step.workdir,
        inputs=step.inputs,
        outputs=step.outputs,
        volatiles=step.volatiles,
        environment=step.environment,
        need=_NEEDS[step.need],
        resources=step.resources,
        shell=step.shell,
        environment_overrides=step.overrides,
        duration_s=step.duration_s,
        where=step.where,
        timeout_s=step.timeout_s,
        retries=step.retries,
    )


def glob_query_to_wire(
    query: GlobQuery, base: str, source: Source, attempt: types_pb2.AttemptId
) -> plan_pb2.GlobRequest:
    """Write a pattern to be expanded."""
    return plan_pb2.GlobRequest(
        attempt=attempt,
        source=_source_to_wire(source),
        base=base,
        pattern=query.pattern,
        substitutions=query.substitutions,
    )


def glob_matches_from_wire(message: plan_pb2.GlobResponse) -> list[GlobMatch]:
    """Read what a pattern matched."""
    return [GlobMatch(match.path, dict(match.captures)) for match in message.matches]


def amendment_to_wire(
    amendment: Amendment, base: str, source: Source, attempt: types_pb2.AttemptId
) -> plan_pb2.AmendRequest:
    """Write what a step adds to itself."""
    return plan_pb2.AmendRequest(
        attempt=attempt,
        source=_source_to_wire(source),
        base=base,
        inputs=amendment.inputs,
        environment=amendment.environment,
        outputs=amendment.outputs,
        volatiles=amendment.volatiles,
    )


def amend_answer_from_wire(message: plan_pb2.AmendResponse) -> AmendAnswer:
    """Read which inputs cannot be used."""
    return AmendAnswer(tuple(message.unavailable), tuple(message.unfresh))


def step_info_from_wire(message: plan_pb2.GetStepInfoResponse) -> StepInfo:
    """Read what was declared for a step."""
    return StepInfo(
        message.command,
        as_paths(message.inputs),
        list(message.environment),
        as_paths(message.outputs),
        as_paths(message.volatiles),
        as_path(message.workdir or "."),
    )


def graph_texts_from_wire(message: control_pb2.GetGraphResponse) -> GraphTexts:
    """Read the whole graph."""
    return GraphTexts(message.text, message.provenance_dot, message.dependency_dot)
