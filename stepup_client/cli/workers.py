"""`stepup worker list` and `stepup worker drain`."""

from __future__ import annotations

from stepup_client.cli.asking import ask
from stepup_client.cli.directions import way_to_director
from stepup_client.cli.options import WorkerDrainCommand, WorkerListCommand
from stepup_client.cli.status import render_workers

__all__ = ("run_drain", "run_list")


def run_list(command: WorkerListCommand) -> int:
    """Print who the workers are, what they offer and what they hold."""
    way = way_to_director(command.director)
    if command.as_json:
        print(ask(way, lambda client: client.workers_json()))
    else:
        print(render_workers(ask(way, lambda client: client.status())))
    return 0


def run_drain(command: WorkerDrainCommand) -> int:
    """Let workers leave, and say which."""
    way = way_to_director(command.director)
    names = ask(way, lambda client: client.drain_workers(command.workers, wait=command.wait))
    what = "Left" if command.wait else "Draining"
    print(f"{what}: {', '.join(names) or 'none'}")
    return 0
