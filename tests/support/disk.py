"""A disk in memory, with everything that the director may ask of one."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stepup_server.core.patterns import compile_query
from stepup_server.core.values import FileHash, GlobMatch, GlobQuery, Observation, PathKind, Published, Removed

__all__ = ("VirtualDisk",)

REGULAR = 0o100644


@dataclass(slots=True)
class _File:
    """What is at one path."""

    text: str
    mode: int
    mtime_ns: int
    inode: int
    kind: PathKind = PathKind.FILE


@dataclass(slots=True)
class VirtualDisk:
    """Files and directories; time is a counter of changes."""

    _files: dict[str, _File] = field(default_factory=dict)
    _directories: set[str] = field(default_factory=set)
    _tick: int = 0
    touched: list[str] = field(default_factory=list)
    """Paths that were written or removed, by whomever, since somebody looked here."""
    blobs: dict[bytes, str] = field(default_factory=dict)
    """Texts that workers have stored, by digest."""
    loses: bool = False
    """Whatever they store is lost before it is published."""

    # What users and steps do

    def write(self, path: str, text: str, mode: int = REGULAR) -> None:
        """Write a file, and make its directories."""
        path = posixpath.normpath(path)
        self.make_directories([posixpath.dirname(path)])
        self._tick += 1
        old = self._files.get(path)
        self._files[path] = _File(text, mode, self._tick, old.inode if old else self._tick)
        self.touched.append(path)

    def make_special(self, path: str) -> None:
        """Put a FIFO at a path."""
        self.write(path, "")
        self._files[path].kind = PathKind.SPECIAL

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        self._files.pop(posixpath.normpath(path), None)
        self.touched.append(posixpath.normpath(path))

    def read(self, path: str) -> str | None:
        """Return the text of a file; None when there is none."""
        file = self._files.get(posixpath.normpath(path))
        return None if file is None or file.kind is not PathKind.FILE else file.text

    def texts(self) -> dict[str, str]:
        """Return all files with their texts, by path."""
        return {path: file.text for path, file in sorted(self._files.items())}

    def has_directory(self, path: str) -> bool:
        """Tell whether there is a directory."""
        return path in self._directories

    # What the director asks

    def inspect(self, paths: Iterable[str]) -> tuple[Observation, ...]:
        """Look what is there, without reading."""
        return tuple(self.look(path)._replace(hash=None) for path in paths)

    def compare(self, files: Iterable[tuple[str, FileHash | None]]) -> tuple[Observation, ...]:
        """Compare stamps."""
        seen = ((self.look(path), known) for path, known in files)
        return tuple(found if found.hash == known else found._replace(hash=None) for found, known in seen)

    def hash(self, files: Iterable[tuple[str, FileHash | None]]) -> tuple[Observation, ...]:
        """Read files."""
        return tuple(self.look(path) for path, _ in files)

    def expand(self, queries: Sequence[GlobQuery]) -> tuple[tuple[GlobMatch, ...], ...]:
        """Return what patterns match, sorted."""
        there = [*self._files, *(path + "/" for path in self._directories)]
        found: list[tuple[GlobMatch, ...]] = []
        for query in queries:
            pattern = compile_query(query)
            pairs = ((path, pattern.captures(path)) for path in sorted(there))
            found.append(tuple(GlobMatch(path, captures) for path, captures in pairs if captures is not None))
        return tuple(found)

    def remove_products(self, files: Iterable[tuple[str, FileHash | None]]) -> Removed:
        """Remove files that are still the same, and directories that became empty."""
        gone: list[str] = []
        kept: list[Observation] = []
        for path, known in files:
            there = self.look(path)
            if there.kind is PathKind.FILE and (known is None or known.same_content(there.hash)):
                del self._files[path]
                gone.append(path)
            elif there.kind not in {PathKind.FILE, PathKind.MISSING}:
                kept.append(there)
        return Removed((*gone, *self._prune(gone)), tuple(kept))

    def store(self, outputs: Iterable[Observation]) -> None:
        """Take files away, as if they had been made elsewhere, and keep their texts by digest."""
        for seen in outputs:
            if seen.hash is not None:
                self.blobs[seen.hash.digest] = self._files.pop(posixpath.normpath(seen.path)).text

    def publish(self, files: Iterable[tuple[str, FileHash]], inputs: Iterable[tuple[str, FileHash]] = ()) -> Published:
        """Put stored texts in their places unless inputs have changed; what is in its place stays."""
        changed = tuple(self.look(path) for path, then in inputs if not then.same_content(self.look(path).hash))
        if changed:
            return Published(changed=changed)
        lost: list[str] = []
        observations: list[Observation] = []
        for path, claim in files:
            text = self.blobs.pop(claim.digest, None) if not self.loses else None
            there = self.look(path)
            if text is not None:
                self.write(path, text, claim.mode)
            elif there.hash is None or there.hash.digest != claim.digest:
                lost.append(path)
                continue
            observations.append(self.look(path))
        return Published(tuple(observations), tuple(lost))

    def make_directories(self, paths: Iterable[str]) -> None:
        """Make directories with their parents."""
        for path in paths:
            while path not in {"", ".", "/"}:
                self._directories.add(path)
                path = posixpath.dirname(path)  # noqa: PLW2901 -- climbs

    def look(self, path: str) -> Observation:
        """Return what is at a path."""
        path = posixpath.normpath(path)
        file = self._files.get(path)
        if file is None:
            kind = PathKind.DIRECTORY if path in self._directories or path == "." else PathKind.MISSING
            return Observation(path, kind, None)
        if file.kind is not PathKind.FILE:
            return Observation(path, file.kind, None)
        content = file.text.encode()
        digest = hashlib.sha256(content).digest()
        return Observation(path, PathKind.FILE, FileHash(digest, file.mode, len(content), file.mtime_ns, file.inode))

    def _prune(self, paths: Iterable[str]) -> list[str]:
        """Remove the directories above some paths that are empty; return them, deepest first."""
        gone: list[str] = []
        above = {parent for path in paths for parent in _parents(path)}
        for directory in sorted(above, reverse=True):
            prefix = directory + "/"
            if directory in self._directories and not any(
                other.startswith(prefix) for other in (*self._files, *self._directories)
            ):
                self._directories.discard(directory)
                gone.append(directory)
        return gone


def _parents(path: str) -> list[str]:
    """Return the directories above a path."""
    found: list[str] = []
    while (path := posixpath.dirname(path)) not in {"", "/"}:
        found.append(path)
    return found
