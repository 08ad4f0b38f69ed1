"""A project on disk, and the programs that are started in it as a user starts them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from tests.support.deadline import SECONDS_MAX, wait_until
from tests.support.processes import MARK, kill_marked, marked_processes

__all__ = ("PROGRAMS", "Ended", "Folder", "Program", "plain_environment", "project_below")

PROGRAMS = Path(sys.executable).parent
"""Where `stepup` and `sb` are installed."""

SOCKET_DIRECTORY = re.compile(r"/tmp/stepup-\w{8}")
_CHANGING = ("STEPUP_", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "GRPC_", "PYTHON", "SOURCE_DATE_EPOCH", "HERE", "ROOT")
_EXECUTED = re.compile(r"^ +START │ (.*)$", re.MULTILINE)
_SKIPPED = re.compile(r"^ +SKIP │ (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program has ended."""

    code: int
    """Its exit code; negative for a signal."""
    output: str
    """What it wrote to standard output."""
    errors: str
    """What it wrote to standard error."""

    @property
    def executed(self) -> list[str]:
        """Labels of the steps that were started, in order."""
        return _EXECUTED.findall(self.output)

    @property
    def skipped(self) -> list[str]:
        """Labels of the steps that were found to be up to date, in order."""
        return _SKIPPED.findall(self.output)

    def checked(self, code: int = 0) -> Self:
        """Return this, if the exit code is as expected and nothing was said on standard error."""
        assert (self.code, self.errors) == (code, ""), f"{self.code}\n{self.output}\n{self.errors}"
        return self

    def page(self, title: str) -> str:
        """Return the text of the first block with a title."""
        match = re.search(rf"^─+ {re.escape(title)} ─+\n((?s:.*?))^─", self.output, re.MULTILINE)
        assert match is not None, f"No page {title!r} in:\n{self.output}"
        return match[1]


@dataclass(slots=True)
class Program:
    """A program in the background; what it writes is kept in files."""

    process: subprocess.Popen[bytes]
    """The program itself."""
    stem: Path
    """Begins the names of the two files."""

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    @property
    def output(self) -> str:
        """What it has written so far."""
        return self._text(".out")

    @property
    def errors(self) -> str:
        """What it has complained about so far."""
        return self._text(".err")

    @property
    def said(self) -> str:
        """All that it has written so far."""
        return self.output + self.errors

    def wait_output(self, text: str) -> None:
        """Wait until it has written a text."""
        wait_until(lambda: text in self.output + self.errors, f"it wrote {text!r}", lambda: self.output + self.errors)

    def interrupt_until_ended(self) -> Ended:
        """Ask it to stop, more firmly each time, and wait for its end."""
        for _ in range(2):
            self.process.terminate()
        return self.end()

    def end(self) -> Ended:
        """Wait for its end."""
        code = self.process.wait(SECONDS_MAX)
        return Ended(code, self.output, self.errors)

    def _text(self, suffix: str) -> str:
        return self.stem.with_suffix(suffix).read_text(errors="replace")


