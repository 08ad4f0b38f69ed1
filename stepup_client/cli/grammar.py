"""The grammar of the arguments of `stepup`, and the help that comes with it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from stepup_client.cli.configuration import kinds
from stepup_client.cli.configuration.schema import SECTIONS, AnyOption, Group, Section
from stepup_client.cli.options import Program

__all__ = (
    "PLAIN",
    "SHELLS",
    "SITE_FILES",
    "WORKER_COMMANDS",
    "add_director",
    "director_address",
    "given_options",
    "make_parser",
    "make_workers_parser",
)

_Value = TypeVar("_Value")

SHELLS = ("bash", "zsh", "fish")
PLAIN = {
    "rebuild": "Try failed steps again, and whatever has changed.",
    "join": "Wait until no build is going on, then stop the director.",
    "drain": "Start no further steps in this build; those that run go on.",
    "shutdown": "Stop the director; again: interrupt running steps; a third time: kill them.",
}
"""Commands without options, and what they do."""

_EXIT_CODES = """\
exit code, a sum of: 1 something went wrong outside of the steps, 2 interrupted, 4 a step failed,
  8 a warning that may matter, 16 steps remained pending, 32 the build stopped early"""
_LAYERS = """\
Every option has a variable, such as STEPUP_BUILD_KEEP_GOING=yes, and a key in stepup.toml, such as
  [build]
  keep_going = true
