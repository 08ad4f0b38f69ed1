"""Running the examples, and making what they write comparable."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ("EXAMPLES", "PREFIX", "ExampleRun", "comparable", "expected_names", "find_examples", "prepare", "run_script")

EXAMPLES = Path(__file__).parents[1] / "integration" / "examples"
"""Each folder below it is an example."""

PREFIX = "expected_"
SECONDS_MAX = 100

_PAGE = re.compile(r"^─+ (?P<title>.+) ─+$")
_RULE = re.compile(r"^─+$")
_OF_PROGRAMS = re.compile(r"^(?:DIRECTOR|WORKFLOW| STARTUP) │ ")
_DIGEST = re.compile(r"^ +(?:\w*digest|explained) = ")


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """How the script of an example has ended."""

    code: int
    """Its exit code."""
    said: str
    """What it wrote to the terminal."""


def find_examples() -> list[Path]:
    """Return the folders of all examples, sorted."""
    return sorted(script.parent for script in EXAMPLES.glob("*/main.sh"))


def prepare(example: Path, around: Path) -> Path:
    """Copy an example into a fresh directory and return where it is."""
    place = around / example.name
    shutil.copytree(
        example,
        place,
        ignore=shutil.ignore_patterns(f"{PREFIX}*", "stepup4.md", "one_slot.md", ".stepup", "__pycache__"),
    )
    shutil.copy(EXAMPLES / "examples.sh", around)
    return place


def run_script(place: Path, environment: Mapping[str, str]) -> ExampleRun:
    """Run the script of an example to its end."""
    process = subprocess.run(
        ["bash", "./main.sh"],
        cwd=place,
        env={**environment, "COLUMNS": "80", "STEPUP_BUILD_DURATION": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=SECONDS_MAX,
        check=False,
    )
    return ExampleRun(process.returncode, process.stdout)


def expected_names(example: Path) -> list[str]:
    """Return the names of the files that an example writes and that are compared."""
    return sorted(path.name.removeprefix(PREFIX) for path in example.glob(f"{PREFIX}*"))


def comparable(path: Path) -> str:
    """Return the text of a file without what differs between two runs; a word when it is not there."""
    if not path.exists():
        return "(absent)\n"
    place = path.parent.resolve()
    text = path.read_text(errors="replace").replace(str(place), "${PWD}").replace(str(place.parent), "${CASE}")
    lines = _without_digests(text) if _is_graph(text) else _without_programs(text)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _is_graph(text: str) -> bool:
    """Tell whether a text is what `stepup graph` writes."""
    return text.startswith("root:\n")


def _without_digests(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if not _DIGEST.match(line))


def _without_programs(text: str) -> Iterator[str]:
    """Leave out what director and workers say about themselves, and what steps write to standard error."""
    is_hidden = False
    for line in text.splitlines():
        page = _PAGE.match(line)
        if page is not None or _RULE.match(line):
            is_hidden = page is not None and page["title"] == "Standard error"
            yield line
            if is_hidden:
                yield "(stripped)"
        elif not is_hidden and not _OF_PROGRAMS.match(line):
            yield line
