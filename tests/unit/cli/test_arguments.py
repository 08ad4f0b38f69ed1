"""What the command line understands."""

from __future__ import annotations

import pytest

from stepup_client.cli.arguments import PROGRAMS, parse
from stepup_client.cli.failures import UsageError
from stepup_client.cli.options import (
    BuildCommand,
    ConnectCommand,
    GraphCommand,
    Look,
    PlainCommand,
    Program,
    ProgramCommand,
    StatusCommand,
    WaitCommand,
)

__all__ = ()

NOTHING: dict[str, str] = {}


def build(*arguments: str, **environ: str) -> BuildCommand:
    command = parse(["build", *arguments], environ)
    assert isinstance(command, BuildCommand)
    return command


def test_defaults_need_no_arguments() -> None:
    assert build() == BuildCommand()


def test_no_command_is_no_invocation() -> None:
    assert parse([], NOTHING) is None


@pytest.mark.parametrize("flags", [("-j", "4"), ("-j4",), ("--jobs=4",), ("-n", "4"), ("-w4",), ("-n", "-w4")])
def test_jobs_have_several_spellings(flags: tuple[str, ...]) -> None:
    assert build(*flags) == BuildCommand(jobs="4", are_jobs_given=True)


def test_jobs_keep_their_decimal_point_because_it_carries_meaning() -> None:
    assert build("-j", "1.5").jobs == "1.5"


@pytest.mark.parametrize("text", ["0", "-1", "x", "nan", "inf", "1e9"])
def test_senseless_jobs_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build(f"--jobs={text}")
    assert caught.value.code == 2
    assert "argument -j/--jobs" in capsys.readouterr().err


def test_switches_have_a_negative_form() -> None:
    command = build("-k", "--no-clean", "-e", "--no-duration", "--no-progress")
    assert command == BuildCommand(
        keep_going=True, clean=False, explain_rerun=True, duration=False, look=Look(progress=False)
    )


def test_resources_merge_over_the_environment_and_over_repeats() -> None:
    command = build("-r", "a:2,b", "-r", "b:5", STEPUP_BUILD_RESOURCES="a:9,c:3")
    assert command.resources == (("a", 2), ("b", 5), ("c", 3))


def test_a_negative_resource_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="Resource value cannot be negative: x:-1"):
        build("-r", "x:-1")


@pytest.mark.parametrize("arguments", [["a.txt", "b/", "-k"], ["-k", "a.txt", "b/"]])
def test_targets_stand_before_or_after_the_options(arguments: list[str]) -> None:
    assert build(*arguments) == BuildCommand(targets=("a.txt", "b/"), keep_going=True)


def test_watching_first_is_watching() -> None:
    assert build("-W") == BuildCommand(watch=True, watch_first=True)


@pytest.mark.parametrize("option", ["--cgroup", "--perf", "--perf=300", "--sqllog", "--yappi"])
def test_what_is_not_offered_is_refused_with_what_to_do_instead(option: str) -> None:
    with pytest.raises(UsageError, match=r"is not offered\. .*`"):
        build(option)
    assert build(option.partition("=")[0].replace("--", "--no-")) == BuildCommand()


@pytest.mark.parametrize("text", ["a:", ":2", "a:b", "a,,b"])
def test_malformed_resources_are_refused(text: str) -> None:
    with pytest.raises(SystemExit):
        build("-r", text)


def test_the_environment_gives_defaults_and_arguments_win() -> None:
    environ = {"STEPUP_BUILD_JOBS": "3", "STEPUP_BUILD_KEEP_GOING": "yes", "STEPUP_BUILD_DURATION": "0"}
    assert build(**environ) == BuildCommand(jobs="3", keep_going=True, duration=False)
    assert build("-j2", "--no-keep-going", **environ) == BuildCommand(jobs="2", are_jobs_given=True, duration=False)


