"""Values for tests that name only what matters."""

from __future__ import annotations

from stepup_client.core.declarations import Need, StepDeclaration

__all__ = ("a_step",)


def a_step(
    command: str,
    *,
    workdir: str = "",
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    volatiles: list[str] | None = None,
    environment: list[str] | None = None,
    need: Need = Need.DEFAULT,
    resources: dict[str, int] | None = None,
    shell: bool = False,
    overrides: dict[str, str] | None = None,
    duration_s: float = 0.0,
    where: str = "",
    timeout_s: float = 0.0,
    retries: int = 0,
) -> StepDeclaration:
    return StepDeclaration(
        command,
        workdir,
        inputs or [],
        outputs or [],
        volatiles or [],
        environment or [],
        need,
        resources or {},
        shell,
        overrides or {},
        duration_s,
        where,
        timeout_s,
        retries,
    )
