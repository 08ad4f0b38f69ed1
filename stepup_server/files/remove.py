"""Removing old products, and nothing else.

Paths are walked beneath the root of the project, or a directory that was granted, and no link is followed on the way:
whatever a step has made of a directory meanwhile, nothing else is ever reached.
All files are judged before the first one goes, so that a link to another product can still be compared.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from stepup_server.core.paths import is_below
from stepup_server.core.values import FileHash, Observation, PathKind, Removed
from stepup_server.failpoints import reach
from stepup_shared.beneath import UnsafePath, check_name
from stepup_shared.granted import Granted
from stepup_shared.hindrance import is_hindrance

from .look import digest_of, has_stamps_of, open_for_reading

__all__ = ("remove_files",)


def remove_files(
    root: str, files: Sequence[tuple[str, FileHash | None]], *, keep: str = ".", allowed: Sequence[str] = ()
) -> Removed:
    """Remove files and links that still have the given hash (None: in any case), then directories left empty.

    A file that somebody has edited stays without a word.
    Directories above files that were gone already are pruned too, so that a cleaning can be repeated;
    not the directory `keep`, where somebody stands.
    """
    if not os.path.isdir(root):
        # Without a root there is nothing left to remove.
        return Removed(())
    with Granted(root, allowed) as granted:
        judged = _judge_all(granted, files)
        doomed = judged.doomed
        removed = [path for path in sorted(doomed, reverse=True) if _unlink(granted, path, doomed[path])]
        return Removed((*removed, *_prune(granted, [*removed, *judged.gone], keep)), tuple(judged.kept))


class _Identity(NamedTuple):
    """What must not change between the judgement and the removal; of a link, not of its target."""

    device: int
    inode: int
    size: int
    mtime_ns: int


@contextlib.contextmanager
def _open_parent(granted: Granted, path: str) -> Generator[tuple[int, str], None, None]:
    """Open the directory of a path; yield it with the last name.

    Raises
    ------
    UnsafePath
        It is no place of ours, or a link stands in the way.
    OSError
        It is not there.
    """
    root, name = granted.locate(path)
    check_name(name)
    with root.parent(name) as (parent, last):
        yield parent, last


@dataclass(slots=True)
class _Judgement:
    """What is to become of the products."""

    doomed: dict[str, _Identity] = field(default_factory=dict[str, _Identity])
    """Files and links that may go."""
    gone: list[str] = field(default_factory=list[str])
    """Paths where nothing is."""
    kept: list[Observation] = field(default_factory=list[Observation])
    """What cannot be compared is not known to be ours, and stays."""


def _judge_all(granted: Granted, files: Iterable[tuple[str, FileHash | None]]) -> _Judgement:
    """Decide what is to become of each product."""
    judgement = _Judgement()
    for path, known in files:
        try:
            verdict = _judge(granted, path, known)
        except FileNotFoundError:
            judgement.gone.append(path)
        except UnsafePath as unsafe:
            if unsafe.what:
                judgement.kept.append(Observation(path, PathKind.LINK, None))
        except OSError as error:
            if is_hindrance(error):
                raise
            judgement.kept.append(Observation(path, PathKind.UNREADABLE, None))
        else:
            if isinstance(verdict, PathKind):
                judgement.kept.append(Observation(path, verdict, None))
            elif verdict is not None:
                judgement.doomed[path] = verdict
    return judgement


def _judge(granted: Granted, path: str, known: FileHash | None) -> _Identity | PathKind | None:
    """Return the identity of a file or link that may go, what else is there, or None for a file that was edited."""
    with _open_parent(granted, path) as (parent, name):
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            return PathKind.DIRECTORY if stat.S_ISDIR(status.st_mode) else PathKind.SPECIAL
        if known is None or _is_same(parent, name, known):
            return _identity(status)
    return None


def _is_same(parent: int, name: str, known: FileHash) -> bool:
    """Tell whether a file has the content and permissions of its hash; that of a link is its target's."""
    try:
        descriptor = open_for_reading(name, parent)
    except FileNotFoundError:
        return False
    try:
        status = os.fstat(descriptor)
        if has_stamps_of(known, status):
            return True
        if not stat.S_ISREG(status.st_mode) or (status.st_mode, status.st_size) != (known.mode, known.size):
            return False
        return digest_of(descriptor, status.st_size) == known.digest
    finally:
        os.close(descriptor)


def _identity(status: os.stat_result) -> _Identity:
    """Return what tells a file from its successor."""
    return _Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _unlink(granted: Granted, path: str, identity: _Identity) -> bool:
    """Remove a file that is still the one which was judged; tell whether it went."""
    try:
        with _open_parent(granted, path) as (parent, name):
            if _identity(os.stat(name, dir_fd=parent, follow_symlinks=False)) != identity:
                return False
            os.unlink(name, dir_fd=parent)
            reach("after_remove")
    except (OSError, UnsafePath):
        return False
    return True


def _prune(granted: Granted, paths: Iterable[str], keep: str) -> list[str]:
    """Remove the directories above these paths that are empty; return them, deepest first."""
    directories: set[str] = set()
    for path in paths:
        while path := path.rpartition("/")[0]:
            directories.add(path)
    doomed = (path for path in sorted(directories, reverse=True) if not is_below(keep, path))
    return [path for path in doomed if _rmdir(granted, path)]


def _rmdir(granted: Granted, path: str) -> bool:
    """Remove a directory if it is empty; tell whether it went."""
    try:
        with _open_parent(granted, path) as (parent, name):
            os.rmdir(name, dir_fd=parent)
    except (OSError, UnsafePath):
        return False
    return True
