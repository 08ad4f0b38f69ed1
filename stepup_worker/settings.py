"""What the worker was told by its command line and environment; read here and nowhere else."""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from stepup_shared.site_options import site_files_from
from stepup_worker.core.environment import base_variables
from stepup_worker.core.offer import Offer, parse_duration, parse_label, parse_resource, parse_size
from stepup_worker.core.ssh import parse_place
from stepup_worker.run.machine import count_cores, count_memory

__all__ = ("PRELOAD_MODULES", "Settings", "count_cores", "make_parser", "parse_slots", "settings_from_arguments")

PRELOAD_MODULES = ("stepup_client.imports", "stepup.core.api", "stepup_client.rpc.session")
"""What plans import; the fork server has it ready."""

_SSH = "ssh://"

OUTPUT_BYTES_MAX = 1024 * 1024
"""How much of each output stream is reported by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All choices of one worker."""

    root: str
    """The project root, absolute."""
    slots: int = 1
    """How many attempts run at a time."""
    name: str
    """Unique among the workers of a director; part of the log's name."""
    socket: str | None = None
    """The director's socket; None: as ROOT/.stepup/director.json says."""
    director: str = ""
    """HOST:PORT of a director on another machine, or ssh://HOST/PROJECT; empty: one on this machine."""
    code: str = ""
    """Of the invitation with which this machine becomes a member first."""
    site_files: tuple[str, str, str] | None = None
    """Paths of certificates of authorities, of a certificate and its key, in PEM, which the site has made;
    None: those that an invitation has brought."""
    workspace: str | None = None
    """A directory of this worker's own, absolute; None: steps run in the project itself."""
    socket_directory: str = ""
    """Where its own sockets are, short and closed to others; its guardian makes and removes it."""
    cache_bytes_max: int = 10 * 1024**3
    """How much the workspace keeps of files that may be needed again."""
    embedded: bool = False
    """Serves one build: logs quietly, and ends when its director is gone."""
    ready_fd: int | None = None
    """Read end of a pipe that ends when the director listens, or is gone."""
    lifeline_fd: int | None = None
    """Read end of a pipe that ends when the program which started this worker is gone."""
    log_format: str = "json"
    """"json": only the file; "console": lines for people on stderr, too."""
    log_level: str = "info"
    """The least severe level that is logged."""
    forkserver: bool = True
    """Python scripts are forked from a warm process; else each starts an interpreter."""
    preload_modules: tuple[str, ...] = PRELOAD_MODULES
    """Imported once by the fork server."""
    output_bytes_max: int = OUTPUT_BYTES_MAX
    """How much of each output stream is reported."""
    capture_directory: str = field(default_factory=tempfile.gettempdir)
    """Where the output of running steps is kept."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """What this worker was given."""
    fix_epoch: bool = True
    """Steps find SOURCE_DATE_EPOCH set to 1980, unless the environment says otherwise."""
    offer: Offer = field(default_factory=Offer)
    """What steps may ask for."""
    drain_after_s: float | None = None
    """After how long it takes nothing more and leaves when what runs has ended; None: never."""

    @property
    def is_by_ssh(self) -> bool:
        """Whether the director is reached by ssh."""
        return self.director.startswith(_SSH)

    @property
    def has_sockets(self) -> bool:
        """Whether it listens itself: to steps, or where ssh begins."""
        return self.workspace is not None or self.is_by_ssh

    @property
    def home(self) -> str:
        """The directory that this worker is in: its workspace, or the project."""
        return self.root if self.workspace is None else self.workspace

    @property
    def state_directory(self) -> str:
        """Where its log is."""
        return os.path.join(self.root, ".stepup") if self.workspace is None else self.workspace

    @property
    def step_environment(self) -> Mapping[str, str]:
        """What all steps get."""
        return base_variables(
            self.environment, log_level=self.log_level, fix_epoch=self.fix_epoch, outlives=not self.embedded
        )


def settings_from_arguments(arguments: Sequence[str] | None = None) -> Settings:
    """Read the command line and the environment; a mistake in them ends the program with a message."""
    parser = make_parser()
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(_spelled_out(words, parser))
    try:
        output_bytes_max = _output_bytes_max(os.environ.get("STEPUP_MAX_OUTPUT_SIZE") or str(OUTPUT_BYTES_MAX))
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    return Settings(
        root=os.path.realpath(options.root),
        slots=options.jobs,
        name=options.name,
        socket=options.socket,
        director=options.director,
        code=options.code,
        site_files=_site_files(parser, options),
        workspace=_workspace(options.workspace, options.director, os.environ),
        cache_bytes_max=options.cache_size,
        log_format=options.log_format,
        log_level=options.log_level,
        forkserver=options.forkserver,
        fix_epoch=options.fix_epoch,
        preload_modules=PRELOAD_MODULES + options.preload_modules,
        output_bytes_max=output_bytes_max,
        offer=Offer(
            labels=dict(options.label),
            resources=dict(options.resource),
            cpus=count_cores() if options.cpus is None else options.cpus,
            memory_bytes=count_memory() if options.memory is None else options.memory,
        ),
        drain_after_s=options.drain_after,
    )


_SITE_FILES = {
    "--tls-ca": "with --director: certificates of your own, no invitation; FILE: the authorities of the director",
    "--tls-cert": "this worker's certificate in PEM, which says stepup://worker/NAME among its alternative names",
    "--tls-key": "its key in PEM, closed to others (mode 600)",
}


def _site_files(parser: argparse.ArgumentParser, options: argparse.Namespace) -> tuple[str, str, str] | None:
    """Return the three files of the site's own; None when there are none."""
    files = site_files_from(options, parser)
    if files is not None and (not options.director or options.code or options.director.startswith(_SSH)):
        parser.error("--tls-ca, --tls-cert and --tls-key go with --director HOST:PORT, and without an invitation")
    return files


