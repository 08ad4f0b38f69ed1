"""Completion scripts."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from stepup_client.cli.completion import completion_script, words_of
from stepup_client.cli.grammar import make_parser

__all__ = ()

COMPLETE = """
{script}
COMP_WORDS=({words}) COMP_CWORD={position}
_stepup
echo "${{COMPREPLY[@]}}"
"""


def complete(*words: str) -> list[str]:
    """Return what bash offers for the last word."""
    script = completion_script(make_parser(), "bash")
    code = COMPLETE.format(script=script, words=" ".join(f"'{word}'" for word in words), position=len(words) - 1)
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


def test_words_come_from_the_grammar() -> None:
    words = words_of(make_parser())
    assert "build" in words[""]
    assert "--version" in words[""]
    assert "--keep-going" in words["build"]
    assert words["worker"] == ["drain", "list"]
    assert words["completion"] == ["--help", "-h", "bash", "fish", "zsh"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="the script is for bash")
@pytest.mark.parametrize(
    ("words", "offers"),
    [
        (("stepup", "sh"), ["shutdown"]),
        (("stepup", "bui"), ["build"]),
        (("stepup", "build", "--keep"), ["--keep-going"]),
        (("/usr/bin/sb", "--no-k"), ["--no-keep-going"]),
        (("stepup", "status", "--j"), ["--json"]),
        (("stepup", "unknown", "--"), []),
    ],
)
def test_bash_offers_what_fits(words: tuple[str, ...], offers: list[str]) -> None:
    assert complete(*words) == offers


def test_fish_gets_the_words_of_each_command_in_its_own_way() -> None:
    lines = completion_script(make_parser(), "fish").splitlines()
    of_wait = next(line for line in lines if "__stepup_is wait'" in line)
    assert "--update" in of_wait
    assert of_wait.startswith("complete -c stepup ")
    assert sum(line.startswith("complete -c sb ") for line in lines) == 1


def test_zsh_is_taught_the_way_of_bash_first() -> None:
    assert "bashcompinit" in completion_script(make_parser(), "zsh")
