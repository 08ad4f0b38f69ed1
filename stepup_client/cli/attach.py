"""A build by a director that runs already: ask for it, or take one up that goes on, and follow it to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from stepup_client.cli.asking import ask
from stepup_client.cli.conduct import INTERRUPTED
from stepup_client.cli.console import Calls, Operator, listening_to_user
from stepup_client.cli.directions import way_to_director
from stepup_client.cli.discover import find_director
from stepup_client.cli.environment import project_root
from stepup_client.cli.failures import UsageError
from stepup_client.cli.launch import last_return_code
from stepup_client.cli.options import Look
from stepup_client.cli.screen import Screen
from stepup_client.rpc.control import ControlClient
from stepup_client.rpc.control_values import BuildOptions, DirectorGone, DirectorRefused, StopLevel, Tag
from stepup_client.rpc.ways import Way

__all__ = ("attach", "begin_build", "follow_build", "run_attach", "watch_build")


def attach(socket: str, options: BuildOptions, look: Look) -> int | None:
    """Build with the director behind the socket and return the exit code; None when it is stopping."""
    return asyncio.run(follow_build(socket, options, Screen(look)))


def begin_build(socket: str, options: BuildOptions) -> int | None:
    """Ask the director behind the socket for a build and leave it to it; None when it is stopping."""
    try:
        asyncio.run(_begin(socket, options))
    except DirectorGone:
        return None
    except DirectorRefused as error:
        raise UsageError(str(error)) from error
    print("The director builds in the background. `stepup attach` shows it.")
    return 0


async def _begin(socket: str, options: BuildOptions) -> None:
    async with ControlClient(socket) as client:
        await client.build(options)


def run_attach(look: Look, director: str) -> int:
    """Show the build that goes on to its end, and return its exit code; that of the last one if there is none."""
    return _attach_elsewhere(look, director) if director else _attach_here(look)


def _attach_elsewhere(look: Look, director: str) -> int:
    """Show the build of a director on another machine."""
    way = way_to_director(director)
    status = ask(way, lambda client: client.status())
    exit_code = asyncio.run(watch_build(way, Screen(look)))
    if exit_code is None:
        exit_code = status.return_code
        print(f"No build is going on. The last one ended with exit code {exit_code}.")
    return exit_code


def _attach_here(look: Look) -> int:
    """Show the build of this project."""
    root = project_root()
    located = find_director(root)
    exit_code = None if located is None else asyncio.run(watch_build(located.socket, Screen(look)))
    return _tell_last(root) if exit_code is None else exit_code


def _tell_last(root: str) -> int:
    """Say how the last build ended, and return its exit code."""
    exit_code = last_return_code(root)
    if exit_code is None:
        raise UsageError(f"Nothing was ever built in {root}. `stepup build` begins.")
    print(f"No build is going on. The last one ended with exit code {exit_code}; .stepup/*.log tells more.")
    return exit_code


@dataclass(frozen=True, slots=True)
class _Pursuit:
    """The build that is followed."""

    build: int
    """Its number."""
    events_before: int
    """The number of the last event before it."""
    watches: bool
    """Further builds may follow: stay until the director stops."""
    advice: str = "`stepup build` again finishes the rest."
    """What to do when the director is lost."""


async def follow_build(socket: str, options: BuildOptions, screen: Screen) -> int | None:
    """Ask for a build and show it to its end; return the exit code, or None when the director is stopping."""
    async with ControlClient(socket) as client:
        try:
            started = await client.build(options)
        except DirectorGone:
            return None
        except DirectorRefused as error:
            raise UsageError(str(error)) from error
        screen.say(Tag.DIRECTOR, f"Attached to {socket}")
        if started.joined:
            screen.say(Tag.DIRECTOR, "Joined a build that is going on, with the options it was started with.")
        pursuit = _Pursuit(started.build, started.events_before, options.watch or options.watch_first)
        return await _Attached(client, screen, pursuit, ends_with_us=False).run()


async def watch_build(way: Way, screen: Screen) -> int | None:
    """Show the build that goes on to its end; return the exit code, or None when there is none."""
    async with ControlClient(way) as client:
        try:
            status = await client.status()
        except DirectorGone:
            return None
        except DirectorRefused as error:
            raise UsageError(str(error)) from error
        if not (status.is_building or status.watching):
            return None
        screen.say(Tag.DIRECTOR, f"Attached to {way if isinstance(way, str) else way.address}")
        pursuit = _Pursuit(status.build, status.events_before, status.watching)
        if not isinstance(way, str):
            pursuit = replace(pursuit, advice="The build may go on: `stepup attach` again shows it.")
        return await _Attached(client, screen, pursuit, ends_with_us=status.embedded).run()


class _Attached:
    """A build on the terminal that others carry out."""

    def __init__(self, client: ControlClient, screen: Screen, pursuit: _Pursuit, *, ends_with_us: bool) -> None:
        """Follow a build; `ends_with_us` says that Ctrl-C stops its director, too."""
        self._client = client
        self._screen = screen
        self._pursuit = pursuit
        self._ends_with_us = ends_with_us
        self._level = StopLevel.NONE

    async def run(self) -> int:
        """Show events, and listen to the user, until the build or the user has ended it."""
        async with asyncio.TaskGroup() as group:
            calls = Calls(group)
            following = asyncio.ensure_future(self._follow())
            operator = Operator(self._client, self._screen, calls, watches=self._pursuit.watches)
            on_key = self._keys(operator, following.cancel)
            with listening_to_user(self._screen, lambda _: self._on_interrupt(calls, following.cancel), on_key):
                await asyncio.wait((following,))
            calls.cancel()
        # Outside the group, which would wrap a failure.
        if not following.cancelled():
            return following.result() | (INTERRUPTED if self._level is not StopLevel.NONE else 0)
        self._screen.say(Tag.DIRECTOR, "Detached. The director goes on with the build.")
        return 0 if self._ends_with_us else INTERRUPTED

    def _keys(self, operator: Operator, leave: Callable[[], object]) -> Callable[[str], None]:
        """Return what keys mean: besides those of every build, `b` leaves one that Ctrl-C would stop."""

        def press(key: str) -> None:
            if key == "b" and self._ends_with_us:
                leave()
            else:
                operator.press(key)

        return press

    def _on_interrupt(self, calls: Calls, leave: Callable[[], object]) -> None:
        """Stop what was begun for us, more firmly each time; leave alone what serves others, too."""
        if not self._ends_with_us:
            leave()
            return
        self._level = StopLevel.KILL if self._level is not StopLevel.NONE else StopLevel.INTERRUPT
        self._screen.say(Tag.WARNING, "Interrupted. Waiting for the director to stop.")
        calls.start(self._stop(self._level))

    async def _stop(self, level: StopLevel) -> None:
        """Ask the director to stop; one that is gone needs no asking."""
        try:
            await self._client.shutdown(level)
        except (DirectorGone, DirectorRefused):
            return

    async def _follow(self) -> int:
        """Show what happens, until the build has ended, or until the director has if it watches or is to stop."""
        exit_code = None
        try:
            async for code in self._ends():
                exit_code = code
                if not (self._pursuit.watches or self._level is not StopLevel.NONE):
                    return code
        except (DirectorGone, DirectorRefused) as error:
            raise UsageError(f"Lost the director: {error}. {self._pursuit.advice}") from error
        if exit_code is None:
            raise UsageError("The director stopped before the build ended.")
        return exit_code

    async def _ends(self) -> AsyncIterator[int]:
        """Show all events and yield the return code of the build, and of those that follow it."""
        async for event in self._client.events(after=self._pursuit.events_before):
            self._screen.show(event)
            if event.build_end is not None and event.build_end.build >= self._pursuit.build:
                yield event.build_end.return_code