def _spelled_out(words: list[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return `join HOST:PORT CODE` as options."""
    if words[:1] != ["join"]:
        return words
    if {"-h", "--help"}.intersection(words):
        return ["--help"]
    if len(words) < _JOIN_WORDS or words[1].startswith("-") or words[2].startswith("-"):
        parser.error("join needs HOST:PORT CODE: paste the whole line of `stepup director invite`")
    return ["--director", words[1], "--code", words[2], *words[3:]]


_JOIN_WORDS = 3


def _workspace(chosen: str | None, director: str, environment: Mapping[str, str]) -> str | None:
    """Return where steps run: on another machine than the director's always in a directory of their own."""
    if chosen is None and director:
        cache = environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        chosen = os.path.join(cache, "stepup", re.sub(r"[:/@]+", "_", director))
    return None if chosen is None else os.path.realpath(chosen)


def parse_slots(text: str) -> int:
    """Read a number of slots: "3" is a count, "1.5" a multiple of the cores.

    Raises
    ------
    ValueError
        It is no number, or means less than one slot.
    """
    if re.fullmatch(r"[0-9]+", text) is not None:
        slots = int(text)
    elif re.fullmatch(r"[0-9]*\.[0-9]*[1-9][0-9]*|[0-9]*[1-9][0-9]*\.[0-9]*", text) is not None:
        slots = max(1, int(float(text) * count_cores()))
    else:
        raise ValueError("write a count, as in 3, or a multiple of the cores, as in 1.5")
    if slots < 1:
        raise ValueError("at least one slot is needed")
    return slots


def make_parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    parser = argparse.ArgumentParser(
        prog="stepup worker",
        description="Run steps for a director. Stays until the director sends it away, or Ctrl-C.",
        usage="stepup worker [OPTION]...\n       stepup worker join HOST:PORT CODE [OPTION]...",
        epilog="Example: stepup worker -j 4 --label zone=west --resource gpu=2. On another machine than the director's,"
        " paste the line that `stepup director invite` prints; later, `stepup worker --director HOST:PORT` will do.",
    )
    environment = os.environ
    parser.add_argument(
        "-j", "--jobs", type=_slots, default="1", metavar="N",
        help="steps at a time; with a decimal point, times the number of cores (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--root", default=environment.get("STEPUP_ROOT", "."), help="the project root (default: STEPUP_ROOT or .)"
    )
    parser.add_argument(
        "--director", type=_address, default=environment.get("STEPUP_DIRECTOR", ""), metavar="HOST:PORT",
        help="the director is on another machine, and has let this one in before; or it is reached by ssh,"
        " as ssh://[USER@]HOST[:PORT]/PROJECT (default: STEPUP_DIRECTOR)",
    )  # fmt: skip
    parser.add_argument("--code", default="", help=argparse.SUPPRESS)
    for name, text in _SITE_FILES.items():
        parser.add_argument(name, default="", metavar="FILE", help=text)
    parser.add_argument("--socket", help="the director's socket (default: found through ROOT/.stepup)")
    parser.add_argument(
        "--workspace", metavar="DIR",
        help="run steps in private copies of their files below this directory, instead of in the project itself",
    )  # fmt: skip
    parser.add_argument(
        "--cache-size", type=_bytes, default="10G", metavar="SIZE",
        help="with --workspace: how much to keep of files that may be needed again (default: 10G)",
    )  # fmt: skip
    parser.add_argument(
        "--name", type=_name, default=f"{socket.gethostname()}-{os.getpid()}",
        help="shown to people, unique among workers (default: host and process number)",
    )  # fmt: skip
    parser.add_argument(
        "--log-format", choices=("json", "console"), default="console" if sys.stderr.isatty() else "json",
        help="json: only ROOT/.stepup/workerNAME.log; console: also lines on stderr (default on a terminal)",
    )  # fmt: skip
    parser.add_argument("-l", "--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument(
        "--forkserver", action=argparse.BooleanOptionalAction, default=True,
        help="fork Python scripts from a process that has imported what they need (default: yes)",
    )  # fmt: skip
    parser.add_argument(
        "--fix-epoch", action=argparse.BooleanOptionalAction, default=True,
        help="set SOURCE_DATE_EPOCH for steps, unless it is set (default: yes)",
    )  # fmt: skip
    parser.add_argument(
        "--preload-modules", type=_modules, default=(), metavar="A,B",
        help="Python modules that many scripts import: imported once",
    )  # fmt: skip
    _add_offer(parser)
    return parser


def _add_offer(parser: argparse.ArgumentParser) -> None:
    """Describe what steps may ask for."""
    group = parser.add_argument_group("what steps may ask for, by where= and resources=")
    group.add_argument(
        "--label", action="append", default=[], type=_argument(parse_label), metavar="NAME[=VALUE]",
        help="what this worker is or has; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--resource", action="append", default=[], type=_argument(parse_resource), metavar="NAME[=UNITS]",
        help="units that its steps share, as in gpu=2 (default: one); may be repeated",
    )  # fmt: skip
    group.add_argument("--cpus", type=int, metavar="N", help="processors (default: those that it may use)")
    group.add_argument(
        "--memory", type=_argument(parse_size), metavar="SIZE", help="as in 16G (default: what it may use)"
    )
    group.add_argument(
        "--drain-after", type=_argument(parse_duration), metavar="TIME",
        help="take nothing more after this time, as in 50m, and leave when the rest has ended; SIGUSR1 does it at once",
    )  # fmt: skip


_Value = TypeVar("_Value")


def _argument(read: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """Let argparse show what a reader's ValueError says."""

    def read_argument(text: str) -> _Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error

    return read_argument


def _slots(text: str) -> int:
    try:
        return parse_slots(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of steps: {error}") from error


def _address(text: str) -> str:
    if text.startswith(_SSH):
        _argument(parse_place)(text)
        return text
    host, _, port = text.rpartition(":")
    if text and (not host or not port.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not an address: write HOST:PORT")
    return text


def _bytes(text: str) -> int:
    match = re.fullmatch(r"([0-9]+)([KMGT]?)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: write bytes, or as in 500M or 10G")
    factor: int = 1024 ** " KMGT".index(match[2] or " ")
    return int(match[1]) * factor


def _name(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", text) is None:
        raise argparse.ArgumentTypeError("use letters, digits, dots, dashes and underscores; at most 63")
    return text


def _modules(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _output_bytes_max(text: str) -> int:
    """Read a limit in bytes; 0 means as much as a report can hold."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("STEPUP_MAX_OUTPUT_SIZE must be a number of bytes")
    return int(text) or sys.maxsize
