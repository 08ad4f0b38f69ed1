"""What happened to a step and why: remembered with the step, and told to those who follow the build."""

from __future__ import annotations

from functools import lru_cache

from .causes import Cause, Ending, Story
from .desk import Desk
from .records import Attempt, Step
from .values import StepRef

__all__ = ("end_story", "ref_of", "tell_story")


def tell_story(desk: Desk, step: Step, ending: Ending, causes: tuple[Cause, ...], remark: str = "") -> None:
    """Remember what happened to a step and why."""
    step.story = _shared_story(desk.graph.last_build, ending, causes, remark)
    desk.graph.changed[step.id] = None


@lru_cache(64)
def _shared_story(build: int, ending: Ending, causes: tuple[Cause, ...], remark: str) -> Story:
    """Return a story; most steps of a build have the same one, and share it."""
    return Story(build, ending, causes, remark)


def end_story(desk: Desk, step: Step, ending: Ending, remark: str = "") -> None:
    """Remember how the attempt of a step has ended, beside why it was made."""
    tell_story(desk, step, ending, step.story.causes if step.story is not None else (), remark)


def ref_of(step: Step, attempt: Attempt | None = None, wall_s: float = 0.0) -> StepRef:
    """Return the facts about a step for a line about it."""
    attempt = attempt or step.attempt
    return StepRef(step.id, step.label, step.state.value, attempt.worker if attempt else 0, wall_s)
