"""What follows for steps when something becomes known about a file.

A step that has ended becomes pending again when one of its inputs is settled, made or lost; its products are outdated
from then on, and so are, in turn, the steps that use them. Whether it really runs is decided later, by content.
"""

from __future__ import annotations

from collections.abc import Iterable

from .commands import Record
from .desk import Desk
from .records import File, Step
from .states import FileState, StepState, Tag
from .values import ChangeKind, FileHash, Observation, Page, PathKind
from .views import provenance_text

__all__ = (
    "confirm_files",
    "file_was_built",
    "file_was_lost",
    "input_moved",
    "keep_products",
    "make_pending",
    "observe_file",
    "settle_all",
    "settle_static",
    "undo_execution",
    "wake_consumers",
)

_SETTLED = frozenset({StepState.SUCCEEDED, StepState.FAILED})


def make_pending(desk: Desk, step: Step, *, disturbs: bool = True) -> None:
    """Make a step that has ended pending, with all that depends on its products; disturb it if it is running."""
    steps = [step]
    while steps:
        current = steps.pop()
        if current.attempt is not None and disturbs:
            current.attempt.disturbed = True
            desk.note_attempt(current)
        if current.state is StepState.CHECKING or current.state in _SETTLED:
            desk.graph.move_step(current, StepState.PENDING)
            for file in outdate_products(desk, current):
                steps.extend(desk.graph.consumers(file))


def outdate_products(desk: Desk, step: Step) -> list[File]:
    """Make the products of a step outdated that were good; return them."""
    built = [file for file in desk.graph.outputs(step) if file.state is FileState.BUILT]
    for file in built:
        desk.graph.move_file(file, FileState.OUTDATED, file.hash)
    return built


def undo_execution(desk: Desk, step: Step) -> None:
    """Drop what a step amended and detach what it created, and trust its products no more."""
    graph = desk.graph
    outdate_products(desk, step)
    graph.cut_inputs(step, only_dynamic=True)
    for edges in (step.outputs, step.volatiles):
        for id_ in [id_ for id_, dynamic in edges.items() if dynamic]:
            graph.drop_output(graph.files[id_])
    for id_ in list(step.products):
        graph.detach(graph.node(id_))
    step.positions = 0
    step.environment = {name: False for name, dynamic in step.environment.items() if not dynamic}
    step.directories.clear()
    desk.clear_globs(step)
    desk.capacities.forget(step)
    desk.record_extras.append(Record(undone=(step.id,)))
    graph.changed[step.id] = None


def wake_consumers(desk: Desk, file: File, *, disturbs: bool = True) -> None:
    """Make the steps pending that use a file of which something new is known, detached ones included.

    Those that are running are disturbed, unless they are only being told for the first time what the file is.
    """
    if file.is_available:
        desk.graph.end_deferrals(desk.graph.consumers(file))
    for step in desk.graph.consumers(file):
        make_pending(desk, step, disturbs=disturbs)


def confirm_files(desk: Desk, files: Iterable[File]) -> None:
    """Ask for the hashes of static files that were not looked at yet, and settle them when the answer comes."""
    wanted = tuple((file.path, file.hash) for file in files)
    if wanted:
        desk.confirming += 1
        desk.questions.hash_files(wanted, lambda observations: _on_confirmed(desk, observations))


def _on_confirmed(desk: Desk, observations: Iterable[Observation]) -> None:
    """Settle the files of one question."""
    desk.confirming -= 1
    settle_all(desk, observations)


def settle_all(desk: Desk, observations: Iterable[Observation]) -> None:
    """Settle those files that are still waiting for it."""
    for observation in observations:
        file = desk.graph.file_by_path.get(observation.path)
        if file is not None and file.state is FileState.UNCONFIRMED:
            settle_static(desk, file, observation)


def settle_static(desk: Desk, file: File, observation: Observation) -> None:
    """Record what a static file is."""
    state = FileState.MISSING if observation.hash is None else FileState.CONFIRMED
    if observation.kind not in {PathKind.FILE, PathKind.MISSING}:
        page = Page(f"Provenance of {file.path}", provenance_text(file, desk.graph))
        desk.report(Tag.ERROR, f"Could not hash {file.path}: it is {_kind_in_words(observation.kind)}.", page)
        desk.draining = True
    has_changed = file.hash is not None and not file.hash.same_content(observation.hash)
    desk.graph.move_file(file, state, observation.hash)
    wake_consumers(desk, file, disturbs=has_changed)


def _kind_in_words(kind: PathKind) -> str:
    """Name what is there instead of a file that can be read."""
    return {
        PathKind.DIRECTORY: "a directory",
        PathKind.SPECIAL: "not a regular file",
        PathKind.UNREADABLE: "not readable",
    }[kind]


def observe_file(desk: Desk, file: File, observation: Observation) -> bool:
    """Take note of what is on disk; return whether that differs from what was known.

    A product that somebody else has touched is not trusted any more: its step will make it again.
    """
    if file.is_static:
        return _observe_static(desk, file, observation)
    if not file.is_output or file.hash is None:
        return False
    if observation.hash is not None and observation.hash.same_content(file.hash):
        _refresh_stamps(desk, file, observation.hash)
        return False
    file_was_lost(desk, file)
    return True


def _observe_static(desk: Desk, file: File, observation: Observation) -> bool:
    """Take note of a static file on disk; return whether it differs."""
    unchanged = file.state is not FileState.UNCONFIRMED and (
        observation.hash is None if file.hash is None else file.hash.same_content(observation.hash)
    )
    if unchanged:
        if observation.hash is not None:
            _refresh_stamps(desk, file, observation.hash)
        return False
    differs = file.state is not FileState.UNCONFIRMED
    settle_static(desk, file, observation)
    return differs


def _refresh_stamps(desk: Desk, file: File, hash_: FileHash) -> None:
    """Remember new stamps of unchanged content, so that it need not be read next time."""
    if hash_ != file.hash:
        file.hash = hash_
        desk.graph.changed[file.id] = None


def file_was_built(desk: Desk, file: File, hash_: FileHash) -> None:
    """Record a fresh product, and let those that use it look at it."""
    desk.graph.move_file(file, FileState.BUILT, hash_)
    wake_consumers(desk, file)


def file_was_lost(desk: Desk, file: File) -> None:
    """Record that there is no product to trust, and let its step make it again."""
    desk.graph.move_file(file, FileState.PLANNED)
    maker = desk.graph.producer(file)
    if maker is not None:
        make_pending(desk, maker)
    for step in desk.graph.consumers(file):
        make_pending(desk, step)


def keep_products(desk: Desk, step: Step, observations: dict[str, Observation]) -> None:
    """Note which products of an attempt that did not succeed are there; none of them is trusted."""
    for file in desk.graph.outputs(step):
        hash_ = observations[file.path].hash if file.path in observations else None
        desk.graph.move_file(file, FileState.PLANNED if hash_ is None else FileState.OUTDATED, hash_)


def input_moved(desk: Desk, observation: Observation) -> None:
    """Take note of an input that somebody changed during the build."""
    file = desk.graph.file_by_path.get(observation.path)
    if file is None:
        return
    kind = ChangeKind.DELETED if observation.hash is None else ChangeKind.UPDATED
    desk.moved[file.path] = kind
    if file.is_static:
        state = FileState.MISSING if observation.hash is None else FileState.CONFIRMED
        desk.graph.move_file(file, state, observation.hash)
        wake_consumers(desk, file)
    elif file.state is FileState.BUILT:
        file_was_lost(desk, file)
