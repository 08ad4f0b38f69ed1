"""The digests are those of StepUp 4, word by word."""

from __future__ import annotations

import hashlib

from stepup_server.core.freshness import Run, Skip, compare_outputs, input_digest, output_digest
from stepup_server.core.graph import Graph
from stepup_server.core.ids import NodeId
from stepup_server.core.records import Step
from stepup_server.core.states import FileState
from stepup_server.core.values import FileHash

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
    assert input_digest(graph, step, {"A": "value"}) == hashlib.sha256(b"".join(words)).digest()


def test_the_output_digest_of_nothing_is_that_of_nothing() -> None:
    graph, step = a_graph()
    assert output_digest(graph, step) == EMPTY


def test_stamps_are_not_in_a_digest() -> None:
    graph, step = a_graph()
    before = input_digest(graph, step, {})
    graph.move_file(graph.file_by_path["a"], FileState.CONFIRMED, FileHash(EMPTY, 0o644, 3, 99, 99))
    assert input_digest(graph, step, {}) == before


def test_outputs_are_compared_with_those_of_the_last_success() -> None:
    graph, step = a_graph()
    output = graph.make_file("out")
    graph.add_output(step, output, dynamic=False, volatile=False)
    assert compare_outputs(graph, step) == Run(because="missing output out")
    graph.move_file(output, FileState.OUTDATED, FileHash(EMPTY, 0o644, 0, 1, 1))
    assert compare_outputs(graph, step) == Run(because="changed outputs")
    step.output_digest = output_digest(graph, step)
    assert isinstance(compare_outputs(graph, step), Skip)


def test_ids_of_nodes_come_from_one_counter() -> None:
    graph, step = a_graph()
    assert [step.id, *graph.files] == [NodeId(2), NodeId(3), NodeId(4)]
