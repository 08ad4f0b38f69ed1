"""At the beginning of a build: what has changed since the last one is said, and taken up."""

from __future__ import annotations

from stepup_server.core.states import ReturnCode, Tag
from tests.support.builders import a_static, a_step
from tests.support.project import Project

TOLD = (Tag.STARTUP, Tag.UPDATED, Tag.DELETED, Tag.PHASE)


def said(project: Project) -> list[str]:
    """Restart, build, and return what people are told before the first step runs, without their hashes."""
    project.restart()
    mark = len(project.reports)
    project.join("w1")
    project.build()
    reports = [report for report in project.reports[mark:] if report.tag in TOLD]
    until = next(index for index, report in enumerate(reports) if report.tag is Tag.PHASE)
    lines = [f"{report.tag.value} {report.text.partition(' (d')[0]}" for report in reports[:until] if report.tag]
    return [line for line in lines if "Recovered" not in line]


def test_variables_files_and_matches_are_told_in_this_order() -> None:
    project = Project(environment={"V": "1", "W": "old"})
    project.join("w0")
    project.files(a="1", b="1", c="1", m1="1", m2="1")
    project.plan(
        a_static("a", "b", "c"),
        a_static("m*"),
        a_step("cat a b c > d", inputs=["a", "b", "c"], outputs=["d"], environment=["V", "W", "X"]),
    )
    project.build()
    project.environment["V"] = "2"
    del project.environment["W"]
    project.environment["X"] = "new"
    project.files(c="2", d="mine", m3="1")
    project.disk.remove("a")
    project.disk.remove("m1")
    assert said(project) == [
        "UPDATED V ='1' ➜ ='2'",
        "UPDATED W ='old' ➜ (unset)",
        "UPDATED X (unset) ➜ ='new'",
        "STARTUP Checking 7 file(s) for changes",
        "DELETED a",
        "UPDATED c",
        "UPDATED d",
        "DELETED m1",
        "STARTUP Checking 1 nglob(s) for new or deleted matches",
        "DELETED m1",
        "UPDATED m3",
    ]


def test_a_change_is_told_with_what_has_changed(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("cp a b", inputs=["a"], outputs=["b"]))
    project.build()
    project.files(a="22")
    project.disk.write("b", project.disk.read("b") or "", mode=0o100755)
    assert project.build().tagged("UPDATED") == [
        "a (digest 6b86b273 ➜ 785f3ec7, size 1 ➜ 2)",
        "b (mode -rw-r--r-- ➜ -rwxr-xr-x)",
    ]


def test_without_changes_nothing_is_told(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("cp a b", inputs=["a"], outputs=["b"]))
    project.build()
    assert said(project) == ["STARTUP Checking 3 file(s) for changes"]


def test_something_else_in_the_place_of_a_file_stops_the_build(project: Project) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("cp a b", inputs=["a"], outputs=["b"]), a_step("other"))
    project.build()
    project.disk.make_special("a")
    built = project.build()
    assert built.code == ReturnCode.DRAINING
    assert built.tagged("DELETED") == []
    assert built.started == []
    (error,) = project.reports_with("ERROR")
    (page,) = error.pages
    assert page.title == "Provenance of a"
    assert [line.split(maxsplit=2) for line in page.text.splitlines()] == [
        ["creator", "step:./plan.py"],
        ["sink", "step:cp", "a b"],
        ["declared", "by", "step:./plan.py"],
    ]
