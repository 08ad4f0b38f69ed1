"""Reports for tests; they name only what matters."""

from __future__ import annotations

from stepup_server.core.commands import BuildSummary, Progress, Report
from stepup_server.core.ids import NodeId
from stepup_server.core.states import Tag
from stepup_server.core.values import Page, StepRef

__all__ = ("A_FAILURE", "PROGRESS", "THE_END", "a_line")


def a_line(text: str, tag: Tag = Tag.DIRECTOR) -> Report:
    return Report(tag=tag, text=text)


A_FAILURE = Report(
    tag=Tag.FAIL,
    text="./work.sh",
    step=StepRef(id=NodeId(4), label="./work.sh", state="FAILED", worker=1, wall_s=0.5),
    pages=(Page("Standard output", "the secret"),),
)
PROGRESS = Report(tag=None, progress=Progress(1, 2, 3))
THE_END = Report(tag=Tag.PHASE, text="end", build_end=BuildSummary(2, 4, 10, 1))
