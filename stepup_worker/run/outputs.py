"""The places of outputs: made before an attempt, looked at afterwards, and never reached through a link.

A step is any program. What it leaves at a path may be a link to somebody else's file, a FIFO that nobody writes to,
or a file of holes that takes years to read. Such a thing is told by its kind, and is not followed or waited for.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import stat
from collections.abc import Generator

from stepup_shared.beneath import UnsafePath
from stepup_shared.granted import Granted
from stepup_shared.hindrance import is_hindrance
from stepup_worker.core.values import Assignment, Observation, PathKind

from .files import SMALL_BYTES_MAX, hash_opened, unreachable
from .site import Site

__all__ = ("UnusableOutput", "hash_output", "look_at_outputs", "prepare_outputs")

_KINDS = {
    "directory": PathKind.DIRECTORY,
    "symbolic link": PathKind.LINK,
    "sparse file": PathKind.SPARSE,
}
"""By the word for what is there; whatever else is no file is special."""


class UnusableOutput(Exception):
    """An output cannot be where it was declared; the text says which, why, and what to do."""


def prepare_outputs(site: Site, assignment: Assignment) -> None:
    """Make the directories of outputs, and refuse what a step could hang on, or write through to somewhere else.

    Raises
    ------
    UnusableOutput
        Nothing may be written there.
    """
    with _grants(site, assignment) as granted:
        _make_workdir(granted, site, assignment.workdir)
        for path in assignment.volatiles:
            with _explained(path):
                granted.make_parent(site.at(path))
        for path in assignment.outputs:
            with _explained(path):
                granted.make_parent(site.at(path))
                _refuse_irregular(path, granted.stat(site.at(path)))


def _grants(site: Site, assignment: Assignment) -> Granted:
    """Return where an attempt may write."""
    return Granted(site.root, site.grant(assignment.allowed_roots))


def _make_workdir(granted: Granted, site: Site, workdir: str) -> None:
    """Make the directory of a step, if it is not there; one that is there may be anywhere."""
    place = site.at(workdir or ".")
    if not os.path.isdir(place):
        with _explained(workdir, word="directory"):
            granted.make_directory(posixpath.normpath(place))


def _refuse_irregular(path: str, found: os.stat_result | None) -> None:
    """Refuse to let a step write into a FIFO, through a link, and the like."""
    if found is None or stat.S_ISREG(found.st_mode):
        return
    what = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "a FIFO, socket or device"
    if stat.S_ISDIR(found.st_mode):
        what = "a directory"
    raise UnusableOutput(f"The output {path} is not a regular file but {what}: remove it.")


@contextlib.contextmanager
def _explained(path: str, *, word: str = "output") -> Generator[None]:
    """Say of what cannot be made why, and what to do."""
    try:
        yield
    except UnsafePath as unsafe:
        raise UnusableOutput(
            f"The {word} {path} {unsafe.reason}, which may lead out of the project."
            " Write it elsewhere, or grant the directory that is meant with --allow-root DIR."
        ) from unsafe
    except OSError as error:
        if is_hindrance(error):
            raise
        raise UnusableOutput(
            f"The directory {error.filename} cannot be made: {error.strerror}. Move what is in its way."
        ) from error


def look_at_outputs(site: Site, assignment: Assignment) -> list[Observation | None]:
    """Observe outputs; None stands for a file that is large: whoever can wait calls `hash_output`."""
    with _grants(site, assignment) as granted:
        return [_observe(granted, path, site.at(path), SMALL_BYTES_MAX) for path in assignment.outputs]


def hash_output(site: Site, assignment: Assignment, path: str) -> Observation:
    """Observe an output of any size."""
    with _grants(site, assignment) as granted:
        return _observe(granted, path, site.at(path), None) or Observation(path, PathKind.UNREADABLE, None)


def _observe(granted: Granted, path: str, place: str, bytes_max: int | None) -> Observation | None:
    """Open an output and read it, unless it is larger than that."""
    try:
        fd = granted.open_file(place)
    except UnsafePath as unsafe:
        kind = PathKind.LINK if "lies outside" in unsafe.reason else _KINDS.get(unsafe.what, PathKind.SPECIAL)
        return Observation(path, kind, None)
    except OSError as error:
        return unreachable(path, error)
    try:
        return hash_opened(path, fd, bytes_max)
    except OSError as error:
        return unreachable(path, error)
    finally:
        os.close(fd)
