"""The graph: records, edges, creators. One door for each kind of change, which keeps every redundant view right.

The views are: `Step.unready`, `Step.implied`, `Step.wanted` and what these two are made from, `File.consumers`,
the counts of wanted steps, what must be
recorded (`changed`, `forgotten`) and which steps somebody should look at again (`woken`).
This module knows nothing of time, workers or the disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from .causes import Cause
from .folders import Folders
from .ids import ROOT, NodeId
from .makers import optional_makers
from .past import note_input, note_output
from .paths import parents
from .records import Attempt, File, Node, Step, Tree
from .refusals import InvariantBroken
from .states import FILE_TRANSITIONS, STEP_TRANSITIONS, FileState, Need, StepState
from .targets import Targets
from .values import FileHash

__all__ = ("Graph",)


class Graph:
    """All nodes of one project and the edges between them."""

    def __init__(self) -> None:
        self.steps: dict[NodeId, Step] = {}
        self.files: dict[NodeId, File] = {}
        self.trees: dict[NodeId, Tree] = {}
        self.file_by_path: dict[str, File] = {}
        self.step_by_key: dict[tuple[str, str], Step] = {}
        self.tree_by_path: dict[str, Tree] = {}
        self.deferred_by_pattern: dict[str, Tree] = {}
        self._file_folders = Folders()
        self._tree_folders = Folders()
        self.last_id = ROOT
        """The last number that was given to a node."""
        self.last_attempt = 0
        """The last number that was given to an attempt."""
        self.last_place = 0
        """The last place that was given to a node."""
        self.unplaced: dict[NodeId, None] = {}
        """Nodes that have no place yet."""
        self.last_build = 0
        """The present or last build, counted over the life of the project."""
        self.changed: dict[NodeId, None] = {}
        """Nodes that must be recorded."""
        self.forgotten: dict[NodeId, None] = {}
        """Nodes that existed and do not any more."""
        self.woken: dict[NodeId, None] = {}
        """Steps whose chance to run may have changed."""
        self.shape = 0
        """Counts the changes that can move the longest paths."""
        self.targets = Targets()
        """What the present or last build is restricted to."""
        self.wanted = 0
        """Number of wanted steps."""
        self.done = 0
        """Number of wanted steps that have succeeded."""
        self.checking = 0
        """Number of steps that are being checked."""

    # Finding

    def node(self, id_: NodeId) -> Node:
        """Return the node with this number."""
        found: Node | None = self.steps.get(id_) or self.files.get(id_) or self.trees.get(id_)
        if found is None:
            raise InvariantBroken(f"node {id_} does not exist")
        return found

    def creator_step(self, node: Node) -> Step | None:
        """Return the step that declared a node, or the tree that holds it; None for the root or nobody."""
        creator = node.creator
        if creator is not None and creator in self.trees:
            creator = self.trees[creator].creator
        return None if creator is None else self.steps.get(creator)

    def producer(self, file: File) -> Step | None:
        """Return the step that makes a file, attached or not."""
        return self.creator_step(file) if file.is_product else None

    def tree_above(self, path: str) -> Tree | None:
        """Return the nearest attached tree that holds a path."""
        return next(self.trees_above(path), None)

    def trees_above(self, path: str) -> Iterator[Tree]:
        """Return the attached trees that hold a path, the nearest first."""
        for directory in (path, *parents(path)):
            tree = self.tree_by_path.get(directory)
            if tree is not None and not tree.detached:
                yield tree

    def files_below(self, directory: str) -> list[File]:
        """Return the files in a directory, at any depth, attached or not."""
        return [self.files[id_] for id_ in self._file_folders.below(directory)]

    def trees_below(self, directory: str) -> list[Tree]:
        """Return the trees in a directory, at any depth and without that directory itself, attached or not."""
        return [self.trees[id_] for id_ in self._tree_folders.below(directory)]

    def creators(self, step: Step) -> Iterator[Step]:
        """Walk up from a step through the steps that created it."""
        above = self.creator_step(step)
        while above is not None:
            yield above
            above = self.creator_step(above)

    def consumers(self, file: File) -> list[Step]:
        """Return the steps that have a file as an input."""
        return [self.steps[id_] for id_ in file.consumers]

    def users(self, step: Step) -> Iterator[Step]:
        """Return the steps that use an output of a step, one by one; some may come twice."""
        return (user for file in self.outputs(step) for user in self.consumers(file))

    def inputs(self, step: Step) -> list[File]:
        """Return the inputs of a step."""
        return [self.files[id_] for id_ in step.inputs]

    def outputs(self, step: Step) -> list[File]:
        """Return the hashed outputs of a step."""
        return [self.files[id_] for id_ in step.outputs]

    # Making and forgetting

    def make_step(self, command: str, workdir: str) -> Step:
        """Make a detached step."""
        step = Step(self._next_id(), command, workdir)
        self.steps[step.id] = self.step_by_key[step.key] = step
        return step

    def make_file(self, path: str) -> File:
        """Make a file that nobody declares yet."""
        file = File(self._next_id(), path)
        self.add_file(file)
        return file

    def add_file(self, file: File) -> None:
        """Take in a file that was made here or restored."""
        self.files[file.id] = self.file_by_path[file.path] = file
        self._file_folders.add(file.path, file.id)

    def make_tree(self, path: str, *, is_pattern: bool = False) -> Tree:
        """Make a detached tree, or a deferred glob."""
        tree = Tree(self._next_id(), path, is_pattern=is_pattern)
        self.add_tree(tree)
        return tree

    def add_tree(self, tree: Tree) -> None:
        """Take in a tree that was made here or restored."""
        index = self.deferred_by_pattern if tree.is_pattern else self.tree_by_path
        self.trees[tree.id] = index[tree.path] = tree
        if not tree.is_pattern:
            self._tree_folders.add(tree.path, tree.id)

    def _next_id(self) -> NodeId:
        """Draw a number for a new node and note that it must be recorded."""
        self.last_id = NodeId(self.last_id + 1)
        self.changed[self.last_id] = None
        self.unplaced[self.last_id] = None
        return self.last_id

    def forget(self, node: Node) -> None:
        """Remove a node that has neither creator, products nor consumers."""
        if isinstance(node, Step):
            self.cut_inputs(node)
            del self.steps[node.id], self.step_by_key[node.key]
            self.woken.pop(node.id, None)
        elif isinstance(node, File):
            del self.files[node.id], self.file_by_path[node.path]
            self._file_folders.remove(node.path)
        else:
            del self.trees[node.id], (self.deferred_by_pattern if node.is_pattern else self.tree_by_path)[node.path]
            if not node.is_pattern:
                self._tree_folders.remove(node.path)
        self.changed.pop(node.id, None)
        self.unplaced.pop(node.id, None)
        self.forgotten[node.id] = None

    # Provenance

    def attach(self, node: Node, creator: NodeId) -> None:
        """Give a node its creator; it and all below it share the creator's fate from now on."""
        if node.creator is not None:
            raise InvariantBroken(f"node {node.id} has creator {node.creator} already")
        node.creator = creator
        above: Step | Tree | None = self.steps.get(creator) or self.trees.get(creator)
        if isinstance(above, Tree):
            above.files[node.id] = None
        elif above is not None and not (isinstance(node, File) and node.is_product):
            above.products[node.id] = None
            above.positions += 1
            node.position = above.positions
        self.changed[node.id] = None
        self._set_detached(node, above.detached if above is not None else False)

    def detach(self, node: Node) -> None:
        """Cut a node from its creator; it and all below it are detached from now on."""
        if node.creator is not None:
            above: Step | Tree | None = self.steps.get(node.creator) or self.trees.get(node.creator)
            if isinstance(above, Tree):
                above.files.pop(node.id, None)
            elif above is not None:
                if isinstance(node, File) and node.id in above.outputs:
                    self._count_target(above, node, -1)
                for edges in (above.products, above.outputs, above.volatiles):
                    edges.pop(node.id, None)
                self.changed[above.id] = None
            node.creator = None
            self.changed[node.id] = None
        self._set_detached(node, detached=True)

    def _set_detached(self, node: Node, detached: bool) -> None:  # noqa: FBT001 -- it is the value being set
        """Set the flag on a node and on all below it."""
        below = deque([node])
        while below:
            current = below.popleft()
            if current.detached == detached:
                continue
            self.changed[current.id] = None
            if isinstance(current, File):
                self._set_file(current, current.state, detached=detached)
                continue
            current.detached = detached
            if isinstance(current, Step):
                self._review_need(current)
                self.woken[current.id] = None
            below.extend(self._below(current))

    def _below(self, node: Step | Tree) -> Iterator[Node]:
        """Return what a node created, makes or holds."""
        if isinstance(node, Tree):
            ids: Iterable[NodeId] = node.files
        else:
            ids = (*node.products, *node.outputs, *node.volatiles)
        return (self.node(id_) for id_ in ids)

    def planned_steps(self, step: Step) -> Iterator[Step]:
        """Walk down to all steps that a step created, directly or not."""
        stack = [step]
        while stack:
            for id_ in stack.pop().products:
                below = self.steps.get(id_)
                if below is not None:
                    yield below
                    stack.append(below)

    # States

    def move_step(self, step: Step, state: StepState, attempt: Attempt | None = None) -> None:
        """Change the state of a step: the only place where that happens."""
        if (step.state, state) not in STEP_TRANSITIONS:
            raise InvariantBroken(f"step {step.id} ({step.label}): {step.state.name} -> {state.name}")
        if (attempt is not None) != (state is StepState.RUNNING):
            raise InvariantBroken(f"step {step.id} ({step.label}): attempt does not go with {state.name}")
        if step.wanted:
            self.done += (state is StepState.SUCCEEDED) - (step.state is StepState.SUCCEEDED)
        self.checking += (state is StepState.CHECKING) - (step.state is StepState.CHECKING)
        was_open = self.is_open(step)
        if step.attempt is not None:
            self._release_taken(step.attempt)
        step.state = state
        step.attempt = attempt
        self.changed[step.id] = None
        self.woken[step.id] = None
        if was_open or self.is_open(step):
            self.wake_planned_steps(step)

    def _release_taken(self, attempt: Attempt) -> None:
        """Let others write the products that were taken from an attempt, now that it is over."""
        for file in (self.files[id_] for id_ in attempt.taken):
            file.writer = None
            if (maker := self.producer(file)) is not None:
                self.woken[maker.id] = None

    def is_open(self, step: Step) -> bool:
        """Tell whether the steps that a step created may run: it is declaring them, or has, and need not run again."""
        return step.state is StepState.RUNNING or (step.state is StepState.SUCCEEDED and not step.unready)

    def may_be_undone(self, step: Step) -> bool:
        """Tell whether what a step declared the last time may be withdrawn: it is to run or to be checked."""
        if step.state is StepState.SUCCEEDED:
            return any(file.detached for file in self.inputs(step))
        return step.state in {StepState.PENDING, StepState.CHECKING}

    def wake_planned_steps(self, step: Step) -> None:
        """Ask for another look at all steps that a step created."""
        for below in self.planned_steps(step):
            if below.state is StepState.PENDING:
                self.woken[below.id] = None
            self.woken.update((maker.id, None) for maker in optional_makers(self, below))

    def move_file(self, file: File, state: FileState, hash_: FileHash | None = None) -> None:
        """Change the state and the hash of a file: the only place where that happens."""
        if file.state is not state and (file.state, state) not in FILE_TRANSITIONS:
            raise InvariantBroken(f"file {file.id} ({file.path}): {file.state.name} -> {state.name}")
        if file.hash is not None and not file.hash.same_content(hash_):
            self._note_change(file)
        file.hash = hash_
        self.changed[file.id] = None
        self._set_file(file, state, detached=file.detached)

    def _set_file(self, file: File, state: FileState, *, detached: bool) -> None:
        """Set what decides whether a file blocks, and correct the counts of its consumers."""
        before, was_available = (file.blocks(dynamic=False), file.blocks(dynamic=True)), file.is_available
        demander = self.producer(file)
        file.state, file.detached = state, detached
        if file.is_available and not was_available:
            self.end_deferrals(self.consumers(file))
        after = (file.blocks(dynamic=False), file.blocks(dynamic=True))
        if before != after:
            for id_, dynamic in file.consumers.items():
                self._block(self.steps[id_], after[dynamic] - before[dynamic])
        self._move_demand(file, demander, self.producer(file))

    def end_deferrals(self, steps: Iterable[Step]) -> None:
        """Let steps go on that have waited for files which they asked for."""
        for step in (step for step in steps if step.deferred):
            step.deferred = False
            self.changed[step.id] = self.woken[step.id] = None

    def _block(self, step: Step, amount: int) -> None:
        """Change the number of inputs that block a step; what a step created waits while it may have to run again."""
        was_open = self.is_open(step)
        step.unready += amount
        self.woken[step.id] = None
        if was_open != self.is_open(step):
            self.wake_planned_steps(step)

    # Dependencies

    def add_input(self, step: Step, file: File, *, dynamic: bool) -> None:
        """Make a file an input of a step; nothing happens if it is one."""
        if file.id in step.inputs:
            return
        note_input(step, file.path, None)
        step.inputs[file.id] = dynamic
        file.consumers[step.id] = dynamic
        self._block(step, file.blocks(dynamic=dynamic))
        self._change_demand(self.producer(file), step.implied, +1)
        self._edges_changed(step)

    def remove_input(self, step: Step, file: File) -> None:
        """Make a file no input of a step any more."""
        note_input(step, file.path, file.hash)
        dynamic = step.inputs.pop(file.id)
        del file.consumers[step.id]
        self._block(step, -file.blocks(dynamic=dynamic))
        self._change_demand(self.producer(file), step.implied, -1)
        self._edges_changed(step)
        if not any(dynamic and not self.files[id_].is_available for id_, dynamic in step.inputs.items()):
            self.end_deferrals((step,))

    def cut_inputs(self, step: Step, *, only_dynamic: bool = False) -> None:
        """Remove the inputs of a step, or those that it amended."""
        for id_, dynamic in list(step.inputs.items()):
            if dynamic or not only_dynamic:
                self.remove_input(step, self.files[id_])

    def add_output(self, step: Step, file: File, *, dynamic: bool, volatile: bool) -> None:
        """Make a file, which has no creator, a product of a step. A known hash is kept: it may still be good."""
        if volatile:
            step.volatiles[file.id] = dynamic
            self.move_file(file, FileState.VOLATILE)
        else:
            note_output(step, file.path, None)
            step.outputs[file.id] = dynamic
            self._count_target(step, file, +1)
            known = file.hash if file.is_output else None
            self.move_file(file, FileState.OUTDATED if known else FileState.PLANNED, known)
        self.attach(file, step.id)
        self._move_demand(file, None, step)
        self._edges_changed(step)

    def drop_output(self, file: File) -> None:
        """Make a file the product of nobody; its state and hash are kept for whoever takes it."""
        maker = self.producer(file)
        if maker is not None and file.id in maker.outputs:
            note_output(maker, file.path, file.hash)
        if maker is not None and maker.attempt is not None:
            maker.attempt.taken[file.id] = None
            self.changed[maker.id] = None
            file.writer = maker.id
        self._move_demand(file, maker, None)
        self.detach(file)
        self.shape += 1

    def _edges_changed(self, step: Step) -> None:
        """Note that the edges of a step are others than before."""
        self.shape += 1
        self.changed[step.id] = None
        self.woken[step.id] = None

    # The last success

    def forget_success(self, step: Step, *reasons: Cause) -> None:
        """Let a step run again, whatever is there; where there was no success, the reasons for that stay."""
        if step.input_digest is not None:
            step.input_digest = step.output_digest = step.past = None
            step.explained = False
            step.reasons = reasons
            self.changed[step.id] = None
            self.woken[step.id] = None

    def _note_change(self, file: File) -> None:
        """Let those that have seen a file remember what it was."""
        for id_ in file.consumers:
            note_input(self.steps[id_], file.path, file.hash)
            self.changed[id_] = None
        maker = self.producer(file)
        if maker is not None and file.id in maker.outputs:
            note_output(maker, file.path, file.hash)
            self.changed[maker.id] = None

    # What is wanted

    def is_optional(self, step: Step) -> bool:
        """Tell whether a step runs only for the sake of others."""
        return step.own_need <= self.targets.threshold

    def set_need(self, step: Step, need: Need) -> None:
        """Change how much a step is wanted by its plan."""
        step.need = need
        self.changed[step.id] = None
        self.woken[step.id] = None
        self._review_need(step)

    def set_targets(self, targets: Targets) -> None:
        """Restrict what is wanted to some targets, or to none."""
        if targets == self.targets:
            return
        self.targets = targets
        for step in self.steps.values():
            step.named = step.enclosed = 0
            for file in self.outputs(step):
                self._count_target(step, file, +1)
            self.woken[step.id] = None
        for step in self.steps.values():
            self._review_need(step)
            self._review_wanted(step)

    def _count_target(self, step: Step, file: File, amount: int) -> None:
        """Note that a step makes, or does not make any more, a file that may be a target."""
        if self.targets:
            step.named += amount * self.targets.name(file.path)
            step.enclosed += amount * self.targets.enclose(file.path)
            self._review_need(step)

    def _move_demand(self, file: File, old: Step | None, new: Step | None) -> None:
        """Carry the demand for a file from one maker to another."""
        if old is new:
            return
        for id_ in file.consumers:
            self._change_demand(old, self.steps[id_].implied, -1)
            self._change_demand(new, self.steps[id_].implied, +1)

    def _change_demand(self, step: Step | None, need: Need | None, amount: int) -> None:
        """Change how many inputs a step makes of steps that are wanted so much."""
        if step is not None and need is not None:
            step.demand[need - Need.OPTIONAL] += amount
            self._review_need(step)
            if self.is_optional(step):
                self.woken[step.id] = None
                self.woken.update((maker.id, None) for maker in optional_makers(self, step))

    def _review_need(self, step: Step) -> None:
        """Set how much a step is wanted after all, and carry a change on to the makers of its inputs."""
        stack = [step]
        while stack:
            current = stack.pop()
            before, now = current.implied, current.find_implied_need()
            if before is now:
                continue
            current.implied = now
            self._review_wanted(current)
            for file in self.inputs(current):
                maker = self.producer(file)
                if maker is not None:
                    for need, amount in ((before, -1), (now, +1)):
                        if need is not None:
                            maker.demand[need - Need.OPTIONAL] += amount
                    stack.append(maker)

    def _review_wanted(self, step: Step) -> None:
        """Set whether a step is wanted, and count it."""
        wanted = step.implied is not None and step.implied > self.targets.threshold
        if wanted != step.wanted:
            step.wanted = wanted
            sign = 1 if wanted else -1
            self.wanted += sign
            self.done += sign * (step.state is StepState.SUCCEEDED)
        self.woken[step.id] = None
