"""Where an attempt finds its files: in the project itself, or in a tree of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from stepup_worker.core.values import Assignment, AttemptId, Observation, Outcome

__all__ = ("SharedRoot", "Site", "SiteMaker", "SiteRefused")


class SiteRefused(Exception):
    """An attempt cannot have the files that it needs; the text is for the user."""

    def __init__(self, reason: str, *, missing_inputs: tuple[str, ...] = ()) -> None:
        """Say why, and which inputs the director could not give."""
        super().__init__(reason)
        self.reason = reason
        """A sentence or two."""
        self.missing_inputs = missing_inputs
        """Paths."""


class Site(Protocol):
    """The files of one attempt."""

    @property
    def root(self) -> str:
        """The project root as the step sees it, absolute."""
        ...

    @property
    def socket(self) -> str:
        """Where the step finds the director."""
        ...

    @property
    def variables(self) -> Mapping[str, str]:
        """What is set for the step besides what it finds everywhere."""
        ...

    @property
    def enclosure(self) -> tuple[str, ...]:
        """Words in front of the command which let it see files where this machine has others; usually none."""
        ...

    def at(self, path: str) -> str:
        """Return where a path of the project is on this machine."""
        ...

    def grant(self, directories: Sequence[str]) -> tuple[str, ...]:
        """Return where directories outside of the project, in which outputs may lie, are on this machine."""
        ...

    async def prepare(self) -> tuple[Observation, ...] | None:
        """Bring the inputs here, and return them as they are here; None when that has to be looked at.

        Raises
        ------
        SiteRefused
            They cannot be had.
        """
        ...

    async def finish(self, outcome: Outcome) -> Outcome:
        """Take outputs where the director finds them, and return what to tell."""
        ...

    def close(self) -> None:
        """Let go of the files: the attempt is over."""
        ...


SiteMaker = Callable[[AttemptId, Assignment], Site]
"""Makes the site of an attempt."""


class SharedRoot:
    """The project itself, which is the current directory: one site for all attempts."""

    def __init__(self, root: str) -> None:
        """Use the files of a project."""
        self.root = root
        """The project root, absolute."""
        self.socket = ""
        """Where steps find the director; set before the first attempt."""
        self.variables: Mapping[str, str] = {}
        """None besides the usual ones."""
        self.enclosure = ()
        """Nothing is in the way of the project's files."""

    def site_for(self, _attempt: AttemptId, _assignment: Assignment) -> Site:
        """Return this: all attempts share it."""
        return self

    def at(self, path: str) -> str:
        """Return the path itself."""
        return path

    def grant(self, directories: Sequence[str]) -> tuple[str, ...]:
        """Return them as they are."""
        return tuple(directories)

    async def prepare(self) -> None:
        """Do nothing: the inputs are here, but may have changed."""

    async def finish(self, outcome: Outcome) -> Outcome:
        """Return the outcome: the outputs are where they should be."""
        return outcome

    def close(self) -> None:
        """Do nothing: the files belong to the project."""
