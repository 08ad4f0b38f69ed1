"""Where outputs may lie: in the project, and in directories that its owner has granted.

What the words of a path tell is told here, at the line that declares it. Links are seen when a path is walked, by
whoever walks it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from .paths import is_below
from .refusals import InvalidPath
from .values import Source

__all__ = ("check_place",)

NAME_BYTES_MAX = 255
"""What file systems take as one component of a path."""
PATH_BYTES_MAX = 4095


def check_place(root: str, allowed: Sequence[str], path: str, source: Source) -> None:
    """Refuse an output that lies outside of the project, or that no file system can hold."""
    if _is_too_long(path):
        raise InvalidPath(f"The name of an output is too long: {path[:60]}... ({len(path)} characters)", source)
    if not path.startswith(("/", "..")):
        return
    absolute = posixpath.normpath(posixpath.join(root, path))
    if is_below(absolute, posixpath.join(root, ".stepup")):
        raise InvalidPath(f"Paths under .stepup belong to StepUp itself: {path}", source)
    if absolute == root or not any(is_below(absolute, directory) for directory in (root, *allowed)):
        raise InvalidPath(
            f"Output ({path}) lies outside of the project. Write it below the root,"
            f" or grant its directory: stepup build --allow-root {posixpath.dirname(absolute)}",
            source,
        )


def _is_too_long(path: str) -> bool:
    """Tell whether a path, or one of its components, has too many bytes; of most that is sure without counting."""
    if len(path) <= NAME_BYTES_MAX // 4:
        return False
    names = path.encode("utf-8", "surrogatepass").split(b"/")
    return max(map(len, names)) > NAME_BYTES_MAX or sum(map(len, names)) + len(names) - 1 > PATH_BYTES_MAX
