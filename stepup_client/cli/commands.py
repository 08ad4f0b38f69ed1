"""The commands that only talk to a director, or look at what one left behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from stepup_client.cli.asking import ask, ask_or_gone
from stepup_client.cli.directions import way_or_database, way_to_director
from stepup_client.cli.discover import (
    Located,
    find_successor,
    wait_for_director,
    wait_until_gone,
)
from stepup_client.cli.environment import path_from_root, project_root
from stepup_client.cli.failures import UsageError
from stepup_client.cli.graph_files import write_graph
from stepup_client.cli.launch import run_inspection, run_program
from stepup_client.cli.options import CleanCommand, GraphCommand, PlainCommand, Program, StatusCommand, WaitCommand
from stepup_client.cli.status import render_status

if TYPE_CHECKING:
    from stepup_client.rpc.control import ControlClient

__all__ = ("run_clean", "run_graph", "run_plain", "run_status", "run_wait")


def run_plain(command: PlainCommand) -> int:
    """Do one of the commands without options and return the exit code."""
    if command.director:
        ask(way_to_director(command.director), _PLAIN_ELSEWHERE[command.name])
    else:
        _PLAIN[command.name](project_root())
    return 0


def run_wait(command: WaitCommand) -> int:
    """Wait until no build is going on, or for a change; a director that stops meanwhile is idle for good."""

    def wait(client: ControlClient) -> Coroutine[Any, Any, int]:
        return client.wait(update=command.update, delete=command.delete)

    if command.director:
        ask(way_to_director(command.director), wait)
    else:
        _ask_present(project_root(), wait)
    return 0


def run_status(command: StatusCommand) -> int:
    """Print what goes on, or what the database says when nothing does."""
    way = way_or_database(command.director)
    if way is None:
        return run_inspection(project_root(), ["status", "--json"] if command.as_json else ["status"])
    if command.as_json:
        print(ask(way, lambda client: client.status_json()))
    else:
        print(render_status(ask(way, lambda client: client.status())))
    return 0


def run_clean(command: CleanCommand) -> int:
    """Remove outputs by hand, or show what would be removed; whether a director runs does not matter."""
    root = project_root()
    if not os.path.exists(f"{root}/.stepup/graph.db"):
        raise UsageError(f"Graph database {root}/.stepup/graph.db does not exist.")
    chosen = {"--commit": command.commit, "--all": command.everything, "--unsafe": command.unsafe}
    flags = [flag for flag, is_chosen in chosen.items() if is_chosen]
    paths = [path_from_root(path, root) for path in command.paths]
    places = ["--here", os.path.realpath("."), "--root", root]
    return run_program(Program.DIRECTOR, ["clean", *flags, *places, "--", *paths])


def run_graph(command: GraphCommand) -> int:
    """Write the graph beside the project's files; that of a project elsewhere, into this directory."""
    way = way_or_database(command.director)
    root = "." if command.director else project_root()
    if way is None:
        return run_inspection(root, ["graph", command.prefix, *(["--mermaid"] if command.with_mermaid else [])])
    graph = ask(way, lambda client: client.graph(with_mermaid=command.with_mermaid))
    try:
        write_graph(os.path.join(root, command.prefix), graph)
    except OSError as error:
        raise UsageError(f"Cannot write {error.filename}: {error.strerror}.") from error
    return 0


def _rebuild(root: str) -> None:
    if not _ask_present(root, lambda client: client.rebuild()):
        raise UsageError("The director has stopped. `stepup build` builds again.")


def _drain(root: str) -> None:
    ask(wait_for_director(root).socket, lambda client: client.drain())


def _join(root: str) -> None:
    """Wait and stop; afterwards another director may be started at once."""
    _ask_present(root, lambda client: client.join())
    if not wait_until_gone(root):
        print("The director is still stopping.", file=sys.stderr)


def _shutdown(root: str) -> None:
    """Stop a little more firmly than was asked before."""
    ask_or_gone(wait_for_director(root).socket, _shut_down_further)


async def _shut_down_further(client: ControlClient) -> None:
    status = await client.status()
    await client.shutdown(status.stopping.raised())


_PLAIN: dict[str, Callable[[str], None]] = {
    "rebuild": _rebuild,
    "join": _join,
    "drain": _drain,
    "shutdown": _shutdown,
}


_PLAIN_ELSEWHERE: dict[str, Callable[[ControlClient], Coroutine[Any, Any, object]]] = {
    "rebuild": lambda client: client.rebuild(),
    "join": lambda client: client.join(),
    "drain": lambda client: client.drain(),
    "shutdown": _shut_down_further,
}
"""What is asked of a director whose end cannot be seen from here."""


def _ask_present(root: str, question: Callable[[ControlClient], Coroutine[Any, Any, object]]) -> bool:
    """Ask the director that serves a project; return whether one was there to the end.

    One that is on its way out may be about to be followed by another, and that one is meant.
    """
    located: Located | None = wait_for_director(root)
    while located is not None:
        if ask_or_gone(located.socket, question):
            return True
        located = find_successor(root, located)
    return False
