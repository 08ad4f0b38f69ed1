"""Outputs of workers with workspaces of their own: published before anything follows, or made again."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.commands import ForgetBlobs, PublishFiles
from stepup_server.core.events import CancelRequested
from stepup_server.core.publishing import STRAYS_MAX
from stepup_server.core.states import ReturnCode, StepState
from stepup_server.core.values import BuildOptions
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running


@pytest.fixture
def remote() -> Project:
    """Return a project whose only worker has a workspace of its own, with two steps in a chain."""
    project = Project()
    project.join("w0", own_workspace=True)
    project.plan(a_step("make", outputs=["x"]), a_step("use", inputs=["x"], outputs=["y"]))
    return project


def publications(project: Project) -> list[PublishFiles]:
    return [command for command in project.commands if isinstance(command, PublishFiles) and command.files]


def test_outputs_are_in_their_places_before_anybody_uses_them(remote: Project) -> None:
    assert remote.build().code == ReturnCode.OK
    assert {"x", "y"} <= set(remote.disk.texts())
    assert [path for command in publications(remote) for path, _ in command.files] == ["x", "y"]


def test_an_attempt_whose_outputs_are_lost_is_made_again(remote: Project) -> None:
    ticket = remote.begin_build()
    remote.paused.add("disk")
    while not publications(remote):
        remote.run_until("disk")
        if not remote.disk.blobs:
            remote.moves()[0].do()
        remote.paused.add("disk")
        remote.run()
    remote.disk.blobs.clear()
    remote.paused.clear()
    assert remote.finish(ticket).code == ReturnCode.OK
    labels = [report.text for report in remote.reports_with("START")]
    assert labels.count("make") == 2
    assert any("lost on the way (x): make" in report.text for report in remote.reports_with("WARNING"))


def test_publishing_twice_is_publishing_once(remote: Project) -> None:
    assert remote.build().code == ReturnCode.OK
    published = remote.disk.publish(publications(remote)[0].files)
    assert (published.lost, published.problems) == ((), ())


def test_what_was_made_of_an_input_that_has_changed_meanwhile_is_not_published(remote: Project) -> None:
    def meddle(running: Running) -> Generator[Call, Any, int]:
        yield from ()
        running.make_outputs()
        running.disk.write("a", "changed")
        return 0

    remote.files(a="1")
    remote.plan(a_static("a"), a_step("use", inputs=["a"], outputs=["x"]))
    remote.scripts["use"] = meddle
    assert remote.build().code & ReturnCode.FAILED
    assert "x" not in remote.disk.texts()
    assert any("a (" in page.text for report in remote.reports_with("FAIL") for page in report.pages)
    del remote.scripts["use"]
    assert remote.build().started == ["use"]
    assert remote.build().started == []


def test_an_attempt_that_could_not_have_its_inputs_is_made_again(remote: Project) -> None:
    remote.files(a="1")
    remote.plan(a_static("a"), a_step("use", inputs=["a"], outputs=["x"]))
    remote.workers["w0"].unreachable.add("a")
    ticket = remote.begin_build()
    remote.run_until("begin use")
    remote.moves()
    while not any("lost on the way (a)" in report.text for report in remote.reports_with("WARNING")):
        remote.moves()[0].do()
    remote.workers["w0"].unreachable.clear()
    assert remote.finish(ticket).code == ReturnCode.OK


def test_an_input_that_never_arrives_fails_its_step_with_its_name_and_the_workers(remote: Project) -> None:
    remote.files(a="1")
    remote.plan(a_static("a"), a_step("use", inputs=["a"], outputs=["x"]), a_step("other", outputs=["y"]))
    remote.workers["w0"].unreachable.add("a")
    built = remote.build(BuildOptions(keep_going=True))
    assert built.code == ReturnCode.FAILED
    assert len([line for line in built.lines if "lost on the way (a): use will run again" in line]) == STRAYS_MAX - 1
    (failure,) = remote.reports_with("FAIL")
    assert failure.pages[0].text == "use  # its files do not arrive"
    assert failure.pages[1].title == "Lost on the way 3 times"
    assert failure.pages[1].text.startswith("a: worker 0 (w0 on here)\na: worker 0 (w0 on here)\n")
    assert remote.step("other").state is StepState.SUCCEEDED
    # The next build counts anew.
    remote.workers["w0"].unreachable.clear()
    assert remote.build().code == ReturnCode.OK


def test_outputs_that_never_arrive_fail_their_step(remote: Project) -> None:
    remote.disk.loses = True
    built = remote.build()
    assert built.code & ReturnCode.FAILED
    assert built.started.count("make") == STRAYS_MAX
    assert "x: worker 0 (w0 on here)" in remote.reports_with("FAIL")[0].pages[1].text


def test_a_step_that_was_cancelled_is_not_made_again_because_its_files_are_lost(remote: Project) -> None:
    remote.disk.loses = True
    ticket = remote.begin_build()
    remote.run_until("go on make")
    remote.ask(lambda id_: CancelRequested(request=id_, name="make"))
    assert remote.finish(ticket).started.count("make") == 1
    assert remote.step("make").state is StepState.FAILED


def test_when_a_build_is_over_nothing_stays_stored(remote: Project) -> None:
    assert remote.build().code == ReturnCode.OK
    assert ForgetBlobs() in remote.commands
    assert not remote.disk.blobs
