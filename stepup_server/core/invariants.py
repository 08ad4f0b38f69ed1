"""Every sentence about the graph, its workers and its queues that can be checked.

Only tests call this: it looks at everything, so it costs the size of the graph.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable

from .director import Director
from .eligible import is_eligible
from .freshness import input_digest, last_sight, output_digest
from .graph import Graph
from .ids import ROOT, NodeId
from .patterns import compile_query
from .records import File, Node, Step, Tree
from .refusals import InvariantBroken
from .states import FileState, Need, Phase, StepState
from .values import GlobQuery

__all__ = ("check",)

_WITHOUT_HASH = frozenset({FileState.PLANNED, FileState.MISSING, FileState.VOLATILE})
_WITH_HASH = frozenset({FileState.CONFIRMED, FileState.BUILT, FileState.OUTDATED})


def check(director: Director) -> None:
    """Look whether a director between two turns is as its documentation says.

    Raises
    ------
    InvariantBroken
        It is not; the message says where.
    """
    graph = director.desk.graph
    _check_indexes(graph)
    for file in graph.files.values():
        _check_file(graph, file)
    for tree in graph.trees.values():
        _check_tree(graph, tree)
    for step in graph.steps.values():
        _check_step(graph, step)
    for node in _nodes(graph):
        _check_provenance(graph, node)
    _check_circles(graph)
    _check_counts(graph)
    _check_attempts(director)
    _check_resources(director)
    _check_queue(director)
    _check_desk(director)


def _demand(node: Node | None, *, that: bool, reason: str) -> None:
    """Raise unless something holds."""
    if not that:
        raise InvariantBroken(f"{reason}: {node}" if node is not None else reason)


def _nodes(graph: Graph) -> Iterable[Node]:
    """Return all nodes."""
    return (*graph.steps.values(), *graph.files.values(), *graph.trees.values())


# Nodes


def _check_indexes(graph: Graph) -> None:
    """Look up all nodes by number, key and path."""
    nodes = tuple(_nodes(graph))
    _demand(None, that=len({node.id for node in nodes}) == len(nodes), reason="two nodes have one number")
    _demand(None, that=all(node.id <= graph.last_id for node in nodes), reason="a number was not drawn")
    same_keys = graph.step_by_key == {step.key: step for step in graph.steps.values()}
    same_paths = graph.file_by_path == {file.path: file for file in graph.files.values()}
    trees = [*graph.tree_by_path.items(), *graph.deferred_by_pattern.items()]
    same_trees = {tree.id: path for path, tree in trees} == {tree.id: tree.path for tree in graph.trees.values()}
    _demand(None, that=same_keys and same_paths and same_trees, reason="an index differs from its nodes")
    _demand(None, that=len(graph.step_by_key) == len(graph.steps), reason="two steps have one key")
    _demand(None, that=len(graph.file_by_path) == len(graph.files), reason="two files have one path")
    places = [node.place for node in nodes if node.place]
    _demand(None, that=len(set(places)) == len(places), reason="two nodes have one place")
    mirror = {node.id for node in nodes if not node.place}
    _demand(None, that=set(graph.unplaced) == mirror, reason="unplaced does not mirror places")
    _demand(None, that=not graph.changed and not graph.forgotten, reason="a change was not recorded")


def _check_file(graph: Graph, file: File) -> None:
    """Compare a file's role, hash and consumers."""
    _demand(file, that=posixpath.normpath(file.path) == file.path, reason="path is not normalised")
    _demand(file, that=file.state not in _WITHOUT_HASH or file.hash is None, reason="hash does not go with state")
    _demand(file, that=file.state not in _WITH_HASH or file.hash is not None, reason="state needs a hash")
    mirror = {step.id: step.inputs[file.id] for step in graph.steps.values() if file.id in step.inputs}
    _demand(file, that=file.consumers == mirror, reason="consumers do not mirror inputs")
    if file.writer is not None:
        writing = graph.steps[file.writer].attempt
        _demand(file, that=writing is not None and file.id in writing.taken, reason="its writer does not run")
    if file.state is FileState.UNDECLARED:
        _demand(file, that=file.creator is None, reason="undeclared file has a creator")
    maker = graph.producer(file)
    if file.is_product and maker is not None:
        edges = maker.volatiles if file.state is FileState.VOLATILE else maker.outputs
        _demand(file, that=file.id in edges, reason="its maker does not know it")
    if file.state is FileState.BUILT and maker is not None:
        _demand(file, that=maker.state is StepState.SUCCEEDED, reason="built by a step that did not succeed")


def _check_tree(graph: Graph, tree: Tree) -> None:
    """Compare a tree with its files."""
    is_normal = tree.is_pattern or posixpath.normpath(tree.path) == tree.path
    _demand(tree, that=is_normal, reason="path is not normalised")
    mirror = {file.id for file in graph.files.values() if file.creator == tree.id}
    _demand(tree, that=set(tree.files) == mirror, reason="files do not mirror creators")
    for id_ in tree.files:
        file = graph.files[id_]
        belongs = (
            compile_query(GlobQuery(tree.path, ())).matches(file.path)
            if tree.is_pattern
            else file.path.startswith(tree.path + "/")
        )
        _demand(file, that=belongs, reason=f"not in its tree {tree.path}")
        _demand(file, that=file.is_static, reason="a file of a tree is not static")


