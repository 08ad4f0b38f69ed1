"""Checking steps that have succeeded before: which of them may be skipped.

A check counts as a running step. What it compares, and what it says when it explains itself, is in `freshness.py` and
`explain.py`; here is what follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from .causes import Difference, Ending
from .consequences import wake_consumers
from .desk import Desk
from .explain import Digests, pages_of_rerun, pages_of_skip, pages_of_unamend
from .freshness import (
    Sight,
    causes_of_rerun,
    differences,
    input_digest,
    last_sight,
    output_digest,
    present_sight,
    with_outputs,
)
from .ids import NodeId
from .records import Step
from .states import FileState, StepState, Tag
from .stories import ref_of, tell_story
from .values import FileHash, Observation, Page

__all__ = ("Checking",)


class Checking:
    """Skips steps, or lets them run."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._graph = desk.graph
        self._looking: dict[NodeId, None] = {}
        """Steps whose outputs are being looked at."""

    @property
    def count(self) -> int:
        """How many steps are being checked."""
        return len(self._looking)

    def check(self, step: Step) -> None:
        """Compare the inputs of a step with those of its last success; if they are the same, look at its outputs."""
        is_whole = all(file.is_available for file in self._graph.inputs(step))
        sight = present_sight(self._graph, step, self._desk.environment, only_available=True)
        if input_digest(sight) != step.input_digest:
            self._must_run(step, sight, looked_at_outputs=False, unamend=not is_whole)
        elif is_whole:
            self._look_at_outputs(step, sight)

    def _look_at_outputs(self, step: Step, sight: Sight) -> None:
        """Ask what is at the places of the outputs."""
        self._graph.move_step(step, StepState.CHECKING)
        step.check = check = self._desk.next_tick()
        outputs = tuple((file.path, file.hash) for file in self._graph.outputs(step))
        if outputs:
            self._looking[step.id] = None
            self._desk.questions.hash_files(
                outputs, lambda seen: self._on_outputs_seen(step, check, sight, seen), products=len(outputs)
            )
        else:
            self._skip(step, sight, {})

    def _must_run(self, step: Step, sight: Sight, *, looked_at_outputs: bool, unamend: bool = False) -> None:
        """Forget the last success of a step, so that it runs; with it, if asked to, what it had amended."""
        found = self._differences(step, sight)
        if self._desk.options.explain_rerun:
            digests = _digests(step, sight, looked_at_outputs=looked_at_outputs)
            tag, pages = (Tag.UNAMEND, pages_of_unamend) if unamend else (Tag.NOSKIP, pages_of_rerun)
            self._desk.report(tag, step.title, *pages(digests, found), step=ref_of(step))
        self._graph.forget_success(step, *causes_of_rerun(found, looked_at_outputs=looked_at_outputs))
        if unamend:
            self._graph.cut_inputs(step, only_dynamic=True)

    def _differences(self, step: Step, sight: Sight) -> tuple[Difference, ...]:
        """Compare what a step would see with what its last success saw."""
        return differences(last_sight(self._graph, step), sight)

    def _on_outputs_seen(self, step: Step, check: int, sight: Sight, observations: tuple[Observation, ...]) -> None:
        """Skip a step whose outputs are those of its last success, else let it run."""
        self._looking.pop(step.id, None)
        if step.state is not StepState.CHECKING or step.check != check:
            return
        hashes = {seen.path: seen.hash for seen in observations}
        sight = with_outputs(sight, hashes)
        if None not in hashes.values() and output_digest(sight) == step.output_digest:
            self._skip(step, sight, hashes)
            return
        self._graph.move_step(step, StepState.PENDING)
        self._must_run(step, sight, looked_at_outputs=True)
        for file in self._graph.outputs(step):
            if file.hash is not None and not file.hash.same_content(hashes[file.path]):
                self._graph.move_file(file, FileState.PLANNED)

    def _skip(self, step: Step, sight: Sight, outputs: Mapping[str, FileHash | None]) -> None:
        """Count a step as done, with its outputs as they were found."""
        pages: tuple[Page, ...] = ()
        if self._desk.options.explain_rerun:
            digests = _digests(step, sight, looked_at_outputs=True)
            pages = pages_of_skip(digests, self._differences(step, sight) if step.explained else ())
        self._graph.move_step(step, StepState.SUCCEEDED)
        step.explained = step.explained and self._desk.options.explain_rerun
        step.ended_tick = self._desk.next_tick()
        self._desk.skipped += 1
        tell_story(self._desk, step, Ending.SKIPPED, ())
        self._desk.report(Tag.SKIP, step.title, *pages, step=ref_of(step))
        for file in self._graph.outputs(step):
            self._graph.move_file(file, FileState.BUILT, outputs[file.path])
        step.past = None
        for file in self._graph.outputs(step):
            wake_consumers(self._desk, file)


def _digests(step: Step, sight: Sight, *, looked_at_outputs: bool) -> Digests:
    """Put the digests of a step beside those of what it would see now."""
    return Digests(
        step.input_digest or b"",
        step.output_digest or b"",
        input_digest(sight),
        output_digest(sight) if looked_at_outputs else None,
        step.explained,
    )
