"""Programs that steps have run by themselves are kept for people to look at."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from stepup_server.core.values import Source, SubprocessDeclaration
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running


def test_records_are_numbered_and_replaced_when_the_step_runs_again(project: Project) -> None:
    def tells(running: Running) -> Generator[Call, Any, int]:
        yield running.declare(_record(running, "one"), _record(running, "two"))
        running.make_outputs()
        return 0

    project.files(a="1")
    project.plan(a_static("a"), a_step("use", inputs=["a"], outputs=["x"]))
    project.scripts["use"] = tells
    project.build()
    step = project.step("use").id
    kept = [(row.position, row.command, row.workdir) for row in project.database.subprocesses[step]]
    assert kept == [(1, "one", "sub"), (2, "two", "sub")]
    project.files(a="2")
    project.build()
    assert [row.position for row in project.database.subprocesses[step]] == [1, 2]


def _record(running: Running, command: str) -> SubprocessDeclaration:
    return SubprocessDeclaration(
        source=Source("use.py", 1),
        base=running.base,
        command=command,
        workdir="sub/",
        shell=False,
        environment_overrides=(),
        exit_code=0,
        stdin="",
        stdout="",
        stderr="",
    )
