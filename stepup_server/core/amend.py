"""What running steps ask and add: patterns, dependencies, what was declared for them."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from .commands import AmendAnswer, GlobAnswer, MakeDirectories, StepInfo
from .consequences import settle_all
from .desk import Desk
from .events import Amended, GlobRequested, StepInfoRequested
from .ids import AttemptId, RequestId
from .outputs import Claim, check_outputs, claim_outputs, glob_matches_product
from .ownership import (
    NewEdges,
    check_circle,
    check_inputs,
    check_variable_names,
    name_of,
    open_circles,
    use_file,
)
from .paths import join, relative_to
from .patterns import anchor_pattern, check_pattern
from .records import Attempt, Step
from .refusals import AmendWhileHolding, GraphConflict, InvalidPath, Refusal
from .states import FileState
from .usage import note_unusable_inputs
from .values import GlobMatch, GlobQuery, Observation, PathKind
from .workforce import Workforce

__all__ = ("Amendments",)


class _LateAnswer(NamedTuple):
    """An answer that waits until no worker can begin what was handed out ahead any more."""

    request: RequestId
    answer: AmendAnswer
    recalled: tuple[AttemptId, ...]


class _Paths(NamedTuple):
    """The files of an amendment as the graph knows them, each with the text that asked for it."""

    inputs: dict[str, str]
    outputs: dict[str, str]
    volatiles: dict[str, str]


def _edges(step: Step, paths: _Paths) -> NewEdges:
    """Return the dependencies that an amendment adds."""
    return NewEdges(step, step, paths.inputs, paths.outputs)


class Amendments:
    """Answers running steps."""

    def __init__(self, desk: Desk, workforce: Workforce) -> None:
        self._desk = desk
        self._workforce = workforce
        self._late: list[_LateAnswer] = []

    def on_step_info_requested(self, event: StepInfoRequested) -> None:
        """Tell a step what was declared for it."""
        step, _ = self._desk.current_attempt(event.attempt)
        files = self._desk.graph.files
        inputs, outputs, volatiles = (
            tuple(sorted(relative_to(files[id_].path, step.directory) for id_, dynamic in edges.items() if not dynamic))
            for edges in (step.inputs, step.outputs, step.volatiles)
        )
        variables = tuple(sorted(name for name, dynamic in step.environment.items() if not dynamic))
        self._desk.answer(event.request, StepInfo(step.command, step.workdir, inputs, variables, outputs, volatiles))

    # Patterns

    def on_glob_requested(self, event: GlobRequested) -> None:
        """Expand a pattern and register it."""
        self._desk.current_attempt(event.attempt)
        check_pattern(event.pattern, event.source, event.substitutions)
        query = GlobQuery(anchor_pattern(event.base, event.pattern, event.source), event.substitutions)
        self._desk.questions.expand_globs((query,), lambda found: self._on_expanded(event, query, found[0]))

    def _on_expanded(self, event: GlobRequested, query: GlobQuery, matches: tuple[GlobMatch, ...]) -> None:
        """Register a pattern with its matches and answer."""
        try:
            step, _ = self._desk.current_attempt(event.attempt)
            for match in matches:
                self._check_match(step, query, match, event)
        except Refusal as refusal:
            self._desk.refuse(event.request, refusal)
            return
        self._desk.register_glob(step, query, matches)
        told = tuple(GlobMatch(relative_to(match.path, event.base), match.captures) for match in matches)
        self._desk.answer(event.request, GlobAnswer(told))

    def _check_match(self, step: Step, query: GlobQuery, match: GlobMatch, event: GlobRequested) -> None:
        """Refuse a match that is ours or a product."""
        path = match.path.rstrip("/")
        if path == ".stepup" or path.startswith(".stepup/"):
            raise GraphConflict(f"Glob pattern ({query.pattern}) matches a path under .stepup: {path}", event.source)
        file = self._desk.graph.file_by_path.get(path)
        if file is not None and not file.detached and file.is_product:
            maker = name_of(self._desk.graph.producer(file))
            raise glob_matches_product(query.pattern, step.label, path, maker, event.source)

    # Dependencies

    def on_amended(self, event: Amended) -> None:
        """Add dependencies to a running step; answer when its new inputs have been looked at."""
        step, attempt = self._desk.current_attempt(event.attempt)
        paths = _Paths(
            *(
                {join(event.base, text, event.source): text for text in sorted(texts)}
                for texts in (event.inputs, event.outputs, event.volatiles)
            )
        )
        is_crossed = self._check(step, attempt, event, paths)
        if is_crossed:
            open_circles(self._desk, _edges(step, paths))
        self._desk.use_environment(step, event.environment)
        claim_outputs(self._desk, step, step, (paths.outputs, paths.volatiles), dynamic=True)
        directories = {posixpath.dirname(path): None for path in (*paths.outputs, *paths.volatiles)}
        if directories:
            self._desk.commands.append(MakeDirectories(tuple(path for path in directories if path)))
        for path in paths.inputs:
            self._desk.graph.add_input(step, use_file(self._desk, path, step), dynamic=True)
        self._confirm_then_conclude(event, paths.inputs)

    def _check(self, step: Step, attempt: Attempt, event: Amended, paths: _Paths) -> bool:
        """Refuse an amendment that contradicts the graph; return whether leftovers must give way, lest steps wait."""
        for text in (*event.inputs, *event.outputs, *event.volatiles):
            if text.endswith("/"):
                raise InvalidPath(f"Directories are not allowed: {text}", event.source)
        if paths.inputs and attempt.holds:
            raise AmendWhileHolding("Inputs cannot be amended inside hold(): close it first.", event.source)
        check_variable_names(event.environment, event.source)
        graph = self._desk.graph
        own = {graph.files[id_].path: kind for kind in (step.outputs, step.volatiles) for id_ in kind}
        for path in (*paths.outputs, *paths.volatiles):
            kind = step.outputs if path in paths.outputs else step.volatiles
            if own.get(path, kind) is not kind:
                raise GraphConflict(f"A path is both output and volatile output: {path}", event.source)
        check_outputs(self._desk, Claim(step, step, step.label, event.source), (paths.outputs, paths.volatiles))
        check_inputs(self._desk, step, paths.inputs, event.source)
        return check_circle(self._desk, _edges(step, paths), step.label, event.source)

    def _confirm_then_conclude(self, event: Amended, inputs: dict[str, str]) -> None:
        """Look at inputs that nobody has looked at yet, then answer."""
        by_path = self._desk.graph.file_by_path
        unknown = [by_path[path] for path in inputs if by_path[path].state is FileState.UNCONFIRMED]
        for file in unknown:
            self._desk.unconfirmed.pop(file.id, None)
        if unknown:
            questions = tuple((file.path, file.hash) for file in unknown)
            self._desk.questions.hash_files(questions, lambda seen: self._on_confirmed(event, inputs, seen))
        else:
            self._conclude(event, inputs)

    def _on_confirmed(self, event: Amended, inputs: dict[str, str], observations: tuple[Observation, ...]) -> None:
        """Settle the inputs that were looked at, then answer."""
        settle_all(self._desk, observations)
        try:
            self._conclude(event, inputs)
        except Refusal as refusal:
            self._desk.refuse(event.request, refusal)

    def _conclude(self, event: Amended, inputs: dict[str, str]) -> None:
        """Tell which inputs cannot be used by this attempt; if there are any, it counts as deferred."""
        step, attempt = self._desk.current_attempt(event.attempt)
        missed, unfresh = note_unusable_inputs(self._desk, step, attempt, inputs)
        recalled = self._workforce.recall_waiting() if missed or unfresh else ()
        answer = AmendAnswer(
            unavailable=tuple(inputs[path] for path in missed),
            unfresh=tuple(inputs[path] for path in unfresh),
            available=tuple(self._observe(path) for path in inputs if path not in missed),
        )
        self._late.append(_LateAnswer(event.request, answer, recalled))

    def _observe(self, path: str) -> Observation:
        """Return an input as it is known."""
        return Observation(path, PathKind.FILE, self._desk.graph.file_by_path[path].hash)

    def answer_late(self) -> None:
        """Give the answers that nothing stands in the way of.

        A step that has to wait makes others more urgent, and comes later itself. What was handed out ahead of its end
        comes back first, so that the order does not depend on what a worker holds.
        """
        waiting = [late for late in self._late if any(map(self._may_come_back, late.recalled))]
        for late in self._late:
            if late not in waiting:
                self._desk.answer(late.request, late.answer)
        self._late = waiting

    def _may_come_back(self, id_: AttemptId) -> bool:
        """Tell whether an attempt that was recalled has neither begun nor come back."""
        step = self._desk.graph.steps.get(id_.step)
        attempt = step.attempt if step is not None else None
        return attempt is not None and attempt.id == id_ and self._workforce.may_give_back(attempt)
