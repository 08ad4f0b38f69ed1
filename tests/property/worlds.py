"""Random projects, as strategies of Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support.worlds import PLANS, SOURCES, STEPS_MAX, PlannedStep, World

__all__ = ("worlds",)


def _paths_before(index: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw some sources and products of steps with lower numbers."""
    names = [*SOURCES, *(f"o{number}" for number in range(index))]
    return st.lists(st.sampled_from(names), max_size=3, unique=True).map(tuple)


def _steps(index: int) -> st.SearchStrategy[PlannedStep]:
    """Draw one step; mistakes are rare."""
    products = [f"o{number}" for number in range(index)]
    mistakes = [None] * 18 + [f"o{(index + len(PLANS)) % STEPS_MAX}"]
    return st.builds(
        PlannedStep,
        removed=st.sampled_from([False, False, False, True]),
        home=st.integers(0, len(PLANS) - 1),
        inputs=_paths_before(index),
        amends=st.one_of(st.just(()), _paths_before(index)),
        # Not in the tree: a file of which nothing is known may be edited between reading and looking at it.
        reads=st.one_of(st.just(()), st.lists(st.sampled_from(("s0", *products)), max_size=2, unique=True).map(tuple)),
        optional=st.booleans(),
        volatile=st.sampled_from([False, False, True]),
        amended_output=st.sampled_from([False, False, True]),
        resource=st.sampled_from([0, 0, 1, 2]),
        where=st.sampled_from(["", "", "", "name == w0", "not name == w1"]),
        uses_variable=st.sampled_from([False, False, True]),
        words=st.sampled_from(["", "", "blur", "blur", "sensitive", "fail", "x"]),
        extra_output=st.sampled_from(mistakes),
    )


def worlds() -> st.SearchStrategy[World]:
    """Draw the plans of a project."""
    steps = st.integers(1, STEPS_MAX).flatmap(lambda count: st.tuples(*(_steps(index) for index in range(count))))
    return st.builds(
        World,
        steps=steps,
        home=st.integers(0, len(PLANS) - 1),
        tree=st.booleans(),
        holds=st.booleans(),
        nested=st.booleans(),
        batches=st.sampled_from([1, 2, 100]),
    )
