"""Builds from request to end: startup, the build itself, cleanup; and the end of the director."""

from __future__ import annotations

from .cleanup import collect_garbage
from .commands import BuildSummary, BuildTicket, Progress, Record, Report, Stop
from .consequences import make_pending, observe_file
from .desk import Desk
from .events import (
    BuildRequested,
    DrainRequested,
    JoinRequested,
    RebuildRequested,
    RequestAbandoned,
    StopRequested,
    WaitRequested,
)
from .execution import Execution
from .ids import ROOT, RequestId
from .records import File
from .refusals import InvalidArgument, NotNow
from .states import FileState, Need, Phase, ReturnCode, StepState, StopLevel, Tag
from .summary import summarize
from .values import BuildOptions, FileHash, GlobMatch, GlobQuery, Observation
from .workforce import Workforce

__all__ = ("Builds",)

PLAN_FILE = "plan.py"
PLAN_COMMAND = "./plan.py"

GOODBYE_S = 5.0
"""How long a director that stops waits for its workers to leave."""
GOODBYE = "goodbye"
"""The key of that deadline."""


class Builds:
    """Leads from one phase to the next."""

    def __init__(self, desk: Desk, execution: Execution, workforce: Workforce) -> None:
        self._desk = desk
        self._execution = execution
        self._workforce = workforce
        self._waiters: dict[RequestId, None] = {}
        self._joining = False
        self._waits_for_workers = False
        self._warned_of_no_worker = False
        self._stopped = False

    # Requests

    def on_build_requested(self, event: BuildRequested) -> None:
        """Start a build, or join the one that is going on."""
        self._refuse_when_stopping()
        if self._desk.phase is not Phase.IDLE:
            self._desk.answer(event.request, BuildTicket(self._desk.build, joined=True))
            return
        if event.options.defer_cap < 1 or any(units < 0 for units in event.options.resources.values()):
            raise InvalidArgument("The defer cap must be positive, and resources must not be negative.")
        self._start_build(event.request, event.options)

    def on_rebuild_requested(self, event: RebuildRequested) -> None:
        """Start another build with the options of the last one."""
        self._refuse_when_stopping()
        if self._desk.phase is Phase.IDLE:
            self._start_build(event.request, self._desk.options)
        else:
            self._desk.answer(event.request, BuildTicket(self._desk.build, joined=True))

    def _refuse_when_stopping(self) -> None:
        """Begin nothing new at the end."""
        if self._desk.phase is Phase.STOPPING or self._desk.stop > StopLevel.NONE:
            raise NotNow("The director is stopping.")

    def on_wait_requested(self, event: WaitRequested) -> None:
        """Answer when no build is going on."""
        if self._desk.phase is Phase.IDLE:
            self._desk.answer(event.request, int(self._desk.return_code))
        else:
            self._waiters[event.request] = None

    def on_join_requested(self, event: JoinRequested) -> None:
        """Answer when no build is going on, and stop then."""
        self._joining = True
        if self._desk.phase is Phase.IDLE:
            self._desk.answer(event.request, int(self._desk.return_code))
        else:
            self._waiters[event.request] = None

    def on_drain_requested(self, event: DrainRequested) -> None:
        """Start nothing more in this build."""
        if self._desk.phase is not Phase.IDLE:
            self._desk.draining = True
        self._desk.answer(event.request, None)

    def on_stop_requested(self, event: StopRequested) -> None:
        """Stop, as gently as asked."""
        if event.level is StopLevel.NONE:
            raise InvalidArgument("A shutdown needs a level.")
        self._desk.answer(event.request, None)
        if event.level > self._desk.stop:
            self._desk.stop = event.level
            self._desk.draining = True
            begun = self._desk.count_begun()
            if begun and event.level >= StopLevel.INTERRUPT:
                verb = "Interrupting" if event.level is StopLevel.INTERRUPT else "Killing"
                self._desk.report(Tag.DIRECTOR, f"{verb} {begun} running step(s).")
        self._joining = True

    def on_request_abandoned(self, event: RequestAbandoned) -> None:
        """Forget a caller that went away."""
        self._waiters.pop(event.request, None)

    # From phase to phase

    def advance(self) -> None:
        """Go on to the next phase if this one is over."""
        if self._waits_for_workers and self._has_workers():
            self._begin()
        if self._desk.phase is Phase.BUILD:
            if self._is_over() and self._reconsider():
                self._execution.advance()
            if self._is_over():
                self._finish()
            else:
                self._warn_of_no_worker()
        if self._desk.phase is Phase.IDLE and self._joining:
            self._say_goodbye()
        if self._desk.phase is Phase.STOPPING and not self._workforce.connected:
            self._end()

    def _start_build(self, request: RequestId, options: BuildOptions) -> None:
        """Open a build; it begins when enough workers are there."""
        desk = self._desk
        desk.build += 1
        desk.graph.last_build += 1
        desk.options = options
        desk.phase = Phase.STARTUP
        desk.draining = False
        desk.executed = desk.skipped = 0
        desk.return_code = ReturnCode.OK
        self._execution.ready.capacities = dict(options.resources)
        self._execution.ready.use_durations = options.use_durations
        desk.answer(request, BuildTicket(desk.build, joined=False))
        desk.record_extras.append(Record(facts=(("clean", "0"),)))
        self._waits_for_workers = True

    def _has_workers(self) -> bool:
        """Tell whether the build may begin."""
        enough = len(self._workforce.connected) >= self._desk.options.workers_min
        return enough or self._desk.stop > StopLevel.NONE

    def _begin(self) -> None:
        """Compare the disk with what was recorded: files, then patterns, then variables."""
        self._waits_for_workers = False
        self._warned_of_no_worker = False
        graph = self._desk.graph
        for step in graph.steps.values():
            if step.state is StepState.FAILED:
                make_pending(self._desk, step)
        self._boot()
        questions = tuple((file.path, file.hash) for file in graph.files.values() if self._is_observable(file))
        if questions:
            self._desk.questions.hash_files(questions, self._on_files_seen)
        else:
            self._on_files_seen(())

    def _boot(self) -> None:
        """Let the root declare the first plan, if it does not."""
        graph = self._desk.graph
        file = graph.file_by_path.get(PLAN_FILE) or graph.make_file(PLAN_FILE)
        if file.creator != ROOT:
            graph.move_file(file, FileState.UNCONFIRMED, file.hash)
            graph.attach(file, ROOT)
        step = graph.step_by_key.get((PLAN_COMMAND, ".")) or graph.make_step(PLAN_COMMAND, ".")
        if step.creator != ROOT:
            graph.attach(step, ROOT)
            graph.set_need(step, Need.PLAN)
            graph.add_input(step, file, dynamic=False)

    def _is_observable(self, file: File) -> bool:
        """Tell whether something is known about a file that the disk may contradict.

        The products of a step that is running are not: it is about to change them.
        """
        if file.is_static:
            return True
        maker = self._desk.graph.producer(file)
        running = maker is not None and maker.state is StepState.RUNNING
        return file.is_output and file.hash is not None and not running

    def _on_files_seen(self, observations: tuple[Observation, ...]) -> None:
        """Take note of the files; ask for the patterns."""
        for observation in observations:
            file = self._desk.graph.file_by_path.get(observation.path)
            if file is not None:
                before = file.hash
                if observe_file(self._desk, file, observation):
                    self._report_change(file, before, observation.hash)
        queries = tuple(self._desk.globbers)
        if queries:
            self._desk.questions.expand_globs(queries, lambda found: self._on_globs_seen(queries, found))
        else:
            self._on_globs_seen((), ())

    def _report_change(self, file: File, before: FileHash | None, after: FileHash | None) -> None:
        """Say that somebody else has changed a file."""
        if after is None:
            self._desk.report(Tag.DELETED, file.path)
        elif before is None:
            self._desk.report(Tag.UPDATED, file.path)
        else:
            self._desk.report(Tag.UPDATED, f"{file.path} ({', '.join(_changes(before, after))})")

    def _on_globs_seen(self, queries: tuple[GlobQuery, ...], found: tuple[tuple[GlobMatch, ...], ...]) -> None:
        """Let steps run again whose patterns match something else now; then compare variables and build."""
        for query, matches in zip(queries, found, strict=True):
            for id_ in self._desk.globbers.get(query, ()):
                step = self._desk.graph.steps[id_]
                if step.globs[query] != matches:
                    step.input_digest = step.output_digest = None
                    self._desk.graph.changed[step.id] = None
                    make_pending(self._desk, step)
        for step in self._desk.graph.steps.values():
            for name, value in step.environment_values.items():
                if self._desk.environment.get(name) != value and step.state is StepState.SUCCEEDED:
                    make_pending(self._desk, step)
        self._desk.phase = Phase.BUILD
        self._desk.report_build_begins()

    def _is_over(self) -> bool:
        """Tell whether nothing is going on and nothing more can begin."""
        desk = self._desk
        if desk.running or desk.questions or desk.unconfirmed:
            return False
        return desk.draining or self._execution.ready.peek_run() is None

    def _reconsider(self) -> bool:
        """Make the steps pending whose inputs nobody declares any more; return whether there are any.

        Not earlier: a planner that runs again detaches what it will declare again in a moment.
        """
        if self._desk.draining:
            return False
        graph = self._desk.graph
        gone = (file for file in graph.files.values() if file.detached and file.consumers)
        bereft = [step for file in gone for step in graph.consumers(file) if step.state is StepState.SUCCEEDED]
        for step in bereft:
            make_pending(self._desk, step)
        return bool(bereft)

    def _warn_of_no_worker(self) -> None:
        """Say once that nobody is there to do the work."""
        idle = not self._desk.running and not self._desk.questions
        if idle and not self._workforce.connected and not self._warned_of_no_worker:
            self._warned_of_no_worker = True
            self._desk.report(
                Tag.WARNING, "No worker is connected. Start one in another terminal: stepup worker --jobs 4"
            )

    # The end of a build

    def _finish(self) -> None:
        """Say how the build ended, and clean up after a complete one."""
        desk = self._desk
        plan = desk.graph.file_by_path[PLAN_FILE]
        desk.return_code |= summarize(desk, self._execution.ready)
        if plan.state is FileState.MISSING:
            desk.report(
                Tag.ERROR,
                f"There is no {PLAN_FILE} in {desk.settings.root}: create it, or change to its directory.",
            )
            desk.return_code |= ReturnCode.INTERNAL
        complete = not desk.return_code & ~ReturnCode.WARNING
        if complete and desk.options.clean:
            desk.phase = Phase.CLEANUP
            removals = collect_garbage(desk)
            if removals:
                desk.questions.remove_files(removals, self._on_removed)
                return
        else:
            reason = "at user's request (--no-clean)" if complete else "due to incomplete build"
            desk.report(Tag.WARNING, f"Skipping file cleanup {reason}")
        self._close_build()

    def _on_removed(self, paths: tuple[str, ...]) -> None:
        """Say what was removed."""
        for path in paths:
            self._desk.report(Tag.REMOVE, path)
        self._close_build()

    def _close_build(self) -> None:
        """End the build and tell all who wait."""
        desk = self._desk
        desk.report_logs()
        desk.phase = Phase.IDLE
        code = int(desk.return_code)
        desk.record_extras.append(Record(facts=(("return_code", str(code)),)))
        summary = BuildSummary(desk.build, code, desk.executed, desk.skipped)
        desk.commands.append(Report(tag=None, progress=self.progress(), build_end=summary))
        for request in self._waiters:
            desk.answer(request, code)
        self._waiters.clear()

    def progress(self) -> Progress:
        """Return the build as it stands."""
        return Progress(self._desk.count_begun(), self._desk.graph.done, self._desk.graph.wanted)

    # The end of the director

    def _say_goodbye(self) -> None:
        """Stop: the workers first."""
        self._desk.phase = Phase.STOPPING
        self._desk.report(Tag.WORKFLOW, f"Dumped to {self._desk.settings.database}")
        self._desk.report(Tag.DIRECTOR, "Stopping workers.")
        self._workforce.dismiss_all()
        self._desk.deadlines.set(GOODBYE, self._desk.now + GOODBYE_S)

    def end_without_workers(self) -> None:
        """Stop although some workers have not left."""
        if self._desk.phase is Phase.STOPPING:
            self._end()

    def _end(self) -> None:
        """Say the last word, once."""
        if not self._stopped:
            self._stopped = True
            self._desk.deadlines.cancel(GOODBYE)
            self._desk.record_extras.append(Record(facts=(("clean", "1"),)))
            self._desk.report(Tag.DIRECTOR, "See you!")
            self._desk.commands.append(Stop())


def _changes(before: FileHash, after: FileHash) -> list[str]:
    """Describe what has changed between two hashes."""
    parts: list[str] = []
    if before.digest != after.digest:
        parts.append(f"digest {before.digest.hex()[:8]} ➜ {after.digest.hex()[:8]}")
    if before.size != after.size:
        parts.append(f"size {before.size} ➜ {after.size}")
    if before.mode != after.mode:
        parts.append(f"mode {before.mode:o} ➜ {after.mode:o}")
    return parts
