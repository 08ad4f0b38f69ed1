"""Control of a director from Python, as scripts of version 1 and 2 import it; the command line does the same.

All functions wait up to ten seconds for a director of the project that is in STEPUP_ROOT, or here.
"""

from __future__ import annotations

from stepup_client.cli.commands import run_graph, run_plain, run_wait
from stepup_client.cli.discover import wait_for_director
from stepup_client.cli.environment import project_root
from stepup_client.cli.options import GraphCommand, PlainCommand, WaitCommand

__all__ = ("drain", "get_socket", "graph", "join", "run", "shutdown", "wait", "watch_delete", "watch_update")


def get_socket() -> str:
    """Return the path of the socket of the director of this project."""
    return wait_for_director(project_root()).socket


def graph(prefix: str) -> None:
    """Write the graph, as `stepup graph PREFIX`.

    Parameters
    ----------
    prefix
        Begins the names of the files, relative to the root.
    """
    run_graph(GraphCommand(prefix=prefix, with_mermaid=False))


def run() -> None:
    """Build again, as `stepup rebuild`."""
    run_plain(PlainCommand("rebuild"))


def wait() -> None:
    """Wait until no build is going on, as `stepup wait`."""
    run_wait(WaitCommand())


def watch_update(path: str) -> None:
    """Wait until a change of a file was noticed, as `stepup wait -u PATH`.

    Parameters
    ----------
    path
        The file, relative to the root.
    """
    run_wait(WaitCommand(update=path))


def watch_delete(path: str) -> None:
    """Wait until it was noticed that a file is gone, as `stepup wait -d PATH`.

    Parameters
    ----------
    path
        The file, relative to the root.
    """
    run_wait(WaitCommand(delete=path))


def drain() -> None:
    """Start no further steps in this build, as `stepup drain`."""
    run_plain(PlainCommand("drain"))


def join() -> None:
    """Wait until no build is going on and stop the director, as `stepup join`."""
    run_plain(PlainCommand("join"))


def shutdown() -> None:
    """Stop the director, as `stepup shutdown`; again: more firmly."""
    run_plain(PlainCommand("shutdown"))
