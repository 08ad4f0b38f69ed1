"""What long tests have counted: one line for each, told again at the end of the run, and as JSON for programs.

`R-01: 100 kills, 200 steps, 200 starts`: what reads these lines compares them with those of other tools.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypeAlias

import pytest

__all__ = ("Counts", "line_of", "number_from", "write_counts")

PROPERTY = "counts"
"""Under this name counts travel with the reports, also from the processes of pytest-xdist."""

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


def write_counts(reporter: pytest.TerminalReporter, path: str | None) -> None:
    """Tell all counts at the end of a run, in the order of the tests' numbers, and write them to a file."""
    reports = [report for group in reporter.stats.values() for report in group]
    all_facts: list[Facts] = [
        json.loads(value)
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "teardown"
        for name, value in report.user_properties
        if name == PROPERTY and isinstance(value, str)
    ]
    all_facts.sort(key=lambda facts: str(facts["test"]))
    if all_facts:
        reporter.write_sep("=", "counts")
    for facts in all_facts:
        reporter.write_line(line_of(facts))
    if path is not None:
        Path(path).write_text(json.dumps(all_facts, indent=1) + "\n")
