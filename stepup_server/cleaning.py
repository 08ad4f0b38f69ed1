"""`stepup clean`: outputs that are stored in the database, removed by hand.

The database is only read: the next build sees that files are gone as if somebody had removed them.
What is printed can be read as a script: `rm PATH` for what is, or would be, removed, and comments.
"""

from __future__ import annotations

import os
import posixpath
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .core.director import Director, DirectorSettings
from .core.graph import Graph
from .core.paths import is_below
from .core.records import File
from .core.states import FileState
from .core.values import FileHash, PathKind
from .engine.ports import JournalFailed
from .files.look import hash_path
from .files.remove import remove_files
from .settings import CleanSettings
from .store.restore import load

__all__ = ("clean", "clean_up")

DRY_NOTE = """\
# Note: No files or directories are actually removed.
# Use the --commit option to execute the removals.
"""
NOTHING_NOTE = "# No outputs found to be cleaned.\n"

_MADE = frozenset({FileState.BUILT, FileState.OUTDATED, FileState.VOLATILE})


def clean_up(settings: CleanSettings) -> int:
    """Clean and print what was done, or say in a line why that cannot be; return the exit code."""
    try:
        sys.stdout.write(clean(settings))
    except (JournalFailed, OSError) as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return 1
    return 0


def clean(settings: CleanSettings) -> str:
    """Remove outputs, or say which would be removed; return what is to be printed.

    Raises
    ------
    JournalFailed
        There is no database, or it cannot be read.
    """
    director = Director(DirectorSettings(root=settings.root), {})
    director.restore(load(os.path.join(settings.root, ".stepup/graph.db")), 0.0)
    graph = director.desk.graph
    found = [file for file in _affected(graph, settings.paths) if file.state in _MADE]
    chosen = [file for file in found if file.detached or settings.everything]
    verdicts = [_judge(settings, file) for file in sorted(chosen, key=lambda file: file.path, reverse=True)]
    lines = [_line(settings, verdict) for verdict in verdicts]
    if settings.commit:
        lines += _remove(settings, verdicts)
    text = "".join(f"{line}\n" for line in lines) or NOTHING_NOTE
    return text if settings.commit else DRY_NOTE + text


# What is meant


def _affected(graph: Graph, paths: Iterable[str]) -> list[File]:
    """Return the files at or below some paths, and all that is made from them."""
    files = [file for file in graph.files.values() if any(is_below(file.path, path) for path in paths)]
    seen = {file.id for file in files}
    for file in files:
        for product in _made_from(graph, file):
            if product.id not in seen:
                seen.add(product.id)
                files.append(product)
    return files


def _made_from(graph: Graph, file: File) -> Iterator[File]:
    """Return what is made by the steps that use a file."""
    for step in graph.consumers(file):
        for id_ in (*step.outputs, *step.volatiles):
            yield graph.files[id_]


# What may go


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is to become of one output."""

    path: str
    known: FileHash | None
    """What a file must still be to be removed; None: in any case."""
    remarks: tuple[str, ...]
    obstacle: str = ""
    """Why it stays; empty when it goes."""
    is_gone: bool = False
    """Nothing is there."""


def _judge(settings: CleanSettings, file: File) -> _Verdict:
    """Compare an output with what its step had made."""
    remarks = ("Detached output!",) if file.detached else ()
    there = hash_path(file.path, os.path.join(settings.root, file.path), file.hash, lambda _: None)
    if there.kind is PathKind.MISSING:
        return _Verdict(file.path, None, ("Already gone!", *remarks), is_gone=True)
    if there.kind is not PathKind.FILE:
        return _Verdict(file.path, None, remarks, obstacle=f"Skipping {{}}: it is {_WORDS[there.kind]}")
    if file.hash is None or file.hash.same_content(there.hash):
        return _Verdict(file.path, file.hash, remarks)
    if not settings.unsafe:
        return _Verdict(file.path, None, remarks, obstacle="Skipping modified file: {} (use --unsafe to override)")
    return _Verdict(file.path, None, ("File changed after the workflow created it!", *remarks))


_WORDS = {
    PathKind.DIRECTORY: "a directory",
    PathKind.SPECIAL: "not a regular file",
    PathKind.UNREADABLE: "not readable",
    PathKind.LINK: "a symbolic link",
    PathKind.SPARSE: "a sparse file",
}


def _line(settings: CleanSettings, verdict: _Verdict) -> str:
    """Say what becomes of an output."""
    path = _from_here(settings, verdict.path)
    if verdict.obstacle:
        return f"# {verdict.obstacle.format(path)}"
    command = f"{'# ' if verdict.is_gone else ''}rm {path}"
    return f"{command}  # {' '.join(verdict.remarks)}" if verdict.remarks else command


def _from_here(settings: CleanSettings, path: str) -> str:
    """Return a path as it is written in the directory of the user."""
    seen = path if path.startswith("/") else posixpath.relpath(posixpath.join(settings.root, path), settings.here)
    return shlex.quote(seen)


# Removing


def _remove(settings: CleanSettings, verdicts: Iterable[_Verdict]) -> list[str]:
    """Remove outputs and the directories that become empty; say what else happened than was said."""
    doomed = {verdict.path: verdict.known for verdict in verdicts if not (verdict.obstacle or verdict.is_gone)}
    removed = remove_files(settings.root, tuple(doomed.items()), keep=posixpath.relpath(settings.here, settings.root))
    lines = [f"# Could not remove {_from_here(settings, path)}" for path in doomed if path not in removed.paths]
    directories = (path for path in removed.paths if path not in doomed)
    return lines + [f"rmdir {_from_here(settings, path)}  # Empty parent directory" for path in directories]
