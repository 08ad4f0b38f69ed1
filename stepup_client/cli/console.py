"""The user at the terminal while a build goes on: signals, keys, and the clock of the display."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from stepup_client.cli.graph_files import write_graph
from stepup_client.cli.held_signals import release_signals
from stepup_client.cli.keyboard import Keyboard
from stepup_client.cli.screen import Screen
from stepup_client.rpc.control import ControlClient
from stepup_client.rpc.control_values import DirectorGone, DirectorRefused, Event, Page, StopLevel, Tag

__all__ = ("Calls", "Operator", "listening_to_user")

_TICK_S = 1.0
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_HELP = Event(
    tag=Tag.KEYBOARD,
    text="Keys",
    pages=(
        Page(
            "Keys",
            "q  stop: once, when running steps have ended; twice, with SIGINT; three times, with SIGKILL\n"
            "d  drain: start no further steps\n"
            "r  rebuild: when the files are watched, build what has changed and try failed steps again\n"
            "j  join: stop the director when it is idle\n"
            "g  graph: write graph.txt, graph_provenance.dot and graph_dependency.dot",
        ),
    ),
)


class Calls:
    """Calls that go on beside a build, owned by a group; those that are left at its end are broken off."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._going_on: set[asyncio.Task[None]] = set()

    def start(self, call: Coroutine[Any, Any, None]) -> None:
        """Let a call go on."""
        started = self._group.create_task(call)
        self._going_on.add(started)
        started.add_done_callback(self._going_on.discard)

    def cancel(self) -> None:
        """Break off whatever is left."""
        for call in self._going_on:
            call.cancel()


class Operator:
    """Turn key presses into calls."""

    def __init__(self, client: ControlClient, screen: Screen, calls: Calls, *, watches: bool = False) -> None:
        """Use the client and the screen of a build; only one that watches can be told to build again."""
        self._client = client
        self._screen = screen
        self._calls = calls
        self._level = StopLevel.NONE
        self._commands: dict[str, tuple[str, Callable[[], Coroutine[Any, Any, object]]]] = {
            "q": ("Stopping.", self._stop),
            "d": ("Draining: no further steps start.", client.drain),
            "j": ("The director stops when it is idle.", client.join),
            "g": ("Writing graph.txt, graph_provenance.dot and graph_dependency.dot.", self._graph),
        }
        if watches:
            self._commands["r"] = ("Building what has changed.", client.rebuild)

    def press(self, key: str) -> None:
        """Do what the key means; explain the keys when it means nothing."""
        if key not in self._commands:
            self._screen.show(_HELP)
            return
        text, call = self._commands[key]
        self._screen.say(Tag.KEYBOARD, text)
        self._calls.start(self._perform(call))

    async def _perform(self, call: Callable[[], Coroutine[Any, Any, object]]) -> None:
        try:
            await call()
        except DirectorGone:
            self._screen.say(Tag.KEYBOARD, "The director does not listen.")
        except (DirectorRefused, OSError) as error:
            self._screen.say(Tag.KEYBOARD, str(error))

    async def _stop(self) -> None:
        """Ask for the next firmer level."""
        self._level = self._level.raised()
        await self._client.shutdown(self._level)

    async def _graph(self) -> None:
        write_graph("graph", await self._client.graph())


class Suspendable(Protocol):
    """Running steps that can be stopped for a while."""

    def suspend_steps(self) -> None:
        """Stop them."""
        ...

    def resume_steps(self) -> None:
        """Let them go on."""
        ...


@contextmanager
def listening_to_user(
    screen: Screen, on_interrupt: Callable[[str], None], on_key: Callable[[str], None], steps: Suspendable | None = None
) -> Generator[None]:
    """Take signals and keys, and redraw the progress once a second; afterwards all is as before.

    `steps` are stopped with us by Ctrl-Z; without them, only the display is.
    """
    loop = asyncio.get_running_loop()
    keys = _Keys(loop, Keyboard(on_key))
    handlers: dict[int, Callable[[], None]] = {
        **{number: partial(on_interrupt, number.name) for number in _INTERRUPTS},
        signal.SIGTSTP: lambda: _suspend(screen, keys, steps),
        signal.SIGCONT: lambda: _resume(screen, keys, steps),
    }
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    release_signals()
    ticker = _Ticker(loop, screen)
    keys.start()
    try:
        yield
    finally:
        ticker.stop()
        keys.stop()
        for number in handlers:
            loop.remove_signal_handler(number)
        screen.close()


class _Keys:
    """A keyboard on an event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, keyboard: Keyboard) -> None:
        self._loop = loop
        self._keyboard = keyboard

    def start(self) -> None:
        """Read keys, if the terminal is ours now."""
        if self._keyboard.enter():
            self._loop.add_reader(self._keyboard.fileno(), self._on_readable)

    def stop(self) -> None:
        """Read no more keys."""
        if self._keyboard.is_active:
            self._loop.remove_reader(self._keyboard.fileno())
        self._keyboard.restore()

    def _on_readable(self) -> None:
        self._keyboard.read()
        if not self._keyboard.is_active:
            self._loop.remove_reader(self._keyboard.fileno())


class _Ticker:
    """Redraws the progress, so that its seconds go on when nothing happens."""

    def __init__(self, loop: asyncio.AbstractEventLoop, screen: Screen) -> None:
        self._loop = loop
        self._screen = screen
        self._handle = loop.call_later(_TICK_S, self._tick) if screen.has_region else None

    def stop(self) -> None:
        """Redraw no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _tick(self) -> None:
        self._screen.redraw()
        self._handle = self._loop.call_later(_TICK_S, self._tick)


def _suspend(screen: Screen, keys: _Keys, steps: Suspendable | None) -> None:
    """Be stopped by Ctrl-Z with the terminal in order."""
    keys.stop()
    screen.hide()
    if steps is not None:
        steps.suspend_steps()
    os.kill(os.getpid(), signal.SIGSTOP)


def _resume(screen: Screen, keys: _Keys, steps: Suspendable | None) -> None:
    """Go on, in the foreground or in the background."""
    if steps is not None:
        steps.resume_steps()
    keys.start()
    screen.redraw()
