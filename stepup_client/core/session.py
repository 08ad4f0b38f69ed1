"""What a plan needs of a director, whoever carries the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .declarations import AmendAnswer, Amendment, GlobMatch, GlobQuery, GraphTexts, Source, Statement, StaticPaths
from .stepinfo import StepInfo

__all__ = ("Session", "StaticAnswer")


class StaticAnswer(Protocol):
    """The answer to a static declaration, which may still be on its way."""

    def paths(self, source: Source) -> Sequence[str]:
        """Wait for the answer and return the declared paths; `source` is the line that wants to know."""
        ...


class Session(Protocol):
    """One attempt of a step, speaking.

    Relative paths are relative to `base`, which is relative to the project root; empty: the step's own workdir.
    Every method may raise what an earlier declaration was refused for.
    """

    def fork(self) -> Session:
        """Return a session for a forked process, which cannot go on with that of its parent."""
        ...

    def declare(self, statement: Statement, base: str, source: Source, *, awaited: bool = False) -> None:
        """Add a statement to the graph: soon, or, when `awaited`, at once, and raise what it is refused for."""
        ...

    def declare_static(
        self, statement: StaticPaths, base: str, source: Source, *, awaited: bool = False
    ) -> StaticAnswer:
        """Add a static declaration to the graph, as `declare`, and return the promise of its answer."""
        ...

    def glob(self, query: GlobQuery, base: str, source: Source) -> list[GlobMatch]:
        """Expand a pattern."""
        ...

    def amend(self, amendment: Amendment, base: str, source: Source) -> AmendAnswer:
        """Add dependencies to the calling step."""
        ...

    def step_info(self, source: Source) -> StepInfo:
        """Return what was declared for the calling step."""
        ...

    def graph(self, source: Source) -> GraphTexts | None:
        """Return the whole graph; None when there is none."""
        ...
