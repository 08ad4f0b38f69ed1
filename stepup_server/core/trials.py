"""When an attempt failed by itself: whether the step is tried again, and how its end is told."""

from __future__ import annotations

from .desk import Desk
from .records import Attempt, Step
from .states import StopLevel, Tag
from .stories import ref_of
from .values import AttemptOutcome, End, Exited, Hindered, NotStarted, OutOfMemory, Page, Signalled, TimedOut

__all__ = ("end_in_words", "forget_trials", "may_try_again", "memory_in_words", "pages_of_limits", "report_next_try")

_MIB = 1024 * 1024


def may_try_again(desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> bool:
    """Tell whether a step whose attempt failed is tried again in this build.

    Only after an end of its own: another try makes no difference to a refused declaration or to changed inputs,
    and nobody wants one of a step that was stopped.
    """
    is_own = not isinstance(outcome.end, NotStarted | Hindered) and outcome.end != Exited(0)
    hindrances = (attempt.cancelled, attempt.deferred, attempt.refusals, attempt.unpublished, outcome.changed_inputs)
    was_stopped = attempt.stop >= StopLevel.INTERRUPT or desk.draining
    return is_own and step.tries < step.retries and not was_stopped and not any(hindrances)


def report_next_try(desk: Desk, step: Step, attempt: Attempt, outcome: AttemptOutcome) -> None:
    """Say that a step is tried again, which try that is, and why."""
    number, of = step.tries + 1, step.retries + 1
    text = f"{step.title}: {end_in_words(outcome)}; try {number} of {of} follows"
    desk.report(Tag.WARNING, text, step=ref_of(step, attempt, outcome.wall_s))


def forget_trials(desk: Desk) -> None:
    """Begin to count anew: a build begins, and it does not go on with one that was cut short."""
    for step in desk.graph.steps.values():
        step.strays = ()
        if step.tries or step.losses:
            step.tries, step.losses = 0, ()
            desk.graph.changed[step.id] = None


def end_in_words(outcome: AttemptOutcome) -> str:
    """Say how an attempt ended."""
    memory = f", {memory_in_words(outcome.out_of_memory)}" if outcome.out_of_memory is not None else ""
    return _end_in_words(outcome.end) + memory


def _end_in_words(end: End) -> str:
    match end:
        case Exited(code=code):
            return f"exit={code}"
        case Signalled(number=number):
            return f"exit=-{number}"
        case TimedOut(after_s=after_s):
            return f"timed out after {after_s:g} s"
        case NotStarted(reason=reason) | Hindered(reason=reason):
            return reason


def memory_in_words(memory: OutOfMemory) -> str:
    """Say how full memory was."""
    if not memory.limit_bytes:
        return "out of memory: the machine had no more"
    return f"out of memory: peak {_mib(memory.peak_bytes)}, limit {_mib(memory.limit_bytes)}"


def _mib(size: int) -> str:
    return f"{size / _MIB:.0f} MiB" if size >= _MIB else f"{size / 1024:.0f} KiB"


def pages_of_limits(step: Step, outcome: AttemptOutcome) -> list[Page]:
    """Say which limit an attempt has met, and what to do about it."""
    pages: list[Page] = []
    if isinstance(outcome.end, TimedOut):
        where = f" at {step.source}" if step.source.line else ""
        text = f"It may run {outcome.end.after_s:g} s. To give it more, raise timeout={outcome.end.after_s:g}{where}."
        pages.append(Page("Timed out", text))
    if outcome.out_of_memory is not None:
        text = memory_in_words(outcome.out_of_memory).removeprefix("out of memory: ")
        advice = "Ask for more memory, or run fewer steps at a time (--jobs, or resources= of the step)."
        pages.append(Page("Out of memory", f"{text[:1].upper()}{text[1:]}. {advice}"))
    return pages
