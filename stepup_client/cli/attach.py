"""A build by a director that runs already: ask for it, follow it, leave the director alone."""

from __future__ import annotations

import asyncio

from stepup_client.cli.conduct import INTERRUPTED
from stepup_client.cli.console import Calls, Operator, listening_to_user
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import Look
from stepup_client.cli.screen import Screen
from stepup_client.rpc.control import ControlClient
from stepup_client.rpc.control_values import BuildOptions, DirectorGone, DirectorRefused, Tag

__all__ = ("attach", "follow_build")


def attach(socket: str, options: BuildOptions, look: Look) -> int | None:
    """Build with the director behind the socket and return the exit code; None when it is stopping."""
    return asyncio.run(follow_build(socket, options, Screen(look)))


async def follow_build(socket: str, options: BuildOptions, screen: Screen) -> int | None:
    """Ask for a build and show it to its end; return the exit code, or None when the director is stopping."""
    async with ControlClient(socket) as client, asyncio.TaskGroup() as group:
        calls = Calls(group)
        following = asyncio.ensure_future(_follow(client, socket, options, screen))
        operator = Operator(client, screen, calls, watches=options.watch or options.watch_first)
        with listening_to_user(screen, lambda _signal: _cancel(following), operator.press):
            await asyncio.wait((following,))
        calls.cancel()
    # Outside the group, which would wrap a failure.
    if following.cancelled():
        screen.say(Tag.DIRECTOR, "Detached. The director goes on with the build.")
        return INTERRUPTED
    return following.result()


async def _follow(client: ControlClient, socket: str, options: BuildOptions, screen: Screen) -> int | None:
    try:
        started = await client.build(options)
    except DirectorGone:
        return None
    except DirectorRefused as error:
        raise UsageError(str(error)) from error
    screen.say(Tag.DIRECTOR, f"Attached to {socket}")
    if started.joined:
        screen.say(Tag.DIRECTOR, "Joined a build that is going on, with the options it was started with.")
    watches = options.watch or options.watch_first
    exit_code = None
    try:
        async for event in client.events(after=started.events_before):
            screen.show(event)
            if event.build_end is not None and event.build_end.build >= started.build:
                exit_code = event.build_end.return_code
                if not watches:
                    return exit_code
    except (DirectorGone, DirectorRefused) as error:
        raise UsageError(f"Lost the director: {error}. `stepup build` again finishes the rest.") from error
    if exit_code is None:
        raise UsageError("The director stopped before the build ended.")
    return exit_code


def _cancel(following: asyncio.Future[int | None]) -> None:
    """Stop following; the build itself goes on."""
    following.cancel()
