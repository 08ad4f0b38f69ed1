"""A folder that only its owner may enter, for what nobody else may know or replace."""

from __future__ import annotations

import os

from stepup_shared.durable import replace_durably, sync_directory

__all__ = ("PrivateFolder",)


class PrivateFolder:
    """Small files, each replaced as a whole and durably."""

    def __init__(self, path: str) -> None:
        """Make the folder if it is not there; OSError when others may enter it."""
        self._folder = path
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.lstat(path)
        if status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise OSError(f"{path} must belong to you and be closed to others: chmod 700 {path}")
        sync_directory(os.path.dirname(path))

    def has(self, name: str) -> bool:
        """Tell whether a file is there."""
        return os.path.exists(self._path(name))

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        with open(self._path(name), "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Replace a file, durably."""
        replace_durably(self._path(name), content)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)
