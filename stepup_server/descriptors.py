"""File descriptors of the director: as many as it may have, and a word to people when there are no more.

Each connection takes one. Who comes when there is none left is kept waiting by gRPC, which tries again every second, so
nothing is lost; but those who wait would not know why.
"""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress

from stepup_server.core.commands import Report
from stepup_server.core.states import Tag
from stepup_server.engine.ports import Reporter
from stepup_shared.hindrance import has_descriptors

__all__ = ("raise_limit", "watch_descriptors")

_LOOK_S = 2.0
_SPARE = 4
"""So many must be free: some are needed for a moment to read files."""


def raise_limit() -> None:
    """Take as many descriptors as the administrator allows: this process starts no other that could mind."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def watch_descriptors(reporter: Reporter) -> None:
    """Say when there are no more descriptors, and when there are again; ends only by being cancelled."""
    is_short = False
    while True:
        await asyncio.sleep(_LOOK_S)
        was_short, is_short = is_short, not has_descriptors(_SPARE)
        if is_short and not was_short:
            limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            text = (
                f"The director has no file descriptors left: it may have {limit}, and needs one for each connection."
                " Whoever connects now has to wait until others have gone, or until the limit is raised:"
                " prlimit --nofile, ulimit -n."
            )
            reporter.report(Report(tag=Tag.ERROR, text=text))
        elif was_short and not is_short:
            reporter.report(Report(tag=Tag.DIRECTOR, text="The director has file descriptors again."))
