"""What a plan gets back for a step that it declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .declarations import StepDeclaration
from .globs import NamedGlob
from .paths import StrPath, as_path, as_paths, coerce_path

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

    def filter_inp(self, pattern: StrPath, **subs: str) -> NamedGlob:
        """Return the inputs that match a pattern, as `glob` would.

        Parameters
        ----------
        pattern
            May have wildcards, also named ones.
        subs
            What named wildcards may stand for.
        """
        return _filtered(self.inp, pattern, subs)

    def filter_out(self, pattern: StrPath, **subs: str) -> NamedGlob:
        """Return the outputs that match a pattern, as `filter_inp`."""
        return _filtered(self.out, pattern, subs)

    def filter_vol(self, pattern: StrPath, **subs: str) -> NamedGlob:
        """Return the volatile outputs that match a pattern, as `filter_inp`."""
        return _filtered(self.vol, pattern, subs)


def _filtered(paths: list[Path], pattern: StrPath, subs: Mapping[str, str]) -> NamedGlob:
    found = NamedGlob(coerce_path(pattern), subs)
    found.extend(paths)
    return found


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
