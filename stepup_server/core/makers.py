"""Who makes what a step uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .records import Step

if TYPE_CHECKING:
    from .graph import Graph

__all__ = ("optional_makers",)


def optional_makers(graph: Graph, step: Step) -> Iterator[Step]:
    """Yield the optional steps that make what a step uses, directly or through each other."""
    stack, seen = [step], {step.id}
    while stack:
        for file in graph.inputs(stack.pop()):
            maker = graph.producer(file)
            if maker is not None and graph.is_optional(maker) and maker.id not in seen:
                seen.add(maker.id)
                stack.append(maker)
                yield maker
