"""The graph as rows that can be stored, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from .causes import FIRST_RUN, Cause, Ending, Interrupted, Story, cause_from_json, cause_to_json
from .commands import FileRow, Snapshot, StepRow, TreeRow
from .graph import Graph
from .ids import NodeId
from .past import past_from_json, past_to_json
from .records import File, Node, Step, Tree
from .states import FileState, Need, StepState
from .survival import attempt_to_json
from .values import FileHash, GlobMatch, GlobQuery, Source

__all__ = ("file_row", "restore_graph", "step_row", "tree_row")


def step_row(step: Step, worker: str) -> StepRow:
    """Return a step as it is stored; `worker` is the name of the worker that holds its attempt."""
    return StepRow(
        id=step.id,
        command=step.command,
        workdir=step.workdir,
        state=step.state.value,
        creator=step.creator,
        detached=step.detached,
        need=step.need.value,
        shell=step.shell,
        source_file=step.source.file,
        source_line=step.source.line,
        position=step.position,
        resources=_dump(dict(step.resources)),
        environment_overrides=_dump(dict(step.environment_overrides)),
        duration_s=step.duration_s,
        inputs=_dump_edges(step.inputs),
        outputs=_dump_edges(step.outputs),
        volatiles=_dump_edges(step.volatiles),
        environment=_dump(_environment(step)),
        globs=_dump([[query.pattern, query.substitutions, matches] for query, matches in step.globs.items()]),
        directories=_dump(list(step.directories)),
        input_digest=step.input_digest,
        output_digest=step.output_digest,
        attempt=step.attempt_number,
        worker=worker,
        deferred=step.deferred,
        defer_count=step.defer_count,
        past=_dump(past_to_json(step.past)),
        explained=step.explained,
        reasons=_dump_causes(step.reasons),
        pools=_dump(step.pools),
        where=step.where,
        story=_dump_story(step.story),
        timeout_s=step.timeout_s,
        retries=step.retries,
        tries=step.tries,
        losses=_dump(step.losses),
        going=attempt_to_json(step.attempt),
        ended_tick=step.ended_tick,
    )


def _environment(step: Step) -> list[list[object]]:
    """Return the variables of a step and of its last attempt."""
    seen = step.environment_values
    rows: list[list[object]] = [
        [name, dynamic, seen[name]] if name in seen else [name, dynamic] for name, dynamic in step.environment.items()
    ]
    for name, value in seen.items():
        if name not in step.environment:
            rows.append([name, None, value])
    return rows


def file_row(file: File) -> FileRow:
    """Return a file as it is stored."""
    hash_ = file.hash or _NO_HASH
    return FileRow(
        file.id,
        file.path,
        file.state.value,
        file.creator,
        file.detached,
        file.position,
        file.listed,
        None if file.hash is None else hash_.digest,
        *hash_[1:],
    )


_NO_HASH = FileHash(b"", 0, 0, 0, 0)


def tree_row(tree: Tree) -> TreeRow:
    """Return a tree as it is stored."""
    return TreeRow(tree.id, tree.path, tree.creator, tree.detached, tree.position, tree.is_pattern)


def _dump(value: object) -> str:
    """Write JSON as small as it can be; most values are empty."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) if value else ("{}" if value == {} else "[]")


def _dump_edges(edges: Mapping[NodeId, bool]) -> str:
    """Write edges as pairs."""
    return "[" + ",".join(f"[{id_},{'true' if dynamic else 'false'}]" for id_, dynamic in edges.items()) + "]"


def restore_graph(snapshot: Snapshot) -> Graph:
    """Build a graph from its rows. Steps that were running or being checked are pending."""
    graph = Graph()
    step_rows = sorted(snapshot.steps)
    for tree_row_ in snapshot.trees:
        _restore_tree(graph, tree_row_)
    for file_row_ in snapshot.files:
        _restore_file(graph, file_row_)
    for row in step_rows:
        _restore_step(graph, row)
    for row in step_rows:
        _restore_edges(graph, graph.steps[row.id], row)
    _restore_products(graph)
    for step in graph.steps.values():
        graph.set_need(step, step.need)
    graph.last_id = max((graph.last_id, *graph.steps, *graph.files, *graph.trees))
    _restore_places(graph, snapshot.places)
    graph.last_attempt = max((step.attempt_number for step in graph.steps.values()), default=0)
    graph.changed.clear()
    return graph


def _restore_places(graph: Graph, places: Mapping[NodeId, int]) -> None:
    """Put nodes in their places; those of a build that never ended have none."""
    for id_ in (*graph.files, *graph.steps, *graph.trees):
        place = places.get(id_, 0)
        graph.node(id_).place = place
        if not place:
            graph.unplaced[id_] = None
    graph.last_place = max(places.values(), default=0)


def _restore_tree(graph: Graph, row: TreeRow) -> None:
    """Add a tree."""
    tree = Tree(row.id, row.path, row.creator, bool(row.detached), row.position, row.is_pattern)
    graph.add_tree(tree)


