"""Configuration files and variables: layers, mistakes, and what `stepup config` shows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from stepup_client.cli.arguments import parse
from stepup_client.cli.configuration.effective import load_configuration
from stepup_client.cli.configuration.kinds import toml_text
from stepup_client.cli.configuration.schema import SECTIONS
from stepup_client.cli.configuration.show import render_configuration
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import BuildCommand

__all__ = ()


def build(root: Path, *arguments: str, **environ: str) -> BuildCommand:
    command = parse(["build", *arguments], {"STEPUP_ROOT": str(root), "HOME": str(root / "home")} | environ)
    assert isinstance(command, BuildCommand)
    return command


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def problems(root: Path, **environ: str) -> list[str]:
    """Return what is wrong, without the first and the last line of the message."""
    with pytest.raises(UsageError) as caught:
        build(root, **environ)
    first, *listed, last = str(caught.value).splitlines()
    assert first == "Problems with the StepUp configuration:"
    assert last == "Run 'stepup config' to inspect the configuration."
    return [line.removeprefix("  ") for line in listed]


LAYERS = (
    ("home/.config/stepup.toml", "[build]\njobs = {}\n"),
    (".stepup.toml", "[build]\njobs = {}\n"),
    ("stepup.toml", "[build]\njobs = {}\n"),
    ("pyproject.toml", "[tool.other]\nx = 1\n[tool.stepup.build]\njobs = {}\n"),
    ("stepup-local.toml", "[build]\njobs = {}\n"),
)


def test_each_layer_wins_over_those_before_it(tmp_path: Path) -> None:
    for number, (name, text) in enumerate(LAYERS, start=2):
        write(tmp_path, name, text.format(number))
        assert build(tmp_path).jobs == str(number), name
    assert build(tmp_path, STEPUP_BUILD_JOBS="8").jobs == "8"
    assert build(tmp_path, "-j9", STEPUP_BUILD_JOBS="8").jobs == "9"


def test_resources_are_collected_from_all_layers(tmp_path: Path) -> None:
    write(tmp_path, "stepup.toml", "[build]\nresources = 'a:1,b:1'\n")
    write(tmp_path, "stepup-local.toml", "[build.resources]\nb = 2\nc = 2\n")
    command = build(tmp_path, "-r", "d:4", STEPUP_BUILD_RESOURCES="c:3")
    assert command.resources == (("a", 1), ("b", 2), ("c", 3), ("d", 4))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jobs = 1.5", BuildCommand(jobs="1.5")),
        ("jobs = '1.0'", BuildCommand(jobs="1.0")),
        ("keep_going = true", BuildCommand(keep_going=True)),
        ("keep_going = 'yes'", BuildCommand(keep_going=True)),
        ("clean = 'f'", BuildCommand(clean=False)),
        ("watch = true", BuildCommand(watch=True)),
        ("defer_cap = 3", BuildCommand(defer_cap=3)),
        ("log_level = 'WARNING'", BuildCommand(log_level="warning")),
        ("preload_modules = ['a', 'b.c']", BuildCommand(preload_modules=("a", "b.c"))),
        ("preload_modules = 'a, b.c'", BuildCommand(preload_modules=("a", "b.c"))),
        ("forkserver = false", BuildCommand(forkserver=False)),
        ("cgroup = false", BuildCommand()),
    ],
)
def test_values_are_written_as_toml_has_them(tmp_path: Path, text: str, expected: BuildCommand) -> None:
    write(tmp_path, "stepup.toml", f"[build]\n{text}\n")
    assert build(tmp_path) == expected


MISTAKES = """\
top = 1
jobs = 2
browse = 3
[bild]
x = 1
[build]
job = 1
jobs = true
keep_going = "maybe"
resources = "a:-1"
[clean]
commit = 1
"""


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "stepup.toml", MISTAKES)
    write(tmp_path, "pyproject.toml", "[tool.stepup.browse]\nport = 'x'\n")
    write(tmp_path, "stepup-local.toml", "[build\n")
    told = problems(tmp_path, STEPUP_BUILD_DEFER_CAP="0")
    assert told[0].startswith("./stepup-local.toml: invalid TOML syntax: ")
    assert told[1:] == [
        "./stepup.toml: unsupported key 'top' at the top level",
        "./stepup.toml: unsupported key 'jobs' at the top level (it belongs in section [build])",
        "./stepup.toml: 'browse' is configured as a value, but a section [browse] is expected",
        "./stepup.toml: unknown section [bild] (did you mean 'build'?)",
        "./stepup.toml: unsupported key 'job' in section [build] (did you mean 'jobs' or 'joblog'?)",
        "./stepup.toml: jobs in section [build]: Expected an integer or a number or a string, not a boolean.",
        "./stepup.toml: keep_going in section [build]: Cannot interpret 'maybe' as a boolean value: write yes or no.",
        "./stepup.toml: resources in section [build]: Resource value cannot be negative: a:-1",
        "./stepup.toml: commit in section [clean]: Expected a boolean or a string, not an integer.",
        "./pyproject.toml: port in section [tool.stepup.browse]: 'x' is not a whole number between 0 and 65535.",
        "$STEPUP_BUILD_DEFER_CAP: '0' is not a whole number of at least 1.",
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("stepup.toml", b"\xff", "invalid TOML syntax"),
        ("pyproject.toml", b"[tool]\nstepup = 1\n", "'tool.stepup' is configured as a value"),
        ("pyproject.toml", b"[tool.stepup]\nbuild = 1\n", "a section [tool.stepup.build] is expected"),
    ],
)
def test_files_that_cannot_be_understood(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(content)
    (told,) = problems(tmp_path)
    assert expected in told


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "stepup.toml").mkdir()
    assert problems(tmp_path) == ["./stepup.toml: cannot be read: Is a directory"]


def test_what_is_not_offered_is_refused_wherever_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "stepup.toml", "[build]\nperf = true\n")
    with pytest.raises(UsageError, match="--perf is not offered"):
        build(tmp_path)


def shown(root: Path, *, show_all: bool = False, **environ: str) -> str:
    """Return what `stepup config` prints; it is always TOML."""
    text = render_configuration(load_configuration(str(root), environ), environ, show_all=show_all)
    tomllib.loads(text)
    return text


def test_an_empty_configuration_says_so(tmp_path: Path) -> None:
    lines = shown(tmp_path).splitlines()
    assert lines[0] == "# Config files (lowest to highest priority):"
    assert lines[4] == "#   MISSING: ./stepup.toml"
    assert lines[-2] == "# No configuration found."


def test_each_value_is_shown_with_its_source(tmp_path: Path) -> None:
    write(tmp_path, "stepup.toml", "[build]\njobs = 3\nresources = 'a:1'\n[clean]\ncommit = true\n")
    text = shown(tmp_path, STEPUP_BUILD_RESOURCES="b:2", STEPUP_BUILD_KEEP_GOING="y", STEPUP_BUILD_JOB="1")
    assert text.partition("STEPUP_*\n\n")[2] == (
        "[build]\n"
        'jobs = "3"  # ./stepup.toml\n'
        "keep_going = true  # $STEPUP_BUILD_KEEP_GOING\n"
        'resources = "a:1,b:2"  # ./stepup.toml, $STEPUP_BUILD_RESOURCES\n'
        "\n"
        "[clean]\n"
        "commit = true  # ./stepup.toml\n"
        "\n"
        "# Configuration environment variables:\n"
        '#   STEPUP_BUILD_KEEP_GOING = "y"\n'
        '#   STEPUP_BUILD_RESOURCES = "b:2"\n'
        "\n"
        "# Unrecognized environment variables, without effect:\n"
        '#   STEPUP_BUILD_JOB = "1"  (did you mean STEPUP_BUILD_JOBS?)\n\n'
    )


def test_mistakes_are_shown_where_they_are(tmp_path: Path) -> None:
    write(tmp_path, "stepup.toml", MISTAKES + "'a key' = 3\n")
    write(tmp_path, "stepup-local.toml", "[build\n")
    text = shown(tmp_path, STEPUP_BUILD_DEFER_CAP="0")
    assert "FOUND:   ./stepup-local.toml  <-- ERROR: invalid TOML syntax" in text
    assert "job = 1  # ./stepup.toml  <-- ERROR: unsupported key" in text
    assert '# bild = {"x" = 1}  # ./stepup.toml  <-- ERROR: unknown section [bild]' in text
    assert '#   STEPUP_BUILD_DEFER_CAP = "0"  <-- ERROR: ' in text
    assert '"a key" = 3' in text


def test_all_options_can_be_shown_and_taken_as_a_file(tmp_path: Path) -> None:
    text = shown(tmp_path, show_all=True)
    assert "keep_going = false  # default\n" in text
    write(tmp_path, "stepup.toml", text)
    assert build(tmp_path) == BuildCommand()
    told = tomllib.loads(text)
    assert set(told) == set(SECTIONS)


@pytest.mark.parametrize("value", [True, 3, 1.5, 'a"\\\n\x7f\u2028é😀', ["a", 1], {"a b": {"c": []}}])
def test_any_value_survives_being_written(value: object) -> None:
    assert tomllib.loads(f"x = {toml_text(value)}") == {"x": value}
