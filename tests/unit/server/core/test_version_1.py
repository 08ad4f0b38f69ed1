"""What only plans of version 1 declare: deferred globs and pools."""

from __future__ import annotations

import pytest

from stepup_server.core.refusals import Refusal
from stepup_server.core.states import FileState, ReturnCode
from stepup_server.core.values import BuildOptions, Declaration
from stepup_server.core.views import graph_text
from tests.support.builders import a_deferred_glob, a_plan, a_pool, a_static, a_step
from tests.support.project import Project

MATCHES = "Glob pattern (*.txt) registered by step (./plan.py) matches (b.txt), which step (make) builds."


def test_a_match_of_a_deferred_glob_becomes_static_when_it_is_used(project: Project) -> None:
    project.files(a__txt="1", b__txt="2")
    project.plan(a_deferred_glob("*.txt"), a_step("use", inputs=["a.txt"]))
    assert project.build().started == ["./plan.py", "use"]
    assert project.file("a.txt").state is FileState.CONFIRMED
    assert "b.txt" not in project.director.desk.graph.file_by_path
    assert "dg:*.txt" in graph_text(project.director.desk.graph)


def test_a_deferred_glob_survives_a_restart(project: Project) -> None:
    project.files(a__txt="1")
    project.plan(a_deferred_glob("*.txt"), a_step("use", inputs=["a.txt"]))
    project.build()
    project.restart()
    project.join()
    project.files(a__txt="2")
    assert project.build().started == ["use"]


def test_a_deferred_glob_takes_what_is_used_already(project: Project) -> None:
    project.files(a__txt="1")
    project.plan(a_step("use", inputs=["a.txt"]), a_deferred_glob("*.txt"))
    assert project.build().code == ReturnCode.OK


@pytest.mark.parametrize("is_first", [False, True])
def test_a_deferred_glob_gives_away_what_is_declared(project: Project, *, is_first: bool) -> None:
    project.disk.write("t/a.txt", "1")
    project.files(b__txt="1")
    glob = a_deferred_glob("**/*.txt")
    use = a_step("use", inputs=["t/a.txt", "b.txt"])
    project.plan(a_static("t", "b.txt"), path="other.py")
    steps = [a_plan("other.py"), use] if is_first else [use, a_plan("other.py")]
    project.plan(a_static("other.py"), glob, *steps)
    assert project.build().code == ReturnCode.OK
    other = project.step("./other.py").id
    assert project.file("b.txt").creator == other
    assert project.file("t/a.txt").creator == project.director.desk.graph.tree_by_path["t"].id


@pytest.mark.parametrize(
    "declarations",
    [
        (a_deferred_glob("*.txt"), a_step("make", outputs=["b.txt"])),
        (a_step("make", outputs=["b.txt"]), a_deferred_glob("*.txt")),
    ],
)
def test_a_deferred_glob_matches_no_products(project: Project, declarations: tuple[Declaration, ...]) -> None:
    project.plan(*declarations)
    built = project.build()
    refusals = [answer for answer in project.answers.values() if isinstance(answer, Refusal)]
    assert built.code & ReturnCode.FAILED
    assert refusals[0].message.startswith(MATCHES)


def test_a_deferred_glob_has_no_names(project: Project) -> None:
    project.plan(a_deferred_glob("${*x}.txt"))
    assert project.build().code & ReturnCode.FAILED


def test_a_pool_limits_how_many_steps_run(project: Project) -> None:
    steps = [a_step(name, resources={"r": 1}) for name in ("one", "two")]
    project.plan(a_pool("r", 1), *steps)
    assert project.build().started == ["./plan.py", "one", "two"]
    project.plan(*steps)
    assert project.build().code == ReturnCode.OK


def test_a_pool_is_forgotten_with_its_declaration(embedded: Project) -> None:
    project = embedded
    project.plan(a_pool("r", 1))
    project.build()
    project.plan(a_step("one", resources={"r": 1}))
    assert project.build().code == ReturnCode.PENDING


def test_what_the_user_says_counts_more_than_a_pool(project: Project) -> None:
    project.plan(a_pool("r", 5), a_step("one", resources={"r": 1}))
    assert project.build(BuildOptions(resources={"r": 0})).code == ReturnCode.PENDING


def test_plans_must_agree_about_a_pool(project: Project) -> None:
    project.plan(a_pool("r", 2), path="one.py")
    project.plan(a_pool("r", 3), path="two.py")
    project.plan(a_static("one.py", "two.py"), a_plan("one.py"), a_plan("two.py"))
    assert project.build().code & ReturnCode.FAILED
