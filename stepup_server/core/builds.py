"""Builds from request to end: startup, the build itself, cleanup; and the end of the director."""

from __future__ import annotations

from dataclasses import replace

from .answers import BuildTicket
from .cleanup import clean_up, why_not_clean
from .commands import BuildSummary, ForgetBlobs, Progress, Record, Report, Stop
from .consequences import make_pending
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
from .forecast import Forecast
from .ids import ROOT, RequestId
from .justification import Stranger, find_strangers, report_strangers
from .places import place_new_nodes
from .refusals import InvalidArgument, NotNow
from .states import FileState, Need, Phase, ReturnCode, StepState, StopLevel, Tag
from .summary import summarize
from .survey import Survey
from .targeting import invalid_targets
from .targets import read_targets
from .trials import forget_trials
from .values import BuildOptions, Observation, PathKind
from .watching import Watching
from .workforce import Workforce

__all__ = ("Builds",)

PLAN_FILE = "plan.py"
PLAN_COMMAND = "./plan.py"

GOODBYE_S = 5.0
"""How long a director that stops waits for its workers to leave."""
GOODBYE = "goodbye"
"""The key of that deadline."""

_DOES_NOT_WATCH = "This build does not watch the files: start it with `stepup build --watch`."
_AT_REST = frozenset({Phase.IDLE, Phase.WATCH})


