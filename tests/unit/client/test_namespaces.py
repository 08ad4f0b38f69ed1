"""Variables in files."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path as PlainPath
from types import SimpleNamespace

import pytest
from path import Path

from stepup_client.api import dumpns, loadns
from stepup_client.core.declarations import AmendAnswer, Amendment
from stepup_client.errors import InputNotFoundError, StepUpError
from tests.unit.client.recording import RecordingSession

PYTHON = """\
import os
from path import Path
from other import word
relative, absolute, tree = Path("a.txt"), Path("/b"), Path("deep/")
here = os.path.basename(os.getcwd())
_hidden = 1
"""


def test_variables_of_several_files_are_merged_in_order(session: RecordingSession) -> None:
    PlainPath("a.json").write_text('{"a": 1, "b": {"c": [2]}}')
    PlainPath("b.toml").write_text('a = 2\nd = "x"\n')
    PlainPath("c.yaml").write_text("d: y\ne: 2026-01-02\n")
    PlainPath("d.yml").write_text("")
    assert loadns("a.json", "b.toml", "c.yaml", "d.yml") == SimpleNamespace(
        a=2, b={"c": [2]}, d="y", e=dt.date(2026, 1, 2)
    )
    assert session.said == [Amendment(["a.json", "b.toml", "c.yaml", "d.yml"], [], [], [])]


def test_nothing_is_amended_without_files_or_when_told_so(session: RecordingSession) -> None:
    PlainPath("a.json").write_text("{}")
    assert loadns("a.json", do_amend=False) == loadns() == SimpleNamespace()
    assert session.said == []


def test_a_python_file_runs_in_its_directory(session: RecordingSession) -> None:
    PlainPath("settings").mkdir()
    PlainPath("settings/s.py").write_text(PYTHON)
    PlainPath("settings/other.py").write_text("word = 'w'\n")
    names = vars(loadns("settings/s.py"))
    path_class = names.pop("Path")
    assert path_class is Path
    assert names == {
        "word": "w",
        "relative": Path("settings/a.txt"),
        "absolute": Path("/b"),
        "tree": Path("settings/deep/"),
        "here": "settings",
    }
    assert loadns("settings/s.py", dir_out="out/x").relative == Path("../../settings/a.txt")
    assert session.said == [Amendment(["settings/s.py"], [], [], [])] * 2


def test_a_file_that_is_not_there_yet_defers_the_step(session: RecordingSession) -> None:
    session.amend_answer = AmendAnswer(("a.json",), ())
    with pytest.raises(InputNotFoundError):
        loadns("a.json")
    session.amend_answer = AmendAnswer((), ())
    with pytest.raises(FileNotFoundError):
        loadns("a.json")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{", r"a\.json cannot be read as json"),
        ("a.toml", "=", r"a\.toml cannot be read as toml"),
        ("a.yaml", "[", r"a\.yaml cannot be read as yaml"),
        ("a.json", "[1]", r"a\.json must hold names with values, not list"),
        ("a.txt", "", r"unsupported variable file format: a\.txt"),
    ],
)
def test_what_cannot_be_read_is_named(session: RecordingSession, name: str, text: str, said: str) -> None:
    PlainPath(name).write_text(text)
    with pytest.raises(StepUpError, match=said):
        loadns(name)
    assert session.said == []


def test_variables_are_written_as_json_and_yaml(session: RecordingSession) -> None:
    data = SimpleNamespace(a=[1, (2,)], b={"y", "x"}, c=Path("p/"), d=SimpleNamespace(e=None))
    dumpns("a.json", data)
    assert json.loads(PlainPath("a.json").read_text()) == {"a": [1, [2]], "b": ["x", "y"], "c": "p/", "d": {"e": None}}
    assert PlainPath("a.json").read_text().startswith('{\n  "a": [\n')
    dumpns("b.yaml", {"b": 1, "a": dt.date(2026, 1, 2)}, do_amend=False)
    assert PlainPath("b.yaml").read_text() == "a: 2026-01-02\nb: 1\n"
    assert session.said == [Amendment([], [], ["a.json"], [])]


def test_what_cannot_be_written_leaves_no_trace(session: RecordingSession) -> None:
    with pytest.raises(StepUpError, match=r"unsupported file format: '\.toml'"):
        dumpns("a.toml", {})
    for name in ("a.json", "a.yaml"):
        with pytest.raises(TypeError):
            dumpns(name, {"a": object()})
    assert session.said == [Amendment([], [], [f"a.{name}"], []) for name in ("toml", "json", "yaml")]
    assert list(PlainPath().iterdir()) == []