def test_unknown_variables_are_ignored() -> None:
    assert build(STEPUP_BUILD_ROCKETS="1") == BuildCommand()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STEPUP_BUILD_JOBS", "many"),
        ("STEPUP_BUILD_CLEAN", "perhaps"),
        ("STEPUP_BUILD_DEFER_CAP", "-1"),
        ("STEPUP_BUILD_LOG_LEVEL", "LOUD"),
        ("STEPUP_BUILD_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        build(**{name: value})


def test_debugging_raises_the_log_level_unless_it_is_given() -> None:
    assert build(STEPUP_DEBUG="1").log_level == "debug"
    assert build("-l", "error", STEPUP_DEBUG="1").log_level == "error"


def test_boot_is_build_by_its_old_name() -> None:
    assert parse(["boot", "-j1"], NOTHING) == BuildCommand(jobs="1", are_jobs_given=True)


@pytest.mark.parametrize("program", list(Program))
def test_programs_read_their_arguments_themselves(program: Program) -> None:
    assert parse([program.value, "--help", "-x"], NOTHING) == ProgramCommand(program, ("--help", "-x"))
    assert set(PROGRAMS.values()) == set(Program)


@pytest.mark.parametrize("name", ["rebuild", "join", "drain", "shutdown"])
def test_plain_commands_take_nothing(name: str) -> None:
    assert parse([name], NOTHING) == PlainCommand(name)
    with pytest.raises(SystemExit):
        parse([name, "x"], NOTHING)


def test_commands_may_be_about_a_director_on_another_machine() -> None:
    there = ["--director", "node1:7470"]
    assert parse(["shutdown", *there], NOTHING) == PlainCommand("shutdown", "node1:7470")
    assert parse(["status", *there], NOTHING) == StatusCommand(as_json=False, director="node1:7470")
    assert parse(["wait", *there], NOTHING) == WaitCommand(director="node1:7470")


@pytest.mark.parametrize("address", ["node1", "node1:", ":7470", "ssh://node1/project"])
def test_a_director_on_another_machine_has_an_address(capsys: pytest.CaptureFixture[str], address: str) -> None:
    with pytest.raises(SystemExit):
        parse(["status", "--director", address], NOTHING)
    assert ("ssh HOST" if address.startswith("ssh") else "write HOST:PORT") in capsys.readouterr().err


def test_whoever_connects_shows_a_code_or_files() -> None:
    assert parse(["connect", "node1:7470", "CODE"], NOTHING) == ConnectCommand("node1:7470", "CODE")
    files = ["--tls-ca", "a", "--tls-cert", "b", "--tls-key", "c"]
    assert parse(["connect", "node1:7470", *files], NOTHING) == ConnectCommand("node1:7470", "", ("a", "b", "c"))
    for words in ([], files[:4], ["CODE", *files]):
        with pytest.raises(UsageError):
            parse(["connect", "node1:7470", *words], NOTHING)


def test_wait_takes_one_change_at_most() -> None:
    assert parse(["wait"], NOTHING) == WaitCommand()
    assert parse(["wait", "-u", "a.txt"], NOTHING) == WaitCommand(update="a.txt")
    assert parse(["wait", "--delete", "a.txt"], NOTHING) == WaitCommand(delete="a.txt")
    with pytest.raises(SystemExit):
        parse(["wait", "-u", "a.txt", "-d", "b.txt"], NOTHING)


def test_watching_is_asked_for_in_two_ways() -> None:
    assert build("-w").watch
    assert build("-W").watch_first
    assert parse(["build"], {"STEPUP_BUILD_WATCH": "yes"}) == BuildCommand(watch=True)


def test_status_and_graph_say_what_they_want() -> None:
    assert parse(["status"], NOTHING) == StatusCommand(as_json=False)
    assert parse(["status", "--json"], NOTHING) == StatusCommand(as_json=True)
    assert parse(["graph", "out/g"], NOTHING) == GraphCommand("out/g")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["boot", "-k"], ["build", "-k"]),
        (["-n", "-w1.2"], ["build", "-j1.2"]),
        (["-w2"], ["build", "-j2"]),
        (["build", "-n", "2", "-k"], ["build", "-j2", "-k"]),
        (["run"], ["rebuild"]),
        (["watch-update", "a"], ["wait", "--update", "a"]),
        (["watch-delete", "a"], ["wait", "--delete", "a"]),
        (["build", "-w", "-n"], ["build", "-w"]),
    ],
)
def test_old_words_are_understood(old: list[str], new: list[str]) -> None:
    assert parse(old, NOTHING) == parse(new, NOTHING)


@pytest.mark.parametrize("arguments", [["--jo", "4"], ["--watch-last"], ["-x"], ["a", "-k", "b"]])
def test_what_is_not_there_is_refused_rather_than_guessed(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        build(*arguments)
