"""`stepup` and `sb`: from arguments to an exit code.

Nothing is imported before it is known to be needed:
help, versions and mistakes cost no more than Python itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from stepup_client.cli.arguments import parse
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import (
    AttachCommand,
    BrowseCommand,
    BuildCommand,
    CancelCommand,
    CleanCommand,
    CompletionCommand,
    ConfigCommand,
    ConnectCommand,
    GraphCommand,
    Invocation,
    LogsCommand,
    PlainCommand,
    ProgramCommand,
    StatusCommand,
    TrustCommand,
    WaitCommand,
    WhyCommand,
    WorkerDrainCommand,
    WorkerListCommand,
)
from stepup_shared.visible import in_text

__all__ = ("run", "sb", "stepup")

_FAILED = 1
_INTERRUPTED = 2
_UNREAD = 128 + 13
"""As the shell tells of a program that SIGPIPE has ended."""


def stepup() -> None:
    """Run `stepup` with the arguments of this process and end it."""
    _end(run(sys.argv[1:]))


def sb() -> None:
    """Run `stepup build` with the arguments of this process and end it."""
    _end(run(["build", *sys.argv[1:]]))


def run(argv: Sequence[str]) -> int:
    """Do what the arguments ask for and return the exit code."""
    try:
        invocation = parse(argv)
        if invocation is None:
            from stepup_client.cli.grammar import make_parser

            make_parser().print_help()
            return _FAILED
        return _perform(invocation)
    except UsageError as error:
        print(f"ERROR: {in_text(error)}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        print("ERROR: Interrupted.", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has seen enough: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNREAD


def _end(exit_code: int) -> NoReturn:
    """End at once: all is done, and taking apart an interpreter that holds gRPC takes 40 ms."""
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(exit_code)


def _perform(invocation: Invocation) -> int:
    """Hand over to the module that knows the command."""
    match invocation:
        case BuildCommand():
            from stepup_client.cli.build import run_build

            return run_build(invocation)
        case AttachCommand(look, director):
            from stepup_client.cli.attach import run_attach

            return run_attach(look, director)
        case ProgramCommand(program, argv):
            from stepup_client.cli.launch import run_program

            return run_program(program, argv)
        case ConfigCommand(is_all_shown):
            from stepup_client.cli.configuration.show import run_config

            return run_config(show_all=is_all_shown)
        case CompletionCommand(shell):
            from stepup_client.cli.completion import completion_script
            from stepup_client.cli.grammar import make_parser

            print(completion_script(make_parser(), shell), end="")
            return 0
        case _:
            return _converse(invocation)


def _converse(
    invocation: PlainCommand
    | WaitCommand
    | StatusCommand
    | WhyCommand
    | LogsCommand
    | CancelCommand
    | WorkerListCommand
    | WorkerDrainCommand
    | TrustCommand
    | ConnectCommand
    | BrowseCommand
    | CleanCommand
    | GraphCommand,
) -> int:
    """Speak with a director, or with what one has left behind."""
    match invocation:
        case WhyCommand() | LogsCommand() | CancelCommand():
            return _ask_of_step(invocation)
        case TrustCommand() | ConnectCommand() | WorkerListCommand() | WorkerDrainCommand():
            return _administer(invocation)
        case _:
            return _ask(invocation)


def _administer(invocation: TrustCommand | ConnectCommand | WorkerListCommand | WorkerDrainCommand) -> int:
    """See to workers, and to others who come from elsewhere."""
    match invocation:
        case TrustCommand(argv):
            from stepup_client.cli.trust import run_trust

            return run_trust(argv)
        case ConnectCommand():
            from stepup_client.cli.connect import run_connect

            return run_connect(invocation)
        case WorkerListCommand():
            from stepup_client.cli.workers import run_list

            return run_list(invocation)
        case WorkerDrainCommand():
            from stepup_client.cli.workers import run_drain

            return run_drain(invocation)


def _ask_of_step(invocation: WhyCommand | LogsCommand | CancelCommand) -> int:
    """Do something with one step."""
    match invocation:
        case WhyCommand():
            from stepup_client.cli.why import run_why

            return run_why(invocation)
        case LogsCommand():
            from stepup_client.cli.logs import run_logs

            return run_logs(invocation)
        case CancelCommand():
            from stepup_client.cli.cancel import run_cancel

            return run_cancel(invocation)


def _ask(
    invocation: PlainCommand | WaitCommand | StatusCommand | BrowseCommand | CleanCommand | GraphCommand,
) -> int:
    """Ask a director, or what one has left behind."""
    match invocation:
        case PlainCommand():
            from stepup_client.cli.commands import run_plain

            return run_plain(invocation)
        case WaitCommand():
            from stepup_client.cli.commands import run_wait

            return run_wait(invocation)
        case StatusCommand():
            from stepup_client.cli.commands import run_status

            return run_status(invocation)
        case BrowseCommand():
            from stepup_client.cli.browse import run_browse

            return run_browse(invocation)
        case CleanCommand():
            from stepup_client.cli.commands import run_clean

            return run_clean(invocation)
        case GraphCommand():
            from stepup_client.cli.commands import run_graph

            return run_graph(invocation)
