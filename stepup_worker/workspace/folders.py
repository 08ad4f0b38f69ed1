"""Folders for the trees of attempts: the long way down to the project's root is made once and used again."""

from __future__ import annotations

import itertools
import os
import shutil

__all__ = ("Folders",)


class Folders:
    """Folders below one directory, each for one attempt at a time.

    The root itself is made anew for each attempt: whatever an earlier one has left running cannot reach it by chance.
    """

    def __init__(self, directory: str) -> None:
        """Remove what an earlier worker has left."""
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory, mode=0o700)
        self._directory = directory
        self._numbers = itertools.count()
        self._free: list[str] = []

    def take(self) -> str:
        """Return a folder that nobody uses, and that may not be there yet."""
        return self._free.pop() if self._free else f"{self._directory}/{next(self._numbers)}"

    def give_back(self, folder: str, root: str) -> None:
        """Take a folder back whose attempt is over; `root` begins with a slash, and is what was beneath the folder."""
        shutil.rmtree(folder + root, ignore_errors=True)
        if _is_only_way(folder, root):
            self._free.append(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _is_only_way(folder: str, root: str) -> bool:
    """Tell whether nothing lies in a folder but the way down to where a root was."""
    *way, last = root.strip("/").split("/")
    path = folder
    try:
        for name in way:
            if os.path.islink(path) or os.listdir(path) != [name]:
                return False
            path = f"{path}/{name}"
        return bool(last) and not os.path.islink(path) and not os.listdir(path)
    except OSError:
        return False
