"""What a script does with a call."""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
from pathlib import Path as PlainPath
from typing import TYPE_CHECKING, Any

import pytest

from stepup_client import call_driver
from tests.unit.client.recording import RecordingSession

if TYPE_CHECKING:
    from collections.abc import Sequence as Unknown

called: list[Any] = []


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 2.0


def make(inp: list[str], x: int = 3, colour: Colour = Colour.RED, point: Point | None = None) -> None:
    called.append((inp, x, colour, point))


def anything(unknown: Unknown[int], number: float, **more: object) -> None:
    called.append((unknown, number, more))


def nothing() -> None:
    called.append(())


def hidden(x: int, /) -> None:
    called.append(x)


NAMESPACE: dict[str, Any] = {
    "make": make, "anything": anything, "nothing": nothing, "_hidden": hidden, "dumps": json.dumps, "__name__": __name__
}  # fmt: skip


@pytest.fixture(autouse=True)
def _forget() -> None:
    called.clear()


def call(function: str, **arguments: object) -> Any:  # noqa: ANN401 # whatever was passed
    call_driver.call_function("./s.py", NAMESPACE, function, arguments)
    return called[-1]


def test_arguments_are_converted_to_the_types_of_the_hints() -> None:
    assert call("make", inp=["a"]) == (["a"], 3, Colour.RED, None)
    assert call("make", inp=[], x="4", colour="red", point={"x": 1}) == ([], 4, Colour.RED, Point(1))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("x", "q", "<class 'int'>, got str: 'q'"), ("point", {"x": "q"}, r"got dict: {'x': 'q'}")],
)
def test_what_cannot_be_converted_is_named(name: str, value: object, said: str) -> None:
    with pytest.raises(TypeError, match=rf"^\./s\.py: argument '{name}' expected .*{said}"):
        call("make", inp=[], **{name: value})


def test_a_hint_that_only_a_type_checker_knows_is_left_alone() -> None:
    assert call("anything", unknown=[1], number=2, inp=["a"]) == ([1], 2.0, {"inp": ["a"]})


def test_a_function_need_not_take_its_paths() -> None:
    assert call("nothing", inp=["a"], out=["b"]) == ()
    with pytest.raises(TypeError, match="function 'nothing' received unexpected arguments: x, y"):
        call("nothing", y=1, x=2)


def test_a_function_must_be_there() -> None:
    with pytest.raises(AttributeError, match=r"\./s\.py does not define a function 'missing'"):
        call("missing")


def test_public_functions_of_the_script_are_listed() -> None:
    assert list(call_driver.list_functions("./s.py", NAMESPACE)) == [
        './s.py make \'{"inp": null, "x": 3, "colour": "red", "point": null}\'',
        './s.py anything \'{"unknown": null, "number": null}\'',
        "./s.py nothing '{}'",
    ]
    chosen = NAMESPACE | {"__all__": ("_hidden", "missing")}
    assert list(call_driver.list_functions("s/s.py", chosen)) == ["s/s.py _hidden '{\"x\": null}'"]


@pytest.mark.parametrize(("name", "shown"), [("s.py", "./s.py"), ("./s.py", "./s.py"), ("a/s.py", "a/s.py")])
def test_a_script_is_shown_with_a_slash(name: str, shown: str) -> None:
    assert call_driver.script_name(name) == shown
    assert call_driver.script_name(str(PlainPath(name).absolute())) == shown


def run_driver(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Call the driver as a script does."""
    monkeypatch.setattr(sys, "argv", ["./s.py", *words])
    exec("driver()", NAMESPACE | {"driver": call_driver.driver})  # a script in short


def test_the_driver_takes_arguments_as_json_or_from_a_file(
    session: RecordingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_driver(monkeypatch, "make", '{"inp": ["a"], "x": 1}')
    PlainPath("a.yaml").write_text("inp: [b]\n")
    run_driver(monkeypatch, "make", "--inp=a.yaml")
    assert called == [(["a"], 1, Colour.RED, None), (["b"], 3, Colour.RED, None)]
    assert len(session.said) == 1


def test_the_driver_lists_functions(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run_driver(monkeypatch)
    assert capsys.readouterr().out.splitlines()[-1] == "./s.py nothing '{}'"


@pytest.mark.parametrize(
    ("words", "error"),
    [(["make", "no json"], "are no JSON"), (["make", "[1]"], "must be a JSON object, not list")],
)
def test_the_driver_refuses_what_is_no_object(monkeypatch: pytest.MonkeyPatch, words: list[str], error: str) -> None:
    with pytest.raises(TypeError, match=error):
        run_driver(monkeypatch, *words)


def test_the_driver_takes_one_source_of_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run_driver(monkeypatch, "make", "{}", "--inp=a.json")
    assert "Cannot use both positional JSON and --inp." in capsys.readouterr().err
