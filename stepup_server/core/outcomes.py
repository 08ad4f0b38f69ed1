"""What the end of an attempt means, and how it is told."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from .causes import Ending, hash_change
from .commands import OutputRow
from .desk import Desk
from .hindrances import HINDERED_MAX, page_of_hindrance
from .phrases import list_page, one_line, what_is_wrong_with
from .records import Attempt, Step
from .refusals import Refusal
from .states import StopLevel, Tag
from .trials import may_try_again, pages_of_limits
from .values import AttemptOutcome, Exited, Hindered, NotStarted, Observation, Page, PathKind, Signalled, TimedOut

__all__ = (
    "CANCELLED",
    "REMARKS",
    "Deferred",
    "Failed",
    "FailedOnce",
    "Orphaned",
    "OutOfResources",
    "Redeclared",
    "Succeeded",
    "Verdict",
    "command_page",
    "ending_of",
    "judge",
    "never_began",
    "output_row",
    "pages_of",
    "was_refused_its_inputs",
)

PAGE_CHARS_MAX = 256 * 1024
"""How much of what a step wrote is shown."""

CANCELLED = "cancelled by the user"

REMARK_CHARS_MAX = 2000
"""How much is remembered about how an attempt ended."""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The step has made what it was declared to make."""

    tag = Tag.SUCCESS
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Deferred:
    """The step waits for inputs that it asked for."""

    tag = Tag.DEFERRED
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The step has not done what it was declared to do."""

    tag = Tag.FAIL
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class FailedOnce:
    """The step has not done what it was declared to do, and is tried again."""

    tag = Tag.WARNING
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Orphaned:
    """The step ended badly while no director was there to answer it: nothing follows from that."""

    tag = Tag.WARNING
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Redeclared:
    """The step was declared with other files while it ran: nothing follows from its end."""

    tag = Tag.WARNING
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class OutOfResources:
    """The machine lacked something that the step needed: nothing follows from its end."""

    tag = Tag.WARNING
    pages: tuple[Page, ...] = ()


Verdict = Succeeded | Deferred | Failed | FailedOnce | Orphaned | Redeclared | OutOfResources

REMARKS: dict[type[Verdict], str] = {
    Orphaned: " (ended while no director was there, and will run again)",
    Redeclared: " (was declared otherwise while it ran, and will run again)",
    OutOfResources: " (ran out of resources, and will run again)",
}
"""What is said of a step behind its label."""


def judge(
    desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome, observations: Mapping[str, Observation]
) -> Verdict:
    """Decide what the end of an attempt means for its step."""
    if attempt.redeclared:
        return Redeclared()
    if isinstance(outcome.end, Hindered) and not attempt.cancelled and step.hindered < HINDERED_MAX:
        return OutOfResources((page_of_hindrance(outcome.end),))
    verdict = _judge_by_itself(desk, step, attempt, outcome, observations)
    if not isinstance(verdict, Failed) or attempt.cancelled:
        return verdict
    if attempt.orphaned:
        return Orphaned(verdict.pages)
    return FailedOnce(verdict.pages) if may_try_again(desk, step, attempt, outcome) else verdict


def _judge_by_itself(
    desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome, observations: Mapping[str, Observation]
) -> Verdict:
    """Decide what the end of an attempt means, whatever happened to the director meanwhile."""
    cap = desk.options.defer_cap
    was_stopped = attempt.cancelled or attempt.stop >= StopLevel.INTERRUPT
    is_deferred = attempt.deferred and not outcome.changed_inputs and not was_stopped
    if is_deferred and step.defer_count < cap:
        return Deferred(_pages_about_inputs(attempt))
    wrong = _outputs_not_created(desk, step, observations)
    faults = (outcome.changed_inputs, attempt.refusals, attempt.unpublished, wrong, attempt.cancelled)
    is_good = outcome.end == Exited(0) and not any(faults)
    if is_good and not is_deferred:
        return Succeeded()
    title = f"Deferred more than {cap} times" if is_deferred else "Failed command"
    pages = [_failed_command(title, step, attempt, outcome), *pages_of_limits(step, outcome)]
    if isinstance(outcome.end, Hindered):
        pages.append(page_of_hindrance(outcome.end))
    if is_deferred:
        pages += _pages_about_inputs(attempt)
    if outcome.changed_inputs:
        pages.append(list_page("Invalid inputs", _invalid_inputs(desk, attempt, outcome)))
    if attempt.unpublished:
        pages.append(list_page("Outputs not published", attempt.unpublished))
    elif wrong and not was_refused_its_inputs(outcome):
        pages.append(list_page("Expected outputs not created", wrong))
    if attempt.undeclared:
        pages.append(list_page("Undeclared inputs", attempt.undeclared))
    return Failed(tuple(pages))


def was_refused_its_inputs(outcome: AttemptOutcome) -> bool:
    """Tell whether an attempt never began because its inputs were not those that it was to have."""
    return isinstance(outcome.end, NotStarted) and bool(outcome.changed_inputs)


def _outputs_not_created(desk: Desk, step: Step, observations: Mapping[str, Observation]) -> list[str]:
    """Return the outputs that are not there as files, with what is there instead."""
    return [
        f"{file.path}{what_is_wrong_with(observations[file.path].kind)}"
        for file in desk.graph.outputs(step)
        if observations[file.path].kind is not PathKind.FILE
    ]


def _pages_about_inputs(attempt: Attempt) -> tuple[Page, ...]:
    """List the inputs that an attempt asked for and could not have."""
    listings = {"Unavailable dynamic inputs": attempt.missed, "Unfresh dynamic inputs": attempt.unfresh}
    return tuple(list_page(title, paths) for title, paths in listings.items() if paths)


def ending_of(verdict: Verdict) -> tuple[Ending, str]:
    """Return how an attempt ended, and a remark about it, as they are remembered."""
    ending = {
        Succeeded: Ending.SUCCEEDED,
        Deferred: Ending.DEFERRED,
        Failed: Ending.FAILED,
        FailedOnce: Ending.FAILED,
        Orphaned: Ending.LOST,
        Redeclared: Ending.LOST,
        OutOfResources: Ending.LOST,
    }[type(verdict)]
    return ending, "\n".join(f"{page.title}: {page.text}" for page in verdict.pages)[:REMARK_CHARS_MAX]


def _failed_command(title: str, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> Page:
    """Show the command so that it can be repeated in a terminal."""
    match outcome.end:
        case Exited(code=0) if attempt.refusals:
            reasons = (_with_source(refusal) for refusal in attempt.refusals)
            remark = "exit=0, but a declaration was refused: " + "; ".join(reasons)
        case Exited(code=0):
            remark = ""
        case Exited(code=code):
            remark = f"exit={code}"
        case Signalled(number=number):
            remark = f"exit=-{number}"
        case TimedOut(after_s=after_s):
            remark = f"timed out after {after_s:g} s"
        case Hindered():
            remark = "out of resources"
        case NotStarted():
            remark = "not executed" if outcome.changed_inputs else "exit=1"
        case _:
            assert_never(outcome.end)
    return command_page(title, step, CANCELLED if attempt.cancelled else remark)


def _with_source(refusal: Refusal) -> str:
    """Return the message of a refusal behind the line of the plan, if there is one."""
    return f"{refusal.source}: {refusal.message}" if refusal.source.line else refusal.message


def command_page(title: str, step: Step, remark: str) -> Page:
    """Show the command with a remark behind it."""
    command = one_line(step.command)
    if step.directory != ".":
        command = f"(cd {shlex.quote(step.directory)} && {f'({command})' if step.shell else command})"
    return Page(title, f"{command}  # {remark}" if remark else command)


def _invalid_inputs(desk: Desk, attempt: Attempt, outcome: AttemptOutcome) -> list[str]:
    """Tell how inputs moved between declaration and end: those that changed, then those that vanished."""
    stated = {observation.path: observation.hash for observation in attempt.assignment.inputs}
    changed: list[str] = []
    vanished: list[str] = []
    for seen in outcome.changed_inputs:
        before = stated.get(seen.path) or desk.graph.file_by_path[seen.path].hash
        if seen.kind is PathKind.MISSING:
            vanished.append(f"Input vanished unexpectedly: {seen.path}")
        elif seen.hash is None:
            changed.append(f"Input changed unexpectedly: {seen.path}{what_is_wrong_with(seen.kind)}")
        else:
            changed.append(f"Input changed unexpectedly: {seen.path} ({hash_change(before, seen.hash)})")
    return [*changed, *vanished]


def pages_of(outcome: AttemptOutcome, verdict: Verdict) -> tuple[Page, ...]:
    """Return what is shown below the line about the end of an attempt."""
    pages = list(verdict.pages)
    if not isinstance(verdict, Deferred):
        for title, data in (("Standard output", outcome.stdout), ("Standard error", _errors_of(outcome))):
            if data.strip():
                pages.append(Page(title, _shorten(data.decode("utf-8", "replace").rstrip())))
    return tuple(pages)


def _errors_of(outcome: AttemptOutcome) -> bytes:
    """Return what a step wrote to standard error; for one that could not be started, why."""
    if isinstance(outcome.end, NotStarted) and not outcome.changed_inputs:
        return outcome.end.reason.encode()
    return outcome.stderr


def _shorten(text: str) -> str:
    """Leave out the middle of what is too long to be shown; all of it is stored."""
    left_out = len(text) - PAGE_CHARS_MAX
    if left_out <= 0:
        return text
    half = PAGE_CHARS_MAX // 2
    return f"{text[:half]}\n... {left_out} characters are left out here ...\n{text[-half:]}"


def output_row(step: Step, attempt: Attempt, outcome: AttemptOutcome) -> OutputRow:
    """Return what is stored about an attempt."""
    match outcome.end:
        case Exited(code=code):
            end = f"exit {code}"
        case Signalled(number=number):
            end = f"signal {number}"
        case TimedOut(after_s=after_s):
            end = f"timed out after {after_s:g} s"
        case NotStarted(reason=reason):
            end = f"not started: {reason}"
        case Hindered(reason=reason):
            end = f"out of resources: {reason}"
        case _:
            assert_never(outcome.end)
    return OutputRow(
        step.id,
        attempt.id.number,
        end,
        outcome.stdout,
        outcome.stderr,
        outcome.wall_s,
        outcome.cpu_s,
        outcome.rss_bytes_max,
    )


def never_began(attempt: Attempt, outcome: AttemptOutcome) -> bool:
    """Tell whether an attempt was stopped before it began."""
    return attempt.stop > StopLevel.NONE and attempt.started_tick is None and isinstance(outcome.end, NotStarted)
