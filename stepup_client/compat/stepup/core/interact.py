"""Control of a director from Python, as in versions 1 and 2; the same as `stepup_client.cli.interact`."""

from __future__ import annotations

from stepup_client.cli.interact import drain, graph, join, run, shutdown, wait, watch_delete, watch_update

__all__ = ("drain", "graph", "join", "run", "shutdown", "wait", "watch_delete", "watch_update")
