"""Explanations follow a step back to where it all began, and are the same after a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stepup_server.core.reasons import Reason
from stepup_server.core.refusals import UnknownStep
from stepup_server.core.values import BuildOptions, Declaration
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import amends, fails


def kinds(reason: Reason) -> list[str]:
    """Return the kinds of all sentences, each before what it follows from."""
    return [reason.kind, *(kind for below in reason.because for kind in kinds(below))]


def texts(reason: Reason) -> Iterator[str]:
    """Return all sentences."""
    yield reason.text
    for below in reason.because:
        yield from texts(below)


def why(project: Project, name: str) -> Reason:
    """Return an explanation, which a director that was started anew must give, too."""
    reason = project.director.explain(name)
    restarted = project.database.copy().restore(project._make_director, 0.0)
    assert restarted.explain(name) == reason
    return reason


def a_chain() -> tuple[Declaration, ...]:
    return (
        a_static("a"),
        a_step("make b", inputs=["a"], outputs=["b"]),
        a_step("make c", inputs=["b"], outputs=["c"]),
    )


def test_a_first_run_comes_from_the_plan(project: Project) -> None:
    project.files(a="1")
    project.plan(*a_chain())
    project.build()
    assert kinds(why(project, "make c")) == ["succeeded", "first_run", "ran", "first_run"]


def test_a_run_is_followed_through_its_inputs_to_the_file_that_was_edited(project: Project) -> None:
    project.files(a="1")
    project.plan(*a_chain())
    project.build()
    project.files(a="2")
    project.build()
    reason = why(project, "c")
    assert kinds(reason) == ["succeeded", "input_modified", "ran", "input_modified", "edited"]
    assert "a was edited" in list(texts(reason))


def test_a_step_that_was_left_alone_says_when_it_last_ran(project: Project) -> None:
    project.files(a="1")
    project.plan(*a_chain())
    project.build()
    project.build()
    assert "was left alone in build 2; in build 1 it ran" in why(project, "make c").text


def test_a_skip_tells_what_was_made_again(project: Project) -> None:
    project.files(a="1")
    project.plan(*a_chain())
    project.build()
    project.disk.remove("b")
    project.build()
    assert kinds(why(project, "make c")) == ["skipped", "same_input", "ran", "output_modified"]


def test_a_pending_step_waits_for_what_is_missing_at_the_root(project: Project) -> None:
    project.files(a="1")
    project.plan(*a_chain())
    project.build()
    project.disk.remove("a")
    project.build()
    reason = why(project, "make c")
    assert kinds(reason) == ["pending", "input_not_made", "pending", "input_missing"]


def test_a_failure_is_followed_by_those_who_need_it(project: Project) -> None:
    project.files(a="1")
    project.scripts["make b"] = fails
    project.plan(*a_chain())
    project.build(BuildOptions(keep_going=True))
    assert kinds(why(project, "make b"))[:2] == ["failed", "remark"]
    assert kinds(why(project, "make c"))[:3] == ["pending", "input_not_made", "failed"]
    project.build(BuildOptions(keep_going=True))
    assert "failed_before" in kinds(why(project, "make b"))


def test_a_build_that_ended_early_is_a_reason(project: Project) -> None:
    project.scripts["one"] = fails
    project.plan(a_step("one"), a_step("two"))
    project.build()
    assert kinds(why(project, "two")) == ["pending", "drained", "failed"]


def test_a_deferral_names_what_was_waited_for_and_who_made_it(project: Project) -> None:
    project.scripts["use"] = amends("b")
    project.plan(a_step("use"), a_step("make b", outputs=["b"]))
    project.build()
    assert kinds(why(project, "use"))[:3] == ["succeeded", "deferred_before", "waited_for"]


def test_a_resource_that_nobody_offers_is_a_reason(project: Project) -> None:
    project.plan(a_step("big", resources={"gpu": 2}))
    project.build(BuildOptions(resources={"gpu": 1}))
    assert [below.text for below in why(project, "big").because] == ["it needs 2 of resource gpu, of which there are 1"]


def test_another_declaration_comes_from_the_plan_that_was_edited(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    project.build()
    project.plan(a_step("make", outputs=["x"], shell=True))
    project.build()
    assert kinds(why(project, "make")) == ["succeeded", "shell_modified", "ran", "input_modified", "edited"]


def test_a_variable_is_a_reason(project: Project) -> None:
    project.plan(a_step("make", environment=["A"]))
    for value in ("1", "2"):
        project.environment["A"] = value
        project.restart()
        project.join("w0")
        project.build()
    assert [below.text for below in project.director.explain("make").because] == ["variable A changed: ='1' ➜ ='2'"]


def test_a_removed_step_is_explained_until_the_next_build(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]), a_step("other"))
    project.build()
    project.plan(a_step("other"))
    project.build()
    reason = why(project, "x")
    assert kinds(reason) == ["removed", "ran", "input_modified", "edited"]
    assert reason.text.startswith("make was removed in build 2, with x")
    project.build()
    with pytest.raises(UnknownStep):
        project.director.explain("x")


def test_a_long_chain_ends_with_its_beginning(project: Project) -> None:
    count = 100
    project.files(f0="1")
    steps = [a_step(f"make {number}", inputs=[f"f{number}"], outputs=[f"f{number + 1}"]) for number in range(count)]
    project.plan(a_static("f0"), *steps)
    project.build()
    project.files(f0="2")
    project.build()
    reason = why(project, f"make {count - 1}")
    assert "further" in kinds(reason)
    assert any(text.endswith("step(s) further back: make 0") for text in texts(reason))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Say which step"),
        ("make", "2 steps match 'make'"),
        ("a", "It is a file that no step makes (CONFIRMED)"),
        ("mkae b", "Did you mean one of these?\n  make b"),
        ("nothing like it", "No step matches 'nothing like it'."),
    ],
)
def test_a_name_that_fits_no_step_gets_advice(project: Project, name: str, message: str) -> None:
    project.files(a="1")
    project.plan(a_static("a"), a_step("make b", inputs=["a"]), a_step("make c"))
    project.build()
    with pytest.raises(UnknownStep) as caught:
        project.director.explain(name)
    assert message in caught.value.message
