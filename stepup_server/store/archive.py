"""What steps have written, as it is stored; read beside the journal, which goes on writing."""

from __future__ import annotations

import asyncio

from stepup_server.core.commands import OutputRow
from stepup_server.core.ids import NodeId

from .restore import load_output

__all__ = ("StoredOutputs",)


class StoredOutputs:
    """The stored outputs of a project."""

    def __init__(self, path: str) -> None:
        """Remember where the database is."""
        self._path = path

    async def output(self, step: NodeId) -> OutputRow | None:
        """Return what the last attempt of a step has written; None when nothing is known."""
        return await asyncio.to_thread(load_output, self._path, step)
