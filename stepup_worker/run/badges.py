"""What the processes of attempts show when they call the director: files that only this user can read.

They have no names: each is memory of this process, found by way of /proc, so that nothing is left wherever it ends,
and nothing ever lies on a disk. Nobody inherits them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from stepup_worker.core.values import AttemptId

__all__ = ("Badges",)


class Badges:
    """The newest token of each attempt, and the files of those that run."""

    def __init__(self) -> None:
        """Know none."""
        self._tokens: dict[AttemptId, str] = {}
        self._files: dict[AttemptId, int] = {}

    def take(self, tokens: Mapping[AttemptId, str], wanted: Iterable[AttemptId]) -> None:
        """Take new tokens in; those of attempts that neither run nor are wanted are forgotten."""
        self._tokens.update(tokens)
        if len(self._tokens) > len(self._files):
            kept = self._files.keys() | set(wanted)
            self._tokens = {id_: token for id_, token in self._tokens.items() if id_ in kept}
        for attempt in tokens.keys() & self._files.keys():
            # All tokens of a director have the same length.
            os.pwrite(self._files[attempt], tokens[attempt].encode(), 0)

    def open(self, attempt: AttemptId) -> str:
        """Put the token of an attempt into a file, and return its path."""
        fd = os.memfd_create("token", os.MFD_CLOEXEC)
        os.fchmod(fd, 0o600)
        os.write(fd, self._tokens.get(attempt, "").encode())
        self._files[attempt] = fd
        return f"/proc/{os.getpid()}/fd/{fd}"

    def close(self, attempt: AttemptId) -> None:
        """Remove the file of an attempt, if it has one, and forget its token."""
        self.hide(attempt)
        self._tokens.pop(attempt, None)

    def hide(self, attempt: AttemptId) -> None:
        """Remove the file of an attempt, if it has one; another may be opened."""
        fd = self._files.pop(attempt, None)
        if fd is not None:
            os.close(fd)
