"""What commands do when a worker runs them.

A script is a generator: it yields calls to the director and is sent their answers, a refusal is raised at the call;
it returns the exit code. Between two calls anything may happen elsewhere.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any

from stepup_server.core.events import Amended, Event, GlobRequested, PlanDeclared, StepInfoRequested
from stepup_server.core.ids import AttemptId, RequestId
from stepup_server.core.values import NOWHERE, Assignment, Declaration, Source
from tests.support.disk import VirtualDisk

__all__ = ("Call", "Running", "Script", "amends", "content_of", "declares", "fails", "imports", "makes_outputs")

Call = Callable[[RequestId], Event]
"""Makes the event of a call from the number under which its answer will come."""


@dataclass(slots=True)
class Running:
    """What a script sees of the world."""

    attempt: AttemptId
    assignment: Assignment
    disk: VirtualDisk
    batch: int = 0
    used: tuple[str, ...] = ()
    """Files that it turned out to read; its worker tells the director at the end."""
    stderr: bytes = b""
    """What it writes to its standard error."""

    @property
    def base(self) -> str:
        """Return the working directory, normalised."""
        return posixpath.normpath(self.assignment.workdir)

    def declare(self, *declarations: Declaration, awaited: bool = False) -> Call:
        """Declare things, as one batch."""
        self.batch += 1
        batch = self.batch
        return lambda request: PlanDeclared(
            request=request, attempt=self.attempt, speaker=1, batch=batch, declarations=declarations, awaited=awaited
        )

    def amend(
        self,
        *inputs: str,
        outputs: Iterable[str] = (),
        volatiles: Iterable[str] = (),
        environment: Iterable[str] = (),
    ) -> Call:
        """Add dependencies to this step."""
        return lambda request: Amended(
            request=request,
            attempt=self.attempt,
            source=Source("script.py", 1),
            base=self.base,
            inputs=inputs,
            outputs=tuple(outputs),
            volatiles=tuple(volatiles),
            environment=tuple(environment),
        )

    def glob(self, pattern: str, **substitutions: str) -> Call:
        """Ask what a pattern matches."""
        return lambda request: GlobRequested(
            request=request,
            attempt=self.attempt,
            source=NOWHERE,
            base=self.base,
            pattern=pattern,
            substitutions=tuple(sorted(substitutions.items())),
        )

    def info(self) -> Call:
        """Ask what was declared for this step."""
        return lambda request: StepInfoRequested(request=request, attempt=self.attempt)

    def make_outputs(self, *more: str) -> None:
        """Write all declared outputs and more; each is a function of the command and of what was read."""
        paths = [seen.path for seen in self.assignment.inputs]
        for output in (*self.assignment.outputs, *self.assignment.volatiles, *more):
            self.disk.write(output, content_of(self.disk, self.assignment.command, output, paths))


Script = Callable[[Running], Generator[Call, Any, int]]


def content_of(disk: VirtualDisk, command: str, output: str, inputs: Iterable[str]) -> str:
    """Return what a command writes to an output after reading its inputs."""
    words = [command, output, *(f"{path}={disk.read(path)}" for path in sorted(inputs))]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def makes_outputs(running: Running) -> Generator[Call, Any, int]:
    """Write all declared outputs."""
    yield from ()
    running.make_outputs()
    return 0


def fails(running: Running) -> Generator[Call, Any, int]:
    """End badly."""
    yield from ()
    del running
    return 1


def imports(*paths: str) -> Script:
    """Return a script that reads files without saying so, and writes its outputs."""

    def script(running: Running) -> Generator[Call, Any, int]:
        yield from ()
        running.used = paths
        running.make_outputs()
        return 0

    return script


def declares(*declarations: Declaration) -> Script:
    """Return a script that declares things, all in one batch."""

    def script(running: Running) -> Generator[Call, Any, int]:
        yield running.declare(*declarations)
        running.make_outputs()
        return 0

    return script


def amends(
    *inputs: str, outputs: Iterable[str] = (), volatiles: Iterable[str] = (), environment: Iterable[str] = ()
) -> Script:
    """Return a script that amends, and makes its outputs when it may read what it asked for."""

    def script(running: Running) -> Generator[Call, Any, int]:
        answer = yield running.amend(*inputs, outputs=outputs, volatiles=volatiles, environment=environment)
        if answer.unavailable or answer.unfresh:
            return 1
        running.make_outputs(*outputs, *volatiles)
        return 0

    return script
