#!/usr/bin/env python
"""A plan that uses only the generated stub."""

from __future__ import annotations

import os
from pathlib import Path

import grpc

from stepup_proto.v1 import plan_pb2, plan_pb2_grpc, types_pb2

__all__ = ()


def main() -> None:
    """Declare two steps, the second of which reads what the first one makes."""
    attempt = types_pb2.AttemptId(
        step=int(os.environ["STEPUP_STEP_I"]),
        number=int(os.environ["STEPUP_JOB_I"]),
    )
    with grpc.insecure_channel(f"unix:{os.environ['STEPUP_DIRECTOR_SOCKET']}") as channel:
        director = plan_pb2_grpc.PlanServiceStub(channel)
        token = Path(os.environ["STEPUP_TOKEN_FILE"]).read_text(encoding="ascii")
        shown = (("stepup-token", token),)
        answer = director.Glob(plan_pb2.GlobRequest(attempt=attempt, pattern="notes/*.txt"), metadata=shown)
        notes = [match.path for match in answer.matches]
        director.Declare(
            plan_pb2.DeclareRequest(attempt=attempt, batch=1, declarations=declarations(notes)),
            metadata=shown,
        )


def declarations(notes: list[str]) -> list[plan_pb2.Declaration]:
    """Return all statements of this plan."""
    return [
        plan_pb2.Declaration(static=plan_pb2.StaticPaths(paths=notes)),
        shell_step(f"cat {' '.join(notes)} > all.txt", inputs=notes, output="all.txt"),
        shell_step("wc -l < all.txt > count.txt", inputs=["all.txt"], output="count.txt"),
    ]


def shell_step(command: str, *, inputs: list[str], output: str) -> plan_pb2.Declaration:
    """Return the declaration of a step that the shell runs."""
    step = plan_pb2.StepDeclaration(
        command=command, inputs=inputs, outputs=[output], need=types_pb2.NEED_DEFAULT, shell=True
    )
    return plan_pb2.Declaration(source=types_pb2.Source(file="plan.py"), step=step)


if __name__ == "__main__":
    main()
