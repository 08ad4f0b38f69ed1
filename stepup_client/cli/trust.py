"""`stepup director invite`, `revoke` and `identities`: who may come from other machines."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from stepup_client.cli.directions import way_to_director
from stepup_client.cli.failures import UsageError
from stepup_client.cli.grammar import add_director

if TYPE_CHECKING:
    from stepup_client.rpc.ways import Way

__all__ = ("TRUST_COMMANDS", "run_trust")

_Answer = TypeVar("_Answer")

TRUST_COMMANDS = ("invite", "revoke", "identities")
"""What a running director is asked about other machines."""

_LINES = {"worker": "stepup worker join", "viewer": "stepup connect", "admin": "stepup connect"}
"""What is pasted on the other machine, in front of address and code, by role."""

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def run_trust(argv: Sequence[str]) -> int:
    """Do what the arguments ask of the director that serves this project; return the exit code."""
    chosen = make_parser().parse_args(argv)
    run: Callable[[argparse.Namespace], None] = {"invite": _invite, "revoke": _revoke, "identities": _list}[
        chosen.command
    ]
    run(chosen)
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the grammar."""
    parser = argparse.ArgumentParser(prog="stepup director", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    text = "Print a line that makes another machine a worker, or lets it look on, when pasted there; it works once."
    example = "Example: stepup director invite --role viewer --name eve"
    invite = commands.add_parser("invite", help=text, description=text, epilog=example)
    invite.add_argument(
        "--role",
        choices=tuple(_LINES),
        default="worker",
        help="worker: runs steps (default); viewer: looks on; admin: does all that you may do",
    )
    invite.add_argument("--name", default="", help="what the other machine is called here (default: one that is free)")
    invite.add_argument(
        "--expires", type=_seconds, default="1h", metavar="TIME", help="how long the line works (default: 1h)"
    )
    invite.add_argument("--json", action="store_true", help="for programs")
    text = "Believe a machine no more, from now on; what it was running runs elsewhere, and what it tells is void."
    revoke = commands.add_parser("revoke", help=text, description=text, epilog="Example: stepup director revoke w1")
    revoke.add_argument("name", metavar="NAME", help="as `stepup director identities` lists it")
    text = "List who was invited and who has been let in."
    identities = commands.add_parser("identities", help=text, description=text)
    identities.add_argument("--json", action="store_true", help="for programs")
    for command in (invite, revoke, identities):
        add_director(command)
    return parser


def _seconds(text: str) -> float:
    """Read a time such as 90s, 10m, 1h or 2d."""
    try:
        seconds = float(text[:-1]) * _UNITS[text[-1:]]
    except (KeyError, ValueError):
        seconds = 0.0
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 90s, 10m, 1h or 2d")
    return seconds


def _invite(chosen: argparse.Namespace) -> None:
    from stepup_client.rpc.trust import invite

    made = _ask(chosen, lambda way: invite(way, chosen.role, chosen.name, chosen.expires))
    line = f"{_LINES[chosen.role]} {made.address} {made.code}"
    if chosen.json:
        print(json.dumps({"command": line, **made._asdict()}, indent=2))
    else:
        print(line)


def _revoke(chosen: argparse.Namespace) -> None:
    from stepup_client.rpc.trust import revoke

    count = _ask(chosen, lambda way: revoke(way, chosen.name))
    taken = f" {count} step(s) will run elsewhere." if count else ""
    print(f"{chosen.name} is not believed any more.{taken}")


def _list(chosen: argparse.Namespace) -> None:
    from stepup_client.rpc.trust import list_members

    members = _ask(chosen, list_members)
    if chosen.json:
        print(json.dumps([member._asdict() for member in members], indent=2))
        return
    for member in members:
        moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(member.expires_at))
        print(f"{member.role:<8}{member.name:<24}{member.state:<9}until {moment}")
    if not members:
        print("Nobody was invited.")


def _ask(chosen: argparse.Namespace, question: Callable[[Way], _Answer]) -> _Answer:
    """Ask the director of this project, or the one that was named."""
    from stepup_client.cli.asking import why_gone
    from stepup_client.rpc.control_values import DirectorGone, DirectorRefused

    way = way_to_director(chosen.director)
    try:
        return question(way)
    except DirectorGone as error:
        raise UsageError(why_gone(way, error)) from error
    except DirectorRefused as error:
        raise UsageError(str(error)) from error