def _check_step(graph: Graph, step: Step) -> None:
    """Compare a step's redundant views with what they are made from."""
    for edges, states in ((step.outputs, _OUTPUT_STATES), (step.volatiles, {FileState.VOLATILE})):
        for id_ in edges:
            file = graph.files[id_]
            _demand(file, that=file.creator == step.id, reason=f"made by {step.label}, but has another creator")
            _demand(file, that=file.state in states, reason=f"made by {step.label}, but in no such state")
    blocked = sum(graph.files[id_].blocks(dynamic=dynamic) for id_, dynamic in step.inputs.items())
    _demand(step, that=step.unready == blocked, reason=f"unready is not {blocked}")
    awaits = any(dynamic and not graph.files[id_].is_available for id_, dynamic in step.inputs.items())
    _demand(
        step, that=awaits or step.detached or not step.deferred, reason="deferred, but it has all that it asked for"
    )
    made = [graph.files[id_] for id_ in (*step.outputs, *step.volatiles)]
    demand = Counter(graph.steps[id_].implied for file in made for id_ in file.consumers)
    counts = [demand[need] for need in Need]
    _demand(step, that=step.demand == counts, reason=f"demand is not {counts}")
    _check_need(graph, step, demand)
    _check_digests(step)
    _check_memory(graph, step)
    _check_products(graph, step)


_OUTPUT_STATES = {FileState.PLANNED, FileState.BUILT, FileState.OUTDATED}


def _check_need(graph: Graph, step: Step, demand: Counter[Need | None]) -> None:
    """Find out how much a step is wanted: by its plan, as a target, and by those that use what it makes."""
    outputs = [file.path for file in graph.outputs(step)]
    own = step.need
    if any(map(graph.targets.name, outputs)) or (own is Need.DEFAULT and any(map(graph.targets.enclose, outputs))):
        own = max(own, Need.TARGET)
    implied = None if step.detached else max((own, *(need for need in demand if need is not None)))
    _demand(step, that=step.implied is implied, reason=f"implied need is not {implied}")
    wanted = implied is not None and implied > graph.targets.threshold
    _demand(step, that=step.wanted == wanted, reason=f"wanted is not {wanted}")


def _check_digests(step: Step) -> None:
    """Compare digests with what the state says of a success."""
    both = (step.input_digest is None) == (step.output_digest is None)
    _demand(step, that=both, reason="one digest without the other")
    if step.state is StepState.CHECKING or (step.state is StepState.SUCCEEDED and not step.detached):
        _demand(step, that=step.input_digest is not None, reason="there is nothing to compare with")
    if step.state in {StepState.RUNNING, StepState.FAILED}:
        _demand(step, that=step.input_digest is None, reason="there is a digest without a success")
    if step.deferred:
        _demand(step, that=step.state is StepState.PENDING, reason="deferred, but not pending")
    _demand(step, that=(step.attempt is not None) == (step.state is StepState.RUNNING), reason="attempt and state")


def _check_memory(graph: Graph, step: Step) -> None:
    """Compare the notes about the last success with its digests."""
    _demand(step, that=bool(step.reasons) == (step.input_digest is None), reason="a success, and why there is none")
    if step.input_digest is None:
        _demand(step, that=step.past is None, reason="notes about no success")
        return
    seen = last_sight(graph, step)
    _demand(step, that=input_digest(seen) == step.input_digest, reason=f"its last success did not see {seen}")
    _demand(step, that=output_digest(seen) == step.output_digest, reason=f"its last success did not make {seen}")


def _check_products(graph: Graph, step: Step) -> None:
    """Compare a step with what it created, in the order of declaration."""
    mirror = {
        node.id
        for node in _nodes(graph)
        if node.creator == step.id and not (isinstance(node, File) and node.is_product)
    }
    _demand(step, that=set(step.products) == mirror, reason="products do not mirror creators")
    positions = [graph.node(id_).position for id_ in step.products]
    _demand(step, that=positions == sorted(set(positions)), reason=f"products are out of order: {positions}")


def _check_provenance(graph: Graph, node: Node) -> None:
    """Compare a node with its creator: detached are those without one, and all below them."""
    creator = node.creator
    if creator is None:
        _demand(node, that=node.detached, reason="attached without a creator")
    elif creator == ROOT:
        _demand(node, that=not node.detached, reason="detached from the root")
    else:
        above = graph.node(creator)
        _demand(node, that=not isinstance(above, File), reason="created by a file")
        _demand(node, that=node.detached == above.detached, reason="attached or not, unlike its creator")


