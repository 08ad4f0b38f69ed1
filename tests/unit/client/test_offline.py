"""A plan that is run by hand shows what it would declare."""

from __future__ import annotations

from pathlib import Path as PlainPath

import pytest
from path import Path

from stepup_client.api import amend, get_info, get_job_i, glob, graph, hold, mkdir, plan, run, static, step
from stepup_client.rpc import current


@pytest.fixture(autouse=True)
def no_director(tmp_path: PlainPath, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STEPUP_DIRECTOR_SOCKET", "STEPUP_ROOT", "STEPUP_JOB_I"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(current, "_process", None)


def test_every_function_shows_its_call(capsys: pytest.CaptureFixture[str]) -> None:
    static("a", "sub/")
    assert plan("sub/").workdir == Path("sub/")
    run("A=1 ./x.py", inp="a", out="b", resources="r")
    step("true", optional=True, shell=True)
    mkdir("d/")
    with hold():
        amend(inp="a", env="STEPUP")
    assert not glob("*.txt")
    assert get_info().command == ""
    graph("g")
    assert capsys.readouterr().out.splitlines() == [
        "static('a', 'sub/')",
        "directory('sub/')",
        "step('./plan.py', inp=['plan.py'], workdir='sub/', need='PLAN')",
        "step('./x.py', inp=['./x.py', 'a'], out=['b'], resources={'r': 1}, env_overrides={'A': '1'})",
        "step('true', need='OPTIONAL', shell=True)",
        "mkdir('d/')",
        "hold()",
        "amend(env=['STEPUP'])",
        "amend(inp=['a'])",
        "end of hold()",
        "glob('*.txt')",
        "get_info()",
        "graph()",
    ]


def test_files_are_looked_for_as_in_a_build() -> None:
    PlainPath("sub").mkdir()
    for name in ("a1.txt", "b2.txt", "sub/c3.txt"):
        PlainPath(name).touch()
    assert static("*.txt", "sub", "gone.txt") == ["a1.txt", "b2.txt", "sub/"]
    assert [match.mapping for match in glob("${*l}${*d}.txt", d="[0-9]").matches()] == [
        {"l": "a", "d": "1"},
        {"l": "b", "d": "2"},
    ]
    assert static(glob("sub/*")) == ["sub/c3.txt"]


def test_there_is_no_attempt() -> None:
    assert get_job_i() == -1
