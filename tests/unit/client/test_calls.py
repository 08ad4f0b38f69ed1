"""Steps that call functions in scripts."""

from __future__ import annotations

import enum
import json
from pathlib import Path as PlainPath
from typing import Any

import pytest
from path import Path

from stepup_client.api import call
from stepup_client.core.declarations import Amendment, Need, StepDeclaration
from stepup_client.errors import PathError, StepUpError
from tests.unit.client.builders import a_step
from tests.unit.client.recording import RecordingSession


def test_a_call_is_a_command_with_its_arguments_as_json(session: RecordingSession) -> None:
    call("./s.py", "make", x=1, y="z z", inp="b", out=["o"])
    assert session.statement == a_step(
        './s.py make \'{"x": 1, "y": "z z", "inp": ["b"], "out": ["o"]}\'', inputs=["./s.py", "b"], outputs=["o"]
    )


def test_a_call_without_arguments_has_an_empty_object(session: RecordingSession) -> None:
    returned = call("./s.py", "make", vol="v", env="E", optional=True, resources="r", duration=2, workdir="deep/")
    assert session.statement == a_step(
        "./s.py make '{}'",
        inputs=["./s.py"],
        volatiles=["v"],
        environment=["E"],
        need=Need.OPTIONAL,
        resources={"r": 1},
        duration_s=2.0,
        workdir="deep",
    )
    assert returned.inp == [Path("./s.py")]


def test_arguments_become_plain(session: RecordingSession) -> None:
    class Colour(enum.Enum):
        RED = "red"

    call("./s.py", "f", s={"b", "a"}, p=PlainPath("x"), q=Path("y/"), t=(1, 2), c=Colour.RED, n=None, d={1: 2.5})
    text = getattr(session.statement, "command", "").partition(" f ")[2].strip("'")
    assert json.loads(text) == {
        "s": ["a", "b"], "p": "x", "q": "y/", "t": [1, 2], "c": "red", "n": None, "d": {"1": 2.5}
    }  # fmt: skip
    with pytest.raises(TypeError, match="object is not JSON serializable"):
        call("./s.py", "f", x=object())


def test_variables_in_paths_are_substituted_once(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "$B")
    call("./s.py", "f", inp="$A/x", out="$HERE/y", workdir="deep")
    assert session.statement == a_step(
        './s.py f \'{"inp": ["$B/x"], "out": ["sub/deep/y"]}\'',
        inputs=["$B/x", "./s.py"],
        outputs=["sub/deep/y"],
        workdir="deep",
    )
    assert session.recorded_variables == ["A"]


def test_a_file_with_arguments_is_written_by_the_plan(session: RecordingSession) -> None:
    PlainPath("deep").mkdir()
    call("./s.py", "f", args_file="a b.json", workdir="deep", x=[1], inp="i", planning=True)
    assert session.said == [
        Amendment([], [], ["deep/a b.json"], []),
        a_step("./s.py f --inp='a b.json'", inputs=["./s.py", "a b.json", "i"], need=Need.PLAN, workdir="deep"),
    ]
    assert json.loads(PlainPath("deep/a b.json").read_text()) == {"x": [1], "inp": ["i"]}


@pytest.mark.parametrize("named", [{"args_file": "a.toml"}, {"optional": True, "planning": True}, {"x": "x" * 140_000}])
def test_wrong_arguments_are_refused(session: RecordingSession, named: dict[str, Any]) -> None:
    with pytest.raises(StepUpError):
        call("./s.py", "f", **named)
    assert not any(isinstance(said, StepDeclaration) for said in session.said)


def test_wrong_names_are_refused(session: RecordingSession) -> None:
    for executable in ("s.py", "/s.py"):
        with pytest.raises(PathError, match="executable must"):
            call(executable, "f")
    for function in ("f-x", "class", ""):
        with pytest.raises(StepUpError, match="valid Python function name"):
            call("./s.py", function)
    assert session.said == []
