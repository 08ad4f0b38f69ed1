"""What a journal would hold, in memory."""

from __future__ import annotations

import copy
from collections.abc import Callable

from stepup_server.core.commands import FileRow, OutputRow, Record, Snapshot, StepRow, SubprocessRow, TreeRow
from stepup_server.core.director import Director
from stepup_server.core.ids import NodeId
from stepup_server.core.rows import file_row, step_row, tree_row

__all__ = ("Database", "Rows", "rows_of")

Rows = tuple[dict[NodeId, StepRow], dict[NodeId, FileRow], dict[NodeId, TreeRow]]


class Database:
    """Rows by number; the last one wins."""

    def __init__(self) -> None:
        self.steps: dict[NodeId, StepRow] = {}
        self.files: dict[NodeId, FileRow] = {}
        self.trees: dict[NodeId, TreeRow] = {}
        self.outputs: dict[NodeId, OutputRow] = {}
        self.places: dict[NodeId, int] = {}
        self.subprocesses: dict[NodeId, list[SubprocessRow]] = {}
        self.facts: dict[str, str] = {}

    def commit(self, record: Record) -> None:
        """Take a record in."""
        for id_ in record.forgotten:
            for rows in (self.steps, self.files, self.trees, self.outputs, self.places, self.subprocesses):
                rows.pop(id_, None)
        self.steps.update((row.id, row) for row in record.steps)
        self.files.update((row.id, row) for row in record.files)
        self.trees.update((row.id, row) for row in record.trees)
        self.outputs.update((row.step, row) for row in record.outputs)
        self.places.update(record.places)
        for id_ in record.undone:
            self.subprocesses.pop(id_, None)
        for row in record.subprocesses:
            self.subprocesses.setdefault(row.step, []).append(row)
        self.facts.update(record.facts)

    def copy(self) -> Database:
        """Return another database with the same rows."""
        return copy.deepcopy(self)

    def restore(self, make: Callable[[], Director], now: float) -> Director:
        """Return a director that takes up what was recorded."""
        director = make()
        director.restore(self.snapshot(), now)
        return director

    def snapshot(self) -> Snapshot:
        """Return the graph as it is read back."""
        return Snapshot(
            steps=tuple(self.steps.values()),
            files=tuple(self.files.values()),
            trees=tuple(self.trees.values()),
            places=self.places,
            facts=self.facts,
        )


def rows_of(director: Director) -> Rows:
    """Return the graph of a director as rows."""
    graph, workers = director.desk.graph, director.workforce.workers
    return (
        {
            step.id: step_row(step, workers[step.attempt.worker].description.name if step.attempt else "")
            for step in graph.steps.values()
        },
        {file.id: file_row(file) for file in graph.files.values()},
        {tree.id: tree_row(tree) for tree in graph.trees.values()},
    )
