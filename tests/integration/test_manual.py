"""The manual tells the truth: its examples are run, and its pages show the files and the output as they are.

A page shows a file as a line `File NAME` (the name in backquotes) followed by a fenced block,
and the output of a command between the comments `<!-- output of: COMMAND -->` and `<!-- end of output -->`.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.conftest import RunStepUp

DOCS = Path(__file__).parents[2] / "docs"
FILE = re.compile(r"^File `(?P<name>[^`]+)`.*\n\n```\w*\n(?P<text>(?s:.*?))^```$", re.MULTILINE)
OUTPUT = re.compile(
    r"^<!-- output of: (?P<command>.+) -->\n```\w*\n(?P<text>(?s:.*?))^```\n<!-- end of output -->$",
    re.MULTILINE,
)
RANDOM = re.compile(r"/tmp/stepup-\w{8}(?=/)")


class Example(NamedTuple):
    """What a page shows of one run."""

    command: str
    output: str


def example_pages() -> list[Path]:
    """Return the pages that show the output of a command."""
    return sorted(page for page in DOCS.rglob("README.md") if OUTPUT.search(page.read_text()))


def page_name(page: Path) -> str:
    """Return the name under which a page is reported."""
    return str(page.parent.relative_to(DOCS))


def test_the_manual_has_examples() -> None:
    assert example_pages()


@pytest.mark.parametrize("page", example_pages(), ids=page_name)
def test_a_page_shows_exactly_the_files_beside_it(page: Path) -> None:
    shown = {match["name"]: match["text"] for match in FILE.finditer(page.read_text())}
    there = {
        str(path.relative_to(page.parent)): path.read_text()
        for path in page.parent.rglob("*")
        if path.is_file() and path != page and ".stepup" not in path.parts
    }
    assert shown == there


@pytest.mark.parametrize("page", example_pages(), ids=page_name)
def test_a_page_shows_the_output_of_its_example(page: Path, tmp_path: Path, run_stepup: RunStepUp) -> None:
    project = tmp_path / "project"
    shutil.copytree(page.parent, project, ignore=shutil.ignore_patterns("README.md", ".stepup"))
    for example in examples_of(page):
        program, *words = shlex.split(example.command)
        assert program == "stepup"
        result = run_stepup(project, *words)
        assert RANDOM.sub("/tmp/stepup-########", result.stdout) == example.output
        assert (result.stderr, result.returncode) == ("", 0)


def examples_of(page: Path) -> list[Example]:
    """Return the commands of a page with their output, in order."""
    return [Example(match["command"], match["text"]) for match in OUTPUT.finditer(page.read_text())]