def _restore_file(graph: Graph, row: FileRow) -> None:
    """Add a file."""
    hash_ = None if row.digest is None else FileHash(row.digest, row.mode, row.size, row.mtime_ns, row.inode)
    state = FileState(row.state)
    file = File(row.id, row.path, state, row.creator, bool(row.detached), row.position, bool(row.listed), hash_)
    graph.add_file(file)


def _restore_step(graph: Graph, row: StepRow) -> None:
    """Add a step without its edges."""
    state = StepState(row.state)
    step = Step(row.id, row.command, row.workdir, StepState.PENDING if state in _UNDER_WAY else state)
    step.creator, step.detached, step.position = row.creator, bool(row.detached), row.position
    step.source = Source(row.source_file, row.source_line)
    step.need, step.shell, step.duration_s = Need(row.need), bool(row.shell), row.duration_s
    step.resources = tuple(json.loads(row.resources).items())
    step.environment_overrides = tuple(json.loads(row.environment_overrides).items())
    for name, dynamic, *seen in json.loads(row.environment):
        if dynamic is not None:
            step.environment[name] = dynamic
        if seen:
            step.environment_values[name] = seen[0]
    for pattern, substitutions, matches in json.loads(row.globs):
        query = GlobQuery(pattern, tuple((name, sub) for name, sub in substitutions))
        step.globs[query] = tuple(
            GlobMatch(path, tuple((name, text) for name, text in found)) for path, found in matches
        )
    step.directories = dict.fromkeys(json.loads(row.directories))
    step.pools, step.where = json.loads(row.pools), row.where
    step.attempt_number, step.ended_tick = row.attempt, row.ended_tick
    step.deferred, step.defer_count = bool(row.deferred), row.defer_count
    step.timeout_s, step.retries, step.tries = row.timeout_s, row.retries, row.tries
    step.losses = tuple(json.loads(row.losses)) if row.losses != "[]" else ()
    step.reasons, step.story = _load_causes(row.reasons), _load_story(row.story)
    if state is StepState.RUNNING:
        step.reasons = (Interrupted(""),)
    elif not step.reasons and row.input_digest is None:
        step.reasons = FIRST_RUN
    graph.steps[step.id] = graph.step_by_key[step.key] = step


def _dump_causes(causes: tuple[Cause, ...]) -> str:
    """Return causes as they are stored."""
    return _FIRST_RUN if causes is FIRST_RUN else _dump([cause_to_json(cause) for cause in causes])


_FIRST_RUN = '[{"kind":"first_run"}]'


@lru_cache(1024)
def _load_causes(text: str) -> tuple[Cause, ...]:
    """Return stored causes; many steps have the same."""
    return FIRST_RUN if text == _FIRST_RUN else tuple(cause_from_json(facts) for facts in json.loads(text))


def _dump_story(story: Story | None) -> str:
    """Return a story as it is stored."""
    if story is None:
        return "{}"
    head = f'"build":{story.build},"ending":"{story.ending.value}","causes":{_dump_causes(story.causes)}'
    return "{" + head + (f',"remark":{json.dumps(story.remark)}' if story.remark else "") + "}"


@lru_cache(1024)
def _load_story(text: str) -> Story | None:
    """Return a stored story; many steps have the same."""
    facts = json.loads(text)
    if not facts:
        return None
    causes = tuple(cause_from_json(cause) for cause in facts["causes"])
    return Story(facts["build"], Ending(facts["ending"]), causes, facts.get("remark", ""))


_UNDER_WAY = frozenset({StepState.RUNNING, StepState.CHECKING})


def _restore_edges(graph: Graph, step: Step, row: StepRow) -> None:
    """Connect a step with its files."""
    step.outputs = {NodeId(id_): dynamic for id_, dynamic in json.loads(row.outputs)}
    step.volatiles = {NodeId(id_): dynamic for id_, dynamic in json.loads(row.volatiles)}
    for id_, dynamic in json.loads(row.inputs):
        graph.add_input(step, graph.files[NodeId(id_)], dynamic=dynamic)
    # Last, because a step with a success would take these edges for new ones.
    step.input_digest, step.output_digest = row.input_digest, row.output_digest
    step.past, step.explained = past_from_json(json.loads(row.past)), bool(row.explained)


def _restore_products(graph: Graph) -> None:
    """Connect creators with what they created, in the order of declaration."""
    files = graph.files.values()
    for file in files:
        if file.creator is not None and file.creator in graph.trees:
            graph.trees[file.creator].files[file.id] = None
    products: list[Node] = [file for file in files if not file.is_product]
    products += graph.steps.values()
    products += graph.trees.values()
    for node in sorted(products, key=lambda node: (node.position, node.id)):
        _restore_product(graph, node)


def _restore_product(graph: Graph, node: Node) -> None:
    """Let the creating step know its product."""
    above = graph.steps.get(node.creator) if node.creator is not None else None
    if above is not None:
        above.products[node.id] = None
        above.positions = max(above.positions, node.position)
