"""What running steps use without having declared it: may they, and what follows if they may not yet."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from .desk import Desk
from .graph import Graph
from .ownership import NewEdges, check_circle, check_inputs, check_variable_names, open_circles, use_file
from .records import Attempt, File, Step
from .states import FileState
from .values import AttemptOutcome, FileHash

__all__ = ("add_used_inputs", "amended_inputs", "note_unusable_inputs")


def add_used_inputs(desk: Desk, step: Step, outcome: AttemptOutcome) -> list[File]:
    """Amend a running step by what its worker saw it use; return the files that were no inputs before.

    Raises
    ------
    Refusal
        Nothing was added.
    """
    known = {desk.graph.files[id_].path for id_ in step.inputs}
    paths = sorted({posixpath.normpath(path) for path in outcome.used_inputs} - known)
    check_variable_names(outcome.used_environment, step.source)
    check_inputs(desk, step, paths, step.source)
    edges = NewEdges(step, step, paths, ())
    if check_circle(desk, edges, step.label, step.source):
        open_circles(desk, edges)
    desk.use_environment(step, outcome.used_environment)
    files = [use_file(desk, path, step) for path in paths]
    for file in files:
        desk.graph.add_input(step, file, dynamic=True)
    return files


def note_unusable_inputs(desk: Desk, step: Step, attempt: Attempt, paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return which inputs an attempt cannot use, missed ones and unfresh ones; if there are any, it is deferred."""
    missed: list[str] = []
    unfresh: list[str] = []
    for path in paths:
        file = desk.graph.file_by_path.get(path)
        if file is None or not file.is_available:
            missed.append(path)
        elif file.state is FileState.BUILT and _is_unfresh(desk, step, attempt, path):
            unfresh.append(path)
    attempt.missed += missed
    attempt.unfresh += unfresh
    if missed or unfresh:
        attempt.deferred = True
        desk.note_attempt(step)
    return missed, unfresh


def _is_unfresh(desk: Desk, step: Step, attempt: Attempt, path: str) -> bool:
    """Tell whether a product was made after an attempt began, so that it may have read an older one.

    What was declared for the step was there before it began.
    """
    file = desk.graph.file_by_path[path]
    maker = desk.graph.producer(file)
    return step.inputs[file.id] and maker is not None and maker.ended_tick >= attempt.fresh_since


def amended_inputs(graph: Graph, step: Step) -> tuple[tuple[str, FileHash], ...]:
    """Return the inputs that a step has amended and could use, with the hashes they had; nobody else looks at these."""
    files = (graph.files[id_] for id_, dynamic in step.inputs.items() if dynamic)
    return tuple((file.path, file.hash) for file in files if file.is_available and file.hash is not None)
