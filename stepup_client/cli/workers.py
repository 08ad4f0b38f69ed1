"""`stepup worker list` and `stepup worker drain`."""

from __future__ import annotations

from collections.abc import Sequence

from stepup_client.cli.commands import ask
from stepup_client.cli.discover import wait_for_director
from stepup_client.cli.environment import project_root
from stepup_client.cli.status import render_workers

__all__ = ("run_drain", "run_list")


def run_list(*, as_json: bool) -> int:
    """Print who the workers are, what they offer and what they hold."""
    socket = wait_for_director(project_root()).socket
    if as_json:
        print(ask(socket, lambda client: client.workers_json()))
    else:
        print(render_workers(ask(socket, lambda client: client.status())))
    return 0


def run_drain(workers: Sequence[str], *, wait: bool) -> int:
    """Let workers leave, and say which."""
    socket = wait_for_director(project_root()).socket
    names = ask(socket, lambda client: client.drain_workers(workers, wait=wait))
    what = "Left" if wait else "Draining"
    print(f"{what}: {', '.join(names) or 'none'}")
    return 0