`stepup config` shows what holds, and where it comes from."""


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
    for add in (
        _add_build,
        _add_attach,
        _add_connect,
        _add_programs,
        _add_wait,
        _add_plain,
        _add_status,
        _add_why,
        _add_logs,
        _add_cancel,
        _add_browse,
        _add_graph,
        _add_config,
    ):
        add(commands)
    _add_clean(commands)
    _add_completion(commands)
    return parser


WORKER_COMMANDS = ("drain", "list")
"""What can be said about workers; anything else behind `stepup worker` is for the program itself."""


def make_workers_parser() -> argparse.ArgumentParser:
    """Return the grammar of the commands about workers."""
    parser = argparse.ArgumentParser(prog="stepup worker", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    text = "Show the workers: what they offer, what they hold, and when they were last heard of."
    listing = _add(commands, "list", text, "Example: stepup worker list --json")
    listing.add_argument("--json", action="store_true", help="for programs: every fact, names as in control.proto")
    add_director(listing)
    text = "Let workers leave: they get nothing more, give back what has not begun, and end when the rest has."
    drain = _add(commands, "drain", text, "Example: stepup worker drain node7-4711 --wait")
    drain.add_argument("workers", nargs="+", metavar="WORKER", help="names or numbers, as `list` shows them, or `all`")
    drain.add_argument("--wait", action="store_true", help="return when they have left")
    add_director(drain)
    return parser


def given_options(namespace: argparse.Namespace, section: Section) -> dict[str, list[object]]:
    """Return the options that stand on the command line, by key, in the order in which they stand there."""
    given: dict[str, list[object]] = {}
    for key, option in section.options.items():
        value: Any = getattr(namespace, key, None)
        if value is not None:
            given[key] = value if _is_repeatable(option) else [value]
    return given


def _add_build(commands: _Commands) -> None:
    parser = _add(
        commands,
        "build",
        "Run the steps that are not up to date.",
        f"Example: stepup build -j 4 -k\n\n{_EXIT_CODES}\n\n{_LAYERS}",
        usage="stepup build [OPTION]... [TARGET]...",
    )
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="build only what these files and directories (with a slash at the end) need, optional steps included",
    )
    _add_options(parser, SECTIONS["build"])


def _add_attach(commands: _Commands) -> None:
    text = "Show a build that goes on, from its beginning to its end, and return its exit code."
    keys = "Ctrl-C stops the build, as if it had been begun here; the key `b` leaves it in the background."
    parser = _add(commands, "attach", text, f"{keys}\nExample: stepup build --detach && stepup attach")
    parser.add_argument("-v", "--verbose", action="store_true", help="show details, too")
    add_director(parser)


def _add_connect(commands: _Commands) -> None:
    text = "Let this machine look on, or operate, from afar: paste the line of `stepup director invite --role viewer`."
    epilog = "Afterwards: stepup status --director HOST:PORT\nThe credential is kept in ~/.config/stepup/credentials."
    parser = _add(commands, "connect", text, epilog)
    parser.add_argument(
        "address", metavar="HOST:PORT", type=_argument(director_address), help="where the director listens"
    )
    parser.add_argument("code", metavar="CODE", nargs="?", default="", help="of the invitation; it works once")
    for name, meaning in SITE_FILES.items():
        parser.add_argument(name, metavar="FILE", default="", help=meaning)


SITE_FILES = {
    "--tls-ca": "instead of a code: certificates of your own; FILE: the authorities of the director",
    "--tls-cert": "your certificate in PEM, which says stepup://viewer/NAME or stepup://admin/NAME",
    "--tls-key": "its key in PEM, closed to others (mode 600)",
}
"""Certificates that a site has made."""


def add_director(parser: argparse.ArgumentParser) -> None:
    """Let a command be about a director on another machine."""
    parser.add_argument(
        "--director",
        metavar="HOST:PORT",
        # argparse reads defaults, too.
        type=_argument(lambda text: director_address(text) if text else ""),
        default="",
        help="a director on another machine, which `stepup connect` has let this one in to",
    )


def director_address(text: str) -> str:
    """Read where a director on another machine listens; ValueError when that is no address."""
    host, _, port = text.rpartition(":")
    if text.startswith("ssh:"):
        raise ValueError("only workers go by ssh; ask there: ssh HOST 'cd PROJECT && stepup status'")
    if not host or not port.isdecimal():
        raise ValueError(f"{text!r} is not an address: write HOST:PORT, such as node1:7470")
    return text


def _add_options(parser: argparse.ArgumentParser, section: Section) -> None:
    """Add all options of a section under their headings; what they mean without them is settled later."""
    headings = {group: parser.add_argument_group(group.value) for group in Group if _are_there(group, section)}
    for option in section.options.values():
        _add_option(headings[option.group], option)


def _are_there(group: Group, section: Section) -> bool:
    return any(option.group is group for option in section.options.values())


def _add_option(parser: argparse._ArgumentGroup, option: AnyOption) -> None:  # pyright: ignore[reportPrivateUsage]
    flags, is_switch = (*option.short, option.flag), option.kind is kinds.SWITCH
    text = argparse.SUPPRESS if option.refusal else option.text
    if option.refusal and is_switch:
        # A value is taken for the sake of --perf=FREQ.
        parser.add_argument(*flags, nargs="?", const=True, type=_true, dest=option.key, help=text)
        parser.add_argument(f"--no-{option.flag[2:]}", action="store_false", default=None, dest=option.key, help=text)
    elif is_switch:
        parser.add_argument(*flags, action=argparse.BooleanOptionalAction, default=None, dest=option.key, help=text)
    else:
        parser.add_argument(
            *flags,
            action="append" if _is_repeatable(option) else "store",
            type=_argument(option.kind.read),
            metavar=option.kind.metavar,
            dest=option.key,
            help=text,
        )


def _true(_text: str) -> bool:
    return True


def _is_repeatable(option: AnyOption) -> bool:
    return option.kind is kinds.RESOURCES


def _add_programs(commands: _Commands) -> None:
    """Add the two programs for the sake of the list of commands; they never get here."""
    for program, text, example in (
        (Program.DIRECTOR, "Serve a project until told to stop.", "stepup director"),
        (
            Program.WORKER,
            "Run steps for a director until told to stop; `list` or `drain` workers.",
            "stepup worker -j 4",
        ),
    ):
        _add(commands, program.value, text, f"Example: {example}", add_help=False)


def _add_wait(commands: _Commands) -> None:
    text = "Wait until no build is going on, or until a change was noticed since the last one."
    parser = _add(commands, "wait", text, "Example: stepup wait -u data.csv && stepup rebuild")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("-u", "--update", metavar="PATH", help="until this file was written; relative to the root")
    change.add_argument("-d", "--delete", metavar="PATH", help="until this file is gone; relative to the root")
    add_director(parser)


def _add_plain(commands: _Commands) -> None:
    for name, text in PLAIN.items():
        add_director(_add(commands, name, text, f"Example: stepup {name}"))


def _add_status(commands: _Commands) -> None:
    text = "Show counts of steps and files, and what runs where."
    parser = _add(commands, "status", text, "Example: stepup status --json")
    parser.add_argument("--json", action="store_true", help="for programs: every fact, names as in control.proto")
    add_director(parser)


def _add_why(commands: _Commands) -> None:
    text = "Say why a step ran, was skipped, is pending, was deferred, has failed or was removed, and where that began."
    parser = _add(commands, "why", text, "Example: stepup why report.pdf")
    parser.add_argument("step", metavar="STEP", help=_WHICH_STEP)
    parser.add_argument("--json", action="store_true", help="for programs: the same sentences as a tree")
    add_director(parser)


def _add_logs(commands: _Commands) -> None:
    text = "Show what a step has written, or what it has written so far if it runs, wherever that is."
    parser = _add(commands, "logs", text, "Example: stepup logs train -f")
    parser.add_argument("step", metavar="STEP", help=_WHICH_STEP)
    parser.add_argument("-f", "--follow", action="store_true", help="go on until the running attempt has ended")
    stream = parser.add_mutually_exclusive_group()
    for name in ("stdout", "stderr"):
        stream.add_argument(
            f"--{name}", action="store_const", const=name, dest="stream", help=f"only its standard {_STREAMS[name]}"
        )
    parser.add_argument("--json", action="store_true", help="for programs: one object in each line")
    add_director(parser)


def _add_cancel(commands: _Commands) -> None:
    text = "End a running step: it is interrupted, killed if it goes on for 5 s, and fails; the others go on."
    parser = _add(commands, "cancel", text, "Example: stepup cancel train")
    parser.add_argument("step", metavar="STEP", help=_WHICH_STEP)
    parser.add_argument("--json", action="store_true", help="for programs: which step and which attempt")
    add_director(parser)


_WHICH_STEP = "its label, its command, a file that it makes, or a part of one of these"

_STREAMS = {"stdout": "output", "stderr": "error"}


def _add_browse(commands: _Commands) -> None:
    text = "Show steps, files, what steps wrote and why they ran in a browser; for this machine only, read only."
    parser = _add(commands, "browse", text, "Example: stepup browse --port 8000 --no-open-browser")
    _add_options(parser, SECTIONS["browse"])


def _add_graph(commands: _Commands) -> None:
    text = "Write the graph to PREFIX.txt, PREFIX_provenance.dot and PREFIX_dependency.dot."
    parser = _add(commands, "graph", text, "Example: stepup graph graph && dot -Tsvg graph_dependency.dot > graph.svg")
    parser.add_argument("prefix", metavar="PREFIX", help="begins the names of the files; relative to the root")
    parser.add_argument("--mermaid", action="store_true", help="also write what depends on what to PREFIX.mmd")
    add_director(parser)


def _add_clean(commands: _Commands) -> None:
    parser = _add(
        commands,
        "clean",
        "Show, or with --commit remove, outputs that nobody makes any more.",
        "Example: stepup clean --all --commit sub/",
        usage="stepup clean [OPTION]... [PATH]...",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="directories: outputs in them; files: they and all that is made from them (default: this directory)",
    )
    _add_options(parser, SECTIONS["clean"])


def _add_config(commands: _Commands) -> None:
    text = "Show the configuration as TOML: what holds, where it comes from, and what is wrong with it."
    parser = _add(commands, "config", text, "Example: stepup config --all > stepup.toml")
    parser.add_argument("--all", action="store_true", help="also the options of which nobody has said anything")


def _add_completion(commands: _Commands) -> None:
    parser = _add(
        commands,
        "completion",
        "Print a script that completes commands and options.",
        'Example: eval "$(stepup completion bash)"',
    )
    parser.add_argument("shell", choices=SHELLS, help="for which shell")


def _add(commands: _Commands, name: str, text: str, epilog: str, **settings: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse's own
    """Add a command that teaches itself: what it does, and an example."""
    return commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        **settings,
    )


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
            raise argparse.ArgumentTypeError(str(error)) from error

    return read_argument