@dataclass(slots=True)
class Folder:
    """A project, and what was started in it."""

    root: Path
    """The directory of the root plan."""
    around: Path
    """A directory for what does not belong into the project."""
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Told to all programs, so that none can hide."""
    programs: list[Program] = field(default_factory=list[Program])
    """All that were started."""

    def write(self, name: str, text: str = "", mode: int = 0o644) -> Path:
        """Write a file with its directories."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def script(self, name: str, text: str) -> Path:
        """Write a Python program."""
        return self.write(name, f"#!/usr/bin/env python3\n{text}", 0o755)

    def plan(self, text: str, name: str = "plan.py") -> Path:
        """Write a plan which has the whole API at hand; its text begins on line 3."""
        return self.script(name, f"from stepup.core.api import *  # noqa\n{text}\n")

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.root / name).read_text()

    def lines(self, name: str) -> list[str]:
        """Return the lines of a file; none when it is not there."""
        path = self.root / name
        return path.read_text().splitlines() if path.exists() else []

    def has(self, name: str) -> bool:
        """Tell whether something is at a path."""
        return (self.root / name).exists()

    def build(self, *options: str, code: int = 0, **variables: str) -> Ended:
        """Run `stepup build` with one slot, and check its exit code."""
        return self.run("build", "-j", "1", *options, **variables).checked(code)

    def run(self, *words: str, program: str = "stepup", **variables: str) -> Ended:
        """Run `stepup WORDS` to its end."""
        return self.start(*words, program=program, **variables).end()

    def start(self, *words: str, program: str = "stepup", **variables: str) -> Program:
        """Start `stepup WORDS` in the background."""
        return self.start_command(str(PROGRAMS / program), *words, **variables)

    def start_command(self, *words: str, **variables: str) -> Program:
        """Start any program in the background."""
        stem = self.around / f"{len(self.programs):03}"
        with stem.with_suffix(".out").open("wb") as output, stem.with_suffix(".err").open("wb") as errors:
            process = subprocess.Popen(
                words,
                cwd=self.root,
                env=self.environment(variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        self.programs.append(Program(process, stem))
        return self.programs[-1]

    def write_fifo(self, name: str, text: str = "\n") -> None:
        """Wait until a step reads a FIFO and let it read a text."""
        (self.root / name).write_text(text)

    def run_shell(self, command: str) -> str:
        """Run a command that ends well and return what it writes."""
        return subprocess.run(
            command,
            shell=True,
            cwd=self.root,
            env=self.environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=SECONDS_MAX,
            check=True,
        ).stdout

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return what programs find in their environment."""
        return plain_environment() | {MARK: self.mark} | dict(variables)

    def wait_for(self, *names: str) -> None:
        """Wait until files are there and have content."""
        for name in names:
            wait_until(partial(_has_content, self.root / name), f"{name} is written", self.story)

    def number(self, name: str) -> int:
        """Wait for a file and return the number in it."""
        self.wait_for(name)
        wait_until(lambda: self.read(name).endswith("\n"), f"{name} is complete")
        return int(self.read(name))

    def note(self) -> dict[str, Any]:
        """Wait for a director and return where it says that it is."""
        path = self.root / ".stepup/director.json"
        wait_until(path.exists, "a director listens", self.story)
        note: dict[str, Any] = json.loads(path.read_text())
        return note

    def status(self) -> dict[str, Any]:
        """Return what `stepup status --json` says."""
        status: dict[str, Any] = json.loads(self.run("status", "--json").checked().output)
        return status

    def wait_status(self, condition: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait until the status is as wanted, and return it."""
        seen: list[dict[str, Any]] = []

        def is_so() -> bool:
            seen.append(self.status())
            return condition(seen[-1])

        wait_until(is_so, what, lambda: json.dumps(seen[-1], indent=1))
        return seen[-1]

    def log(self, name: str) -> list[dict[str, Any]]:
        """Return the records of a log below .stepup."""
        return [json.loads(line) for line in self.lines(f".stepup/{name}")]

    def all_events(self) -> str:
        """Return what directors told, whoever listened, and what they logged."""
        return "\n".join(self.lines(".stepup/director.log"))

    def story(self) -> str:
        """Return all that was said by all programs."""
        return "\n".join(f"{program.process.args!r}\n{program.said}" for program in self.programs)

    def shut_down(self, how: str = "shutdown") -> None:
        """Stop the director, and wait until all that was started has ended: each removes its own directory."""
        self.run(how).checked()
        for program in self.programs:
            program.end()

    def close(self) -> None:
        """Check that nothing is left of what was started, no process and no directory of a socket, and end it all."""
        for program in self.programs:
            if program.process.poll() is None:
                program.process.kill()
                program.process.wait()
        try:
            wait_until(lambda: not self.left_processes(), "nothing runs any more", lambda: str(self.left_processes()))
            # A process that is about to be gone may hide its mark while it still removes its directory.
            wait_until(
                lambda: not self.left_directories(), "no directory is left", lambda: str(self.left_directories())
            )
        finally:
            kill_marked(self.mark)
            for name in self.left_directories():
                shutil.rmtree(name, ignore_errors=True)

    def left_processes(self) -> dict[int, str]:
        """Return the processes that still run."""
        return marked_processes(self.mark)

    def left_directories(self) -> list[str]:
        """Return the directories of sockets that are still there."""
        said = self.story() + "".join(self.lines(".stepup/director.json"))
        return [name for name in SOCKET_DIRECTORY.findall(said) if os.path.lexists(name)]


@contextmanager
def project_below(directory: Path) -> Generator[Folder]:
    """Make an empty project; in the end, nothing that was started in it may be left."""
    root, around = directory / "project", directory / "around"
    root.mkdir()
    around.mkdir()
    folder = Folder(root, around)
    yield folder
    folder.close()


def _has_content(path: Path) -> bool:
    """Tell whether something has been written to a file."""
    return path.is_file() and path.stat().st_size > 0


def plain_environment() -> dict[str, str]:
    """Return the environment without what would change a build, and with our programs first."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_CHANGING)}
    return environment | {"PATH": f"{PROGRAMS}{os.pathsep}{environment.get('PATH', os.defpath)}"}
