"""The digests are those of StepUp 4, word by word."""

from __future__ import annotations

import hashlib

from stepup_server.core.causes import Aspect, Change
from stepup_server.core.freshness import (
    differences,
    input_digest,
    last_sight,
    output_digest,
    present_sight,
    remember_success,
    with_outputs,
)
from stepup_server.core.graph import Graph
from stepup_server.core.ids import NodeId
from stepup_server.core.past import note_declaration
from stepup_server.core.records import Step
from stepup_server.core.states import FileState
from stepup_server.core.values import FileHash, Observation, PathKind

EMPTY = hashlib.sha256(b"").digest()


def a_graph() -> tuple[Graph, Step]:
    """Return a graph with one step that has everything."""
    graph = Graph()
    step = graph.make_step("cmd", "sub/")
    step.shell = True
    step.environment = {"Z": False, "A": True}
    step.environment_overrides = (("O", "1"),)
    for path in ("b", "a"):
        file = graph.make_file(path)
        graph.move_file(file, FileState.UNCONFIRMED)
        graph.move_file(file, FileState.CONFIRMED, FileHash(EMPTY, 0o644, 3, 7, 8))
        graph.add_input(step, file, dynamic=False)
    return graph, step


def test_the_input_digest_is_made_of_typed_words() -> None:
    graph, step = a_graph()
    number = (0o644).to_bytes(8, "big"), (3).to_bytes(8, "big")
    file = b"\0\0" + number[0] + b"\0\0" + number[1] + b"\0\0" + EMPTY
    words = (
        b"\0\1cmd  # wd=sub/",
        b"\0\1__shell__\0\0\1",
        b"\0\1__inp_paths__\0\1a" + file + b"\0\1b" + file,
        b"\0\1__env_vars__\0\1A\0\1value\0\1Z\0\2",
        b"\0\1__env_overrides__\0\1O\0\0011",
    )
    assert input_digest(present_sight(graph, step, {"A": "value"})) == hashlib.sha256(b"".join(words)).digest()


def test_the_output_digest_of_nothing_is_that_of_nothing() -> None:
    graph, step = a_graph()
    assert output_digest(present_sight(graph, step, {})) == EMPTY


def test_stamps_are_not_in_a_digest() -> None:
    graph, step = a_graph()
    before = input_digest(present_sight(graph, step, {}))
    graph.move_file(graph.file_by_path["a"], FileState.CONFIRMED, FileHash(EMPTY, 0o644, 3, 99, 99))
    assert input_digest(present_sight(graph, step, {})) == before


def a_success(graph: Graph, step: Step) -> None:
    """Let a step remember what it sees now."""
    sight = present_sight(graph, step, {})
    step.environment_values = dict(sight.variables)
    step.input_digest, step.output_digest = input_digest(sight), output_digest(sight)


def changes(graph: Graph, step: Step) -> list[tuple[Aspect, Change, str]]:
    """Return what differs from the last success, as far as it does."""
    found = differences(last_sight(graph, step), present_sight(graph, step, {}))
    return [(one.aspect, one.change, one.name) for one in found if one.change is not Change.SAME]


def test_nothing_differs_right_after_a_success_and_nothing_is_noted() -> None:
    graph, step = a_graph()
    a_success(graph, step)
    assert changes(graph, step) == []
    assert step.past is None


def test_a_success_counts_an_input_that_was_undeclared_meanwhile_as_it_has_seen_it() -> None:
    graph, step = a_graph()
    whole = input_digest(present_sight(graph, step, {}))
    seen = [Observation(file.path, PathKind.FILE, file.hash) for file in graph.inputs(step)]
    (gone,) = (file for file in graph.inputs(step) if file.path == "a")
    gone.hash = None
    remember_success(graph, step, {}, seen)
    assert step.input_digest == whole
    assert input_digest(last_sight(graph, step)._replace(variables=present_sight(graph, step, {}).variables)) == whole
    gone.hash = seen[0].hash
    remember_success(graph, step, {}, seen)
    assert (step.input_digest, step.past) == (whole, None)


def test_a_change_is_noted_once_with_what_the_success_saw() -> None:
    graph, step = a_graph()
    a_success(graph, step)
    file = graph.file_by_path["a"]
    for size in (4, 5):
        graph.move_file(file, FileState.CONFIRMED, FileHash(EMPTY, 0o644, size, 7, 8))
    assert changes(graph, step) == [(Aspect.INPUT, Change.MODIFIED, "a")]
    assert last_sight(graph, step).inputs["a"].size == 3
    assert input_digest(last_sight(graph, step)) == step.input_digest


def test_a_file_that_is_again_what_it_was_is_no_change() -> None:
    graph, step = a_graph()
    a_success(graph, step)
    file = graph.file_by_path["a"]
    graph.move_file(file, FileState.MISSING)
    graph.move_file(file, FileState.CONFIRMED, FileHash(EMPTY, 0o644, 3, 70, 80))
    assert changes(graph, step) == []


def test_other_edges_are_noted() -> None:
    graph, step = a_graph()
    a_success(graph, step)
    graph.remove_input(step, graph.file_by_path["a"])
    other = graph.make_file("c")
    graph.move_file(other, FileState.UNCONFIRMED)
    graph.move_file(other, FileState.CONFIRMED, FileHash(EMPTY, 0o644, 3, 7, 8))
    graph.add_input(step, other, dynamic=False)
    assert changes(graph, step) == [(Aspect.INPUT, Change.DELETED, "a"), (Aspect.INPUT, Change.ADDED, "c")]


def test_another_declaration_is_noted() -> None:
    graph, step = a_graph()
    a_success(graph, step)
    note_declaration(step)
    step.shell, step.environment_overrides = False, (("O", "2"),)
    assert changes(graph, step) == [(Aspect.SHELL, Change.MODIFIED, ""), (Aspect.OVERRIDE, Change.MODIFIED, "O")]
    assert input_digest(last_sight(graph, step)) == step.input_digest


def test_an_output_that_is_missing_is_not_one_that_was_taken_away() -> None:
    graph, step = a_graph()
    output = graph.make_file("out")
    graph.add_output(step, output, dynamic=False, volatile=False)
    graph.move_file(output, FileState.BUILT, FileHash(EMPTY, 0o644, 0, 1, 1))
    a_success(graph, step)
    before, after = last_sight(graph, step), present_sight(graph, step, {})
    assert differences(before, with_outputs(after, {"out": None}))[-1].change is Change.MODIFIED
    assert differences(before, with_outputs(after, {}))[-1].change is Change.DELETED


def test_ids_of_nodes_come_from_one_counter() -> None:
    graph, step = a_graph()
    assert [step.id, *graph.files] == [NodeId(2), NodeId(3), NodeId(4)]
