"""When a plan seems to go on for ever: how much one execution may declare, and how deep plans may stand in plans."""

from __future__ import annotations

from .graph import Graph
from .records import Step
from .refusals import LimitExceeded
from .values import Source

__all__ = ("DEPTH_MAX", "PRODUCTS_MAX", "check_quota")

PRODUCTS_MAX = 2_000_000
"""Steps, static files and trees that one execution of a step declares."""

DEPTH_MAX = 100
"""Steps that declared each other, from the first plan downwards."""


def check_quota(graph: Graph, caller: Step, source: Source) -> None:
    """Refuse a declaration of a step when a plan seems to go on for ever.

    Raises
    ------
    LimitExceeded
        It has declared too much, or is the last of too many plans that declared each other.
    """
    if len(caller.products) >= PRODUCTS_MAX:
        raise LimitExceeded(
            f"Step ({caller.label}) has declared {PRODUCTS_MAX} steps and files: it seems to go on for ever."
            " Divide it into several plans if it does not.",
            source,
        )
    if sum(1 for _ in graph.creators(caller)) >= DEPTH_MAX:
        raise LimitExceeded(
            f"Step ({caller.label}) is the last of {DEPTH_MAX} plans that declared each other: they seem to go on for"
            " ever. Declare the steps of some of them in one plan if they do not.",
            source,
        )
