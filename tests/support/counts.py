"""What long tests have counted: one line for each, told again at the end of the run, and as JSON for programs.

`R-01: 100 kills, 200 steps, 200 starts`: what reads these lines compares them with those of other tools.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import pytest

__all__ = ("Counts", "line_of", "number_from", "numbers_of", "write_counts")

PROPERTY = "counts"
"""Under this name counts travel with the reports, also from the processes of pytest-xdist."""

_NUMBER = re.compile(r"\b[RS]-\d\d\b")
_RANGE = re.compile(r"\b([RS])-(\d\d) to [RS]-(\d\d)\b")

Facts: TypeAlias = "dict[str, int | float | str]"


class Counts:
    """Takes what one test has counted."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def tell(self, test: str, **facts: float | str) -> None:
        """Note what was counted under the number of a test: `counts.tell("R-01", kills=100, steps=200)`."""
        told: Facts = {"test": test, **facts}
        self._request.node.user_properties.append((PROPERTY, json.dumps(told)))
        print(line_of(told))


def line_of(facts: Facts) -> str:
    """Return counts as people read them."""
    rest = ", ".join(f"{_shown(value)} {name.replace('_', ' ')}" for name, value in facts.items() if name != "test")
    return f"{facts['test']}: {rest}"


def _shown(value: float | str) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def number_from(name: str, default: int) -> int:
    """Return a number from the environment, with which long tests are made longer or shorter."""
    return int(os.environ.get(name, default))


def numbers_of(item: pytest.Item) -> list[str]:
    """Return the numbers, such as `R-08`, in the first lines of what is said about a test and its module."""
    said = [getattr(getattr(item, kind, None), "__doc__", None) for kind in ("module", "function")]
    return [number for text in said if text for number in _numbers_in(text.splitlines()[0])]


def _numbers_in(line: str) -> list[str]:
    """Return all numbers in a line, and those between: `S-01 to S-05`."""
    between = [
        f"{letter}-{number:02}"
        for letter, first, last in _RANGE.findall(line)
        for number in range(int(first), int(last) + 1)
    ]
    return [*between, *_NUMBER.findall(line)]


def write_counts(reporter: pytest.TerminalReporter, path: str | None) -> None:
    """Tell all counts at the end of a run, in the order of the tests' numbers, and write them to a file.

    What was skipped is told below them, as a number that nobody has counted is none.
    """
    reports = [report for group in reporter.stats.values() for report in group if isinstance(report, pytest.TestReport)]
    all_facts = sorted(_facts_in(reports), key=lambda facts: str(facts["test"]))
    if all_facts:
        reporter.write_sep("=", "counts")
        for facts in all_facts:
            reporter.write_line(line_of(facts))
        _write_skipped(reporter, reports)
    if path is not None:
        Path(path).write_text(json.dumps(all_facts, indent=1) + "\n")


def _facts_in(reports: Iterable[pytest.TestReport]) -> list[Facts]:
    return [
        json.loads(value)
        for report in reports
        if report.when == "teardown"
        for name, value in report.user_properties
        if name == PROPERTY and isinstance(value, str)
    ]


def _write_skipped(reporter: pytest.TerminalReporter, reports: Iterable[pytest.TestReport]) -> None:
    """Tell which tests were skipped, and why."""
    skipped: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        if report.skipped and isinstance(report.longrepr, tuple):
            skipped[report.longrepr[2].removeprefix("Skipped: ")].append(report.nodeid)
    reporter.write_sep("=", "not counted, as these tests were skipped" if skipped else "nothing was skipped")
    for reason, names in sorted(skipped.items()):
        reporter.write_line(f"{reason}:")
        for name in sorted(names):
            reporter.write_line(f"    {name}")
