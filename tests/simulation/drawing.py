"""Random small projects, drawn from a generator of numbers."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.support.worlds import PLANS, SOURCES, PlannedStep, World

__all__ = ("draw_world", "revise")

_WORDS = ("", "", "", "blur", "blur", "sensitive", "x")
_STEPS_MAX = 5


def draw_world(rng: random.Random, *, calm: bool) -> World:
    """Return the plans of a project; of a calm one no step ever fails."""
    count = rng.randint(1, _STEPS_MAX)
    return World(
        steps=tuple(_draw_step(rng, index, calm=calm) for index in range(count)),
        home=rng.randrange(len(PLANS)),
        tree=rng.random() < 0.5,
        holds=rng.random() < 0.3,
        nested=rng.random() < 0.5,
        batches=rng.choice((1, 2, 100)),
    )


def _draw_step(rng: random.Random, index: int, *, calm: bool) -> PlannedStep:
    """Return a step that uses sources, and products of steps before it."""
    names = (*SOURCES, *(f"o{number}" for number in range(index)))
    amends = () if rng.random() < 0.6 else tuple(rng.sample(names, rng.randint(1, 2)))
    return PlannedStep(
        removed=not calm and rng.random() < 0.1,
        home=rng.randrange(len(PLANS)),
        inputs=tuple(rng.sample(names, rng.randint(0, 3))),
        amends=amends,
        reads=("s0",) if rng.random() < 0.2 else (),
        optional=rng.random() < 0.2,
        volatile=rng.random() < 0.2,
        amended_output=rng.random() < 0.2,
        resource=rng.choice((0, 0, 1, 2)),
        uses_variable=rng.random() < 0.2,
        words="" if calm else rng.choice(_WORDS),
        extra_output=None,
    )


def revise(rng: random.Random, world: World) -> World:
    """Return plans in which one step was moved, removed or brought back."""
    steps = list(world.steps)
    number = rng.randrange(len(steps))
    steps[number] = replace(
        steps[number],
        removed=rng.random() < 0.3,
        home=rng.randrange(len(PLANS)),
        optional=rng.random() < 0.3,
    )
    return replace(world, steps=tuple(steps))
