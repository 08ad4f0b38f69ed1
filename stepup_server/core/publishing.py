"""Outputs of workers with workspaces of their own: put in their places before anything follows from them.

Only the current attempt of a step comes here, so a late one never touches a file. What a worker tells of its outputs
is a claim, by which blobs are found; what counts is what the director then sees at the paths itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .desk import Desk
from .records import Attempt, Step
from .values import AttemptOutcome, FileHash, Observation, PathKind, Published

__all__ = ("LOST", "publish")

LOST = "What it needs or made has been lost on the way"
"""Why an attempt is made again whose outputs cannot be had."""

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
