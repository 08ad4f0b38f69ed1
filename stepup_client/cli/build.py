"""`stepup build`: attach to the director that serves this project, or be its director, worker and display."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from types import FrameType
from typing import NoReturn

from stepup_client.cli.conduct import INTERNAL
from stepup_client.cli.discover import (
    has_died,
    is_director_alive,
    remove_remains,
    wait_until_gone,
    wait_until_listening,
)
from stepup_client.cli.environment import enter_root, path_from_root, project_root
from stepup_client.cli.failures import UsageError
from stepup_client.cli.held_signals import hold_signals, release_signals
from stepup_client.cli.options import BuildCommand
from stepup_client.cli.plan_check import check_plan
from stepup_client.rpc.control_values import BuildOptions

__all__ = ("run_build",)

_TRIES = 5
"""How often to look for a director that came or went at the moment of looking."""


def run_build(command: BuildCommand) -> int:
    """Build the project and return the exit code."""
    root = project_root()
    command = replace(command, targets=tuple(path_from_root(target, root) for target in command.targets))
    if enter_root(root):
        print(f"Changing to {root}", flush=True)
    # From here on somebody depends on us ending in order.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_interrupt)
    for _ in range(_TRIES):
        exit_code = _attach_or_embed(root, command)
        if exit_code is not None:
            return exit_code
    raise UsageError(f"Another director of {root} is coming or going. Try again in a moment.")


def _attach_or_embed(root: str, command: BuildCommand) -> int | None:
    """Return the exit code; None when another director came or went at this very moment."""
    if not is_director_alive(root):
        return _embed(root, command)
    exit_code = _attach(root, command)
    if exit_code is None:
        wait_until_gone(root)
        if has_died(root):
            # What its workers still run, another director of the same kind will go on with.
            raise UsageError(f"The director of {root} has died just now. Start it again, or build again without it.")
    return exit_code


def _attach(root: str, command: BuildCommand) -> int | None:
    located = wait_until_listening(root)
    if located is None:
        return None
    given = {"-j": command.are_jobs_given, "--joblog": command.joblog, "--allow-root": bool(command.allow_root)}
    for flag, is_given in given.items():
        if is_given:
            print(f"NOTE: a director is running already, to which {flag} means nothing.", file=sys.stderr)
    # Here because all this loads gRPC.
    from stepup_client.cli.attach import attach, begin_build

    if command.detach:
        return begin_build(located.socket, _options(command, workers_min=0))
    return attach(located.socket, _options(command, workers_min=0), command.look)


def _embed(root: str, command: BuildCommand) -> int | None:
    if has_died(root):
        # Before anything is removed by which its workers and steps find another one.
        _forbid_twice(root)
    remove_remains(root)
    complaint = check_plan(root)
    if complaint is not None:
        return _refuse(root, complaint)
    if command.detach:
        from stepup_client.cli.detach import detach

        return detach(root, lambda: _embed_with_signals(root, command))
    return _embed_with_signals(root, command)


def _forbid_twice(root: str) -> None:
    """Refuse to build when the workers of a dead director may still run its steps: another one would take them over."""
    from stepup_client.cli.launch import survivors_from_database

    complaint = survivors_from_database(root)
    if complaint:
        raise UsageError(complaint)


def _embed_with_signals(root: str, command: BuildCommand) -> int | None:
    # Until somebody can act on them: from then on the user is listened to.
    hold_signals()
    try:
        return _embed_undisturbed(root, command)
    finally:
        release_signals()


def _refuse(root: str, complaint: str) -> int:
    """Say why there is no build, where people look for it."""
    line = f"   ERROR │ {complaint}\n"
    os.makedirs(f"{root}/.stepup", exist_ok=True)
    with open(f"{root}/.stepup/fail.log", "w", encoding="utf-8") as log:
        log.write(line)
    sys.stdout.write(line)
    return INTERNAL


def _embed_undisturbed(root: str, command: BuildCommand) -> int | None:
    from stepup_client.cli.embed import embed
    from stepup_client.cli.launch import Household, HouseholdSettings

    settings = HouseholdSettings(
        root=root,
        jobs=command.jobs,
        workers=command.workers,
        forkserver=command.forkserver,
        preload_modules=command.preload_modules,
        fix_epoch=command.fix_epoch,
        allowed_roots=tuple(
            os.path.normpath(os.path.join(root, os.path.expanduser(path))) for path in command.allow_root
        ),
        joblog=command.joblog,
        log_level=command.log_level,
        log_format=command.log_format,
    )
    with Household(settings) as household:
        return embed(household, _options(command, workers_min=command.workers), command.look)


def _options(command: BuildCommand, *, workers_min: int) -> BuildOptions:
    """Say to the director what the user asked for."""
    return BuildOptions(
        keep_going=command.keep_going,
        clean=command.clean,
        resources=command.resources,
        defer_cap=command.defer_cap,
        workers_min=workers_min,
        watch=command.watch,
        watch_first=command.watch_first,
        explain_rerun=command.explain_rerun,
        use_durations=command.duration,
        targets=command.targets,
    )


def _raise_interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
