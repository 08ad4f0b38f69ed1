"""The arguments of `stepup`: their grammar, their help, and the values they become."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from stepup_client.cli.environment import build_default, flag_from_text, is_debugging
from stepup_client.cli.options import (
    BuildCommand,
    CompletionCommand,
    GraphCommand,
    Invocation,
    LogFormat,
    LogLevel,
    Look,
    PlainCommand,
    Program,
    ProgramCommand,
    StatusCommand,
    WaitCommand,
)

__all__ = ("PROGRAMS", "jobs_from_text", "make_parser", "parse", "resources_from_text")

PROGRAMS = {program.value: program for program in Program}
"""Commands that read their arguments themselves."""

_LOG_LEVELS: dict[str, LogLevel] = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    # A level of its own in Python's logging, which nothing of ours uses.
    "critical": "error",
}
_LOG_FORMATS: dict[str, LogFormat] = {"json": "json", "console": "console"}
_SHELLS = ("bash", "zsh")
_RESOURCE = re.compile(r"\s*([^\s:,=]+)\s*(?::\s*([0-9]+)\s*)?")
_JOBS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_JOBS_MAX = 10_000
_WORKERS_MAX = 100

_PLAIN = {
    "rebuild": "Try failed steps again, and whatever has changed.",
    "join": "Wait until no build is going on, then stop the director.",
    "drain": "Start no further steps in this build; those that run go on.",
    "shutdown": "Stop the director; again: interrupt running steps; a third time: kill them.",
}


_Value = TypeVar("_Value")


def parse(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> Invocation | None:
    """Return what the arguments ask for; None when they name no command.

    Raises
    ------
    SystemExit
        For help, for the version and for arguments that are wrong, as argparse does.
    UsageError
        For a variable of the environment that is wrong.
    """
    if argv and argv[0] in PROGRAMS:
        return ProgramCommand(PROGRAMS[argv[0]], tuple(argv[1:]))
    namespace = make_parser().parse_args(argv)
    match namespace.command:
        case None:
            return None
        case "build" | "boot":
            return _build_command(namespace, environ)
        case "status":
            return StatusCommand(namespace.json)
        case "wait":
            return WaitCommand(namespace.update, namespace.delete)
        case "graph":
            return GraphCommand(namespace.prefix)
        case "completion":
            return CompletionCommand(namespace.shell)
        case name:
            return PlainCommand(name)


def make_parser() -> argparse.ArgumentParser:
    """Return the grammar of all commands."""
    parser = argparse.ArgumentParser(
        prog="stepup",
        description="Build what plans describe: a director owns the graph of steps, workers run them.",
        epilog="Example: `stepup build -j 4` in the directory of plan.py builds with four steps at a time.",
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action=_PrintVersion, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_build(commands)
    _add_programs(commands)
    for name, text in _PLAIN.items():
        _add(commands, name, text, f"stepup {name}")
    _add_wait(commands)
    _add_status(commands)
    _add_graph(commands)
    _add_completion(commands)
    return parser


def jobs_from_text(text: str) -> str:
    """Check a number of jobs and return it as written: `4` is a count, `1.5` a multiple of the cores."""
    if _JOBS.fullmatch(text.strip()) is None:
        raise ValueError("not a number")
    if not 0 < float(text) <= _JOBS_MAX:
        raise ValueError("must be more than zero, and sensible")
    return text.strip()


def resources_from_text(text: str) -> tuple[tuple[str, int], ...]:
    """Read `name:units,name`; a name alone has one unit."""
    if not text.strip():
        return ()
    return tuple(_resource_from_text(part) for part in text.split(","))


def _resource_from_text(text: str) -> tuple[str, int]:
    match = _RESOURCE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text.strip()!r} is not of the form NAME:UNITS")
    return match[1], int(match[2] or 1)


def _add_build(commands: _Commands) -> None:
    """Add `build`, and its old name, which help does not show."""
    parser = _add(commands, "build", "Run the steps that are not up to date.", "stepup build -j 4 -k")
    _add_build_options(parser)
    boot = commands.add_parser("boot", allow_abbrev=False, description="The old name of build.")
    _add_build_options(boot)


def _add_build_options(parser: argparse.ArgumentParser) -> None:
    """Add what `build` understands; defaults come later, because they may stand in the environment."""
    add = parser.add_argument
    add(
        "-j", "--jobs", "-n",
        dest="jobs", type=_argument(jobs_from_text), metavar="N",
        help="steps at a time; with a decimal point, times the number of cores (default: 1.0)",
    )  # fmt: skip
    add(
        "--workers", type=_argument(_workers_from_text), metavar="N",
        help="how many local workers there are, each with that many steps at a time (default: 1)",
    )  # fmt: skip
    _add_switch(parser, "keep-going", "go on after a failure with all that does not depend on it", short="-k")
    _add_switch(parser, "clean", "remove outputs that nobody makes any more (default: yes)")
    add(
        "-r", "--resources",
        action="append", type=_argument(resources_from_text), metavar="NAME:N,..",
        help="capacities of named resources; may be repeated",
    )  # fmt: skip
    add(
        "--defer-cap", type=_argument(_count_from_text), metavar="N",
        help="how often a step may be deferred before it fails (default: 100)",
    )  # fmt: skip
    _add_switch(parser, "watch", "afterwards, watch the files and wait for `stepup rebuild`", short="-w")
    _add_switch(parser, "watch-first", "watch the files, and rebuild soon after a change", short="-W")
    _add_switch(parser, "explain-rerun", "say why steps run again", short="-e")
    _add_switch(parser, "duration", "start steps on the slowest path first, by measured durations (default: yes)")
    _add_switch(parser, "progress", "show what runs below the log, on a terminal (default: yes)")
    _add_switch(parser, "verbose", "show details that otherwise go to .stepup/success.log only", short="-v")
    add(
        "-l", "--log-level", type=_argument(_log_level_from_text), metavar="LEVEL",
        help=f"what goes into .stepup/*.log: {', '.join(_LOG_LEVELS)} (default: info)",
    )  # fmt: skip
    add(
        "--log-format", type=_argument(_log_format_from_text), metavar="FORMAT",
        help=f"how it is written: {', '.join(_LOG_FORMATS)} (default: json)",
    )  # fmt: skip


def _add_switch(parser: argparse.ArgumentParser, name: str, text: str, short: str | None = None) -> None:
    flags = [short] if short else []
    parser.add_argument(*flags, f"--{name}", action=argparse.BooleanOptionalAction, default=None, help=text)


def _add_programs(commands: _Commands) -> None:
    """Add the two programs for the sake of the list of commands; they never get here."""
    _add(commands, "director", "Serve a project until told to stop.", "stepup director", add_help=False)
    _add(
        commands,
        "worker",
        "Run steps for a director until told to stop.",
        "stepup worker -j 4",
        add_help=False,
    )


def _add_wait(commands: _Commands) -> None:
    parser = _add(
        commands, "wait", "Wait until no build is going on, or until a change is noticed.", "stepup wait -u source.txt"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "-u",
        "--update",
        metavar="PATH",
        help="until it is noticed, in watch mode, that PATH was written or appeared",
    )
    what.add_argument(
        "-d", "--delete", metavar="PATH", help="until it is noticed, in watch mode, that PATH disappeared"
    )


def _add_status(commands: _Commands) -> None:
    parser = _add(commands, "status", "Show counts of steps and files, and what runs where.", "stepup status --json")
    parser.add_argument("--json", action="store_true", help="for programs: every fact, names as in control.proto")


def _add_graph(commands: _Commands) -> None:
    text = "Write the graph to PREFIX.txt, PREFIX_provenance.dot and PREFIX_dependency.dot."
    parser = _add(commands, "graph", text, "stepup graph graph && dot -Tsvg graph_dependency.dot > graph.svg")
    parser.add_argument("prefix", metavar="PREFIX", help="begins the names of the files; relative to the root")


def _add_completion(commands: _Commands) -> None:
    parser = _add(
        commands,
        "completion",
        "Print a script that completes commands and options.",
        'eval "$(stepup completion bash)"',
    )
    parser.add_argument("shell", choices=_SHELLS, help="for which shell")


def _add(commands: _Commands, name: str, text: str, example: str, *, add_help: bool = True) -> argparse.ArgumentParser:
    """Add a command that teaches itself: what it does, and one example."""
    return commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"Example: {example}",
        allow_abbrev=False,
        add_help=add_help,
    )


def _build_command(namespace: argparse.Namespace, environ: Mapping[str, str]) -> BuildCommand:
    """Fill what the arguments leave open from the environment, and the rest from defaults."""
    options = _Defaults(namespace, environ)
    fallback = BuildCommand()
    return BuildCommand(
        jobs=options.get("jobs", jobs_from_text, fallback.jobs),
        are_jobs_given=namespace.jobs is not None,
        workers=options.get("workers", _workers_from_text, fallback.workers),
        keep_going=options.get("keep_going", flag_from_text, fallback.keep_going),
        clean=options.get("clean", flag_from_text, fallback.clean),
        resources=options.resources(),
        defer_cap=options.get("defer_cap", _count_from_text, fallback.defer_cap),
        watch=options.get("watch", flag_from_text, fallback.watch),
        watch_first=options.get("watch_first", flag_from_text, fallback.watch_first),
        explain_rerun=options.get("explain_rerun", flag_from_text, fallback.explain_rerun),
        duration=options.get("duration", flag_from_text, fallback.duration),
        look=Look(
            progress=options.get("progress", flag_from_text, fallback.look.progress),
            verbose=options.get("verbose", flag_from_text, fallback.look.verbose),
        ),
        log_level=options.get(
            "log_level", _log_level_from_text, "debug" if is_debugging(environ) else fallback.log_level
        ),
        log_format=options.get("log_format", _log_format_from_text, fallback.log_format),
        is_boot=namespace.command == "boot",
    )


class _Defaults:
    """Options, where the command line is silent, from the environment."""

    def __init__(self, namespace: argparse.Namespace, environ: Mapping[str, str]) -> None:
        self._namespace = namespace
        self._environ = environ

    def get(self, key: str, read: Callable[[str], _Value], fallback: _Value) -> _Value:
        """Return one option: from the arguments, else from the environment, else the fallback."""
        given: _Value | None = getattr(self._namespace, key)
        return build_default(key, read, fallback, self._environ) if given is None else given

    def resources(self) -> tuple[tuple[str, int], ...]:
        """Merge all that was said, by name; later words win, and arguments win over the environment."""
        fallback = BuildCommand().resources
        merged = dict(build_default("resources", resources_from_text, fallback, self._environ))
        for given in self._namespace.resources or ():
            merged.update(given)
        return tuple(sorted(merged.items()))


class _Commands(Protocol):
    """What argparse returns for adding commands; its own type has no public name."""

    def add_parser(self, name: str, **settings: Any) -> argparse.ArgumentParser: ...  # noqa: ANN401 - argparse's own


class _PrintVersion(argparse.Action):
    """Print the version; looked up only when asked for, because that takes time."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("stepup-grpc")
        except PackageNotFoundError:
            number = "(not installed)"
        print(f"stepup {number}")
        parser.exit()


def _argument(read: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """Let argparse show what a reader's ValueError says."""

    def read_argument(text: str) -> _Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error

    return read_argument


def _count_from_text(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError("not a count")
    return int(text)


def _workers_from_text(text: str) -> int:
    if not 0 < _count_from_text(text) <= _WORKERS_MAX:
        raise ValueError(f"not between 1 and {_WORKERS_MAX}")
    return int(text)


def _log_level_from_text(text: str) -> LogLevel:
    level = _LOG_LEVELS.get(text.lower())
    if level is None:
        raise ValueError(f"not one of {', '.join(_LOG_LEVELS)}")
    return level


def _log_format_from_text(text: str) -> LogFormat:
    log_format = _LOG_FORMATS.get(text)
    if log_format is None:
        raise ValueError(f"not one of {', '.join(_LOG_FORMATS)}")
    return log_format
