"""What people are told about commands and files."""

from __future__ import annotations

import subprocess

import pytest

from stepup_server.core.phrases import list_page, one_line


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("plain 'words'", "plain 'words'"),
        ("a\nb", r"a$'\n'b"),
        ("echo 'a\nb'", r"echo 'a'$'\n''b'"),
        ('echo "a\tb"', r"""echo "a"$'\t'"b" """.rstrip()),
        ("echo \"it's\n\" '\"\n'", r"""echo "it's"$'\n'"" '"'$'\n'''"""),
        ('"\\"\n"', r'''"\""$'\n'""'''),
        ("\x1b[31m\x01", r"$'\e'[31m$'\x01'"),
    ],
)
def test_a_command_with_control_characters_is_told_on_one_line(command: str, line: str) -> None:
    assert one_line(command) == line


def test_the_line_means_the_same_to_a_shell() -> None:
    command = "printf '%s|' 'a\nb' \"c\td\\\"\" e"
    ran = [
        subprocess.run(["bash", "-c", text], capture_output=True, check=True) for text in (command, one_line(command))
    ]
    assert ran[0].stdout == ran[1].stdout


def test_long_lists_are_cut_with_a_count() -> None:
    assert list_page("T", [str(number) for number in range(22)]).text.splitlines()[-2:] == ["19", "... and 2 more"]
