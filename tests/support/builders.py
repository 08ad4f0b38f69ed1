"""Declarations as plans make them; they name only what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stepup_server.core.states import Need
from stepup_server.core.values import (
    DeferredDeclaration,
    EnvironmentDeclaration,
    HoldDeclaration,
    PoolDeclaration,
    Source,
    StaticDeclaration,
    StepDeclaration,
)

__all__ = ("a_deferred_glob", "a_hold", "a_plan", "a_pool", "a_static", "a_step", "a_variable", "an_end_of_hold")


def a_static(*paths: str, base: str = ".", line: int = 1, **substitutions: str) -> StaticDeclaration:
    """Return the declaration of static files, trees and patterns."""
    subs = tuple(sorted(substitutions.items()))
    return StaticDeclaration(source=Source("plan.py", line), base=base, paths=paths, substitutions=subs)


def a_deferred_glob(*patterns: str) -> DeferredDeclaration:
    """Return the declaration of deferred globs."""
    return DeferredDeclaration(source=Source("plan.py", 1), base=".", patterns=patterns)


def a_pool(name: str, units: int) -> PoolDeclaration:
    """Return the declaration of a pool."""
    return PoolDeclaration(source=Source("plan.py", 1), name=name, units=units)


def a_step(
    command: str,
    *,
    inputs: Iterable[str] = (),
    outputs: Iterable[str] = (),
    volatiles: Iterable[str] = (),
    environment: Iterable[str] = (),
    need: Need = Need.DEFAULT,
    base: str = ".",
    workdir: str = "",
    resources: Mapping[str, int] | None = None,
    where: str = "",
    overrides: Mapping[str, str] | None = None,
    shell: bool = False,
    duration_s: float = 0.0,
    timeout_s: float = 0.0,
    retries: int = 0,
    line: int = 1,
) -> StepDeclaration:
    """Return the declaration of a step."""
    return StepDeclaration(
        source=Source("plan.py", line),
        base=base,
        command=command,
        workdir=workdir,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        volatiles=tuple(volatiles),
        environment=tuple(environment),
        need=need,
        where=where,
        resources=tuple(sorted((resources or {}).items())),
        shell=shell,
        environment_overrides=tuple(sorted((overrides or {}).items())),
        duration_s=duration_s,
        timeout_s=timeout_s,
        retries=retries,
    )


def a_plan(path: str, *, inputs: Iterable[str] = (), workdir: str = "") -> StepDeclaration:
    """Return the declaration of a step that runs a plan of its own."""
    return a_step(f"./{path}", inputs=(path, *inputs), need=Need.PLAN, workdir=workdir)


def a_variable(*names: str) -> EnvironmentDeclaration:
    """Return the declaration that the calling step depends on variables."""
    return EnvironmentDeclaration(source=Source("plan.py", 1), names=names)


def a_hold() -> HoldDeclaration:
    """Return the opening of a hold."""
    return HoldDeclaration(source=Source("plan.py", 1), open=True)


def an_end_of_hold() -> HoldDeclaration:
    """Return the closing of a hold."""
    return HoldDeclaration(source=Source("plan.py", 1), open=False)
