"""Paths as the graph knows them: normalised, relative to the root, or absolute."""

from __future__ import annotations

import posixpath

from .refusals import InvalidPath
from .values import Source

__all__ = (
    "is_below",
    "join",
    "label_of",
    "parents",
    "relative_to",
    "spell_workdir",
)

PATH_BYTES_MAX = 4096


def join(base: str, path: str, source: Source) -> str:
    """Return `path`, relative to `base`, as a normalised path relative to the root; absolute paths stay absolute.

    Raises
    ------
    InvalidPath
        The path is empty, too long or holds a NUL byte.
    """
    if not path or "\0" in path or len(path) > PATH_BYTES_MAX:
        raise InvalidPath(_what_is_wrong_with(path), source)
    return posixpath.normpath(path if base == "." else posixpath.join(base, path))


def _what_is_wrong_with(path: str) -> str:
    """Say in one sentence why a path cannot be used."""
    if not path:
        return "A path is empty."
    if "\0" in path:
        return f"A path contains a NUL byte: {path!r}"
    return f"A path is longer than {PATH_BYTES_MAX} characters: {path[:60]!r}..."


def spell_workdir(base: str, workdir: str, source: Source) -> str:
    """Return a workdir relative to the root, keeping the spelling of its end: `sub` and `sub/` are both kept.

    `base` is itself a spelled directory: the caller's own workdir, or where the caller stands.
    """
    if not workdir:
        return base
    normalised = join(posixpath.normpath(base), workdir, source)
    return normalised + "/" if workdir.endswith("/") and normalised not in {".", "/"} else normalised


def label_of(command: str, workdir: str) -> str:
    """Return the name under which people see a step."""
    return command if posixpath.normpath(workdir) == "." else f"{command}  # wd={workdir}"


def relative_to(path: str, base: str) -> str:
    """Return a path of the graph as seen from the normalised directory `base`; a trailing slash is kept.

    Absolute paths stay absolute. A base outside the root has no name for the root, so such paths stay as they are.
    """
    if base == "." or path.startswith("/") or base.startswith(("..", "/")):
        return path
    here, there = base.split("/"), path.rstrip("/").split("/")
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    steps = [".."] * (len(here) - shared) + there[shared:]
    return ("/".join(steps) or ".") + ("/" if path.endswith("/") else "")


def parents(path: str) -> list[str]:
    """Return the directories above a path, nearest first, without the root itself."""
    found: list[str] = []
    while (path := posixpath.dirname(path)) not in {"", "/"}:
        found.append(path)
    return found


def is_below(path: str, directory: str) -> bool:
    """Tell whether a path lies in a directory or is that directory."""
    return directory in {".", path} or path.startswith(directory + "/")
