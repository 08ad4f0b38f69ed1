"""Running attempts: prepare, launch, wait, observe."""

from __future__ import annotations

import asyncio
import functools
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace

from stepup_worker.core.environment import step_variables
from stepup_worker.core.values import (
    Assignment,
    AttemptId,
    End,
    Exited,
    FileHash,
    NotStarted,
    Observation,
    Outcome,
    OutOfMemory,
    PathKind,
    Signalled,
    StopLevel,
)

from .badges import Badges
from .capture import Capture, read_output
from .files import hash_large, look
from .forkline import ForkLine
from .memory import MemoryWatch
from .outputs import UnusableOutput, hash_output, look_at_outputs, prepare_outputs
from .patience import look_again
from .process import Child, Ended, LaunchFailed
from .script import PATH_FILTER
from .site import Site, SiteMaker, SiteRefused
from .start import NotStartable, Starter

__all__ = ("Runner",)

_REPORT_BYTES_MAX = 3 * 1024 * 1024
"""A report must fit into one message, which by default has at most 4 MiB."""

_SIGNALS = {StopLevel.INTERRUPT: signal.SIGINT, StopLevel.KILL: signal.SIGKILL}


class _Refused(Exception):
    """The attempt cannot be started; the text is for the user."""

    def __init__(
        self, reason: str, changed_inputs: tuple[Observation, ...] = (), missing_inputs: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.changed_inputs = changed_inputs
        self.missing_inputs = missing_inputs


class Runner:
    """Runs any number of attempts side by side; how many is not its business."""

    def __init__(
        self,
        *,
        make_site: SiteMaker,
        environment: Mapping[str, str],
        output_bytes_max: int,
        capture_directory: str,
        fork_line: ForkLine | None,
        executor: Executor,
    ) -> None:
        self.is_scattered = False
        """Workers on other hosts write to the same files, and what they write may be seen late."""
        self._make_site = make_site
        self._output_bytes_max = output_bytes_max
        self._capture_directory = capture_directory
        self._executor = executor
        self._loop = asyncio.get_running_loop()
        self._starter = Starter(self._loop, environment, fork_line)
        self.badges = Badges()
        """What attempts show when they call the director."""
        self._stops: dict[AttemptId, StopLevel] = {}
        self._children: dict[AttemptId, Child] = {}
        self._captures: dict[AttemptId, Capture] = {}
        self._memory = MemoryWatch()
        self._suspended_at: float | None = None
        self._suspended_s = 0.0
        """How long steps were suspended, over the life of this worker."""

    async def run(self, attempt: AttemptId, assignment: Assignment, on_begin: Callable[[], None]) -> Outcome:
        """Run one attempt to its end; `on_begin` is called when its process exists."""
        self._stops[attempt] = StopLevel.NONE
        self._captures[attempt] = capture = Capture(self._capture_directory)
        site = self._make_site(attempt, assignment)
        try:
            inputs = await self._prepare(attempt, assignment, site)
            began_at = time.monotonic() - self._suspended_s
            child = self._start(attempt, assignment, site, capture)
            on_begin()
            ended = await child.ended
            memory = self._memory_verdict(attempt, ended.code)
            outcome = await self._conclude(assignment, site, inputs, capture, ended=ended, began_at=began_at)
            return await site.finish(outcome if memory is None else replace(outcome, out_of_memory=memory))
        except _Refused as refused:
            return Outcome(
                end=NotStarted(refused.reason),
                changed_inputs=refused.changed_inputs,
                missing_inputs=refused.missing_inputs,
                at=time.monotonic(),
            )
        except NotStartable as reason:
            text = str(reason).replace(f"{site.root}/", "")
            return Outcome(end=NotStarted(text), at=time.monotonic())
        except LaunchFailed as failure:
            return Outcome(end=NotStarted(f"No process could be made: {failure}."), at=time.monotonic())
        finally:
            del self._captures[attempt]
            capture.close()
            site.close()
            self.badges.close(attempt)
            self._children.pop(attempt, None)
            del self._stops[attempt]

    def _start(self, attempt: AttemptId, assignment: Assignment, site: Site, capture: Capture) -> Child:
        """Make the process of an attempt."""
        badge = self.badges.open(attempt)
        variables = {**step_variables(attempt, assignment, site.root, site.socket, badge), **site.variables}
        workdir = site.at(assignment.workdir or ".")
        child = self._starter.start(
            assignment.command, variables, workdir, capture, shell=assignment.shell, enclosure=site.enclosure
        )
        self._children[attempt] = child
        if self._suspended_at is not None:
            child.send_signal(signal.SIGSTOP)
        return child

    def _memory_verdict(self, attempt: AttemptId, code: int) -> OutOfMemory | None:
        """Tell whether an attempt was killed for full memory; a shell says of a command that it was killed by 137."""
        is_killed = code in {-signal.SIGKILL, 128 + signal.SIGKILL}
        return self._memory.verdict() if is_killed and self._stops[attempt] is not StopLevel.KILL else None

    def stop(self, attempt: AttemptId, level: StopLevel) -> None:
        """Interrupt or kill an attempt; one that has no process yet will get none."""
        if attempt in self._stops:
            self._stops[attempt] = level
        child = self._children.get(attempt)
        if child is not None:
            child.send_signal(_SIGNALS[level])

    def find_capture(self, attempt: AttemptId) -> Capture | None:
        """Return where an attempt writes, while it goes on."""
        return self._captures.get(attempt)

    def suspend(self) -> None:
        """Stop all steps until `resume`; that time does not count."""
        if self._suspended_at is None:
            self._suspended_at = time.monotonic()
            self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let all steps go on."""
        if self._suspended_at is not None:
            self._suspended_s += time.monotonic() - self._suspended_at
            self._suspended_at = None
            self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        for child in self._children.values():
            child.send_signal(number)

    def living(self) -> frozenset[int]:
        """Return the pids of all children that are not reaped yet."""
        return self._starter.living()

    async def _prepare(self, attempt: AttemptId, assignment: Assignment, site: Site) -> tuple[Observation, ...]:
        """See to it that a process finds what it needs, and return the inputs as they are before it begins."""
        try:
            inputs = await site.prepare()
        except SiteRefused as refused:
            raise _Refused(refused.reason, missing_inputs=refused.missing_inputs) from refused
        try:
            prepare_outputs(site, assignment)
        except UnusableOutput as unusable:
            raise _Refused(str(unusable)) from unusable
        if inputs is None:
            inputs = assignment.inputs
            changed = await self._still_changed(inputs, site)
            if changed:
                raise _Refused(_describe_change(changed), changed)
        if self._stops[attempt] is not StopLevel.NONE:
            raise _Refused("It was stopped before it began.")
        return inputs

    async def _conclude(
        self,
        assignment: Assignment,
        site: Site,
        inputs: tuple[Observation, ...],
        capture: Capture,
        *,
        ended: Ended,
        began_at: float,
    ) -> Outcome:
        changed = await self._changed(inputs, site)
        outputs = await self._observe_outputs(assignment, site)
        used = capture.read_notes()
        depends_on_filter = capture.has_notes and all(name != PATH_FILTER for name, _ in assignment.environment)
        bytes_max = self._bytes_per_stream(len(changed) + len(outputs) + len(used))
        return Outcome(
            end=_end(ended.code),
            stdout=read_output(capture.stdout, bytes_max),
            stderr=read_output(capture.stderr, bytes_max),
            outputs=outputs,
            changed_inputs=changed,
            wall_s=max(0.0, ended.at - self._suspended_s - began_at),
            cpu_s=ended.cpu_s,
            rss_bytes_max=ended.rss_bytes_max,
            at=ended.at,
            used_inputs=used,
            used_environment=(PATH_FILTER,) if depends_on_filter else (),
        )

    async def _still_changed(self, inputs: tuple[Observation, ...], site: Site) -> tuple[Observation, ...]:
        """Return the inputs that differ from what was said, even after a while if they may come late."""
        if not self.is_scattered:
            return await self._changed(inputs, site)
        return await look_again(
            lambda: self._changed(inputs, site), lambda changed: [site.at(seen.path) for seen in changed]
        )

    async def _changed(self, inputs: tuple[Observation, ...], site: Site) -> tuple[Observation, ...]:
        found = await self._observe(((stated.path, stated.hash) for stated in inputs), site)
        pairs = zip(inputs, found, strict=True)
        return tuple(now for stated, now in pairs if not now.agrees_with(stated))

    async def _observe(self, files: Iterable[tuple[str, FileHash | None]], site: Site) -> tuple[Observation, ...]:
        """Look at files; only large ones that have to be read cost more than a moment."""
        found: list[Observation] = []
        for path, known in files:
            on_disk = site.at(path)
            observation = look(on_disk, known)
            if observation is None:
                observation = await self._loop.run_in_executor(self._executor, hash_large, on_disk)
            found.append(observation if on_disk is path else observation._replace(path=path))
        return tuple(found)

    async def _observe_outputs(self, assignment: Assignment, site: Site) -> tuple[Observation, ...]:
        """Look at what a step has made."""
        found: list[Observation] = []
        for path, seen in zip(assignment.outputs, look_at_outputs(site, assignment), strict=True):
            if seen is None:
                read = functools.partial(hash_output, site, assignment, path)
                found.append(await self._loop.run_in_executor(self._executor, read))
            else:
                found.append(seen)
        return tuple(found)

    def _bytes_per_stream(self, observations: int) -> int:
        left = max(0, _REPORT_BYTES_MAX - 200 * observations)
        return min(self._output_bytes_max, left // 2)


def _describe_change(changed: tuple[Observation, ...]) -> str:
    first = changed[0]
    what = "vanished" if first.kind is PathKind.MISSING else "changed"
    more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
    return f"The input {first.path}{more} {what} before the step could start: do not edit it during the build."


def _end(code: int) -> End:
    return Exited(code) if code >= 0 else Signalled(-code)
