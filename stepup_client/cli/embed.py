"""A build with director and worker of its own: carries out what the conductor decides."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

from stepup_client.cli.conduct import (
    INTERNAL,
    Action,
    AskToStop,
    BeginBuild,
    BuildEnded,
    Complain,
    Conductor,
    EndPrograms,
    Finish,
    Interrupted,
    Listening,
    ProgramEnded,
    Refused,
    Stimulus,
    StreamEnded,
    TimePassed,
)
from stepup_client.cli.console import Calls, Operator, listening_to_user
from stepup_client.cli.discover import is_director_alive
from stepup_client.cli.launch import Household
from stepup_client.cli.options import Look, Member
from stepup_client.cli.screen import Screen
from stepup_client.rpc.control import ControlClient
from stepup_client.rpc.control_values import BuildOptions, DirectorGone, DirectorRefused, StopLevel, Tag
from stepup_shared.visible import in_text

__all__ = ("embed",)


def embed(household: Household, options: BuildOptions, look: Look) -> int | None:
    """Build with the programs of a household until both have ended.

    Return the exit code, or None when another director was faster and serves the project now.
    """
    build = _EmbeddedBuild(household, options, Screen(look))
    exit_code = asyncio.run(build.run())
    if not build.has_begun and exit_code == INTERNAL and is_director_alive(household.root):
        household.forget_last_words()
        return None
    for complaint in build.complaints:
        print(f"ERROR: {in_text(complaint)}", file=sys.stderr)
    if build.complaints:
        for text in household.last_words():
            print(f"ERROR: {in_text(text)}", file=sys.stderr)
    return exit_code


class _EmbeddedBuild:
    """One inbox, one conductor, and the calls that follow from its decisions."""

    def __init__(self, household: Household, options: BuildOptions, screen: Screen) -> None:
        self.complaints: list[str] = []
        """What to say when the terminal is ours alone again."""
        self._household = household
        self._options = options
        self._screen = screen
        self._conductor = Conductor(household.members, watches=options.watch or options.watch_first)
        self._inbox: asyncio.Queue[Stimulus] = asyncio.Queue()
        self._was_interrupted = False

    @property
    def has_begun(self) -> bool:
        """Tell whether the director has ever listened."""
        return self._conductor.has_begun

    async def run(self) -> int:
        """Conduct until the conductor is done."""
        async with ControlClient(self._household.socket) as client, asyncio.TaskGroup() as group:
            calls = Calls(group)
            operator = Operator(client, self._screen, calls, watches=self._options.watch or self._options.watch_first)
            with (
                self._watching_programs(),
                listening_to_user(self._screen, self._on_interrupt, operator.press, self._household),
            ):
                exit_code = await self._conduct(client, calls)
            calls.cancel()
        return exit_code

    async def _conduct(self, client: ControlClient, calls: Calls) -> int:
        """Tell the conductor what happens, and do what it says, until it says that all is over."""
        loop = asyncio.get_running_loop()
        while True:
            stimulus = await self._next_stimulus()
            for action in self._conductor.handle(stimulus, loop.time()):
                if isinstance(action, Finish):
                    return action.exit_code
                self._perform(action, client, calls)

    async def _next_stimulus(self) -> Stimulus:
        """Return what happens next, be it only that a deadline comes."""
        try:
            async with asyncio.timeout_at(self._conductor.next_deadline()):
                return await self._inbox.get()
        except TimeoutError:
            return TimePassed()

    def _on_interrupt(self, signal_name: str) -> None:
        """Say that it was heard, and let the conductor decide."""
        if self.has_begun and not self._was_interrupted:
            self._screen.say(Tag.WARNING, f"Interrupted by {signal_name}. Waiting for the director to stop.")
            self._was_interrupted = True
        self._inbox.put_nowait(Interrupted())

    def _perform(self, action: Action, client: ControlClient, calls: Calls) -> None:
        match action:
            case BeginBuild():
                calls.start(self._follow(client))
                calls.start(self._begin(client))
            case AskToStop(level):
                calls.start(self._ask_to_stop(client, level))
            case EndPrograms():
                for member in self._household.members:
                    self._household.kill(member)
            case Complain(text):
                self.complaints.append(text)
            case Finish():
                pass

    async def _follow(self, client: ControlClient) -> None:
        """Show everything that happens."""
        reason = None
        try:
            async for event in client.events(after=0):
                self._screen.show(event)
                if event.build_end is not None:
                    self._inbox.put_nowait(BuildEnded(event.build_end))
        except (DirectorGone, DirectorRefused) as error:
            reason = str(error)
        self._inbox.put_nowait(StreamEnded(reason))

    async def _begin(self, client: ControlClient) -> None:
        """Ask for the build; if the director goes away, the end of its stream or of itself tells more."""
        try:
            await client.build(self._options)
        except DirectorGone:
            return
        except DirectorRefused as error:
            self._inbox.put_nowait(Refused(str(error)))

    async def _ask_to_stop(self, client: ControlClient, level: StopLevel) -> None:
        """Ask; a director that is gone, or going, needs no asking."""
        try:
            await client.shutdown(level)
        except DirectorGone:
            return
        except DirectorRefused as error:
            self.complaints.append(str(error))

    @contextmanager
    def _watching_programs(self) -> Generator[None]:
        """Learn when the director listens, and when a program ends."""
        loop = asyncio.get_running_loop()
        ready_fd = self._household.ready_fd
        pidfds = {member: os.pidfd_open(pid) for member, pid in self._household.pids.items()}
        loop.add_reader(ready_fd, self._on_ready, loop, ready_fd)
        for member, pidfd in pidfds.items():
            loop.add_reader(pidfd, self._on_end, loop, member, pidfd)
        try:
            yield
        finally:
            loop.remove_reader(ready_fd)
            for pidfd in pidfds.values():
                loop.remove_reader(pidfd)
                os.close(pidfd)

    def _on_ready(self, loop: asyncio.AbstractEventLoop, ready_fd: int) -> None:
        """Take the end of the pipe; without a socket it means a death, of which we shall hear anyway."""
        loop.remove_reader(ready_fd)
        if os.path.exists(self._household.socket):
            self._inbox.put_nowait(Listening())

    def _on_end(self, loop: asyncio.AbstractEventLoop, member: Member, pidfd: int) -> None:
        loop.remove_reader(pidfd)
        self._inbox.put_nowait(ProgramEnded(member, self._household.reap(member)))
