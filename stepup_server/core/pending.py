"""Why steps remained pending: the root causes, each with the number of steps that wait for it, directly or not.

A step waits for the makers of its inputs and for all that created it. What it waits for in the end is a file that
nobody makes, a resource of which there is not enough, or a step that failed; where none of these is found,
steps wait for each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .desk import Desk
from .ids import NodeId
from .obstacles import Obstacles
from .placing import Placing
from .records import File, Step
from .states import StepState
from .values import Page

__all__ = ("explain_pending",)

ROWS_MAX = 10
"""How many causes a page lists."""
VISITS_MAX = 1_000_000
"""How many steps are looked at to count who waits for what; beyond, only those are counted that wait directly."""

REMEDY_INPUTS = """\
Create the input file(s) listed above, correct their static() paths,
or add a step that builds them."""
REMEDY_DETACHED = "Paths in parentheses are detached: no step in the workflow declares them."
REMEDY_RESOURCES = "Increase resources with --resources or lower the step requirements."
REMEDY_PLACES = "Start a worker that has what the steps ask for (stepup worker --label, --resource)."
REMEDY_BROWSE = "Run `stepup browse` and search for a name above to see the steps involved."


def explain_pending(desk: Desk, placing: Placing, pending: Iterable[Step]) -> list[Page]:
    """Return pages with the root causes of steps that remained pending, and what may help."""
    waits = _Waits(desk, pending)
    files = list(_missing_files(desk, waits))
    resources = list(_lacking_resources(placing, waits))
    places = list(_unplaceable(desk, placing, waits))
    tables = [
        _Table("Unavailable inputs", "input(s)", _rank(waits, files)),
        _Table("Insufficient resources", "resource(s)", _rank(waits, resources)),
        _Table("Without a worker", "condition(s)", _rank(waits, places)),
    ]
    explained = waits.behind(step for cause in (*files, *resources, *places) for step in cause.steps)
    pages = _lay_out(waits, [table for table in tables if table.causes])
    others = _other_reasons(desk, waits, explained)
    pages += [Page("Other reasons", "\n".join(others))] if others else []
    remedies = [REMEDY_INPUTS] if files else []
    remedies += [REMEDY_DETACHED] if any(cause.text.startswith("(") for cause in files) else []
    remedies += [REMEDY_RESOURCES] if resources else []
    remedies += [REMEDY_PLACES] if places else []
    return [*pages, Page("Remedy", "\n".join([*remedies, REMEDY_BROWSE]))]


# Causes


@dataclass(slots=True)
class _Cause:
    """Something that steps wait for."""

    kind: str
    """The state of a file, or the name of a resource."""
    text: str
    """What is wrong with it."""
    name: str
    """What it is sorted by among equals."""
    steps: list[Step] = field(default_factory=list[Step])
    """Those that wait for it directly."""
    count: int = 0
    """How many wait for it, directly or not."""


def _missing_files(desk: Desk, waits: _Waits) -> Iterable[_Cause]:
    """Find the files that steps wait for and no pending step will make."""
    causes: dict[NodeId, _Cause] = {}
    for step in waits.steps.values():
        for file in desk.graph.inputs(step):
            if _waits_for_file(step, file) and (file.detached or not file.is_product):
                path = f"({file.path})" if file.detached else file.path
                causes.setdefault(file.id, _Cause(file.state.name, path, file.path)).steps.append(step)
    return (causes[id_] for id_ in sorted(causes))


def _waits_for_file(step: Step, file: File) -> bool:
    """Tell whether a step waits for one of its inputs."""
    insists = step.deferred or step.may_be_skipped
    return not file.is_available and (insists or file.blocks(dynamic=step.inputs[file.id]))


def _lacking_resources(placing: Placing, waits: _Waits) -> Iterable[_Cause]:
    """Find the resources of which steps ask for more than there is."""
    needed: dict[str, int] = {}
    steps: dict[str, list[Step]] = {}
    for step in waits.steps.values():
        for name in placing.lacking(step):
            needed[name] = max(needed.get(name, 0), dict(step.resources)[name])
            steps.setdefault(name, []).append(step)
    return [
        _Cause(name, f"{units} unit(s) needed, {_available(placing, name)} available", name, steps[name])
        for name, units in sorted(needed.items())
    ]


def _available(placing: Placing, name: str) -> int | str:
    """Say how much there is of a resource."""
    return placing.capacities.get(name) or placing.most_of(name) or ("none" if name not in placing.capacities else 0)


def _unplaceable(desk: Desk, placing: Placing, waits: _Waits) -> Iterable[_Cause]:
    """Find what no single worker has, although there may be enough of each resource."""
    obstacles, causes = Obstacles(desk.graph, placing), dict[str, _Cause]()
    for step in waits.steps.values():
        reason = None if placing.lacking(step) else obstacles.find(step)
        if reason is not None and obstacles.is_final(reason):
            causes.setdefault(reason.text, _Cause(reason.kind, reason.text, reason.text)).steps.append(step)
    return [causes[text] for text in sorted(causes)]


def _rank(waits: _Waits, causes: list[_Cause]) -> list[_Cause]:
    """Count who waits for each cause, and sort: what most wait for comes first, and among equals what came first."""
    for cause in causes:
        cause.count = len(waits.behind(cause.steps) if waits.visits < VISITS_MAX else cause.steps)
    return sorted(causes, key=lambda cause: -cause.count)


def _other_reasons(desk: Desk, waits: _Waits, explained: set[NodeId]) -> list[str]:
    """Say what holds up the steps that miss neither a file nor a resource."""
    failed = [step for step in desk.graph.steps.values() if step.state is StepState.FAILED and not step.detached]
    blocked = waits.behind(after for step in failed for after in waits.next(step)) - explained
    mutual = waits.steps.keys() - explained - blocked
    reasons = (("blocked by failed steps", blocked), ("waiting on each other", mutual))
    return [
        f"{len(ids)} step(s) are {reason}, e.g. {min(waits.steps[id_].title for id_ in ids)}."
        for reason, ids in reasons
        if ids
    ]


class _Waits:
    """Pending steps, and which of them wait for which."""

    def __init__(self, desk: Desk, pending: Iterable[Step]) -> None:
        self._graph = desk.graph
        self.steps = {step.id: step for step in pending}
        self.visits = 0
        """Counts the steps that were looked at."""

    def behind(self, first: Iterable[Step]) -> set[NodeId]:
        """Return the pending steps among some and behind them."""
        queue = deque(first)
        seen = {step.id for step in queue}
        while queue:
            self.visits += 1
            for step in self.next(queue.popleft()):
                if step.id not in seen:
                    seen.add(step.id)
                    queue.append(step)
        return seen & self.steps.keys()

    def next(self, step: Step) -> Iterator[Step]:
        """Return the steps that wait for a step, and those it created: behind them others may wait."""
        yield from (self._graph.steps[id_] for id_ in step.products if id_ in self._graph.steps)
        if step.id in self.steps or step.state is StepState.FAILED:
            yield from (user for user in self._graph.users(step) if user.id in self.steps)


# Layout


@dataclass(frozen=True, slots=True)
class _Table:
    """One page of causes."""

    title: str
    noun: str
    causes: list[_Cause]
    """Sorted."""


def _lay_out(waits: _Waits, tables: list[_Table]) -> list[Page]:
    """Write tables below each other, with the same columns."""
    rows = {table.title: list(_rows(waits, table)) for table in tables}
    cells = [row for table_rows in rows.values() for row in table_rows]
    text_width = max((len(text) for _, text, _ in cells), default=0)
    count_width = max((len(count) for _, _, count in cells), default=0)
    return [
        Page(
            title,
            "\n".join(
                f"{kind:>20}: {text:<{text_width}}  {count:>{count_width}} step(s)" if count else f"{kind:>20}: {text}"
                for kind, text, count in table_rows
            ),
        )
        for title, table_rows in rows.items()
    ]


def _rows(waits: _Waits, table: _Table) -> Iterator[tuple[str, str, str]]:
    """Return the cells of a table: the first causes by name, and in one row how much is left out."""
    shown, hidden = table.causes[:ROWS_MAX], table.causes[ROWS_MAX:]
    for cause in sorted(shown, key=lambda cause: (-cause.count, cause.name)):
        yield cause.kind, cause.text, str(cause.count)
    if hidden:
        told = waits.behind(step for cause in shown for step in cause.steps)
        more = waits.behind(step for cause in hidden for step in cause.steps) - told
        yield "", f"... and {len(hidden)} more {table.noun}", f"≥ {len(more)}" if more else ""
