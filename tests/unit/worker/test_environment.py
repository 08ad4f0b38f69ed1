"""What steps find in their environment."""

from __future__ import annotations

import pytest

from stepup_worker.core.environment import base_variables, step_variables
from stepup_worker.core.values import Assignment, AttemptId


@pytest.mark.parametrize(
    ("workdir", "here", "root"),
    [
        (".", ".", "."),
        ("", ".", "."),
        ("sub", "sub", ".."),
        ("sub/", "sub/", "../"),
        ("a/b/", "a/b/", "../../"),
        ("../c", "../c", "../demo"),
        ("/srv", "/srv", "../projects/demo"),
    ],
)
def test_here_is_spelled_as_the_plan_did_and_root_follows(workdir: str, here: str, root: str) -> None:
    assignment = Assignment(command="true", workdir=workdir, shell=False)
    variables = step_variables(AttemptId(4, 9), assignment, "/projects/demo", "/tmp/s", "/t")
    assert (variables["HERE"], variables["ROOT"]) == (here, root)


def test_steps_learn_who_they_are_and_cannot_be_told_otherwise() -> None:
    assignment = Assignment(
        command="true",
        workdir=".",
        shell=False,
        environment=(("X", "1"), ("HERE", "nowhere")),
        need="PLAN",
        input_digest="00ff",
    )
    assert step_variables(AttemptId(4, 9), assignment, "/p", "/tmp/s", "/t") == {
        "X": "1",
        "HERE": ".",
        "ROOT": ".",
        "STEPUP_ROOT": "/p",
        "STEPUP_DIRECTOR_SOCKET": "/tmp/s",
        "STEPUP_TOKEN_FILE": "/t",
        "STEPUP_STEP_I": "4",
        "STEPUP_JOB_I": "9",
        "STEPUP_STEP_INP_DIGEST": "00ff",
        "STEPUP_STEP_NEED": "PLAN",
    }


def test_the_epoch_is_fixed_unless_it_is_set() -> None:
    assert _base()["SOURCE_DATE_EPOCH"] == "315532800"
    assert _base(SOURCE_DATE_EPOCH="7")["SOURCE_DATE_EPOCH"] == "7"
    assert base_variables({}, log_level="info", fix_epoch=False) == {"STEPUP_BUILD_LOG_LEVEL": "INFO"}


def _base(**own: str) -> dict[str, str]:
    return base_variables(own, log_level="info", fix_epoch=True)
