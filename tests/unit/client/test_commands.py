"""The first words of a command."""

from __future__ import annotations

import pytest
from path import Path

from stepup_client.core.commands import (
    build_command,
    check_plan_program,
    fill_in_paths,
    has_path_lists,
    is_directory_plan,
    parse_command,
    quote_paths,
)
from stepup_client.errors import PathError, StepUpError

LISTS = {"inp": ["a b", "c"], "out": ["d.txt"], "vol": []}


@pytest.mark.parametrize(
    ("text", "rest", "overrides", "program"),
    [
        ("cp a b", "cp a b", {}, "cp"),
        ("./x.py a", "./x.py a", {}, "./x.py"),
        ("A=1 ./x.py", "./x.py", {"A": "1"}, "./x.py"),
        ("A=1 B='x y'  C=\"p q\" cmd 'A=2'", "cmd 'A=2'", {"A": "1", "B": "x y", "C": "p q"}, "cmd"),
        ("A= cmd", "cmd", {"A": ""}, "cmd"),
        ("A='' cmd", "cmd", {"A": ""}, "cmd"),
        ("A=b'c d'e cmd", "cmd", {"A": "bc de"}, "cmd"),
        ("'my prog' x", "'my prog' x", {}, "my prog"),
        ("env A=1 x", "env A=1 x", {}, "env"),
        ("1=2 x", "1=2 x", {}, "1=2"),
    ],
)
def test_variables_in_front_are_taken_off(text: str, rest: str, overrides: dict[str, str], program: str) -> None:
    assert parse_command(text, shell=False) == (rest, overrides, program)


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("A=1 ./x.py > out", "./x.py"),
        ("./x.py>out", "./x.py"),
        ("cat <<E\nit's\nE", "cat"),
        ("$X/y a", None),
        ("(./x.py)", None),
        ("A=1", None),
    ],
)
def test_a_shell_command_keeps_its_words(text: str, program: str | None) -> None:
    assert parse_command(text, shell=True) == (text, {}, program)


@pytest.mark.parametrize("text", ["echo 'a", 'echo "a', "echo a\\", "A='b cmd"])
def test_quotes_without_partners_are_refused(text: str) -> None:
    with pytest.raises(StepUpError, match="Cannot parse command"):
        parse_command(text, shell=False)


def test_variables_alone_are_no_command() -> None:
    with pytest.raises(StepUpError, match="runs nothing"):
        parse_command("A=1 B=2", shell=False)


@pytest.mark.parametrize(
    ("text", "program"), [("./x", "./x"), ("sub/x", "sub/x"), ("../x", "../x"), ("/bin/x", None), ("cp", None)]
)
def test_a_local_program_is_relative_and_has_a_slash(text: str, program: str | None) -> None:
    assert parse_command(text, shell=False).local_program == program


def test_a_plan_needs_a_local_program() -> None:
    check_plan_program(parse_command("A=1 ./plan.py", shell=False))
    with pytest.raises(PathError, match=r"relative path to a local executable, containing at least one slash"):
        check_plan_program(parse_command("plan.py", shell=False))


@pytest.mark.parametrize("text", ["sub/", "./", "a/b/", "sub"])
def test_a_directory_is_a_plan_of_version_1(text: str) -> None:
    assert is_directory_plan(text)


@pytest.mark.parametrize("text", ["./plan.py", "sub/plan.py", "plan.py", "python plan.py", ""])
def test_a_command_is_no_directory(text: str) -> None:
    assert not is_directory_plan(text)


def test_path_lists_of_version_1_are_filled_in() -> None:
    assert fill_in_paths("cat ${inp} > ${out}${vol}", LISTS) == "cat 'a b' c > d.txt"


@pytest.mark.parametrize("text", ["cat $inp", "echo ${HOME}", "echo"])
def test_other_commands_are_not_of_version_1(text: str) -> None:
    assert not has_path_lists(text)
    assert fill_in_paths(text, LISTS) == text


def test_a_function_gets_the_lists_that_it_names() -> None:
    def make_command(out: list[Path], *, inp: list[str]) -> str:
        return f"cp {quote_paths(inp)} {out[0].stem}"

    assert build_command(make_command, LISTS) == "cp 'a b' c d"
    assert build_command(lambda: "true", LISTS) == "true"


def test_a_path_is_a_command() -> None:
    assert build_command(Path("./x.py"), LISTS) == "./x.py"
    assert type(build_command(Path("./x.py"), LISTS)) is str


def test_a_function_with_other_parameters_is_refused() -> None:
    def positional(inp: list[str], /) -> str:
        return str(inp)

    def variadic(*inp: str) -> str:
        return str(inp)

    def unknown(foo: str) -> str:
        return foo

    for function in (positional, variadic):
        with pytest.raises(StepUpError, match="must declare its parameters by name"):
            build_command(function, LISTS)
    with pytest.raises(StepUpError, match="cannot declare a parameter 'foo'"):
        build_command(unknown, LISTS)


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "\udcff"])
def test_an_impossible_command_is_refused(text: str) -> None:
    with pytest.raises(StepUpError):
        build_command(text, LISTS)


def test_a_command_must_be_text() -> None:
    with pytest.raises(TypeError):
        build_command(lambda: 3, LISTS)  # type: ignore[arg-type,return-value] # that is the point
    with pytest.raises(TypeError):
        build_command(["cp"], LISTS)  # type: ignore[arg-type] # that is the point
