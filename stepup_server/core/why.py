"""Why a step ran, was skipped, is pending, was deferred, has failed or was removed: followed back to where it began.

What happened to a step is in its story; where its causes came from is in the stories of those that make its inputs and
of those that declared it, as long as they are of the same build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .causes import (
    Aspect,
    Cause,
    Change,
    DeferredBefore,
    Difference,
    Ending,
    FailedBefore,
    FirstRun,
    GaveWay,
    InputsMoved,
    Interrupted,
    MatchesChanged,
    Redeclared,
    Story,
    TakenOver,
    Unwanted,
    hash_change,
    value_text,
)
from .finding import find_step
from .graph import Graph
from .reasons import Reason, limited
from .records import Step
from .refusals import UnknownStep
from .removals import Removal
from .states import FileState, StepState
from .values import FileHash
from .waiting import Circumstances, waits_for

__all__ = ("explain", "explain_step")

_Tell = Callable[[Step], Reason]
_Follow = Callable[[Step], Step | None]

STEPS_DEEP_MAX = 40
"""How many steps are followed one after the other in full."""

_RAN = frozenset({Ending.STARTED, Ending.SUCCEEDED, Ending.FAILED, Ending.DEFERRED, Ending.LOST})


def explain(graph: Graph, circumstances: Circumstances, removals: tuple[Removal, ...], name: str) -> Reason:
    """Return why a step is what it is.

    Raises
    ------
    UnknownStep
        The name fits no step, or more than one.
    """
    try:
        step = find_step(graph, name)
    except UnknownStep:
        removed = [one for one in removals if one.concerns(name)]
        if len(removed) != 1:
            raise
        return _Explanation(graph, circumstances).of_removal(removed[0])
    return explain_step(graph, circumstances, step)


def explain_step(graph: Graph, circumstances: Circumstances, step: Step) -> Reason:
    """Return why a step is what it is."""
    return _Explanation(graph, circumstances).of_step(step)


class _Explanation:
    """One answer; what was told once is not told again."""

    def __init__(self, graph: Graph, circumstances: Circumstances) -> None:
        self._graph = graph
        self._circumstances = circumstances
        self._told: set[tuple[str, int]] = set()
        self._depth = 0

    def of_step(self, step: Step) -> Reason:
        """Explain the state of a step."""
        if self._is_told("state", step):
            return Reason("told", f"{step.label}: see above", step.label)
        return self._deeper(step, self._of_state, self._pending_maker)

    def _deeper(self, step: Step, tell: _Tell, follow: _Follow) -> Reason:
        """Tell of another step; where that goes too deep, only of the one at which it all begins."""
        if self._depth >= STEPS_DEEP_MAX:
            return self._beginning(step, follow)
        self._depth += 1
        reason = tell(step)
        self._depth -= 1
        return reason

    def _beginning(self, step: Step, follow: _Follow) -> Reason:
        """Follow the first cause of each step to where it begins."""
        seen: set[int] = set()
        last = step
        while (further := follow(last)) is not None and further.id not in seen:
            seen.add(further.id)
            last = further
        text = f"... {len(seen)} step(s) further back: {last.label}"
        causes = last.story.causes if last.story is not None else ()
        reasons = [
            _difference_in_words(cause) if isinstance(cause, Difference) else _WORDS[type(cause)](cause)
            for cause in causes
        ]
        return Reason("further", text, last.label).following_from(limited(reasons))

    def _pending_maker(self, step: Step) -> Step | None:
        """Return a step that another one waits for."""
        makers = (self._graph.producer(file) for file in self._graph.inputs(step) if not file.is_available)
        return next((maker for maker in makers if maker is not None), None)

    def _maker_that_ran(self, step: Step) -> Step | None:
        """Return a step for whose product another one ran."""
        story = step.story
        for cause in story.causes if story is not None else ():
            if isinstance(cause, Difference) and cause.aspect is Aspect.INPUT:
                file = self._graph.file_by_path.get(cause.name)
                maker = self._graph.producer(file) if file is not None else None
                if maker is not None:
                    return maker
        return None

    def _of_state(self, step: Step) -> Reason:
        """Explain the state of a step that was not told of before."""
        if step.detached:
            return self._of_detached(step)
        match step.state:
            case StepState.PENDING:
                return self._of_pending(step)
            case StepState.CHECKING:
                return Reason("checking", f"{step.label} is being compared with its last success", step.label)
            case StepState.RUNNING:
                return self._of_story(step, "is running")
            case StepState.SUCCEEDED | StepState.FAILED:
                return self._of_story(step, self._ending(step))

    def _is_told(self, kind: str, step: Step) -> bool:
        """Tell whether something was told of a step, and note that it is."""
        key = (kind, step.id)
        was_told = key in self._told
        self._told.add(key)
        return was_told

    # States

    def _ending(self, step: Step) -> str:
        """Say how a step has ended, and when."""
        story = step.story
        if story is None:
            return "succeeded before this was remembered" if step.state is StepState.SUCCEEDED else "failed"
        word = {
            Ending.SKIPPED: "was skipped: nothing that it depends on has changed",
            Ending.SUCCEEDED: "ran and succeeded",
            Ending.FAILED: "ran and failed",
        }.get(story.ending, "ran")
        if story.build == self._graph.last_build:
            return f"{word} (build {story.build})"
        return f"is up to date, and was left alone in build {self._graph.last_build}; in build {story.build} it {word}"

    def _of_story(self, step: Step, what: str) -> Reason:
        """Explain a step by what happened when it last had its turn."""
        story = step.story
        reason = Reason(_kind_of(step), f"{step.label} {what}", step.label)
        if story is None:
            return reason
        if step.tries and story.build == self._graph.last_build:
            text = f"it had failed {step.tries} time(s) before in this build, and may {step.retries} time(s)"
            reason = reason.following_from([Reason("tried", text, step.label)])
        remarks = tuple(Reason("remark", line) for line in story.remark.splitlines() if line.strip())
        return reason.following_from((*limited(remarks), *self._of_turn(step, story)))

    def _of_pending(self, step: Step) -> Reason:
        """Explain what a step waits for, and what became of its last attempt."""
        reason = Reason("pending", f"{step.label} is pending", step.label)
        story = step.story
        because = list(waits_for(self._graph, step, self._circumstances, self.of_step))
        if story is not None and story.ending in {Ending.DEFERRED, Ending.LOST}:
            text = f"it ran in build {story.build} and {_UNFINISHED[story.ending]}"
            last = Reason(story.ending.value, text, step.label)
            because.append(last.following_from(self._of_turn(step, story)))
        return reason.following_from(because)

    def _of_detached(self, step: Step) -> Reason:
        """Explain why nobody declares a step."""
        text = f"{step.label} is not declared any more"
        return Reason("detached", text, step.label).following_from(self._planner_that_dropped(step.source.file))

    def of_removal(self, removal: Removal) -> Reason:
        """Explain why a step was removed."""
        made = f", with {', '.join(removal.products)}" if removal.products else ""
        where = f"; it was declared at {removal.source}" if removal.source else ""
        text = f"{removal.label} was removed in build {removal.build}{made}: no plan declares it any more{where}"
        because = self._planner_that_dropped(removal.source.rpartition(":")[0] or removal.source)
        return Reason("removed", text, removal.label).following_from(because)

    def _planner_that_dropped(self, file: str) -> Iterator[Reason]:
        """Explain why the plans ran again that are written in a file."""
        source = self._graph.file_by_path.get(file)
        for user in self._graph.consumers(source) if source is not None else []:
            if user.story is not None and user.story.ending in _RAN and (user.is_planner or user.products):
                yield self._of_run(user)

    # Turns

    def _of_turn(self, step: Step, story: Story) -> tuple[Reason, ...]:
        """Explain why a step ran, or what made it look whether it must."""
        if story.ending is Ending.SKIPPED:
            return limited(self._occasions(step, story))
        return limited(self._of_cause(step, story, cause) for cause in story.causes)

    def _occasions(self, step: Step, story: Story) -> Iterator[Reason]:
        """Return what happened around a step that was skipped."""
        for file in self._graph.inputs(step):
            maker = self._graph.producer(file)
            if maker is not None and self._ran_in(maker, story.build):
                text = f"input {file.path} was made again, and is the same"
                yield Reason("same_input", text, path=file.path).following_from([self._of_run(maker)])
        yield from self._declaration(step, story.build)

    def _ran_in(self, step: Step, build: int) -> bool:
        """Tell whether a step ran in a build."""
        return step.story is not None and step.story.build == build and step.story.ending in _RAN

    def _of_run(self, step: Step) -> Reason:
        """Explain why another step ran."""
        if self._is_told("run", step):
            return Reason("told", f"{step.label} ran: see above", step.label)
        return self._deeper(step, self._of_run_itself, self._maker_that_ran)

    def _of_run_itself(self, step: Step) -> Reason:
        """Explain why a step ran that was not told of before."""
        story = step.story
        if story is None:
            return Reason("ran", f"{step.label} ran", step.label)
        reason = Reason("ran", f"{step.label} ran in build {story.build}", step.label)
        return reason.following_from(self._of_turn(step, story))

    def _declaration(self, step: Step, build: int) -> Iterator[Reason]:
        """Explain a declaration by the run of the planner that made it."""
        planner = self._graph.creator_step(step)
        if planner is not None and self._ran_in(planner, build):
            yield self._of_run(planner)

    # Causes

    def _of_cause(self, step: Step, story: Story, cause: Cause) -> Reason:
        """Explain one cause of a run."""
        if isinstance(cause, Difference):
            return self._of_difference(step, story, cause)
        reason = _WORDS[type(cause)](cause)
        match cause:
            case FirstRun() | Redeclared():
                return reason.following_from(self._declaration(step, story.build))
            case DeferredBefore(missed=missed, unfresh=unfresh):
                return reason.following_from(limited(self._arrival(path) for path in (*missed, *unfresh)))
            case _:
                return reason

    def _arrival(self, path: str) -> Reason:
        """Say who made a file that a step had waited for."""
        file = self._graph.file_by_path.get(path)
        maker = self._graph.producer(file) if file is not None else None
        if maker is None:
            return Reason("waited_for", f"it had waited for {path}", path=path)
        return Reason("waited_for", f"it had waited for {path}", path=path).following_from([self._of_run(maker)])

    def _of_difference(self, step: Step, story: Story, one: Difference) -> Reason:
        """Explain a difference from the last success."""
        reason = _difference_in_words(one)
        if one.aspect is Aspect.INPUT and one.change is Change.MODIFIED:
            return reason.following_from(self._edit(one.name, story.build))
        declared = one.aspect in {Aspect.SHELL, Aspect.OVERRIDE} or one.change in {Change.ADDED, Change.DELETED}
        return reason.following_from(self._declaration(step, story.build) if declared else ())

    def _edit(self, path: str, build: int) -> Iterator[Reason]:
        """Explain why a file has another content."""
        file = self._graph.file_by_path.get(path)
        maker = self._graph.producer(file) if file is not None else None
        if maker is not None and maker.story is not None and maker.story.build <= build:
            yield self._of_run(maker)
        elif file is not None and file.state in {FileState.CONFIRMED, FileState.MISSING}:
            yield Reason("edited", f"{path} was edited", path=path)


_UNFINISHED = {
    Ending.DEFERRED: "was deferred, because it asked for what was not there yet",
    Ending.LOST: "never came to its end",
}


def _kind_of(step: Step) -> str:
    """Return the word for programs about a step that has had its turn."""
    if step.state is StepState.RUNNING or step.story is None:
        return step.state.name.lower()
    return step.story.ending.value


def _difference_in_words(one: Difference) -> Reason:
    """Say what differs."""
    kind = f"{one.aspect.name.lower()}_{one.change.name.lower()}"
    path = one.name if one.aspect in {Aspect.INPUT, Aspect.OUTPUT} else ""
    if one.aspect is Aspect.SHELL:
        return Reason(kind, f"its command is executed by a shell: {one.before} ➜ {one.after}")
    noun = _NOUNS[one.aspect]
    if one.change is Change.ADDED:
        return Reason(kind, f"{noun} {one.name} is new", path=path)
    if one.change is Change.DELETED:
        return Reason(kind, f"{noun} {one.name} is not there any more", path=path)
    if isinstance(one.before, FileHash) and one.after is None:
        return Reason(kind, f"{noun} {one.name} is missing", path=path)
    return Reason(kind, f"{noun} {one.name} changed: {_sides(one)}", path=path)


_NOUNS = {
    Aspect.INPUT: "input",
    Aspect.OUTPUT: "output",
    Aspect.VARIABLE: "variable",
    Aspect.OVERRIDE: "override",
}


def _sides(one: Difference) -> str:
    """Show what was and what is."""
    if isinstance(one.before, FileHash) and isinstance(one.after, FileHash):
        return hash_change(one.before, one.after)
    return f"{value_text(one.before)} ➜ {value_text(one.after)}"


def _matches_in_words(cause: MatchesChanged) -> Reason:
    """Say which matches came and went."""
    parts = [f"{word} {', '.join(paths)}" for word, paths in (("new:", cause.added), ("gone:", cause.removed)) if paths]
    return Reason("matches_changed", f"pattern {cause.pattern} has other matches ({'; '.join(parts)})")


_WORDS: Mapping[type, Callable[[Any], Reason]] = {
    FirstRun: lambda _: Reason("first_run", "it had never run before"),
    FailedBefore: lambda _: Reason("failed_before", "its last attempt had failed"),
    DeferredBefore: lambda _: Reason("deferred_before", "it had been deferred"),
    Interrupted: lambda cause: Reason(
        "interrupted", f"its last attempt never came to its end: {cause.reason or 'the director had stopped'}"
    ),
    InputsMoved: lambda _: Reason("inputs_moved", "something that it depends on changed while it was running"),
    MatchesChanged: _matches_in_words,
    Redeclared: lambda _: Reason("redeclared", "it was declared differently, and had declared steps or files itself"),
    TakenOver: lambda cause: Reason("taken_over", f"another step has taken {cause.name} over"),
    GaveWay: lambda cause: Reason("gave_way", f"what it depended on gave way to {cause.to}"),
    Unwanted: lambda _: Reason("unwanted", "nobody had needed it any more, so what it made had been removed"),
}
