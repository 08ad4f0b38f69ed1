"""Whether a worker may serve this director: its version, its root, its name."""

from __future__ import annotations

from stepup_shared.versions import mismatch

from .desk import DirectorSettings
from .refusals import InvalidArgument, Unwelcome
from .values import WorkerDescription

__all__ = ("check_welcome",)


def check_welcome(settings: DirectorSettings, description: WorkerDescription) -> None:
    """Refuse a worker that cannot do its work here.

    Raises
    ------
    InvalidArgument
        It does not say who it is.
    Unwelcome
        Its program is too old or too new, or it does not see the project.
    """
    if not description.name:
        raise InvalidArgument("A worker needs a name.")
    wrong = mismatch(settings.version, description.version)
    if wrong is not None:
        raise Unwelcome(wrong)
    if description.own_workspace and not settings.moves_files:
        raise Unwelcome("This director belongs to one build on this machine. Start one that stays: 'stepup director'.")
    if not description.own_workspace and not _sees_the_project(settings, description):
        raise Unwelcome(_elsewhere(settings, description))


def _sees_the_project(settings: DirectorSettings, description: WorkerDescription) -> bool:
    """Tell whether the root of a worker is ours, under whatever path."""
    if description.probe is None or not settings.probe:
        return description.root == settings.root
    return description.probe == settings.probe


def _elsewhere(settings: DirectorSettings, description: WorkerDescription) -> str:
    """Say what a worker sees instead of the project, and what to do."""
    what = f"This director serves {settings.root}, not {description.root}."
    if description.root == settings.root:
        what = f"What the worker sees at {description.root} is not the project that this director serves."
    return (
        f"{what} A worker that does not see these files needs a workspace of its own: 'stepup worker --workspace DIR'."
    )
