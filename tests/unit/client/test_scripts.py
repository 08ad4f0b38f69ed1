"""Scripts that say themselves which steps they are."""

from __future__ import annotations

import sys
from pathlib import Path as PlainPath
from types import SimpleNamespace
from typing import Any

import pytest

from stepup_client import script_driver
from stepup_client.api import script, step
from stepup_client.core.declarations import Need, StaticPaths
from stepup_client.errors import PathError
from stepup_client.stepinfo import load_step_info
from tests.unit.client.builders import a_step
from tests.unit.client.recording import RecordingSession

ran: list[Any] = []


def one_step() -> SimpleNamespace:
    def run(inp: list[str], out: str, x: int) -> None:
        ran.append((inp, out, x))

    info = {"static": ["s.txt"], "inp": ["s.txt"], "out": "o.txt", "x": 3, "unused": 4}
    return SimpleNamespace(info=lambda: info, run=run)


def many_steps() -> SimpleNamespace:
    def case_info(name: str, i: int = 0) -> dict[str, object]:
        return {"inp": f"{name}.txt", "out": [f"{name}{i}.o"]}

    def run(inp: str, out: list[str]) -> None:
        ran.append((inp, out))

    cases = ({"name": "a", "i": 1}, [(), {"name": "b c", "i": 2}])
    return SimpleNamespace(CASE_FMT="{name}_{i:03d}", cases=lambda: cases, case_info=case_info, run=run)


def drive(monkeypatch: pytest.MonkeyPatch, obj: object, *words: str) -> None:
    ran.clear()
    monkeypatch.setattr(sys, "argv", ["s.py", *words])
    script_driver.driver(obj)


def test_a_script_is_planned_by_itself(session: RecordingSession) -> None:
    script("my s.py", step_info="i n.json", optional=True, inp="a", workdir="deep")
    assert session.statement == a_step(
        "'./my s.py' plan --step-info='i n.json' --optional",
        inputs=["./my s.py", "a"],
        outputs=["i n.json"],
        need=Need.PLAN,
        workdir="deep",
    )
    with pytest.raises(PathError, match="Executable is not a relative path"):
        script("/s.py")


def test_a_script_of_version_1_may_be_blocked(session: RecordingSession) -> None:
    script("sub/s.py", block=True)
    assert session.statement == a_step(
        "./sub/s.py plan", inputs=["./sub/s.py"], need=Need.PLAN, resources={"blocked": 1}
    )


def test_a_script_of_one_step_declares_and_runs_it(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    drive(monkeypatch, one_step(), "plan", "--step-info=info.json")
    step = a_step("./s.py run", inputs=["./s.py", "s.txt"], outputs=["o.txt"])
    assert session.said == [StaticPaths(("s.txt",)), step]
    info = load_step_info("info.json")
    assert not isinstance(info, list)
    assert (info.command, info.out) == ("./s.py run", ["o.txt"])
    drive(monkeypatch, one_step(), "run")
    assert ran == [(["s.txt"], "o.txt", 3)]


def test_a_script_of_many_steps_declares_and_runs_them(
    session: RecordingSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drive(monkeypatch, many_steps(), "plan", "-o", "--step-info=info.json")
    assert session.said == [
        a_step("./s.py run a_001", inputs=["./s.py", "a.txt"], outputs=["a1.o"], need=Need.OPTIONAL),
        a_step("./s.py run 'b c_002'", inputs=["./s.py", "b c.txt"], outputs=["b c2.o"], need=Need.OPTIONAL),
    ]
    infos = load_step_info("info.json")
    assert isinstance(infos, list)
    assert [info.command for info in infos] == ["./s.py run a_001", "./s.py run 'b c_002'"]
    drive(monkeypatch, many_steps(), "cases")
    assert capsys.readouterr().out == "./s.py run a_001\n./s.py run 'b c_002'\n"
    drive(monkeypatch, many_steps(), "run", "b c_002")
    assert ran == [("b c.txt", ["b c2.o"])]


def test_cases_may_be_written_in_many_ways(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    obj = many_steps()
    obj.CASE_FMT = "{}"
    obj.cases = lambda: ["x", 1, (2,)]
    drive(monkeypatch, obj, "cases")
    assert capsys.readouterr().out == "./s.py run x\n./s.py run 1\n./s.py run 2\n"


def test_the_calling_module_is_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["s.py", "run"])
    exec("driver()", vars(one_step()) | {"driver": script_driver.driver})  # a script in short
    assert ran[-1] == (["s.txt"], "o.txt", 3)


@pytest.mark.parametrize(
    ("missing", "words", "error"),
    [
        ("run", ["cases"], "has no run function"),
        ("CASE_FMT", ["cases"], "has no CASE_FMT"),
        ("case_info", ["plan"], "has no case_info function"),
        ("info", ["run"], "has no info function"),
    ],
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, words: list[str], error: str) -> None:
    obj = many_steps()
    vars(obj).pop(missing, None)
    with pytest.raises(TypeError, match=rf"^Script s\.py {error}"):
        drive(monkeypatch, obj, *words)


def test_a_name_must_fit_the_format(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="Could not parse string 'zzz' with CASE_FMT"):
        drive(monkeypatch, many_steps(), "run", "zzz")


def test_a_description_must_be_a_dictionary(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = SimpleNamespace(info=lambda: ["a"], run=lambda: None)
    with pytest.raises(TypeError, match="must return a dictionary"):
        drive(monkeypatch, obj, "plan")
    assert session.said == []


def test_step_info_can_be_searched(session: RecordingSession) -> None:
    info = step("true", inp=["a1.txt", "b.csv"], out=["o.txt"], vol="v.log")
    assert info.filter_inp("*.txt").files() == ["a1.txt"]
    assert [match.n for match in info.filter_inp("a${*n}.txt", n="[0-9]").matches()] == ["1"]
    assert (info.filter_out("*").single(), info.filter_vol("*.log").single()) == ("o.txt", "v.log")
    assert not info.filter_out("*.log")
    assert len(session.said) == 1


def test_step_info_must_be_what_was_written(session: RecordingSession) -> None:
    assert session.said == []
    for text in ("[", "{}", '"a"', "[3]"):
        PlainPath("info.json").write_text(text)
        with pytest.raises(ValueError, match=r"info\.json does not hold what dump_step_info writes"):
            load_step_info("info.json")
