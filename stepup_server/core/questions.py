"""Questions to the disk that wait for their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from .commands import Command, CompareFiles, ExpandGlobs, HashFiles, InspectPaths, PauseWatch, PublishFiles, RemoveFiles
from .events import PathsTouched
from .ids import Token
from .refusals import InvariantBroken
from .values import FileHash, GlobMatch, GlobQuery, Observation, Published, Removed

__all__ = ("Questions",)

_Answer = TypeVar("_Answer")

FilesSeen = Callable[[tuple[Observation, ...]], None]
GlobsSeen = Callable[[tuple[tuple[GlobMatch, ...], ...]], None]
LastNews = Callable[[PathsTouched], None]
OutputsPlaced = Callable[[Published], None]
ProductsGone = Callable[[Removed], None]


class _Open(Generic[_Answer]):
    """Open questions of one kind, each with who wants to know."""

    def __init__(self) -> None:
        self._askers: dict[Token, Callable[[_Answer], None]] = {}

    def __bool__(self) -> bool:
        return bool(self._askers)

    def open(self, token: Token, then: Callable[[_Answer], None]) -> None:
        """Note who wants to know."""
        self._askers[token] = then

    def answer(self, token: Token, answer: _Answer) -> None:
        """Close a question and tell who asked."""
        asker = self._askers.pop(token, None)
        if asker is None:
            raise InvariantBroken(f"nobody asked question {token}")
        asker(answer)


class Questions:
    """Everything that the core wants to know of the disk."""

    def __init__(self, commands: Callable[[Command], None]) -> None:
        self._command = commands
        self._last_token = 0
        self.inspections: _Open[tuple[Observation, ...]] = _Open()
        self.hashings: _Open[tuple[Observation, ...]] = _Open()
        self.expansions: _Open[tuple[tuple[GlobMatch, ...], ...]] = _Open()
        self.removals: _Open[Removed] = _Open()
        self.publications: _Open[Published] = _Open()
        self.pauses: _Open[PathsTouched] = _Open()

    def __bool__(self) -> bool:
        """Tell whether some question is open."""
        return any((self.inspections, self.hashings, self.expansions, self.removals, self.publications, self.pauses))

    def inspect_paths(self, paths: tuple[str, ...], then: FilesSeen) -> None:
        """Ask what is at these paths."""
        token = self._draw_token()
        self.inspections.open(token, then)
        self._command(InspectPaths(token, paths))

    def compare_files(self, files: tuple[tuple[str, FileHash | None], ...], then: FilesSeen) -> None:
        """Ask whether these files still have the stamps of these hashes."""
        token = self._draw_token()
        self.inspections.open(token, then)
        self._command(CompareFiles(token, files))

    def hash_files(
        self,
        files: tuple[tuple[str, FileHash | None], ...],
        then: FilesSeen,
        *,
        products: int = 0,
        late: bool = False,
    ) -> None:
        """Ask for the hashes of these files, the first so many of which are products, that may come late."""
        token = self._draw_token()
        self.hashings.open(token, then)
        self._command(HashFiles(token, files, products, late))

    def expand_globs(self, queries: tuple[GlobQuery, ...], then: GlobsSeen) -> None:
        """Ask what these patterns match."""
        token = self._draw_token()
        self.expansions.open(token, then)
        self._command(ExpandGlobs(token, queries))

    def remove_files(self, files: tuple[tuple[str, FileHash | None], ...], then: ProductsGone) -> None:
        """Ask for old products to be removed."""
        token = self._draw_token()
        self.removals.open(token, then)
        self._command(RemoveFiles(token, files))

    def publish_files(
        self, files: tuple[tuple[str, FileHash], ...], inputs: tuple[tuple[str, FileHash], ...], then: OutputsPlaced
    ) -> None:
        """Ask for outputs to be put in their places, unless inputs have changed."""
        token = self._draw_token()
        self.publications.open(token, then)
        self._command(PublishFiles(token, files, inputs))

    def pause_watch(self, then: LastNews) -> None:
        """Ask what was touched until now, and to be told nothing more for the time being."""
        token = self._draw_token()
        self.pauses.open(token, then)
        self._command(PauseWatch(token))

    def _draw_token(self) -> Token:
        """Draw a number for a question."""
        self._last_token += 1
        return Token(self._last_token)
