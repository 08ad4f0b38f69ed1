"""What tests of all kinds share: the product as a user starts it."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.counts import Counts, numbers_of, write_counts
from tests.support.project_folder import PROGRAMS, Folder, plain_environment, project_below

__all__ = (
    "RunStepUp",
    "project_folder",
    "pytest_addoption",
    "pytest_itemcollected",
    "pytest_terminal_summary",
    "run_stepup",
    "what_counts",
)

SECONDS_MAX = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that write what really happens."""
    parser.addoption("--rewrite", action="store_true", help="write what happens into the expected files; read the diff")
    parser.addoption("--counts", metavar="FILE", help="write what the tests have counted, as JSON")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k R-08` find what the first lines of modules and tests say that they are about."""
    item.extra_keyword_matches.update(numbers_of(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Generator[None]:
    """Tell what was counted, below everything else."""
    yield
    write_counts(terminalreporter, config.getoption("--counts"))


@pytest.fixture(name="counts")
def what_counts(request: pytest.FixtureRequest) -> Counts:
    """Return what takes the counts of this test."""
    return Counts(request)


@pytest.fixture(name="folder")
def project_folder(tmp_path: Path) -> Generator[Folder]:
    """Return an empty project; in the end, nothing that was started in it may be left."""
    with project_below(tmp_path) as folder:
        yield folder


class RunStepUp(Protocol):
    """Starts `stepup` and waits for its end."""

    def __call__(self, folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `stepup WORDS` in a folder with further variables set; return its output and exit code."""
        ...


@pytest.fixture(name="run_stepup")
def run_stepup() -> RunStepUp:
    """Return a function that runs `stepup` as a user does whose terminal is a file."""

    def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAMS / "stepup"), *words],
            cwd=folder,
            env=plain_environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )

    return run
