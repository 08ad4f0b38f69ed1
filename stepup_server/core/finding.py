"""Which step somebody means: by label, by command, by what it makes, or by a part of one of these."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from .graph import Graph
from .records import Step
from .refusals import UnknownStep

__all__ = ("find_step",)

SUGGESTIONS_MAX = 10
"""How many names an error lists."""


def find_step(graph: Graph, name: str) -> Step:
    """Return the step that is meant.

    Raises
    ------
    UnknownStep
        No step or more than one is; the message lists those that may be.
    """
    if not name.strip():
        raise UnknownStep("Say which step: its label, its command, something that it makes, or a part of one of these.")
    is_path = name.removeprefix("./") in graph.file_by_path
    for find in (_by_words, _by_product) if is_path else (_by_words, _by_product, _by_part):
        found = _attached_first(find(graph, name))
        if len(found) == 1:
            return found[0]
        if found:
            listed = "".join(f"\n  {step.label}" for step in found[:SUGGESTIONS_MAX])
            more = f"\n  ... and {len(found) - SUGGESTIONS_MAX} more" if len(found) > SUGGESTIONS_MAX else ""
            raise UnknownStep(f"{len(found)} steps match {name!r}. Use more of a label:{listed}{more}")
    raise UnknownStep(f"No step matches {name!r}.{_advice(graph, name)}")


def _attached_first(steps: Iterable[Step]) -> list[Step]:
    """Return the steps that are declared; if none is, those that were."""
    found = list(steps)
    return [step for step in found if not step.detached] or found


def _by_words(graph: Graph, name: str) -> list[Step]:
    """Return the steps with this label, else those with this command."""
    steps = graph.steps.values()
    return [step for step in steps if step.label == name] or [
        step for step in steps if step.command in {name, f"./{name}"}
    ]


def _by_product(graph: Graph, name: str) -> list[Step]:
    """Return the step that makes this file."""
    file = graph.file_by_path.get(name.removeprefix("./"))
    maker = graph.producer(file) if file is not None else None
    return [] if maker is None else [maker]


def _by_part(graph: Graph, name: str) -> list[Step]:
    """Return the steps in whose label this occurs, else those that make a file in whose path it does."""
    steps = graph.steps.values()
    found = [step for step in steps if name in step.label]
    return found or [step for step in steps if any(name in path for path in _products(graph, step))]


def _products(graph: Graph, step: Step) -> list[str]:
    """Return the paths of what a step makes."""
    return [graph.files[id_].path for id_ in (*step.outputs, *step.volatiles)]


def _advice(graph: Graph, name: str) -> str:
    """Say what the name stands for if not for a step, or which names are like it."""
    file = graph.file_by_path.get(name.removeprefix("./"))
    if file is not None:
        users = "".join(f"\n  {step.label}" for step in graph.consumers(file)[:SUGGESTIONS_MAX])
        used = f" These steps use it:{users}" if users else ""
        return f" It is a file that no step makes ({file.state.name}).{used}"
    attached = [step for step in graph.steps.values() if not step.detached]
    names = {step.label: step.label for step in attached}
    names |= {path: f"{path}  (made by {step.label})" for step in attached for path in _products(graph, step)}
    close = get_close_matches(name, names, n=SUGGESTIONS_MAX, cutoff=0.5)
    return " Did you mean one of these?" + "".join(f"\n  {names[one]}" for one in close) if close else ""
