"""What the graph means for targets: which cannot be built, and which nobody makes."""

from __future__ import annotations

from .graph import Graph
from .records import File
from .refusals import GraphConflict
from .states import FileState
from .targets import Targets, directories_of
from .values import Source

__all__ = ("check_not_target", "invalid_targets", "unmet_targets")


def check_not_target(targets: Targets, path: str, *, is_static: bool, source: Source) -> None:
    """Refuse to declare a file target as static or volatile."""
    if targets.name(path):
        raise GraphConflict(_why_not(path, is_static=is_static), source)


def invalid_targets(graph: Graph) -> list[str]:
    """Say of which file targets it is known that no step makes them, or that their content does not count."""
    files = [graph.file_by_path[path] for path in sorted(graph.targets.files) if path in graph.file_by_path]
    return [
        _why_not(file.path, is_static=file.is_static)
        for file in files
        if (file.is_static or file.state is FileState.VOLATILE) and _is_settled(graph, file)
    ]


def _is_settled(graph: Graph, file: File) -> bool:
    """Tell whether the declaration of a file stands: no planner above it is about to run again."""
    declarer = graph.creator_step(file)
    planners = [] if declarer is None else [*graph.creators(declarer)]
    planners += [declarer] if declarer is not None and file.is_static else []
    return not file.detached and not any(map(graph.may_be_undone, planners))


def _why_not(path: str, *, is_static: bool) -> str:
    """Say why a file cannot be a target."""
    return f"A build target cannot be a {'static file' if is_static else 'volatile output'}: {path}"


def unmet_targets(graph: Graph) -> list[str]:
    """Say which targets nobody makes."""
    made = [file.path for file in graph.files.values() if file.is_output and not file.detached]
    files = sorted(graph.targets.files.difference(made))
    met = {directory for path in made for directory in directories_of(path)}
    directories = sorted(graph.targets.directories - met)
    lines: list[str] = []
    if files:
        lines.append(f"{len(files)} target(s) are not produced by any step in the workflow: {', '.join(files)}")
    if directories:
        names = ", ".join(f"{directory}/" for directory in directories)
        lines.append(f"{len(directories)} directory target(s) matched no regular output in the workflow: {names}")
    return lines
