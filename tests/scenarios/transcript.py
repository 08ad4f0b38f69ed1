"""Conversations with a director as text: a line that begins with `>` tells it something, what it does stands below.

The commands:

    file PATH "TEXT" / remove PATH          a user edits
    worker NAME [slots=N]                   a worker comes, or comes back
    lose NAME / kill NAME                   its stream breaks; it dies with its steps
    build [keep-going] [no-clean]           a user asks for a build
    drain / join / stop LEVEL               a user wants it to end
    cancel LABEL                            a user wants a step to end
    start [LABEL]                           workers begin what they hold, as far as there are slots
    declare LABEL static PATH...            a running step declares something
    declare LABEL step COMMAND [inp=PATH] [out=PATH] [vol=PATH] [workdir=PATH] [optional] [retry=N]
        [resource=NAME:UNITS]
    declare LABEL plan PATH [workdir=PATH]
    amend LABEL [inp=PATH] [out=PATH]       a running step asks for more
    end LABEL [exit=N]                      its outputs are written and it ends
    pass SECONDS                            time passes
    restart                                 the director is killed and started again
    graph                                   the text of the graph

Everything but the steps of users and of the workers' slots happens at once. Questions to the disk are not shown.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Generator, Iterable
from typing import Any

from stepup_server.core import events as ev
from stepup_server.core.commands import (
    AmendAnswer,
    Answer,
    Command,
    Declared,
    MakeDirectories,
    OrderWorker,
    Refuse,
    Report,
    Stop,
)
from stepup_server.core.paths import label_of
from stepup_server.core.refusals import Refusal
from stepup_server.core.states import Need, StopLevel
from stepup_server.core.values import Assignment, BuildOptions, Declaration, Order
from tests.support.builders import a_plan, a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running, Script

__all__ = ("Transcript",)

Action = Callable[[Running], Call] | int
STEPS_MOVE = frozenset({"begin", "go on"})


class _Site(Project):
    """A project whose steps do what the transcript says."""

    actions: dict[str, Action]

    def find_script(self, assignment: Assignment) -> Script:
        """Return a script that follows the transcript."""
        label = label_of(assignment.command, assignment.workdir)

        def script(running: Running) -> Generator[Call, Any, int]:
            while True:
                action = self.actions.pop(label)
                if isinstance(action, int):
                    running.make_outputs()
                    return action
                with contextlib.suppress(Refusal):
                    yield action(running)

        return script


class Transcript:
    """Plays a transcript, line by line."""

    def __init__(self) -> None:
        self._site = _Site()
        self._site.actions = {}
        self._site.paused |= STEPS_MOVE

    def play(self, text: str) -> str:
        """Return a transcript with what really happens."""
        lines: list[str] = []
        for line in text.splitlines():
            if line.startswith(">"):
                lines += [line, *self._obey(line[1:])]
            elif line.startswith("#") or not line.strip():
                lines.append(line)
        return "\n".join(lines) + "\n"

    def _obey(self, line: str) -> list[str]:
        """Carry out one command; return what follows."""
        mark = len(self._site.commands)
        verb, *words = shlex.split(line)
        if verb == "graph":
            return self._site.graph().rstrip("\n").replace("\n\n", "\n").splitlines()
        self._actor(verb)(words)
        self._site.run()
        return [shown for command in self._site.commands[mark:] for shown in self._show(command)]

    def _actor(self, verb: str) -> Callable[[list[str]], None]:
        """Return what carries out a command."""
        site = self._site
        actors: dict[str, Callable[[list[str]], None]] = {
            "file": lambda words: site.disk.write(words[0], words[1]),
            "remove": lambda words: site.disk.remove(words[0]),
            "worker": lambda words: _ignore(site.join(words[0], int(_settings(words).get("slots", ["1"])[0]))),
            "lose": lambda words: site.break_stream(words[0]),
            "kill": lambda words: site.kill_worker(words[0]),
            "build": self._build,
            "drain": lambda _: _ignore(site.ask(lambda id_: ev.DrainRequested(request=id_))),
            "join": lambda _: _ignore(site.ask(lambda id_: ev.JoinRequested(request=id_))),
            "stop": lambda words: _ignore(
                site.ask(lambda id_: ev.StopRequested(request=id_, level=StopLevel[words[0].upper()]))
            ),
            "cancel": lambda words: _ignore(site.ask(lambda id_: ev.CancelRequested(request=id_, name=words[0]))),
            "start": self._start,
            "declare": lambda words: self._act(words[0], lambda run: run.declare(_declaration(words[1], words[2:]))),
            "amend": self._amend,
            "end": lambda words: self._act(words[0], int(_settings(words).get("exit", ["0"])[0])),
            "pass": lambda words: site.pass_time(float(words[0].removesuffix("s"))),
            "restart": lambda _: site.restart(),
        }
        return actors[verb]

    def _build(self, words: list[str]) -> None:
        options = BuildOptions(keep_going="keep-going" in words, clean="no-clean" not in words, resources={"r": 2})
        self._site.ask(lambda id_: ev.BuildRequested(request=id_, options=options))

    def _start(self, words: list[str]) -> None:
        """Let workers begin what waits for a free slot."""
        self._site.paused.discard("begin")
        self._site.paused |= {"mail", "say", "disk"}
        while moves := [move for move in self._site.moves() if move.name.startswith(" ".join(["begin", *words]))]:
            moves[0].do()
        self._site.paused = set(STEPS_MOVE)

    def _amend(self, words: list[str]) -> None:
        settings = _settings(words)
        self._act(words[0], lambda run: run.amend(*settings.get("inp", ()), outputs=settings.get("out", ())))

    def _act(self, label: str, action: Action) -> None:
        """Let a running step do one thing."""
        self._site.actions[label] = action
        self._site.paused.discard("go on")
        move = next(move for move in self._site.moves() if move.name == f"go on {label}")
        self._site.paused.add("go on")
        move.do()

    # What is shown

    def _show(self, command: Command) -> Iterable[str]:
        """Return a command in short form."""
        match command:
            case Report(tag=tag) if tag is not None:
                yield f"{tag.value} {command.text}"
                for page in command.pages:
                    yield f"  {page.title}"
                    yield from (f"    {line}" for line in page.text.splitlines())
            case Report(build_end=end) if end is not None:
                yield f"end of build {end.build}: code {end.return_code}, {end.executed} run, {end.skipped} skipped"
            case OrderWorker():
                yield f"order {self._worker_name(command)}: {self._orders(command)}"
            case Refuse(refusal=refusal):
                yield f"refuse {type(refusal).__name__}: {refusal.message}"
            case Answer(value=Declared(warnings=warnings)):
                yield from (f"advice {warning}" for warning in warnings)
            case Answer(value=AmendAnswer(unavailable=unavailable, unfresh=unfresh)):
                yield f"answer unavailable={','.join(unavailable)} unfresh={','.join(unfresh)}"
            case MakeDirectories(paths=paths):
                yield f"make {' '.join(paths)}"
            case Stop():
                yield "stop"
            case _:
                pass

    def _worker_name(self, orders: OrderWorker) -> str:
        return next((worker.name for worker in self._site.workers.values() if worker.id == orders.worker), "nobody")

    def _orders(self, orders: OrderWorker) -> str:
        words = [self._order(order) for order in orders.orders]
        words += [f"forget #{attempt.number}" for attempt in orders.acknowledged]
        words += ["leave"] if orders.leave else []
        return ", ".join(words) or "nothing"

    def _order(self, order: Order) -> str:
        verb = "keep" if order.assignment is None else "run"
        stop = "" if order.stop is StopLevel.NONE else f" ({order.stop.name.lower()})"
        label = self._site.director.desk.graph.steps[order.attempt.step].label
        return f"{verb} {label} #{order.attempt.number}{stop}"


def _ignore(_: object) -> None:
    """Make a statement of an expression."""


def _settings(words: list[str]) -> dict[str, list[str]]:
    """Return the words of the form `name=value`, values by name."""
    found: dict[str, list[str]] = {}
    for word in words:
        name, is_setting, value = word.partition("=")
        if is_setting:
            found.setdefault(name, []).append(value)
    return found


def _declaration(kind: str, words: list[str]) -> Declaration:
    """Return what a step declares."""
    settings = _settings(words)
    workdir = settings.get("workdir", [""])[0]
    if kind == "static":
        return a_static(*words)
    if kind == "plan":
        return a_plan(words[0], workdir=workdir)
    resources = dict(word.split(":") for word in settings.get("resource", ()))
    return a_step(
        words[0],
        inputs=settings.get("inp", ()),
        outputs=settings.get("out", ()),
        volatiles=settings.get("vol", ()),
        workdir=workdir,
        need=Need.OPTIONAL if "optional" in words else Need.DEFAULT,
        resources={name: int(units) for name, units in resources.items()},
        retries=int(settings.get("retry", ["0"])[0]),
    )
