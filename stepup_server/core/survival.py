"""What an attempt has said and been told, as it is stored, so that it can go on with another director.

An attempt outlives its director when its worker does. Its calls are repeated until somebody answers, and each of them
may be repeated: what a batch of declarations has changed is recorded together with its answer, in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import refusals
from .commands import Declared, StaticResult, StepRow
from .desk import Desk
from .graph import Graph
from .ids import NodeId
from .paths import label_of
from .records import Attempt, Speech, Step
from .refusals import Refusal
from .states import StepState
from .values import Source

__all__ = ("attempt_from_json", "attempt_to_json", "forbid_twice", "member_of", "still_going", "take_up")

_FLAGS = ("deferred", "disturbed", "redeclared")
_LISTS = ("missed", "unfresh")
_COUNTS = ("holds", "subprocesses")
_TEXTS = ("member",)


def attempt_to_json(attempt: Attempt | None) -> str:
    """Return what another director has to know of an attempt; `{}` when none can take it up."""
    if attempt is None or not attempt.outlives:
        return "{}"
    facts: dict[str, Any] = {"assigned": attempt.assigned_tick}
    facts |= {name: value for name in (*_FLAGS, *_LISTS, *_COUNTS, *_TEXTS) if (value := getattr(attempt, name))}
    if attempt.refusals:
        facts["refusals"] = [_refusal_to_json(refusal) for refusal in attempt.refusals]
    if attempt.taken:
        facts["taken"] = list(attempt.taken)
    told = {str(speaker): speech.told for speaker, speech in attempt.speeches.items()}
    speeches = {speaker: _told_to_json(*last) for speaker, last in told.items() if last is not None}
    if speeches:
        facts["speeches"] = speeches
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False)


def attempt_from_json(graph: Graph, attempt: Attempt, text: str) -> None:
    """Let an attempt know again what it has said and been told."""
    facts: dict[str, Any] = json.loads(text)
    attempt.assigned_tick = facts["assigned"]
    for name in (*_FLAGS, *_LISTS, *_COUNTS, *_TEXTS):
        setattr(attempt, name, facts.get(name, getattr(attempt, name)))
    attempt.refusals = [_refusal_from_json(refusal) for refusal in facts.get("refusals", ())]
    attempt.speeches = {int(speaker): _speech_from_json(one) for speaker, one in facts.get("speeches", {}).items()}
    for id_ in facts.get("taken", ()):
        if id_ in graph.files:
            attempt.taken[NodeId(id_)] = None
            graph.files[NodeId(id_)].writer = attempt.id.step


def member_of(going: str) -> str:
    """Return by whose connection an attempt was handed out."""
    member: str = json.loads(going).get("member", "")
    return member


def still_going(rows: Iterable[StepRow]) -> list[StepRow]:
    """Return the steps that workers of a dead director may still run."""
    return [row for row in rows if row.state == StepState.RUNNING.value and row.going != "{}"]


def forbid_twice(rows: Iterable[StepRow]) -> str:
    """Say why a director of one build may not begin: workers that it does not know may run its steps; empty if it may.

    How long ago the director before has died nobody knows: no clock outlives a process that could not be set meanwhile.
    """
    going = still_going(rows)
    if not going:
        return ""
    count = "1 step" if len(going) == 1 else f"{len(going)} steps"
    workers = ", ".join(dict.fromkeys(row.worker for row in going))
    return (
        f"{count} ({label_of(going[0].command, going[0].workdir)}{', ...' * (len(going) > 1)}) may still be running"
        f" on workers ({workers}) of a director that has died, and would run twice. Bring it back, in another terminal:"
        " 'stepup director', then build again. If these workers are gone for good: 'stepup director --lease 1'."
    )


def take_up(desk: Desk, step: Step, attempt: Attempt, going: str) -> None:
    """Let the attempt of an earlier director go on with this one, whose variables may be others."""
    attempt.orphaned = True
    attempt_from_json(desk.graph, attempt, going)
    seen = step.environment_values.items()
    attempt.disturbed = attempt.disturbed or any(desk.environment.get(name) != value for name, value in seen)


def _told_to_json(batch: int, answer: Declared | Refusal) -> list[Any]:
    """Return the last batch that was answered: one that was not is nothing yet, and will be said again."""
    if isinstance(answer, Refusal):
        return [batch, {"refusal": _refusal_to_json(answer)}]
    statics = [[static.index, static.paths] for static in answer.statics]
    return [batch, {"statics": statics, "warnings": answer.warnings}]


def _speech_from_json(facts: list[Any]) -> Speech:
    """Return what was said last."""
    batch, told = facts
    answer: Declared | Refusal
    if "refusal" in told:
        answer = _refusal_from_json(told["refusal"])
    else:
        statics = tuple(StaticResult(index, tuple(paths)) for index, paths in told["statics"])
        answer = Declared(statics, tuple(told["warnings"]))
    return Speech(batch, answer=answer, told=(batch, answer))


def _refusal_to_json(refusal: Refusal) -> list[Any]:
    """Return a refusal with its kind."""
    return [type(refusal).__name__, refusal.message, refusal.source.file, refusal.source.line]


def _refusal_from_json(facts: list[Any]) -> Refusal:
    """Return a refusal of its kind."""
    kind, message, file, line = facts
    made: Refusal = getattr(refusals, kind)(message, Source(file, line))
    return made
