"""What is stored of a project of which no director runs: status and graph, read only.

Nothing here loads what a director needs for serving, so that looking costs little.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence

from .core.commands import OutputRow
from .core.director import Director, DirectorSettings
from .core.finding import find_step
from .core.mermaid import dependency_mermaid
from .core.reasons import BRANCHES_MAX
from .core.survival import forbid_twice
from .core.views import dependency_dot, graph_text, provenance_dot
from .core.waiting import common_reasons
from .engine.ports import JournalFailed
from .settings import InspectSettings, settings_from_arguments
from .store.restore import load, load_output

__all__ = ("explain", "inspect", "output_of", "return_code_of_last_build", "show", "show_as_told", "survivors")


def show_as_told(arguments: Sequence[str]) -> int:
    """Print what the arguments ask for, and return the exit code."""
    settings = settings_from_arguments(["inspect", *arguments])
    if not isinstance(settings, InspectSettings):
        raise TypeError("the arguments ask for something else")
    return show(settings)


def show(settings: InspectSettings) -> int:
    """Print what is stored, or say in a line why that cannot be; return the exit code."""
    try:
        sys.stdout.write(inspect(settings))
    except (JournalFailed, OSError) as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return 1
    return 0


def inspect(settings: InspectSettings) -> str:
    """Do what was asked and return what is to be printed.

    Raises
    ------
    JournalFailed
        There is no database, or it cannot be read.
    """
    director = _restore(settings.root)
    if settings.subject == "graph":
        return _write_graph(director, settings)
    return _status(director, as_json=settings.as_json)


def explain(root: str, name: str) -> str:
    """Return, as JSON, why a step is what it is: a list of sentences, each with its depth.

    Raises
    ------
    JournalFailed
        There is no database, or it cannot be read.
    UnknownStep
        The name fits no step, or more than one.
    """
    reason = _restore(root).explain(name)
    return json.dumps(
        [
            {"depth": depth, "kind": one.kind, "text": one.text, "step": one.step, "path": one.path}
            for depth, one in reason.walk()
        ]
    )


def output_of(root: str, name: str) -> tuple[str, OutputRow | None]:
    """Return the label of a step, and what its last attempt has written; None when nothing is known.

    Raises
    ------
    JournalFailed
        There is no database, or it cannot be read.
    UnknownStep
        The name fits no step, or more than one.
    """
    step = find_step(_restore(root).desk.graph, name)
    return step.label, load_output(os.path.join(root, ".stepup/graph.db"), step.id)


def return_code_of_last_build(root: str) -> int:
    """Return how the last build ended.

    Raises
    ------
    JournalFailed
        There is no database, or it cannot be read.
    """
    return int(_restore(root).desk.return_code)


def survivors(root: str) -> str:
    """Say which steps may still run that a dead director has handed out; empty when there are none.

    Raises
    ------
    JournalFailed
        There is no database, or it cannot be read.
    """
    return forbid_twice(load(os.path.join(root, ".stepup/graph.db")).steps)


def _restore(root: str) -> Director:
    """Return a director as it would start; it is never run."""
    snapshot = load(os.path.join(root, ".stepup/graph.db"))
    director = Director(DirectorSettings(root=root), {})
    director.restore(snapshot, 0.0)
    return director


def _write_graph(director: Director, settings: InspectSettings) -> str:
    """Write the files of the graph."""
    graph = director.desk.graph
    prefix = os.path.join(settings.root, settings.prefix)
    texts = {
        f"{prefix}.txt": graph_text(graph),
        f"{prefix}_provenance.dot": provenance_dot(graph),
        f"{prefix}_dependency.dot": dependency_dot(graph),
    }
    if settings.with_mermaid:
        texts[f"{prefix}.mmd"] = dependency_mermaid(graph)
    for path, text in texts.items():
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    return f"Wrote {', '.join(texts)}\n"


def _status(director: Director, *, as_json: bool) -> str:
    """Count steps and files."""
    graph = director.desk.graph
    steps = Counter(step.state.name for step in graph.steps.values() if not step.detached)
    files = Counter(file.state.name for file in graph.files.values() if not file.detached)
    code = int(director.desk.return_code)
    found = common_reasons(graph, director.desk.circumstances)[:BRANCHES_MAX]
    if as_json:
        facts = {
            "phase": "no director",
            "steps": steps,
            "files": files,
            "return_code": code,
            "waiting": [
                {"kind": reason.kind, "text": reason.text, "count": len(waiting), "example": waiting[0].label}
                for reason, waiting in found
            ],
        }
        return json.dumps(facts, sort_keys=True, indent=2) + "\n"
    lines = ["No director is running. As of the last build:"]
    for title, counts in (("Steps", steps), ("Files", files)):
        lines.append(f"{title}:")
        lines += [f"  {name:<12} {count:>7}" for name, count in sorted(counts.items())]
    if found:
        lines.append("Waiting:")
        lines += [f"  {len(waiting)} step(s), such as {waiting[0].label}: {reason.text}" for reason, waiting in found]
    lines.append(f"Return code of the last build: {code}")
    return "\n".join(lines) + "\n"
