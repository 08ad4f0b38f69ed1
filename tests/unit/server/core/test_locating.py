"""What running steps may look at without having declared it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from stepup_server.core.answers import Located
from stepup_server.core.events import LocateRequested
from stepup_server.core.ids import AttemptId
from stepup_server.core.refusals import InvalidArgument, InvalidPath, Refusal, Superseded
from stepup_server.core.states import ReturnCode
from stepup_server.core.values import Observation, PathKind
from tests.support.builders import a_static, a_step
from tests.support.project import Project
from tests.support.scripts import Call, Running


class Seeker:
    """A script that looks for files; what it was told is kept."""

    def __init__(self, *paths: str, patterns: tuple[str, ...] = (), base: str = ".") -> None:
        self.paths, self.patterns, self.base = paths, patterns, base
        self.answer = Located(())
        self.refusal: Refusal | None = None

    def __call__(self, running: Running) -> Generator[Call, Any, int]:
        try:
            self.answer = yield lambda request: LocateRequested(
                request=request,
                attempt=running.attempt,
                base=self.base,
                paths=self.paths,
                patterns=self.patterns,
            )
        except Refusal as refusal:
            self.refusal = refusal
        running.make_outputs()
        return 0

    @property
    def kinds(self) -> dict[str, PathKind]:
        """What was found, by path."""
        return {seen.path: seen.kind for seen in self.answer.files}


def seek(project: Project, seeker: Seeker) -> Seeker:
    project.plan(a_step("seek", outputs=["x"]))
    project.scripts["seek"] = seeker
    assert project.build().code == ReturnCode.OK
    return seeker


def test_files_of_the_project_are_found_with_their_digests_and_nothing_becomes_an_input(project: Project) -> None:
    project.files(helper__py="text")
    seeker = seek(project, Seeker("helper.py", "package", "package/../other.py"))
    assert [seen.path for seen in seeker.answer.files] == ["helper.py", "package", "other.py"]
    assert seeker.answer.files[0] == project.disk.look("helper.py")
    assert seeker.answer.files[2] == Observation("other.py", PathKind.MISSING, None)
    assert "helper.py" not in project.director.desk.graph.file_by_path


def test_what_is_hidden_or_outside_is_not_shown(project: Project) -> None:
    for path in (".env", "sub/.git/config", ".stepup/trust/ca.pem", "../secret", "/etc/secret"):
        project.disk.write(path, "secret")
    hidden = Seeker(".env", "sub/.git/config", ".stepup/trust/ca.pem", "../secret", "/etc/secret", patterns=("../*",))
    seek(project, hidden)
    assert set(hidden.kinds.values()) == {PathKind.MISSING}
    assert hidden.answer.matches == ()


def test_what_is_declared_is_shown_wherever_it_is(project: Project) -> None:
    for path in ("../lib/tool.py", "/opt/tool.py", ".hidden", "../lib/more/deep.py"):
        project.disk.write(path, "text")
    static = a_static("../lib/tool.py", "/opt/tool.py", ".hidden")
    project.plan(static, a_step("seek", outputs=["x"]))
    project.scripts["seek"] = seeker = Seeker("../lib/tool.py", "/opt/tool.py", ".hidden", "../lib/more/deep.py")
    project.build()
    assert list(seeker.kinds.values()) == [PathKind.FILE] * 3 + [PathKind.MISSING]


def test_patterns_are_expanded_and_not_registered(project: Project) -> None:
    project.files(a__py="", b__txt="")
    for path in ("lib/c.py", "lib/deep/d.py"):
        project.disk.write(path, "")
    seeker = seek(project, Seeker(patterns=("*.py", "*/"), base="lib"))
    assert seeker.answer == Located((), ("lib/c.py", "lib/deep/"))
    assert not project.step("seek").globs
    project.disk.write("lib/e.py", "")
    assert project.build().started == []


@pytest.mark.parametrize(
    ("seeker", "kind"),
    [
        (Seeker(""), InvalidPath),
        (Seeker("a\0b"), InvalidPath),
        (Seeker(patterns=("[z-a]",)), InvalidArgument),
    ],
)
def test_questions_without_a_meaning_are_refused(project: Project, seeker: Seeker, kind: type[Refusal]) -> None:
    assert isinstance(seek(project, seeker).refusal, kind)


def test_an_attempt_that_has_ended_is_shown_nothing(project: Project) -> None:
    project.plan(a_step("make", outputs=["x"]))
    project.build()
    step = project.step("make")
    attempt = AttemptId(step.id, project.database.outputs[step.id].attempt)
    refusal = project.answer_to(
        lambda request: LocateRequested(request=request, attempt=attempt, base=".", paths=("a",))
    )
    assert isinstance(refusal, Superseded)
