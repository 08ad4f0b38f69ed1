"""A disk that loses power: what was not synced is there or is not, page by page and name by name.

As strict as POSIX lets a file system be: the content of a file is durable when the file was synced, a name when the
directory was in which it stands, and of everything else any part may be there, in any combination.
"""

from __future__ import annotations

import posixpath
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.support.strace_log import Operation

__all__ = ("LossyDisk", "Remains")

PAGE_BYTES = 4096
KEPT = (0.0, 0.2, 0.5, 0.8, 1.0)
"""How much of what was not synced is there."""


class _Change(NamedTuple):
    """A piece that is written, or where a file ends (data is None)."""

    at: int
    """The number of the operation."""
    offset: int
    data: bytes | None


@dataclass(eq=False, slots=True)
class File:
    """The content of a file, whatever its name."""

    size: int = 0
    """As programs see it."""
    durable: bytearray = field(default_factory=bytearray)
    """What is surely there."""
    pending: list[_Change] = field(default_factory=list[_Change])
    """What may be there."""

    def change(self, change: _Change) -> None:
        """Take note of a change that was not synced."""
        self.pending.append(change)
        self.size = change.offset if change.data is None else max(self.size, change.offset + len(change.data))

    def sync(self, before: int) -> None:
        """Make durable what was done before an operation."""
        for change in self.pending:
            if change.at < before:
                _apply(self.durable, change)
        self.pending = [change for change in self.pending if change.at >= before]

    def remains(self, chance: random.Random) -> bytes:
        """Return what is there after the power was lost."""
        content, kept = bytearray(self.durable), chance.choice(KEPT)
        for change in self.pending:
            for piece in _pages(change):
                if chance.random() < kept:
                    _apply(content, piece)
        return bytes(content)


class _Naming(NamedTuple):
    """A change of names that was not synced: a name gets a file or a directory (None), or loses it."""

    at: int
    gone: str
    """The name that is no more, or nothing."""
    made: str
    """The name that is new, or nothing."""
    file: File | None


class Remains(NamedTuple):
    """What is on the disk after the power was lost."""

    files: dict[str, bytes]
    """By absolute path."""
    directories: set[str]
    """Absolute paths."""

    def write(self, root: str, folder: str) -> None:
        """Make a copy of what is below a directory, elsewhere."""
        for path in sorted(self.directories):
            Path(folder + path.removeprefix(root)).mkdir(parents=True, exist_ok=True)
        for path, content in self.files.items():
            Path(folder + path.removeprefix(root)).write_bytes(content)


class LossyDisk:
    """What is below one directory."""

    def __init__(self, root: str) -> None:
        """Begin with an empty directory, which is durable."""
        self.root = root
        self.names: dict[str, File | None] = {root: None}
        """What programs see."""
        self._durable: dict[str, File | None] = {root: None}
        self._pending: list[_Naming] = []
        self._done = 0

    def do_all(self, operations: Iterable[Operation]) -> None:
        """Do one thing after the other."""
        for operation in operations:
            if self._is_ours(operation):
                self._do(operation)
            self._done += 1

    def remains(self, chance: random.Random) -> Remains:
        """Lose the power."""
        names, kept = dict(self._durable), chance.choice(KEPT)
        for naming in self._pending:
            if chance.random() < kept:
                _rename(names, naming)
        reached = {path: file for path, file in names.items() if self._leads_to(names, path)}
        files = {path: file.remains(chance) for path, file in reached.items() if file is not None}
        return Remains(files, {path for path, file in reached.items() if file is None})

    def _is_ours(self, operation: Operation) -> bool:
        return f"{operation.path}/".startswith(f"{self.root}/")

    def _do(self, operation: Operation) -> None:
        match operation:
            case Operation("sync", path, begun):
                self._sync(path, begun)
            case Operation("rename", path, target=target):
                self._name(path, target, self.names[path])
            case Operation("unlink" | "rmdir", path):
                self._name(path, "", None)
            case Operation("mkdir", path):
                self._name("", path, None)
            case Operation("open", path):
                if path not in self.names:
                    self._name("", path, File())
            case Operation("write", path, data=data, offset=offset):
                file = self._file(path)
                file.change(_Change(self._done, file.size if offset < 0 else offset, data))
            case _:
                self._file(operation.path).change(_Change(self._done, operation.size, None))

    def _file(self, path: str) -> File:
        file = self.names[path]
        assert file is not None, path
        return file

    def _name(self, gone: str, made: str, file: File | None) -> None:
        naming = _Naming(self._done, gone, made, file)
        _rename(self.names, naming)
        self._pending.append(naming)

    def _sync(self, path: str, begun: int) -> None:
        """Make a file's content durable, or the names in a directory."""
        file = self.names[path]
        if file is not None:
            file.sync(begun)
            return
        for naming in self._pending:
            if naming.at < begun and _is_in(naming, path):
                _rename(self._durable, naming)
        self._pending = [naming for naming in self._pending if naming.at >= begun or not _is_in(naming, path)]

    def _leads_to(self, names: dict[str, File | None], path: str) -> bool:
        """Tell whether all directories above a path are there."""
        while path != self.root:
            path = posixpath.dirname(path)
            if names.get(path, _NO_DIRECTORY) is not None:
                return False
        return True


_NO_DIRECTORY = File()


def _is_in(naming: _Naming, directory: str) -> bool:
    return directory in {posixpath.dirname(naming.gone), posixpath.dirname(naming.made)}


def _rename(names: dict[str, File | None], naming: _Naming) -> None:
    """Let a name go and another one come, at once."""
    if naming.gone:
        names.pop(naming.gone, None)
    if naming.made:
        names[naming.made] = naming.file


def _pages(change: _Change) -> Iterable[_Change]:
    """Divide what was written at once into what reaches the disk at once."""
    if change.data is None:
        yield change
        return
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, start - start % PAGE_BYTES + PAGE_BYTES)
        yield _Change(change.at, start, change.data[start - change.offset : stop - change.offset])
        start = stop


def _apply(content: bytearray, change: _Change) -> None:
    end = change.offset + len(change.data or b"")
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if change.data is None:
        del content[change.offset :]
    else:
        content[change.offset : end] = change.data
