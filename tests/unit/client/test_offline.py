"""A plan that is run by hand shows what it would declare."""

from __future__ import annotations

import pytest
from path import Path

from stepup_client.api import amend, get_info, get_job_i, glob, graph, hold, mkdir, plan, run, static, step
from stepup_client.rpc import current


@pytest.fixture(autouse=True)
def no_director(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEPUP_DIRECTOR_SOCKET", "STEPUP_ROOT", "STEPUP_JOB_I"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(current, "_process", None)


def test_every_function_shows_its_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert static("a", "sub/") == []
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


def test_there_is_no_attempt() -> None:
    assert get_job_i() == -1
