"""What lies in deploy/ fits the programs: every command line is understood, every copied folder is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepup_client.cli.grammar import make_parser as client_parser
from stepup_client.cli.trust import TRUST_COMMANDS
from stepup_client.cli.trust import make_parser as trust_parser
from stepup_server.settings import make_parser as director_parser
from stepup_worker.settings import settings_from_arguments as read_worker

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*/*.service"))
PAGES = sorted(DEPLOY.glob("*/README.md"))
STANDS_FOR = {
    "%f": ".",
    "%h": "/them",
    "%i": "one",
    "%C": "/cache",
    "%t": "/run",
    "${STEPUP_JOBS}": "1.0",
    "${STEPUP_DIRECTOR}": "127.0.0.1:7470",
    "$LISTEN": "--listen 127.0.0.1:7470",
    '"$PWD"': "/project",
}
PROGRAMS = {"director", "worker", "build", "shutdown"}


def filled_in(line: str) -> list[str]:
    """Return the words of a command line, with something sensible for what is settled elsewhere."""
    for name, value in STANDS_FOR.items():
        line = line.replace(name, value)
    return shlex.split(line, comments=True)


def commands_of_unit(unit: Path) -> Iterator[list[str]]:
    for line in unit.read_text().splitlines():
        name, _, value = line.partition("=")
        if name in {"ExecStart", "ExecStop"}:
            yield filled_in(value)


def commands_of_page(page: Path) -> Iterator[list[str]]:
    """Yield what follows the word `stepup` on the lines of shell blocks, up to the end of the command."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            words = filled_in(line)
            places = [place for place, word in enumerate(words) if word.rpartition("/")[2] == "stepup"]
            for place in places[-1:]:
                following = words[place:]
                if len(following) > 1 and following[1] in PROGRAMS:
                    yield following


def check(words: list[str]) -> None:
    program, *arguments = words
    assert program.rpartition("/")[2] == "stepup"
    if arguments[0] == "worker":
        read_worker(arguments[1:])
    elif arguments[0] != "director":
        client_parser().parse_args(arguments)
    elif arguments[1:2] and arguments[1] in TRUST_COMMANDS:
        trust_parser().parse_args(arguments[1:])
    else:
        director_parser().parse_args(arguments[1:])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: f"{unit.parent.name}/{unit.name}")
def test_the_programs_understand_the_command_lines_of_units(unit: Path) -> None:
    commands = list(commands_of_unit(unit))
    assert commands
    for words in commands:
        check(words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_programs_understand_the_command_lines_of_pages(page: Path) -> None:
    commands = list(commands_of_page(page))
    assert commands
    for words in commands:
        check(words)


def test_what_the_image_copies_is_there() -> None:
    lines = (DEPLOY / "container/Containerfile").read_text().splitlines()
    copies = [line.split() for line in lines if line.startswith("COPY ") and "--from" not in line]
    copied = [name for words in copies for name in words[1:-1]]
    assert copied
    assert [name for name in copied if not (DEPLOY.parent / name).exists()] == []


def test_every_folder_is_named_on_the_page_above() -> None:
    named = set(re.findall(r"`(\w+)/`", (DEPLOY / "README.md").read_text()))
    assert named == {folder.name for folder in DEPLOY.iterdir() if folder.is_dir()}