def _check_circles(graph: Graph) -> None:
    """Look for steps that wait for each other."""
    waits = {
        step.id: {maker.id for file in graph.inputs(step) if (maker := graph.producer(file)) is not None}
        for step in graph.steps.values()
    }
    while free := [id_ for id_, makers in waits.items() if not makers & waits.keys()]:
        for id_ in free:
            del waits[id_]
    labels = [graph.steps[id_].label for id_ in waits]
    _demand(None, that=not waits, reason=f"these steps wait for each other: {labels}")


def _check_counts(graph: Graph) -> None:
    """Count the wanted steps, as people see them."""
    wanted = [step for step in graph.steps.values() if step.wanted]
    done = sum(step.state is StepState.SUCCEEDED for step in wanted)
    _demand(None, that=graph.wanted == len(wanted), reason=f"wanted is {graph.wanted}, not {len(wanted)}")
    _demand(None, that=graph.done == done, reason=f"done is {graph.done}, not {done}")
    checking = sum(step.state is StepState.CHECKING for step in graph.steps.values())
    _demand(None, that=graph.checking == checking, reason=f"checking is {graph.checking}, not {checking}")


# Attempts, workers and queues


def _check_attempts(director: Director) -> None:
    """Compare what runs with what workers hold: each attempt, one worker, until it has ended."""
    graph, workers = director.desk.graph, director.workforce.workers
    running = {step.id: step.attempt for step in graph.steps.values() if step.attempt is not None}
    _demand(None, that=set(director.desk.running) == set(running), reason="running does not mirror states")
    for id_, attempt in running.items():
        _demand(graph.steps[id_], that=attempt.id.step == id_, reason="attempt of another step")
        newest = attempt.id.number == graph.steps[id_].attempt_number <= graph.last_attempt
        _demand(graph.steps[id_], that=newest, reason="not the newest attempt")
    expected = {(attempt.worker, attempt.id): id_ for id_, attempt in running.items() if not attempt.ended}
    held = {(worker.id, id_): step for worker in workers.values() for id_, step in worker.holding.items()}
    _demand(None, that=held == expected, reason=f"workers hold {held}, not {expected}")
    for worker in workers.values():
        _demand(None, that=set(worker.told) <= set(worker.holding), reason=f"{worker} was told too much")
        _demand(None, that=not (worker.connected and worker.changed), reason=f"{worker} has no orders yet")


def _check_resources(director: Director) -> None:
    """Count the resources of the attempts that have not ended: of all, and of each worker."""
    held: Counter[str] = Counter()
    on: dict[int, Counter[str]] = {worker: Counter() for worker in director.workforce.workers}
    for step in director.desk.running_steps():
        if step.attempt is not None:
            _demand(step, that=not (step.attempt.ended and step.attempt.units), reason="it has ended and holds units")
            held.update(dict(step.attempt.units))
            on[step.attempt.worker].update(dict(step.attempt.units))
    counted = {name: units for name, units in director.execution.placing.held.items() if units}
    _demand(None, that=counted == dict(held), reason=f"resources in use are {dict(held)}, not {counted}")
    for worker in director.workforce.workers.values():
        units = {name: number for name, number in worker.units.items() if number}
        _demand(None, that=units == dict(on[worker.id]), reason=f"{worker} holds {dict(on[worker.id])}")


def _check_queue(director: Director) -> None:
    """Compare the queue with what may begin; nothing waits that could begin."""
    desk, execution = director.desk, director.execution
    _demand(None, that=not desk.graph.woken, reason="a woken step was not looked at")
    for step in desk.graph.steps.values():
        eligible = is_eligible(desk.graph, step)
        _demand(step, that=(step.id in execution.ready) == eligible, reason="in the queue or not, against the rules")
    if desk.phase is Phase.BUILD and not desk.draining:
        place = execution.placing.next_place(lambda _: False)
        idle = place is not None and not execution.looks
        _demand(place[0] if place else None, that=not idle, reason="it waits although a slot is free")
        open_ = desk.questions or desk.running or execution.placing.has_hope()
        _demand(None, that=bool(open_), reason="the build is over, but goes on")


def _check_desk(director: Director) -> None:
    """Look whether something was left on the table; compare patterns with who asked for them."""
    desk = director.desk
    _demand(None, that=not desk.commands and not desk.record_extras, reason="a command was not given")
    _demand(None, that=not desk.unconfirmed, reason="a static file was not asked for")
    mirror: dict[object, set[NodeId]] = {}
    for step in desk.graph.steps.values():
        for query in step.globs:
            mirror.setdefault(query, set()).add(step.id)
    globbers = {query: set(askers) for query, askers in desk.globbers.items()}
    _demand(None, that=globbers == mirror, reason="globbers do not mirror the patterns of steps")
    poolers = {step.id for step in desk.graph.steps.values() if step.pools}
    _demand(None, that=set(desk.capacities.poolers) == poolers, reason="poolers do not mirror the pools of steps")
    if desk.phase is Phase.BUILD and not desk.questions:
        for file in desk.graph.files.values():
            unasked = file.state is FileState.UNCONFIRMED and not file.detached
            _demand(file, that=not unasked, reason="nobody asks what it is")
