"""Running attempts: prepare, launch, wait, observe."""

from __future__ import annotations

import asyncio
import functools
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import NamedTuple, TypeVar

from stepup_shared.hindrance import explain, is_full, require_room
from stepup_worker.core.environment import step_variables
from stepup_worker.core.values import (
    Assignment,
    AttemptId,
    End,
    Exited,
    FileHash,
    Hindered,
    NotStarted,
    Observation,
    Outcome,
    OutOfMemory,
    PathKind,
    Signalled,
    StopLevel,
)

from .badges import Badges
from .capture import Capture, Written, read_output
from .files import hash_large, look
from .forkline import ForkLine
from .memory import MemoryWatch
from .outputs import UnusableOutput, hash_output, look_at_outputs, prepare_outputs
from .patience import look_again
from .process import Child, Ended, LaunchFailed
from .processes import ProcessWatch
from .script import PATH_FILTER
from .site import Site, SiteMaker, SiteRefused
from .start import NotStartable, Starter
from .stops import BrokenOff, Stops
from .troubles import GivenUp, Troubles

__all__ = ("Runner",)

_REPORT_BYTES_MAX = 3 * 1024 * 1024
"""A report must fit into one message, which by default has at most 4 MiB."""

_Result = TypeVar("_Result")

_SIGNALS = {StopLevel.INTERRUPT: signal.SIGINT, StopLevel.KILL: signal.SIGKILL}


class _Run(NamedTuple):
    """The process of an attempt that has ended."""

    began_at: float
    """On a clock that stands still while steps are suspended."""
    ended: Ended
    memory: OutOfMemory | None
    """It was killed because memory was full."""


