"""The paths that a static declaration stands for, fetched when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, overload

from .declarations import Source
from .paths import as_paths
from .session import StaticAnswer

if TYPE_CHECKING:
    from path import Path

__all__ = ("StaticFiles",)


class StaticFiles(Sequence["Path"]):
    """A list of paths that is not known before it is used: most plans never look."""

    __slots__ = ("_answers", "_line", "_paths")

    def __init__(self, answers: Sequence[StaticAnswer], line: Callable[[], Source]) -> None:
        """Take the promises of which the list is to be made, and what tells which line looks at it."""
        self._answers = answers
        self._line = line
        self._paths: list[Path] | None = None

    def __len__(self) -> int:
        return len(self._known())

    @overload
    def __getitem__(self, index: int) -> Path: ...

    @overload
    def __getitem__(self, index: slice) -> list[Path]: ...

    def __getitem__(self, index: int | slice) -> Path | list[Path]:
        return self._known()[index]

    def __add__(self, other: Sequence[Path]) -> list[Path]:
        return [*self._known(), *other]

    def __radd__(self, other: Sequence[Path]) -> list[Path]:
        return [*other, *self._known()]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StaticFiles):
            return self._known() == other._known()
        return self._known() == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # as for any list

    def __repr__(self) -> str:
        return repr(self._known())

    def _known(self) -> list[Path]:
        """Return the list, asking the director the first time."""
        if self._paths is None:
            source = self._line()
            self._paths = as_paths(sorted({path for answer in self._answers for path in answer.paths(source)}))
        return self._paths
