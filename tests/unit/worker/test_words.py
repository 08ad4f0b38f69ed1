"""How a command becomes what is executed."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepup_worker.core.words import ByShell, Direct, Malformed, plan_execution, split_words


@given(st.text(alphabet=" ab'\"\\\n\t\r\x0bé$#", max_size=12))
def test_words_are_those_of_shlex(text: str) -> None:
    try:
        expected = tuple(shlex.split(text))
    except ValueError:
        with pytest.raises(ValueError, match=r"no closing|backslash"):
            split_words(text)
        return
    assert split_words(text) == expected


def test_a_long_word_is_no_trouble() -> None:
    word = "x y" * 20_000
    assert split_words(f"echo '{word}'") == ("echo", word)


@pytest.mark.parametrize("command", ["cp a b", "  /usr/bin/env A=1 b", "./x.py --all=yes", "cat ../part-1.txt"])
def test_plain_commands_need_no_shell(command: str) -> None:
    assert plan_execution(command, shell=True) == Direct(tuple(command.split()))


@pytest.mark.parametrize(
    "command",
    ["cat a > b", "A=1 b", "echo a", "cd sub", "if x", "ls *", "a; b", "echo $HOME", "a # b", "a\nb", "", "é"],
)
def test_what_means_something_to_a_shell_goes_there(command: str) -> None:
    assert plan_execution(command, shell=True) == ByShell(command)


@pytest.mark.parametrize("command", ["", "  ", "echo 'a", "echo \\", "a\0b"])
def test_malformed_commands_are_explained(command: str) -> None:
    assert isinstance(plan_execution(command, shell=False), Malformed)


def test_without_a_shell_nothing_is_expanded() -> None:
    assert plan_execution("echo $HOME * > b", shell=False) == Direct(("echo", "$HOME", "*", ">", "b"))
