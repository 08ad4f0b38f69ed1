"""Running attempts: prepare, launch, wait, observe."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor

from stepup_worker.core.environment import base_variables, step_variables
from stepup_worker.core.values import (
    Assignment,
    AttemptId,
    End,
    Exited,
    FileHash,
    NotStarted,
    Observation,
    Outcome,
    PathKind,
    Signalled,
    StopLevel,
)
from stepup_worker.core.words import ByShell, Direct, Malformed, plan_execution

from .capture import Capture, read_output
from .executable import complaint_about, complaint_from_errno, is_warm_script
from .files import hash_large, look, make_directory, make_parents
from .forkline import ForkLine
from .launch import Launcher
from .process import Child, Ended, LaunchFailed
from .script import PATH_FILTER, cold_words

__all__ = ("Runner",)

_REPORT_BYTES_MAX = 3 * 1024 * 1024
"""A report must fit into one message, which by default has at most 4 MiB."""

_SIGNALS = {StopLevel.INTERRUPT: signal.SIGINT, StopLevel.KILL: signal.SIGKILL}


class _Refused(Exception):
    """The attempt cannot be started; the text is for the user."""

    def __init__(self, reason: str, changed_inputs: tuple[Observation, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.changed_inputs = changed_inputs


class Runner:
    """Runs any number of attempts side by side; how many is not its business."""

    def __init__(
        self,
        *,
        root: str,
        environment: Mapping[str, str],
        output_bytes_max: int,
        capture_directory: str,
        fork_line: ForkLine,
        executor: Executor,
    ) -> None:
        self.socket = ""
        """Where steps find the director; set before the first attempt."""
        self._root = root
        self._output_bytes_max = output_bytes_max
        self._capture_directory = capture_directory
        self._fork_line = fork_line
        self._executor = executor
        self._loop = asyncio.get_running_loop()
        self._launcher = Launcher(self._loop, base_variables(environment))
        self._stops: dict[AttemptId, StopLevel] = {}
        self._children: dict[AttemptId, Child] = {}

    async def run(self, attempt: AttemptId, assignment: Assignment, on_begin: Callable[[], None]) -> Outcome:
        """Run one attempt to its end; `on_begin` is called when its process exists."""
        self._stops[attempt] = StopLevel.NONE
        capture = Capture(self._capture_directory)
        try:
            await self._prepare(attempt, assignment)
            began_at = time.monotonic()
            child = self._start(attempt, assignment, capture)
            self._children[attempt] = child
            on_begin()
            ended = await child.ended
            return await self._conclude(assignment, capture, ended, began_at)
        except _Refused as refused:
            return Outcome(end=NotStarted(refused.reason), changed_inputs=refused.changed_inputs, at=time.monotonic())
        except LaunchFailed as failure:
            return Outcome(end=NotStarted(f"No process could be made: {failure}."), at=time.monotonic())
        finally:
            capture.close()
            self._children.pop(attempt, None)
            del self._stops[attempt]

    def stop(self, attempt: AttemptId, level: StopLevel) -> None:
        """Interrupt or kill an attempt; one that has no process yet will get none."""
        if attempt in self._stops:
            self._stops[attempt] = level
        child = self._children.get(attempt)
        if child is not None:
            child.send_signal(_SIGNALS[level])

    def living(self) -> frozenset[int]:
        """Return the pids of all children that are not reaped yet."""
        return self._launcher.living()

    async def _prepare(self, attempt: AttemptId, assignment: Assignment) -> None:
        _make_directories(assignment)
        changed = await self._changed(assignment.inputs)
        if changed:
            raise _Refused(_describe_change(changed), changed)
        if self._stops[attempt] is not StopLevel.NONE:
            raise _Refused("It was stopped before it began.")

    def _start(self, attempt: AttemptId, assignment: Assignment, capture: Capture) -> Child:
        variables = step_variables(attempt, assignment, self._root, self.socket)
        workdir = assignment.workdir or "."
        match plan_execution(assignment.command, shell=assignment.shell):
            case Malformed(reason):
                raise _Refused(reason)
            case ByShell(command):
                return self._launcher.launch(("/bin/sh", "-c", command), variables, workdir, capture)
            case Direct(words):
                if assignment.shell:
                    return self._launch_or_shell(assignment.command, words, variables, workdir, capture)
                return self._launch(words, variables, workdir, capture)

    def _launch(self, words: tuple[str, ...], variables: Mapping[str, str], workdir: str, capture: Capture) -> Child:
        complaint = complaint_about(words, workdir)
        if complaint is not None:
            raise _Refused(complaint)
        try:
            if not is_warm_script(words, workdir):
                return self._launcher.launch(words, variables, workdir, capture)
            notes = capture.open_notes()
            if self._fork_line.is_alive and not _changes_interpreter(variables):
                try:
                    return self._fork_line.run(words, variables, workdir, capture, notes)
                except LaunchFailed:
                    # It has just died, and says so in the log.
                    pass
            return self._launcher.launch(cold_words(words, notes), variables, workdir, capture)
        except LaunchFailed as failure:
            raise _Refused(complaint_from_errno(words, workdir, failure.number)) from failure

    def _launch_or_shell(
        self,
        command: str,
        words: tuple[str, ...],
        variables: Mapping[str, str],
        workdir: str,
        capture: Capture,
    ) -> Child:
        """Execute directly; if that fails, let the shell say why, as it would have done."""
        try:
            return self._launcher.launch(words, variables, workdir, capture)
        except LaunchFailed:
            return self._launcher.launch(("/bin/sh", "-c", command), variables, workdir, capture)

    async def _conclude(self, assignment: Assignment, capture: Capture, ended: Ended, began_at: float) -> Outcome:
        changed = await self._changed(assignment.inputs)
        outputs = await self._observe((path, None) for path in assignment.outputs)
        used = capture.read_notes()
        depends_on_filter = capture.has_notes and all(name != PATH_FILTER for name, _ in assignment.environment)
        bytes_max = self._bytes_per_stream(len(changed) + len(outputs) + len(used))
        return Outcome(
            end=_end(ended.code),
            stdout=read_output(capture.stdout, bytes_max),
            stderr=read_output(capture.stderr, bytes_max),
            outputs=outputs,
            changed_inputs=changed,
            wall_s=ended.at - began_at,
            cpu_s=ended.cpu_s,
            rss_bytes_max=ended.rss_bytes_max,
            at=ended.at,
            used_inputs=used,
            used_environment=(PATH_FILTER,) if depends_on_filter else (),
        )

    async def _changed(self, inputs: tuple[Observation, ...]) -> tuple[Observation, ...]:
        found = await self._observe((stated.path, stated.hash) for stated in inputs)
        pairs = zip(inputs, found, strict=True)
        return tuple(now for stated, now in pairs if not now.agrees_with(stated))

    async def _observe(self, files: Iterable[tuple[str, FileHash | None]]) -> tuple[Observation, ...]:
        """Look at files; only large ones that have to be read cost more than a moment."""
        found: list[Observation] = []
        for path, known in files:
            observation = look(path, known)
            if observation is None:
                observation = await self._loop.run_in_executor(self._executor, hash_large, path)
            found.append(observation)
        return tuple(found)

    def _bytes_per_stream(self, observations: int) -> int:
        left = max(0, _REPORT_BYTES_MAX - 200 * observations)
        return min(self._output_bytes_max, left // 2)


def _make_directories(assignment: Assignment) -> None:
    try:
        make_directory(assignment.workdir)
        for path in (*assignment.outputs, *assignment.volatiles):
            make_parents(path)
    except OSError as error:
        raise _Refused(
            f"The directory {error.filename} cannot be made: {error.strerror}. Move what is in its way."
        ) from error


def _describe_change(changed: tuple[Observation, ...]) -> str:
    first = changed[0]
    what = "vanished" if first.kind is PathKind.MISSING else "changed"
    more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
    return f"The input {first.path}{more} {what} before the step could start: do not edit it during the build."


def _changes_interpreter(variables: Mapping[str, str]) -> bool:
    """Tell whether a step sets variables that Python reads only when it starts."""
    return any(name.startswith("PYTHON") for name in variables)


def _end(code: int) -> End:
    return Exited(code) if code >= 0 else Signalled(-code)
