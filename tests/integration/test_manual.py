"""The manual tells the truth: its examples are run, and its pages show the files and the output as they are."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.manual import DOCS, FILE, files_beside, find_pages, rewritten, sessions_of, type_sessions
from tests.support.project_folder import Folder

if TYPE_CHECKING:
    from tests.conftest import RunStepUp

FIRST_EXAMPLE = DOCS / "getting_started/distributed_plans/README.md"
OUTPUT = re.compile(
    r"^<!-- output of: (?P<command>.+) -->\n```\w*\n(?P<text>(?s:.*?))^```\n<!-- end of output -->$",
    re.MULTILINE,
)
RANDOM = re.compile(r"/tmp/stepup-\w{8}(?=/)")
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")

PAGES = [pytest.param(page, id=str(page.relative_to(DOCS))) for page in find_pages()]
ALL = [pytest.param(page, id=str(page.relative_to(DOCS))) for page in sorted(DOCS.rglob("*.md"))]


def test_the_first_example_prints_every_line_that_the_manual_shows(tmp_path: Path, run_stepup: RunStepUp) -> None:
    project = copy_of_example(FIRST_EXAMPLE, tmp_path / "project")
    shown = OUTPUT.search(FIRST_EXAMPLE.read_text())
    assert shown is not None
    program, *words = shlex.split(shown["command"])
    assert program == "stepup"
    result = run_stepup(project, *words)
    assert RANDOM.sub("/tmp/stepup-########", result.stdout) == shown["text"]
    assert (result.stderr, result.returncode) == ("", 0)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_exactly_the_files_beside_it(page: Path) -> None:
    shown = {match["name"]: match["text"] for match in FILE.finditer(page.read_text())}
    assert shown == files_beside(page)


@pytest.mark.parametrize("page", PAGES)
def test_whoever_types_what_a_page_shows_sees_what_it_shows(
    page: Path, folder: Folder, request: pytest.FixtureRequest
) -> None:
    project = copy_of_example(page, folder.around / "project")
    sessions = sessions_of(page)
    typed = type_sessions(sessions, project, folder.environment({}))
    if request.config.getoption("--rewrite"):
        page.write_text(rewritten(page.read_text(), typed))
        return
    assert "".join(map(str, typed)) == "".join(map(str, sessions))


@pytest.mark.parametrize("page", ALL)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text())]
    files = [target for target in targets if "://" not in target]
    assert not [target for target in files if not (page.parent / target).exists()]


def copy_of_example(page: Path, place: Path) -> Path:
    """Copy the files beside a page."""
    return Path(shutil.copytree(page.parent, place, ignore=shutil.ignore_patterns("*.md", ".stepup")))
