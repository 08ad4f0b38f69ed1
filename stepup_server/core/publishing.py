"""Outputs of workers with workspaces of their own: put in their places before anything follows from them.

Only the current attempt of a step comes here, so a late one never touches a file. What a worker tells of its outputs
is a claim, by which blobs are found; what counts is what the director then sees at the paths itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .desk import Desk
from .outcomes import CANCELLED, command_page
from .records import Attempt, Step, Worker
from .values import AttemptOutcome, FileHash, Observation, Page, PathKind, Published

__all__ = ("LOST", "STRAYS_MAX", "is_lost_for_good", "pages_of_strays", "publish")

LOST = "What it needs or made has been lost on the way"
"""Why an attempt is made again whose outputs cannot be had."""

STRAYS_MAX = 3
"""A content that is lost so often in a row will not arrive at the next try, either: the step fails."""

Concluded = Callable[[AttemptOutcome, Published], None]


def publish(desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome, then: Concluded) -> None:
    """Put the outputs of an attempt in their places, and go on with what is there.

    Its worker had copies of the inputs, and could not see them change: what was made of others is not published.
    """
    inputs = tuple((seen.path, seen.hash) for seen in attempt.assignment.inputs if seen.hash is not None)
    known = dict(inputs)

    def on_seen(observations: tuple[Observation, ...]) -> None:
        moved = tuple(seen for seen in observations if not known[seen.path].same_content(seen.hash))
        if moved:
            changed = {seen.path: seen for seen in (*outcome.changed_inputs, *moved)}
            then(replace(outcome, changed_inputs=tuple(changed.values()), outputs=(), volatiles=()), Published())
        elif outcome.missing_inputs:
            then(outcome, Published(lost=outcome.missing_inputs))
        else:
            _publish_products(desk, step, outcome, then)

    if inputs:
        desk.questions.hash_files(inputs, on_seen)
    else:
        on_seen(())


def is_lost_for_good(step: Step, attempt: Attempt, worker: Worker, paths: tuple[str, ...]) -> bool:
    """Count contents that were lost on their way; tell whether another attempt is of no use, or not wanted."""
    where = f"worker {worker.id} ({worker.description.name} on {worker.description.host})"
    step.strays = (*step.strays, f"{', '.join(paths)}: {where}")
    return attempt.cancelled or len(step.strays) >= STRAYS_MAX


def pages_of_strays(step: Step, attempt: Attempt) -> tuple[Page, ...]:
    """Tell why a step fails whose files do not arrive."""
    remark = CANCELLED if attempt.cancelled else "its files do not arrive"
    title = "Lost on the way" if len(step.strays) == 1 else f"Lost on the way {len(step.strays)} times"
    advice = (
        "If such a file is damaged in the project, restore it or remove it; else look at the disks of these workers,"
        " or start them anew with an empty cache. Then build again."
    )
    return (command_page("Failed command", step, remark), Page(title, "\n".join((*step.strays, advice))))


def _publish_products(desk: Desk, step: Step, outcome: AttemptOutcome, then: Concluded) -> None:
    """Put the products of an attempt in their places; claims about other files are dropped."""
    products = {desk.graph.files[id_].path for id_ in (*step.outputs, *step.volatiles)}
    files = tuple(
        (seen.path, seen.hash)
        for seen in (*outcome.outputs, *outcome.volatiles)
        if seen.path in products and seen.hash is not None
    )

    def on_published(published: Published) -> None:
        others = tuple(seen for seen in outcome.outputs if seen.kind not in {PathKind.FILE, PathKind.MISSING})
        outputs = _of_outputs(desk, step, (*others, *published.observations))
        then(replace(outcome, outputs=outputs, volatiles=()), published)

    if files:
        desk.questions.publish_files(_once(files), on_published)
    else:
        on_published(Published())


def _once(files: tuple[tuple[str, FileHash], ...]) -> tuple[tuple[str, FileHash], ...]:
    """Return each path once."""
    return tuple(dict(files).items())


def _of_outputs(desk: Desk, step: Step, seen: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Return what was seen of declared outputs; nobody looks at volatile ones."""
    outputs = {desk.graph.files[id_].path for id_ in step.outputs}
    return tuple(one for one in seen if one.path in outputs)
