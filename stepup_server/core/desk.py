"""What all parts of the core share in one turn: the graph, the time, the open questions and the commands so far."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .capacities import Capacities
from .commands import Answer, Command, Record, Refuse, Report, Value
from .graph import Graph
from .ids import AttemptId, NodeId, RequestId
from .leases import LEASE_S, Deadlines
from .patterns import compile_query
from .questions import Questions
from .records import Attempt, Step
from .refusals import Refusal, Superseded
from .removals import REMOVALS_MAX, Removal, removal_to_json
from .states import Phase, ReturnCode, StopLevel, Tag
from .values import BuildOptions, ChangeKind, GlobMatch, GlobQuery, Page, StepRef
from .waiting import Circumstances

__all__ = ("LOG_FAIL", "LOG_SUCCESS", "LOG_WARNING", "Desk", "DirectorSettings", "log_name")

LOG_FAIL, LOG_WARNING, LOG_SUCCESS = "fail.log", "warning.log", "success.log"
"""The logs for people, below .stepup."""
_LOG_NAMES = {Tag.FAIL: LOG_FAIL, Tag.ERROR: LOG_FAIL, Tag.WARNING: LOG_WARNING}


def log_name(tag: Tag) -> str:
    """Return the log to which reports with a tag go, by its colour: red, yellow, and all others."""
    return _LOG_NAMES.get(tag, LOG_SUCCESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorSettings:
    """What does not change in the life of a director."""

    socket: str = ""
    """Path of the Unix socket; told to people."""
    root: str = "."
    """The project root; workers must see the same."""
    probe: str = ""
    """What they find there if they do; empty: nothing was left to be found, and the paths must be equal."""
    host: str = ""
    """Where this director runs, as its workers call it."""
    version: str = ""
    """Of this program."""
    allowed_roots: tuple[str, ...] = ()
    """Directories besides the root beneath which outputs may lie; absolute."""
    embedded: bool = False
    """One local worker belongs to this director and lives and dies with it."""
    moves_files: bool = True
    """Workers may come that do not see the project, and are sent its files."""
    lease_s: float = LEASE_S
    """How long a worker may be out of touch before its attempts are given up."""
    loss_cap: int = 3
    """How many workers a step may take down before it fails."""
    epoch: int = 1
    """Counts the directors that have served this project, one after the other."""
    prefetch: int = 8
    """How many attempts beyond its slots a worker may hold."""
    database: str = ".stepup/graph.db"
    """The name of the database; told to people."""
    logs: str = ".stepup"
    """The directory of the logs for people; told to them."""


class Desk:
    """The shared table. Parts of the core read and write here what concerns more than one of them."""

    def __init__(self, settings: DirectorSettings, environment: Mapping[str, str]) -> None:
        self.settings = settings
        self.environment = environment
        """The director's environment: what steps mean by the value of a variable."""
        self.graph = Graph()
        self.deadlines = Deadlines()
        self.commands: list[Command] = []
        """What is to be done, in order, after the record of this turn."""
        self.record_extras: list[Record] = []
        """Parts of the record of this turn that are not rows of changed nodes."""
        self.questions = Questions(self.commands.append)
        self.now = 0.0
        """Monotonic seconds of the present turn."""
        self.began_at: float | None = None
        """The first turn."""
        self.tick = 0
        """Counts the facts about attempts, so that their order is known without clocks."""

        self.phase = Phase.IDLE
        self.options = BuildOptions()
        """Of the present or last build."""
        self.build = 0
        """Counts the builds of this director."""
        self.executed = 0
        """Attempts that ended in this build."""
        self.cpu_s = 0.0
        """Processor time of all attempts that ended in the life of this director."""
        self.skipped = 0
        """Steps that were found to be up to date in this build."""
        self.removals: tuple[Removal, ...] = ()
        """The steps that the last build has removed."""
        self.past_circumstances = Circumstances()
        """Those of the last build before this director."""
        self.moved: dict[str, ChangeKind] = {}
        """Inputs that somebody changed during the build; told when it is over, if somebody watches."""
        self.draining = False
        """Nothing more is started in this build."""
        self.stop = StopLevel.NONE
        """How far the director has been asked to stop."""
        self.return_code = ReturnCode.OK
        """Of the present or last build."""

        self.logs: set[str] = set()
        """The logs for people to which this build has added something."""
        self.running: dict[NodeId, None] = {}
        """The steps in state RUNNING, in the order of handing out."""
        self.globbers: dict[GlobQuery, dict[NodeId, None]] = {}
        """Which steps asked for a pattern. Mirrors `Step.globs`."""
        self.confirming = 0
        """Questions about new static files that are open. Each takes a slot, so that the order is not one of speed."""
        self.capacities = Capacities()
        self.unconfirmed: dict[NodeId, None] = {}
        """Static files that became so in this turn and must be looked at."""

    @property
    def circumstances(self) -> Circumstances:
        """What decides about pending steps beside the graph."""
        if not self.build:
            return self.past_circumstances
        return Circumstances(
            resources=self.options.resources,
            targets=self.options.targets,
            is_building=self.phase in {Phase.STARTUP, Phase.BUILD},
            was_cut_short=self.draining,
        )

    def remember_removals(self, removals: Iterable[Removal]) -> None:
        """Keep what a build has removed until the next one begins."""
        self.removals = tuple(removals)[:REMOVALS_MAX]
        text = json.dumps([removal_to_json(removal) for removal in self.removals])
        self.record_extras.append(Record(facts=(("removals", text),)))

    # Saying

    def report(self, tag: Tag | None, text: str = "", *pages: Page, step: StepRef | None = None) -> None:
        """Tell people."""
        if tag is not None:
            self.logs.add(log_name(tag))
        self.commands.append(Report(tag=tag, text=text, pages=pages, step=step))

    def report_detail(self, tag: Tag, text: str) -> None:
        """Tell the logs, and those who want to hear everything."""
        self.commands.append(Report(tag=tag, text=text, detail=True))

    def report_build_begins(self) -> None:
        """Tell people that steps run from now on; the logs begin anew, except those of the first build."""
        is_next = self.build > 1
        if is_next:
            self.logs.clear()
        self.commands.append(Report(tag=Tag.PHASE, text="run", begins_build=is_next))

    def report_logs(self) -> None:
        """Tell people in which logs to look for what went wrong, if there is anything."""
        if self.logs & {LOG_FAIL, LOG_WARNING}:
            names = (name for name in (LOG_FAIL, LOG_WARNING) if name in self.logs)
            self.report(Tag.WARNING, f"Check logs: {' '.join(f'{self.settings.logs}/{name}' for name in names)}")

    def report_times(self) -> None:
        """Tell people how long everything took."""
        wall_s = self.now - (self.now if self.began_at is None else self.began_at)
        self.report_detail(Tag.DIRECTOR, f"Wall {wall_s:.1f}s, Steps {self.cpu_s:.1f}s of processor time")

    def answer(self, request: RequestId, value: Value) -> None:
        """Let a waiting call return."""
        self.commands.append(Answer(request, value))

    def refuse(self, request: RequestId, refusal: Refusal) -> None:
        """Let a waiting call fail."""
        self.commands.append(Refuse(request, refusal))

    # Attempts

    def next_tick(self) -> int:
        """Count another fact."""
        self.tick += 1
        return self.tick

    def current_attempt(self, id_: AttemptId) -> tuple[Step, Attempt]:
        """Return the running attempt with this identity and its step.

        Raises
        ------
        Superseded
            It has ended, was replaced, or never was.
        """
        step = self.graph.steps.get(id_.step)
        if step is None or step.attempt is None or step.attempt.id != id_:
            raise Superseded(f"Attempt {id_.number} of step {id_.step} is not running (any more).")
        return step, step.attempt

    def running_steps(self) -> list[Step]:
        """Return the steps that workers hold, in the order of handing out."""
        return [self.graph.steps[id_] for id_ in self.running]

    def count_begun(self) -> int:
        """Return how many of the steps that workers hold have begun."""
        return sum(step.attempt is not None and step.attempt.started_tick is not None for step in self.running_steps())

    def note_attempt(self, step: Step) -> None:
        """Record what an attempt has said or been told, if another director may have to know."""
        if step.attempt is not None and step.attempt.outlives:
            self.graph.changed[step.id] = None

    # What running steps depend on

    def use_environment(self, step: Step, names: Iterable[str]) -> None:
        """Let a running step depend on variables."""
        for name in names:
            step.environment.setdefault(name, True)
        self.graph.changed[step.id] = None

    def register_glob(self, step: Step, query: GlobQuery, matches: tuple[GlobMatch, ...]) -> None:
        """Remember that a step asked for a pattern, and what it was told."""
        step.globs[query] = matches
        self.globbers.setdefault(query, {})[step.id] = None
        self.graph.changed[step.id] = None

    def clear_globs(self, step: Step) -> None:
        """Forget the patterns of a step."""
        for query in step.globs:
            askers = self.globbers[query]
            askers.pop(step.id, None)
            if not askers:
                del self.globbers[query]
        step.globs.clear()

    def find_globs(self, path: str) -> Iterator[tuple[GlobQuery, Step]]:
        """Return the registered patterns that match a path, with the attached steps that asked for them."""
        for query, askers in self.globbers.items():
            if compile_query(query).matches(path):
                for id_ in sorted(askers):
                    if not self.graph.steps[id_].detached:
                        yield query, self.graph.steps[id_]
