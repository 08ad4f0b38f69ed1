"""What the end of an attempt means, and how it is told."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from .causes import Ending, hash_change
from .commands import OutputRow
from .desk import Desk
from .records import Attempt, Step
from .refusals import Refusal
from .states import StopLevel, Tag
from .values import AttemptOutcome, Exited, FileHash, NotStarted, Observation, Page, PathKind, Signalled

__all__ = ("Deferred", "Failed", "Orphaned", "Succeeded", "Verdict", "ending_of", "judge", "output_row", "pages_of")

PATHS_MAX = 20
"""How many paths a page lists."""

PAGE_CHARS_MAX = 256 * 1024
"""How much of what a step wrote is shown."""

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
class Orphaned:
    """The step ended badly while no director was there to answer it: nothing follows from that."""

    tag = Tag.WARNING
    pages: tuple[Page, ...] = ()


Verdict = Succeeded | Deferred | Failed | Orphaned


def judge(
    desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome, observations: Mapping[str, Observation]
) -> Verdict:
    """Decide what the end of an attempt means for its step."""
    verdict = _judge_by_itself(desk, step, attempt, outcome, observations)
    return Orphaned(verdict.pages) if attempt.orphaned and isinstance(verdict, Failed) else verdict


def _judge_by_itself(
    desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome, observations: Mapping[str, Observation]
) -> Verdict:
    """Decide what the end of an attempt means, whatever happened to the director meanwhile."""
    if outcome.changed_inputs:
        return Failed((_failed_command(step, attempt, outcome), _invalid_inputs(attempt, outcome)))
    if attempt.deferred and attempt.stop is StopLevel.NONE:
        return _judge_deferral(desk, step, attempt)
    if outcome.end != Exited(0) or attempt.refusals:
        return Failed((_failed_command(step, attempt, outcome),))
    wrong = [
        f"{file.path}{_what_is_wrong_with(observations[file.path])}"
        for file in desk.graph.outputs(step)
        if observations[file.path].kind is not PathKind.FILE
    ]
    if wrong:
        return Failed((_failed_command(step, attempt, outcome), _listing("Expected outputs not created", wrong)))
    return Succeeded()


def _judge_deferral(desk: Desk, step: Step, attempt: Attempt) -> Verdict:
    """Let a step wait for what it asked for, unless it has asked too often."""
    pages: list[Page] = []
    if attempt.missed:
        pages.append(_listing("Unavailable dynamic inputs", attempt.missed))
    if attempt.unfresh:
        pages.append(_listing("Unfresh dynamic inputs", attempt.unfresh))
    cap = desk.options.defer_cap
    if step.defer_count < cap:
        return Deferred(tuple(pages))
    return Failed((_command_page(f"Deferred more than {cap} times", step, ""), *pages))


def ending_of(verdict: Verdict) -> tuple[Ending, str]:
    """Return how an attempt ended, and a remark about it, as they are remembered."""
    ending = {
        Succeeded: Ending.SUCCEEDED,
        Deferred: Ending.DEFERRED,
        Failed: Ending.FAILED,
        Orphaned: Ending.LOST,
    }[type(verdict)]
    return ending, "\n".join(f"{page.title}: {page.text}" for page in verdict.pages)[:REMARK_CHARS_MAX]


def _what_is_wrong_with(observation: Observation) -> str:
    """Add what is at the place of an output, if it is not simply missing."""
    return {
        PathKind.DIRECTORY: "  (a directory)",
        PathKind.SPECIAL: "  (not a regular file)",
        PathKind.UNREADABLE: "  (not readable)",
    }.get(observation.kind, "")


def _failed_command(step: Step, attempt: Attempt, outcome: AttemptOutcome) -> Page:
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
            remark = f"signal={number} ({_signal_name(number)})"
        case NotStarted(reason=reason):
            remark = f"not executed\n{reason}"
        case _:
            assert_never(outcome.end)
    return _command_page("Failed command", step, remark)


def _with_source(refusal: Refusal) -> str:
    """Return the message of a refusal behind the line of the plan, if there is one."""
    return f"{refusal.source}: {refusal.message}" if refusal.source.line else refusal.message


def _command_page(title: str, step: Step, remark: str) -> Page:
    """Show the command with a remark behind it."""
    command = step.command if step.directory == "." else f"(cd {shlex.quote(step.directory)} && {step.command})"
    return Page(title, f"{command}  # {remark}" if remark else command)


def _signal_name(number: int) -> str:
    """Return the name of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"


def _invalid_inputs(attempt: Attempt, outcome: AttemptOutcome) -> Page:
    """List the inputs that moved between declaration and end."""
    before = {seen.path: seen.hash for seen in attempt.assignment.inputs}
    return _listing("Invalid inputs", [_how_it_moved(seen, before.get(seen.path)) for seen in outcome.changed_inputs])


def _how_it_moved(seen: Observation, before: FileHash | None) -> str:
    """Say what happened to an input."""
    if seen.hash is None:
        wrong = _what_is_wrong_with(seen)
        return f"Input vanished unexpectedly: {seen.path}{wrong}"
    return f"Input changed unexpectedly: {seen.path} ({hash_change(before, seen.hash)})"


def _listing(title: str, lines: list[str]) -> Page:
    """List paths, with a count of those that are left out."""
    shown = lines[:PATHS_MAX]
    if len(lines) > PATHS_MAX:
        shown = [*shown, f"... and {len(lines) - PATHS_MAX} more"]
    return Page(title, "\n".join(shown))


def pages_of(outcome: AttemptOutcome, verdict: Verdict) -> tuple[Page, ...]:
    """Return what is shown below the line about the end of an attempt."""
    pages = list(verdict.pages)
    if not isinstance(verdict, Deferred):
        for title, data in (("Standard output", outcome.stdout), ("Standard error", outcome.stderr)):
            if data.strip():
                pages.append(Page(title, _shorten(data.decode("utf-8", "replace").rstrip())))
    return tuple(pages)


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
        case NotStarted(reason=reason):
            end = f"not started: {reason}"
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
