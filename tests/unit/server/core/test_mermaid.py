"""The graph for Mermaid."""

from __future__ import annotations

from stepup_server.core.mermaid import dependency_mermaid
from tests.support.builders import a_static, a_step
from tests.support.project import Project

__all__ = ()


def test_steps_are_rounded_files_are_not_and_labels_mean_nothing(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step('cp "<a>" #b', inputs=["a"], outputs=["b"]))
    project.build()
    assert dependency_mermaid(project.director.desk.graph).splitlines() == [
        "flowchart LR",
        '  n0["plan.py"]:::CONFIRMED',
        '  n1(["./plan.py"]):::SUCCEEDED',
        '  n2["a"]:::CONFIRMED',
        '  n3(["cp #quot;#lt;a#gt;#quot; #35;b"]):::SUCCEEDED',
        '  n4["b"]:::BUILT',
        "  n0 --> n1",
        "  n2 --> n3",
        "  n3 --> n4",
        "  classDef BUILT fill:#ffffff",
        "  classDef CONFIRMED fill:#ffffff",
        "  classDef SUCCEEDED fill:#d9ead3",
    ]