class _Said(NamedTuple):
    """All that an attempt has left in its files."""

    stdout: Written
    stderr: Written
    notes: tuple[str, ...]
    """What a script has imported."""
    has_notes: bool
    """There was a script that may have imported something."""

    @classmethod
    def of(cls, capture: Capture, bytes_max: int) -> _Said:
        """Read the files."""
        stdout, stderr = read_output(capture.stdout, bytes_max), read_output(capture.stderr, bytes_max)
        return cls(stdout, stderr, capture.read_notes(), capture.has_notes)


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
        capture_directory: str | None,
        fork_line: ForkLine | None,
        executor: Executor,
        troubles: Troubles | None = None,
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
        self._stops = Stops()
        self.troubles = troubles or Troubles()
        """What keeps attempts from getting on."""
        self._children: dict[AttemptId, Child] = {}
        self._captures: dict[AttemptId, Capture] = {}
        self._memory = MemoryWatch()
        self._processes = ProcessWatch()
        self._suspended_at: float | None = None
        self._suspended_s = 0.0
        """How long steps were suspended, over the life of this worker."""

    async def run(self, attempt: AttemptId, assignment: Assignment, on_begin: Callable[[], None]) -> Outcome:
        """Run one attempt to its end; `on_begin` is called when its process exists."""
        self._stops.begin(attempt)
        site = self._make_site(attempt, assignment)
        try:
            preparing = self._overcome(attempt, lambda: self._prepare(attempt, assignment, site))
            inputs = await self._stops.unless(StopLevel.RECALL, attempt, preparing)
            run = await self._execute(attempt, assignment, site, on_begin)
            return await self._conclude(attempt, assignment, site, inputs, run)
        except BrokenOff:
            return Outcome(end=NotStarted("It was stopped while its files travelled."), at=time.monotonic())
        except GivenUp as reason:
            return Outcome(end=NotStarted(f"It was stopped while it waited. {reason}"), at=time.monotonic())
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
        except OSError as error:
            return Outcome(end=NotStarted(f"It cannot be run here: {explain(error)}"), at=time.monotonic())
        finally:
            self._let_go(attempt)
            site.close()
            self.troubles.end(attempt)
            self.badges.close(attempt)
            self._children.pop(attempt, None)
            self._stops.end(attempt)

    async def _overcome(self, attempt: AttemptId, work: Callable[[], Awaitable[_Result]]) -> _Result:
        """Do something that comes before the process of an attempt, however long the machine keeps us from it."""
        return await self.troubles.overcome(attempt, work, lambda: self._stops.is_to_begin(attempt))

    async def _execute(
        self, attempt: AttemptId, assignment: Assignment, site: Site, on_begin: Callable[[], None]
    ) -> _Run:
        """Run the process of an attempt."""
        child, began_at = await self._overcome(attempt, lambda: self._start(attempt, assignment, site))
        on_begin()
        ended = await child.ended
        return _Run(began_at, ended, self._memory_verdict(attempt, ended.code))

    async def _start(self, attempt: AttemptId, assignment: Assignment, site: Site) -> tuple[Child, float]:
        """Make the process of an attempt, and hold nothing back from others that can make theirs."""
        try:
            return await self._make_process(attempt, assignment, site)
        except OSError:
            self._let_go(attempt)
            raise

    def _let_go(self, attempt: AttemptId) -> None:
        """Close the files of an attempt."""
        capture = self._captures.pop(attempt, None)
        if capture is not None:
            capture.close()
        self.badges.hide(attempt)

    async def _make_process(self, attempt: AttemptId, assignment: Assignment, site: Site) -> tuple[Child, float]:
        """Make the process of an attempt; return it as soon as it exists, and when it was asked for."""
        require_room(site.root)
        self._processes.require_quiet()
        capture = self._captures[attempt] = Capture(self._capture_directory)
        badge = self.badges.open(attempt)
        variables = {**step_variables(attempt, assignment, site.root, site.socket, badge), **site.variables}
        workdir = site.at(assignment.workdir or ".")
        child = self._starter.start(
            assignment.command, variables, workdir, capture, shell=assignment.shell, enclosure=site.enclosure
        )
        self._children[attempt] = child
        if self._suspended_at is not None:
            child.send_signal(signal.SIGSTOP)
        began_at = time.monotonic() - self._suspended_s
        if child.exists is not None:
            try:
                await child.exists
            except LaunchFailed:
                # The fork server is gone, so that it will be another way.
                self._let_go(attempt)
                return await self._make_process(attempt, assignment, site)
        return child, began_at

    def _memory_verdict(self, attempt: AttemptId, code: int) -> OutOfMemory | None:
        """Tell whether an attempt was killed for full memory; a shell says of a command that it was killed by 137."""
        is_killed = code in {-signal.SIGKILL, 128 + signal.SIGKILL}
        return self._memory.verdict() if is_killed and self._stops.level(attempt) is not StopLevel.KILL else None

    def recall(self, attempt: AttemptId) -> None:
        """Let an attempt end that has no process yet."""
        if attempt in self._stops and attempt not in self._children:
            self._stops.set(attempt, StopLevel.RECALL)
            self.troubles.wake(attempt)

    def stop(self, attempt: AttemptId, level: StopLevel) -> None:
        """Interrupt or kill an attempt; one that has no process yet will get none."""
        if attempt in self._stops:
            self._stops.set(attempt, level)
            self.troubles.wake(attempt)
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
        if not self._stops.is_to_begin(attempt):
            raise _Refused("It was stopped before it began.")
        return inputs

    async def _conclude(
        self, attempt: AttemptId, assignment: Assignment, site: Site, inputs: tuple[Observation, ...], run: _Run
    ) -> Outcome:
        """Find out what an attempt has done, and take it where the director finds it."""
        capture = self._captures[attempt]
        lacking = self._find_lacking(assignment, site, capture, run)
        if lacking:
            return Outcome(end=Hindered(lacking), at=run.ended.at)

        said = _Said.of(capture, self._output_bytes_max)
        # Whoever waits for descriptors to look at files must not hold those that others wait for.
        self._let_go(attempt)

        def is_wanted() -> bool:
            return self._stops.is_to_end_well(attempt)

        outcome = await self.troubles.overcome(
            attempt, lambda: self._look_back(assignment, site, inputs, said, run), is_wanted
        )
        finishing = self.troubles.overcome(attempt, lambda: site.finish(outcome), is_wanted)
        return await self._stops.unless(StopLevel.KILL, attempt, finishing)

    async def _look_back(
        self,
        assignment: Assignment,
        site: Site,
        inputs: tuple[Observation, ...],
        said: _Said,
        run: _Run,
    ) -> Outcome:
        ended = run.ended
        changed = await self._changed(inputs, site)
        outputs = await self._observe_outputs(assignment, site)
        used = said.notes
        depends_on_filter = said.has_notes and all(name != PATH_FILTER for name, _ in assignment.environment)
        bytes_max = self._bytes_per_stream(len(changed) + len(outputs) + len(used))
        return Outcome(
            end=_end(ended.code),
            stdout=said.stdout.cut(bytes_max),
            stderr=said.stderr.cut(bytes_max),
            outputs=outputs,
            changed_inputs=changed,
            wall_s=max(0.0, ended.at - self._suspended_s - run.began_at),
            cpu_s=ended.cpu_s,
            rss_bytes_max=ended.rss_bytes_max,
            at=ended.at,
            used_inputs=used,
            used_environment=(PATH_FILTER,) if depends_on_filter else (),
            out_of_memory=run.memory,
        )

    def _find_lacking(self, assignment: Assignment, site: Site, capture: Capture, run: _Run) -> str:
        """Say what the machine lacked when an attempt needed it; usually nothing."""
        lost_to = self._lost_to(assignment, site, capture)
        if lost_to is not None:
            return _describe_loss(lost_to)
        # Libraries that cannot have a thread, gRPC for one, abort.
        may_lack = run.ended.code > 0 or run.ended.code == -signal.SIGABRT
        is_refused = may_lack and self._processes.was_refused_since(run.began_at + self._suspended_s)
        return _NO_PROCESSES if is_refused else ""

    def _lost_to(self, assignment: Assignment, site: Site, capture: Capture) -> str | None:
        """Return the directory whose disk is too full to have kept all that an attempt wrote; usually None."""
        if (assignment.outputs or assignment.volatiles) and is_full(site.root):
            return site.root
        lost_to = capture.lost_to()
        if lost_to is not None:
            # The next ones write to memory, or this would happen again and again.
            self._capture_directory = None
        return lost_to

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


_NO_PROCESSES = (
    "The limit on processes was reached while it ran, so it may have been refused some."
    " Raise it: pids.max of the control group."
)


def _describe_loss(place: str) -> str:
    return f"{place}: the disk is full, so what it wrote there may have got lost. Make room there."


def _end(code: int) -> End:
    return Exited(code) if code >= 0 else Signalled(-code)
