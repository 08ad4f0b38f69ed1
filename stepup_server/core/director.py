"""The director: a value that is told things and answers with what to do.

Rules. It is synchronous and deterministic; time is an argument. A user's mistake is the command `Refuse`, never an
exception; only a bug raises. A refused event leaves the graph as it was. The commands of one group of events are to be
performed in order; `Record` comes first and is to be durable before the others are performed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import events as ev
from .adoption import Adoption
from .amend import Amendments
from .builds import GOODBYE, Builds
from .cancelling import Cancelling
from .commands import Command, FileRow, Record, Report, Snapshot, StepRow, TreeRow
from .consequences import confirm_files
from .declare import Declarations
from .desk import Desk, DirectorSettings
from .drains import Drains
from .execution import Execution
from .following import Following
from .ids import AttemptId, NodeId, WorkerId
from .locating import Locations
from .losses import blame_for, death_in_words
from .reasons import Reason
from .records import Step
from .refusals import InvariantBroken, Refusal
from .removals import removal_from_json
from .rows import file_row, restore_graph, step_row, tree_row
from .states import FileState, ReturnCode, StepState, StopLevel, Tag
from .survival import member_of
from .waiting import Circumstances
from .watching import REBUILD
from .why import explain, explain_step
from .workforce import Workforce

__all__ = ("Director", "DirectorSettings")


class Director:
    """The step graph and its workers, as a function of what happened so far."""

    def __init__(self, settings: DirectorSettings, environment: Mapping[str, str]) -> None:
        self.desk = Desk(settings, dict(environment))
        self._assemble()

    def _assemble(self) -> None:
        """Put the parts around the desk."""
        self.workforce = Workforce(self.desk)
        self.execution = Execution(self.desk, self.workforce)
        self._adoption = Adoption(self.desk)
        self.builds = Builds(self.desk, self.execution, self.workforce)
        self._drains = Drains(self.desk, self.workforce)
        self.cancelling = Cancelling(self.desk, self.workforce)
        self._following = Following(self.desk, self.workforce)
        self._declarations = Declarations(self.desk)
        self._amendments = Amendments(self.desk, self.workforce)
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.PlanDeclared: self._declarations.on_plan_declared,
            ev.GlobRequested: self._amendments.on_glob_requested,
            ev.Amended: self._amendments.on_amended,
            ev.StepInfoRequested: self._amendments.on_step_info_requested,
            ev.LocateRequested: Locations(self.desk).on_locate_requested,
            ev.RequestAbandoned: self._on_request_abandoned,
            ev.PathsInspected: self._on_paths_inspected,
            ev.FilesHashed: self._on_files_hashed,
            ev.GlobsExpanded: self._on_globs_expanded,
            ev.FilesRemoved: self._on_files_removed,
            ev.FilesPublished: self._on_files_published,
            ev.WorkerConnected: self._on_worker_connected,
            ev.WorkerReported: self._on_worker_reported,
            ev.WorkerDisconnected: self._on_worker_disconnected,
            ev.BuildRequested: self.builds.on_build_requested,
            ev.RebuildRequested: self.builds.on_rebuild_requested,
            ev.WaitRequested: self.builds.on_wait_requested,
            ev.JoinRequested: self.builds.on_join_requested,
            ev.CancelRequested: self.cancelling.on_cancel_requested,
            ev.FollowRequested: self._following.on_follow_requested,
            ev.FollowEnded: self._following.on_follow_ended,
            ev.DrainRequested: self.builds.on_drain_requested,
            ev.WorkerDrainRequested: self._drains.on_worker_drain_requested,
            ev.MemberRevoked: self._on_member_revoked,
            ev.StopRequested: self._on_stop_requested,
            ev.PathsTouched: self.builds.watching.on_paths_touched,
            ev.WatchFailed: self.builds.watching.on_watch_failed,
            ev.TimePassed: self._on_time_passed,
        }

    def handle(self, events: Iterable[ev.Event], now: float) -> tuple[Command, ...]:
        """Take a group of events in, in order, and return what must be done, in order."""
        self.desk.now = now
        if self.desk.began_at is None:
            self.desk.began_at = now
        for event in events:
            self._handle_one(event)
        self._amendments.answer_late()
        self._confirm_new_files()
        self.execution.advance()
        self.builds.advance()
        self._drains.advance()
        self._confirm_new_files()
        self.execution.advance()
        self.workforce.write_orders()
        return self._take_commands()

    def next_deadline(self) -> float | None:
        """Tell when `TimePassed` would have something to do; monotonic seconds."""
        return self.desk.deadlines.next()

    def _handle_one(self, event: ev.Event) -> None:
        """Let the part that is concerned take an event; a refusal becomes an answer."""
        handler = self._handlers.get(type(event))
        if handler is None:
            raise InvariantBroken(f"nobody handles {event}")
        try:
            handler(event)
        except Refusal as refusal:
            request = getattr(event, "request", None)
            if request is None:
                raise InvariantBroken(f"nobody waits for the refusal of {event}") from refusal
            self.desk.refuse(request, refusal)

    def _on_request_abandoned(self, event: ev.RequestAbandoned) -> None:
        """Forget a caller that went away."""
        self.builds.on_request_abandoned(event)
        self._drains.on_request_abandoned(event.request)

    def _confirm_new_files(self) -> None:
        """Ask for the hashes of files that became static in this turn."""
        waiting = [self.desk.graph.files[id_] for id_ in self.desk.unconfirmed if id_ in self.desk.graph.files]
        self.desk.unconfirmed.clear()
        confirm_files(self.desk, (file for file in waiting if file.state is FileState.UNCONFIRMED))

    # Workers, time and the disk

    def _on_worker_connected(self, event: ev.WorkerConnected) -> None:
        """Take a worker in, with what it has to tell."""
        is_same = self.workforce.has_met(event.description)
        worker, lost = self.workforce.on_worker_connected(event)
        self.desk.answer(event.request, worker.id)
        self._adoption.on_back(worker.id, lost, event.facts)
        if is_same:
            self.execution.lose(lost, f"Worker {worker.id} was out of touch")
        else:
            blame = blame_for(worker, event.description.predecessor_end)
            self.execution.lose(lost, death_in_words(worker, event.description.predecessor_end), blame)
        for fact in event.facts:
            self.execution.on_fact(worker.id, fact)

    def _expel(self, event: ev.WorkerReported) -> bool:
        """Throw a worker out that lies; nothing of what it says counts, and what it holds is lost."""
        if not self.workforce.is_lying(event):
            return False
        self.execution.lose(self.workforce.give_up(event.worker), f"Worker {event.worker} was thrown out")
        return True

    def _on_worker_reported(self, event: ev.WorkerReported) -> None:
        """Take note of what a worker tells over its present stream; it will say there again what it has said before."""
        if not self.workforce.is_present(event) or self._expel(event):
            return
        given_back = self.workforce.on_worker_reported(event)
        for fact in event.facts:
            self.execution.on_fact(event.worker, fact)
        self.execution.lose(given_back, f"Worker {event.worker} is stopping")

    def _on_member_revoked(self, event: ev.MemberRevoked) -> None:
        """Let what a worker was holding run elsewhere, whatever it still does and says."""
        count = 0
        for worker in self.workforce.of_member(event.name):
            self.workforce.shut_out(worker)
            self._adoption.on_given_up(worker.id)
            steps = self.workforce.give_up(worker.id)
            self.execution.lose(steps, f"Worker {worker.id} was revoked")
            count += len(steps)
        if event.request is not None:
            self.desk.answer(event.request, count)

    def _on_worker_disconnected(self, event: ev.WorkerDisconnected) -> None:
        """Wait for a worker to come back, or give its attempts up."""
        if self.workforce.on_worker_disconnected(event):
            self._give_up_worker(event.worker)

    def _on_stop_requested(self, event: ev.StopRequested) -> None:
        """Stop; a worker of our own that is not there now is not waited for any more."""
        self.builds.on_stop_requested(event)
        if self.desk.settings.embedded and self.desk.stop >= StopLevel.INTERRUPT:
            for worker in self.workforce.workers.values():
                if worker.holding and not worker.connected:
                    self.desk.deadlines.cancel(worker.id)
                    self._give_up_worker(worker.id)

    def _give_up_worker(self, id_: WorkerId) -> None:
        """Let the steps of a worker run again elsewhere; that they were running when all was stopped is no fault."""
        self._adoption.on_given_up(id_)
        is_stopping = self.desk.stop >= StopLevel.INTERRUPT
        blame = None if is_stopping else blame_for(self.workforce.workers[id_], None)
        self.execution.lose(self.workforce.give_up(id_), f"Lost worker {id_}", blame)
        if self.desk.settings.embedded and not self.workforce.workers[id_].leave:
            self.desk.report(Tag.ERROR, "The worker has died. Run the build again to finish the rest.")
            self.desk.draining = True
            self.desk.return_code |= ReturnCode.INTERNAL

    def _on_time_passed(self, _event: ev.TimePassed) -> None:
        """Act on all deadlines that are due."""
        while (key := self.desk.deadlines.pop_due(self.desk.now)) is not None:
            if isinstance(key, int):
                self._give_up_worker(WorkerId(key))
            elif isinstance(key, AttemptId):
                self.cancelling.kill(key)
            elif key == GOODBYE:
                self.builds.end_without_workers()
            elif key == REBUILD:
                self.builds.rebuild_by_itself()

    def _on_paths_inspected(self, event: ev.PathsInspected) -> None:
        self.desk.questions.inspections.answer(event.token, event.observations)

    def _on_files_hashed(self, event: ev.FilesHashed) -> None:
        self.desk.questions.hashings.answer(event.token, event.observations)

    def _on_globs_expanded(self, event: ev.GlobsExpanded) -> None:
        self.desk.questions.expansions.answer(event.token, event.matches)

    def _on_files_removed(self, event: ev.FilesRemoved) -> None:
        self.desk.questions.removals.answer(event.token, event.removed)

    def _on_files_published(self, event: ev.FilesPublished) -> None:
        self.desk.questions.publications.answer(event.token, event.published)

    # Commands and records

    def _take_commands(self) -> tuple[Command, ...]:
        """Return the commands of this turn behind the record that they depend on, and clear the desk."""
        commands = list(self.desk.commands)
        if any(isinstance(command, Report) for command in commands):
            progress = self.builds.progress()
            commands = [
                replace(command, progress=progress) if isinstance(command, Report) else command for command in commands
            ]
        self.desk.commands.clear()
        record = self._take_record()
        return tuple(commands) if record is None else (record, *commands)

    def _take_record(self) -> Record | None:
        """Return what has changed in this turn, if anything."""
        graph, extras = self.desk.graph, self.desk.record_extras
        if not graph.changed and not graph.forgotten and not extras:
            return None
        steps: list[StepRow] = []
        files: list[FileRow] = []
        trees: list[TreeRow] = []
        for id_ in graph.changed:
            if id_ in graph.files:
                files.append(file_row(graph.files[id_]))
            elif id_ in graph.steps:
                steps.append(step_row(graph.steps[id_], self._worker_name(id_)))
            elif id_ in graph.trees:
                trees.append(tree_row(graph.trees[id_]))
        record = Record(
            steps=tuple(steps),
            files=tuple(files),
            trees=tuple(trees),
            outputs=tuple(row for extra in extras for row in extra.outputs),
            subprocesses=tuple(row for extra in extras for row in extra.subprocesses),
            undone=tuple(id_ for extra in extras for id_ in extra.undone),
            facts=(
                ("last_id", str(graph.last_id)),
                ("last_attempt", str(graph.last_attempt)),
                ("last_build", str(graph.last_build)),
                *(fact for extra in extras for fact in extra.facts),
            ),
            places=tuple(place for extra in extras for place in extra.places),
            forgotten=tuple(graph.forgotten),
        )
        graph.changed.clear()
        graph.forgotten.clear()
        extras.clear()
        return record

    def _worker_name(self, id_: NodeId) -> str:
        """Return the name of the worker that holds a step's attempt."""
        attempt = self.desk.graph.steps[id_].attempt
        return "" if attempt is None else self.workforce.workers[attempt.worker].description.name

    # Recovery

    def restore(self, snapshot: Snapshot, now: float) -> None:
        """Take up what an earlier director has recorded; for a director that has not handled anything yet."""
        facts = snapshot.facts
        self.desk.graph = restore_graph(snapshot)
        self.desk.graph.last_id = NodeId(max(self.desk.graph.last_id, int(facts.get("last_id", "0"))))
        self.desk.graph.last_attempt = max(self.desk.graph.last_attempt, int(facts.get("last_attempt", "0")))
        self.desk.graph.last_build = int(facts.get("last_build", "0"))
        self.desk.now = now
        self.desk.return_code = ReturnCode(int(facts.get("return_code", "0")))
        self._restore_explanations(facts)
        self._assemble()
        for step in self.desk.graph.steps.values():
            for query in step.globs:
                self.desk.globbers.setdefault(query, {})[step.id] = None
            if step.pools:
                self.desk.capacities.poolers[step.id] = step
        self.desk.tick = max((step.ended_tick for step in self.desk.graph.steps.values()), default=0)
        under_way = [row for row in snapshot.steps if row.state in {StepState.RUNNING.value, StepState.CHECKING.value}]
        for row in under_way:
            self.desk.graph.changed[row.id] = None
        resumed = self._resume_attempts(under_way)
        self.builds.resumes = facts.get("clean") == "0"
        if self.builds.resumes:
            self._report_recovery(resumed, len(under_way) - resumed)

    def _restore_explanations(self, facts: Mapping[str, str]) -> None:
        """Take up what explains the last build."""
        self.desk.removals = tuple(removal_from_json(one) for one in json.loads(facts.get("removals", "[]")))
        was_cut_short = bool(self.desk.return_code & ReturnCode.DRAINING)
        self.desk.past_circumstances = Circumstances.from_json(
            facts.get("circumstances", "{}"), was_cut_short=was_cut_short
        )

    @property
    def circumstances(self) -> Circumstances:
        """What decides about pending steps beside the graph: the build, and the workers that are there."""
        find = self.execution.obstacles.find if self.execution.placing.takers() else None
        return replace(self.desk.circumstances, find_obstacle=find)

    def explain(self, name: str) -> Reason:
        """Return why a step is what it is; changes nothing.

        Raises
        ------
        UnknownStep
            The name fits no step, or more than one.
        """
        return explain(self.desk.graph, self.circumstances, self.desk.removals, name)

    def explain_step(self, step: Step) -> Reason:
        """Return why a step is what it is; changes nothing."""
        return explain_step(self.desk.graph, self.circumstances, step)

    def _resume_attempts(self, under_way: Sequence[StepRow]) -> int:
        """Let attempts go on whose workers may come back; return how many."""
        going = [row for row in under_way if row.going != "{}" and not self.desk.settings.embedded]
        for row in going:
            step, worker = self.desk.graph.steps[row.id], self.workforce.expect_back(row.worker, member_of(row.going))
            self.execution.resume(step, worker, row.going)
            self._adoption.expect(AttemptId(row.id, row.attempt), worker.id)
        running = sum(row.state == StepState.RUNNING.value for row in under_way)
        self._adoption.note_lost(running - len(going) if going else 0)
        return len(going)

    def _report_recovery(self, resumed: int, lost: int) -> None:
        """Say what was found after an unclean stop."""
        graph = self.desk.graph
        done = sum(step.state is StepState.SUCCEEDED for step in graph.steps.values())
        text = f"Recovered from an interrupted build: {done} of {len(graph.steps)} step(s) had succeeded and are kept"
        if resumed:
            text += f", {resumed} may still be running on workers that are expected back"
        if lost:
            text += f", {lost} had been running and will run again"
        self.desk.report(Tag.STARTUP, text)
