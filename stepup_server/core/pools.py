"""Pools of version 1: capacities of resources that a plan declares. What the user says with --resources counts more."""

from __future__ import annotations

from .desk import Desk
from .records import Step
from .refusals import AlreadyDeclared, InvalidArgument
from .values import PoolDeclaration

__all__ = ("declare_pool",)


def declare_pool(desk: Desk, step: Step, declaration: PoolDeclaration) -> None:
    """Declare the capacity of a resource; several plans may do so if they agree."""
    name, units, source = declaration.name, declaration.units, declaration.source
    if not name or units < 0:
        raise InvalidArgument(f"A pool needs a name, and a size that is not negative: {name!r}, {units}", source)
    for other in desk.capacities.poolers.values():
        if other is not step and not other.detached and other.pools.get(name, units) != units:
            first, second = sorted((step.label, other.label))
            raise AlreadyDeclared(f"Pool ({name}) has different sizes in step ({first}) and step ({second}).", source)
    desk.capacities.declare(step, name, units)
    desk.graph.changed[step.id] = None