class Builds:
    """Leads from one phase to the next."""

    def __init__(self, desk: Desk, execution: Execution, workforce: Workforce) -> None:
        self._desk = desk
        self._execution = execution
        self._workforce = workforce
        self._forecast = Forecast(desk, workforce)
        self.watching = Watching(desk)
        self._survey = Survey(desk, self.watching)
        self._waiters: dict[RequestId, None] = {}
        self._joining = False
        self._waits_for_workers = False
        self._warnings: set[str] = set()
        self._stopped = False
        self.resumes = False
        """The next build goes on with one that was cut short: what steps have tried in it counts."""

    # Requests

    def on_build_requested(self, event: BuildRequested) -> None:
        """Start a build, or join the one that is going on."""
        self._refuse_when_stopping()
        if event.options.defer_cap < 1 or any(units < 0 for units in event.options.resources.values()):
            raise InvalidArgument("The defer cap must be positive, and resources must not be negative.")
        read_targets(event.options.targets)
        if self._desk.phase not in _AT_REST:
            self._join_build(event.request)
            return
        options = event.options
        if self._desk.phase is Phase.WATCH:
            # Whoever watches goes on doing so.
            options = replace(options, watch=True, watch_first=options.watch_first or self._desk.options.watch_first)
        self._start_build(options)
        self._desk.answer(event.request, BuildTicket(self._desk.build, joined=False))

    def on_rebuild_requested(self, event: RebuildRequested) -> None:
        """Start another build with the options of the last one."""
        self._refuse_when_stopping()
        if self._is_at_rest():
            self._start_build(self._desk.options)
            self._desk.answer(event.request, BuildTicket(self._desk.build, joined=False))
        else:
            self._join_build(event.request)

    def _join_build(self, request: RequestId) -> None:
        """Let a request be content with the build that is going on, or about to be asked for."""
        self._desk.answer(request, BuildTicket(max(self._desk.build, 1), joined=True))

    def rebuild_by_itself(self) -> None:
        """Start another build because something has changed, unless it is about to end anyway."""
        if self._desk.phase is Phase.WATCH and not self._joining:
            self._start_build(self._desk.options)

    def _refuse_when_stopping(self) -> None:
        """Begin nothing new when the end was asked for."""
        self._refuse_at_the_end()
        if self._desk.stop > StopLevel.NONE:
            raise NotNow("The director is stopping.")

    def _refuse_at_the_end(self) -> None:
        """Let nobody wait for a director that is going away."""
        if self._desk.phase is Phase.STOPPING:
            raise NotNow("The director is stopping.")

    def on_wait_requested(self, event: WaitRequested) -> None:
        """Answer when no build is going on, or when a change is noticed."""
        self._refuse_at_the_end()
        if event.change is not None:
            self._refuse_without_watch()
            self.watching.await_change(event.request, event.change)
        elif self._is_at_rest():
            self._desk.answer(event.request, int(self._desk.return_code))
        else:
            self._waiters[event.request] = None

    def _refuse_without_watch(self) -> None:
        """Let nobody wait for a change that nobody would notice."""
        if self._desk.build and not self._desk.options.watch:
            raise NotNow(_DOES_NOT_WATCH)

    def _is_at_rest(self) -> bool:
        """Tell whether no build is going on; the first one of an embedded director is sure to be asked for."""
        awaits_first = self._desk.settings.embedded and not self._desk.build
        return self._desk.phase in _AT_REST and not awaits_first

    def on_join_requested(self, event: JoinRequested) -> None:
        """Answer when no build is going on, and stop then."""
        self._refuse_at_the_end()
        self._joining = True
        if self._is_at_rest():
            self._desk.answer(event.request, int(self._desk.return_code))
        else:
            self._waiters[event.request] = None

    def on_drain_requested(self, event: DrainRequested) -> None:
        """Start nothing more in this build."""
        if self._desk.phase not in _AT_REST:
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
        self.watching.abandon(event.request)

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
        if self._desk.phase in _AT_REST and self._joining and self._may_leave():
            self._say_goodbye()
        if self._desk.phase is Phase.STOPPING and not self._workforce.connected:
            self._end()

    def _may_leave(self) -> bool:
        """Tell whether nothing is left to do; a first build that is sure to come is, unless all are to stop."""
        return self._is_at_rest() or self._desk.stop > StopLevel.NONE

    def _start_build(self, options: BuildOptions) -> None:
        """Open a build; it begins when enough workers are there."""
        desk = self._desk
        desk.build += 1
        if not options.watch:
            self.watching.dismiss(_DOES_NOT_WATCH)
        desk.graph.last_build += 1
        desk.options = options
        desk.graph.set_targets(read_targets(options.targets))
        desk.phase = Phase.STARTUP
        desk.draining = False
        desk.executed = desk.skipped = 0
        desk.return_code = ReturnCode.OK
        desk.capacities.offer(options.resources)
        self._execution.ready.use_durations = options.use_durations
        desk.record_extras.append(
            Record(
                facts=(
                    ("clean", "0"),
                    ("circumstances", desk.circumstances.to_json()),
                    ("lease", str(desk.settings.lease_s)),
                )
            )
        )
        desk.remember_removals(())
        self._waits_for_workers = True

    def _has_workers(self) -> bool:
        """Tell whether the build may begin."""
        enough = len(self._workforce.connected) >= self._desk.options.workers_min
        return enough or self._desk.stop > StopLevel.NONE

    def _begin(self) -> None:
        """Compare the disk with what was recorded: files, then patterns, then variables."""
        self._waits_for_workers = False
        self._warnings.clear()
        if not self.resumes:
            forget_trials(self._desk)
        self.resumes = False
        failed = [step for step in self._desk.graph.steps.values() if step.state is StepState.FAILED]
        if failed and not self.watching.is_armed:
            self._desk.report_detail(Tag.STARTUP, "Making failed steps pending")
        for step in failed:
            make_pending(self._desk, step)
        self._boot()
        self._survey.begin(self._open_build)

    def _open_build(self) -> None:
        """Let steps run, unless what is known by now cannot be built."""
        wrong = invalid_targets(self._desk.graph)
        if wrong:
            self._give_up(wrong)
            return
        self._desk.phase = Phase.BUILD
        self._desk.report_build_begins()

    def _give_up(self, wrong: list[str]) -> None:
        """End a build for which there is nothing to wait, with the director if it is there for this build only."""
        desk = self._desk
        for reason in wrong:
            desk.report(Tag.ERROR, f"Invalid build target: {reason}")
        desk.return_code |= ReturnCode.FAILED
        desk.options = replace(desk.options, watch=False, watch_first=False)
        self._joining = self._joining or desk.settings.embedded
        self._close_build()

    def _boot(self) -> None:
        """Let the root declare the first plan, if it does not."""
        graph = self._desk.graph
        file = graph.file_by_path.get(PLAN_FILE) or graph.make_file(PLAN_FILE)
        if file.creator != ROOT:
            graph.move_file(file, FileState.UNCONFIRMED, file.hash)
            graph.attach(file, ROOT)
        step = graph.step_by_key.get((PLAN_COMMAND, ".")) or graph.make_step(PLAN_COMMAND, ".")
        if step.creator != ROOT:
            self._desk.report_detail(Tag.STARTUP, "(Re)initialized boot script")
            graph.attach(step, ROOT)
            graph.set_need(step, Need.PLAN)
            graph.add_input(step, file, dynamic=False)

    def _is_over(self) -> bool:
        """Tell whether nothing is going on and nothing more can begin."""
        desk = self._desk
        if desk.running or desk.questions or desk.unconfirmed:
            return False
        return desk.draining or not self._execution.placing.has_hope()

    def _reconsider(self) -> bool:
        """Make the steps pending whose inputs nobody declares any more; return whether there are any.

        Not earlier: a planner that runs again detaches what it will declare again in a moment.
        """
        if self._desk.draining:
            return False
        graph = self._desk.graph
        gone = (file for file in graph.files.values() if file.detached and file.consumers)
        users = (step for file in gone for step in graph.consumers(file) if not step.detached)
        bereft = [step for step in users if step.state is StepState.SUCCEEDED]
        for step in bereft:
            make_pending(self._desk, step)
        return bool(bereft)

    def _warn_of_no_worker(self) -> None:
        """Say once that nobody is there to do the work, or nobody who can."""
        if self._desk.running or self._desk.questions:
            return
        text = self._who_is_missing()
        if text is not None and text not in self._warnings:
            self._warnings.add(text)
            self._desk.report(Tag.WARNING, text)

    def _who_is_missing(self) -> str | None:
        """Say which worker a build waits for, if it waits for one."""
        if not self._workforce.connected:
            return "No worker is connected. Start one in another terminal: stepup worker --jobs 4"
        first = next((step for step, _ in self._execution.ready.heads()), None)
        reason = None if first is None else self._execution.obstacles.find(first)
        if first is None or reason is None or not self._execution.obstacles.is_final(reason):
            return None
        return f"{first.title} has to wait: {reason.text}. Start another worker, or change what the step asks for."

    # The end of a build

    def _finish(self) -> None:
        """Say how the build ended. Whether patterns match what they may is a question to the disk."""
        desk = self._desk
        desk.return_code |= summarize(desk, self._execution.placing)
        strangers = [] if desk.return_code else find_strangers(desk)
        if strangers:
            desk.phase = Phase.CLEANUP
            paths = tuple(stranger.path for stranger in strangers)
            desk.questions.inspect_paths(paths, lambda seen: self._on_strangers_seen(strangers, seen))
        else:
            self._clean()

    def _on_strangers_seen(self, strangers: list[Stranger], observations: tuple[Observation, ...]) -> None:
        """Report the matches that are not static and still there."""
        pairs = zip(strangers, observations, strict=True)
        there = [stranger for stranger, seen in pairs if seen.kind is not PathKind.MISSING]
        self._desk.return_code |= report_strangers(self._desk, there)
        self._clean()

    def _clean(self) -> None:
        """Clean up after a complete build."""
        desk = self._desk
        plan = desk.graph.file_by_path[PLAN_FILE]
        if plan.state is FileState.MISSING:
            desk.report(
                Tag.ERROR,
                f"There is no {PLAN_FILE} in {desk.settings.root}: create it, or change to its directory.",
            )
            desk.return_code |= ReturnCode.INTERNAL
        obstacle = why_not_clean(desk)
        if obstacle is not None:
            desk.report(Tag.WARNING, f"Skipping file cleanup {obstacle}")
            self._close_build()
        else:
            desk.phase = Phase.CLEANUP
            clean_up(desk, self._close_build)

    def _close_build(self) -> None:
        """End the build and tell all who wait."""
        desk = self._desk
        desk.report_logs()
        desk.phase = Phase.IDLE
        code = int(desk.return_code)
        places = place_new_nodes(desk.graph)
        desk.record_extras.append(Record(places=places, facts=(("return_code", str(code)),)))
        summary = BuildSummary(desk.build, code, desk.executed, desk.skipped)
        desk.commands.append(Report(tag=None, progress=self.progress(), build_end=summary))
        self._answer_waiters()
        if not desk.running and self._workforce.has_own_workspaces:
            desk.commands.append(ForgetBlobs())
        if desk.options.watch:
            self.watching.start()

    def _answer_waiters(self) -> None:
        """Tell all who wait for the end of the build."""
        for request in self._waiters:
            self._desk.answer(request, int(self._desk.return_code))
        self._waiters.clear()

    def progress(self) -> Progress:
        """Return the build as it stands."""
        graph = self._desk.graph
        return Progress(
            running=self._desk.count_begun(),
            done=graph.done,
            total=graph.wanted,
            checking=graph.checking,
            slots=self._workforce.slots,
            left_s=self._forecast.left_s(),
        )

    # The end of the director

    def _say_goodbye(self) -> None:
        """Stop: the workers first."""
        self._desk.phase = Phase.STOPPING
        self._answer_waiters()
        self.watching.answer_all()
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
            self._desk.report_times()
            self._desk.report(Tag.DIRECTOR, "See you!")
            self._desk.commands.append(Stop())
