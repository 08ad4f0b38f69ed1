"""The README tells the truth: its files and its output are those of a real build, its commands are all there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stepup_client.cli.grammar import make_parser
from tests.support.project_folder import Folder

README = (Path(__file__).parents[2] / "README.md").read_text()
PLAN = re.compile(r"<!-- file: plan.py -->\n```python\n((?s:.*?))```")
OUTPUT = re.compile(r"<!-- output of: (?P<command>.+) -->\n```console\n\$ (?P=command)\n(?P<text>(?s:.*?))```")
RANDOM = re.compile(r"(?<=/tmp/stepup-)\w{8}")
COMMAND = re.compile(r"`stepup ([a-z]+)|^\$ stepup ([a-z]+)", re.MULTILINE)


@pytest.fixture(name="project")
def project_of_readme(folder: Folder) -> Folder:
    """Return the example of the README."""
    plan = PLAN.search(README)
    assert plan is not None
    folder.write("plan.py", plan[1], 0o755)
    folder.write("greeting.txt", "Dear\n")
    folder.write("name.txt", "reader\n")
    return folder


def test_the_example_prints_what_the_readme_shows(project: Folder) -> None:
    shown = OUTPUT.search(README)
    assert shown is not None
    _stepup, *words = shown["command"].split()
    assert RANDOM.sub("########", project.run(*words).checked().output) == shown["text"]
    assert project.read("outbox/letter.txt") == "Dear\nreader\n"


def test_the_example_is_rebuilt_as_the_readme_says(project: Folder) -> None:
    project.build()
    assert project.build().executed == []
    project.write("name.txt", "friend\n")
    assert len(project.build().executed) == 2
    project.write("plan.py", "".join(project.read("plan.py").splitlines(keepends=True)[:-1]), 0o755)
    project.build()
    assert (project.has("letter.txt"), project.has("outbox")) == (True, False)


def test_options_have_variables_for_their_defaults(project: Folder) -> None:
    project.run("build", STEPUP_BUILD_JOBS="4", STEPUP_BUILD_KEEP_GOING="yes").checked()
    assert project.status()["return_code"] == 0
    ended = project.run("build", STEPUP_BUILD_JOBS="many")
    assert ended.code == 1
    assert "$STEPUP_BUILD_JOBS: 'many' is not a number" in ended.errors


def test_every_command_that_is_named_exists() -> None:
    named = {first or second for first, second in COMMAND.findall(README)}
    known = set(re.findall(r"^    ([a-z]+) ", make_parser().format_help(), re.MULTILINE))
    assert named
    assert named <= known
