"""What a plan gets back for a step that it declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .declarations import StepDeclaration
from .paths import as_path, as_paths

if TYPE_CHECKING:
    from path import Path

__all__ = ("StepInfo", "step_info_of")


class StepInfo(NamedTuple):
    """A step as it was declared; paths are relative to its workdir."""

    command: str
    """What it runs."""
    inp: list[Path]
    """Sorted inputs."""
    env: list[str]
    """Sorted names of variables."""
    out: list[Path]
    """Sorted outputs."""
    vol: list[Path]
    """Sorted volatile outputs."""
    workdir: Path
    """Where it runs."""


def step_info_of(step: StepDeclaration) -> StepInfo:
    """Return a declared step as the plan sees it."""
    return StepInfo(
        step.command,
        as_paths(step.inputs),
        list(step.environment),
        as_paths(step.outputs),
        as_paths(step.volatiles),
        as_path(step.workdir or "."),
    )
