"""Rows for tests of the store; they name only what matters."""

from __future__ import annotations

from stepup_server.core.commands import FileRow, OutputRow, StepRow, SubprocessRow, TreeRow
from stepup_server.core.ids import NodeId

__all__ = ("a_file", "a_step", "a_subprocess", "a_tree", "an_output")


def a_step(number: int, state: str = "PENDING") -> StepRow:
    return StepRow(
        id=NodeId(number),
        command=f"cp in{number} out{number}",
        workdir=".",
        state=state,
        creator=NodeId(1),
        detached=False,
        need=32,
        shell=True,
        source_file="plan.py",
        source_line=7,
        position=number,
        resources='{"gpu": 1}',
        environment_overrides="{}",
        duration_s=1.5,
        inputs="[[3, false]]",
        outputs="[[4, false]]",
        volatiles="[]",
        environment="[]",
        globs="[]",
        directories="[]",
        input_digest=b"\0\xff",
        output_digest=None,
        attempt=0,
        worker="",
        deferred=True,
        defer_count=2,
        past="{}",
        explained=False,
        reasons="[]",
        pools="{}",
        where="zone == 'west'",
        going="{}",
        ended_tick=0,
        story="{}",
        timeout_s=2.5,
        retries=1,
        tries=1,
        losses="[]",
    )


def a_file(number: int, state: str = "BUILT", inode: int = 99) -> FileRow:
    return FileRow(
        id=NodeId(number),
        path=f"gr\u00fcn/file{number}",
        state=state,
        creator=None,
        detached=True,
        position=0,
        listed=False,
        digest=bytes(range(32)),
        mode=0o100644,
        size=12,
        mtime_ns=-1,
        inode=inode,
    )


def a_tree(number: int) -> TreeRow:
    return TreeRow(
        id=NodeId(number), path=f"tree{number}", creator=NodeId(2), detached=False, position=1, is_pattern=False
    )


def an_output(step: int, attempt: int = 1) -> OutputRow:
    return OutputRow(
        step=NodeId(step),
        attempt=attempt,
        end="exit 0",
        stdout=b"\xffout",
        stderr=b"",
        wall_s=0.25,
        cpu_s=0.5,
        rss_bytes_max=1 << 40,
    )


def a_subprocess(step: int, position: int, command: str = "tool") -> SubprocessRow:
    return SubprocessRow(NodeId(step), position, command, "sub", True, '{"A":"1"}', -9, "in", "é", "")
