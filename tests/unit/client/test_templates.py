"""Templates: the steps that fill them in, and what these run."""

from __future__ import annotations

import re
from pathlib import Path as PlainPath
from typing import Any

import pytest

from stepup_client.api import Need, render_jinja
from stepup_client.errors import PathError, StepUpError
from stepup_client.rendering import main, render_jinja_file, render_jinja_str
from tests.unit.client.builders import a_step
from tests.unit.client.recording import RecordingSession

EMPTY: dict[str, int] = {}

# the step


def test_a_template_is_filled_in_by_a_program(session: RecordingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A", "x")
    render_jinja("t.txt", "v.json", {"a": 1}, "$A.yaml", {"b": [2]}, "out/")
    assert session.statement == a_step(
        'sc-render-jinja t.txt v.json x.yaml out/t.txt --json=\'{"a": 1, "b": [2]}\'',
        inputs=["t.txt", "v.json", "x.yaml"],
        outputs=["out/t.txt"],
    )


def test_mode_and_destination_may_be_named(session: RecordingSession) -> None:
    render_jinja("t.tex", "v.json", dest="o.tex", mode="latex", optional=True)
    assert session.statement == a_step(
        "sc-render-jinja t.tex v.json o.tex --mode=latex",
        inputs=["t.tex", "v.json"],
        outputs=["o.tex"],
        need=Need.OPTIONAL,
    )


@pytest.mark.parametrize(
    ("args", "mode", "error"),
    [
        (["t", "o"], "auto", TypeError),
        ([{"a": 1}, "t", "o"], "auto", TypeError),
        (["t", "v.json", {"a": 1}], "auto", TypeError),
        (["t", {"a": object()}, "o"], "auto", TypeError),
        (["t", EMPTY, "o"], "auto", StepUpError),
        (["t", "v.json", "o"], "foo", StepUpError),
        (["t", "v.json", "./t"], "auto", PathError),
    ],
)
def test_wrong_arguments_are_refused(
    session: RecordingSession, args: list[Any], mode: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        render_jinja(*args, mode=mode)
    assert session.said == []


# the program


def test_plain_templates_have_the_delimiters_of_jinja() -> None:
    source = "{% if x %}\n{{ x }} <b>\n{% endif %}\n{# gone #}end\n"
    assert render_jinja_str(source, {"x": "<"}) == "< <b>\nend\n"


def test_latex_templates_have_others() -> None:
    source = "%== for i in l\n<< i >> <# gone #>{{ i }}\n%== endfor\n<% if l %>\nend<% endif %>"
    assert render_jinja_str(source, {"l": [1, 2]}, latex=True) == "1 {{ i }}\n2 {{ i }}\nend"


def test_a_file_is_a_template(tmp_path: PlainPath) -> None:
    (tmp_path / "t.txt").write_text("{{ a }}")
    assert render_jinja_file(tmp_path / "t.txt", {"a": 1}) == "1"


@pytest.fixture
def place(tmp_path: PlainPath, monkeypatch: pytest.MonkeyPatch) -> PlainPath:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.txt").write_text("{{ a }} {{ b }}\n")
    (tmp_path / "t.txt").chmod(0o750)
    (tmp_path / "v.json").write_text('{"a": 1, "b": 2}')
    return tmp_path


def test_the_program_merges_variables_and_keeps_permissions(place: PlainPath) -> None:
    main(["t.txt", "v.json", "o.txt", "--json", '{"b": 3}'])
    assert (place / "o.txt").read_text() == "1 3\n"
    assert (place / "o.txt").stat().st_mode & 0o777 == 0o750


def test_paths_in_variables_are_relative_to_the_destination(place: PlainPath) -> None:
    (place / "sub").mkdir()
    (place / "sub/v.py").write_text("from path import Path\na = Path('x')\nb = 0\n")
    main(["t.txt", "sub/v.py", "o.txt"])
    assert (place / "o.txt").read_text() == "sub/x 0\n"


def test_the_extension_decides_about_the_delimiters(place: PlainPath) -> None:
    (place / "t.tex").write_text("<< a >>{{ a }}")
    main(["t.tex", "v.json", "o1"])
    main(["t.tex", "v.json", "o2", "--mode=plain"])
    assert [(place / name).read_text() for name in ("o1", "o2")] == ["1{{ a }}", "<< a >>1"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("\n{{ c }}", "t.txt:2: 'c' is undefined"),
        ("\n\n{% b %}", "t.txt:3: Encountered unknown tag 'b'."),
        ("\n{{ 1 / 0 }}", "t.txt:2: ZeroDivisionError: division by zero"),
    ],
)
def test_a_mistake_in_a_template_is_named_with_its_line(
    place: PlainPath, capsys: pytest.CaptureFixture[str], template: str, said: str
) -> None:
    (place / "t.txt").write_text(template)
    with pytest.raises(SystemExit):
        main(["t.txt", "v.json", "o.txt"])
    assert capsys.readouterr().err == f"ERROR: {said}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["t.txt", "o.txt", "--json=x"], "--json: Expecting value"),
        (["t.txt", "o.txt", "--json=[1]"], "--json must be an object, not list"),
        (["gone.txt", "v.json", "o.txt"], r"No such file or directory: 'gone\.txt'"),
        (["t.txt", "v.ini", "o.txt"], "unsupported variable file format"),
    ],
)
def test_other_mistakes_are_one_line(
    place: PlainPath, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    errors = capsys.readouterr().err
    assert re.search(rf"^ERROR: .*{said}.*\n$", errors)
    assert not (place / "o.txt").exists()
