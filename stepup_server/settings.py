"""Flags and environment become one frozen value; nobody else reads either."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from stepup_shared.site_options import site_files_from

from .core.leases import LEASE_S

__all__ = ("CleanSettings", "InspectSettings", "Settings", "absolute_roots", "make_parser", "settings_from_arguments")

CERTIFICATE_S = 24 * 3600.0
TOKEN_LIFE_S = 3600.0
LOSS_CAP_DEFAULT = 3

LogFormat = Literal["json", "console"]
Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a director is started."""

    root: str
    """The project root, absolute."""
    socket: str | None = None
    """Path of the Unix socket; None: one in a new private directory below /tmp."""
    listen: str = ""
    """HOST:PORT at which workers and others on other machines are served, by TLS; empty: nobody is."""
    site_files: tuple[str, str, str] | None = None
    """Paths of certificates of authorities, of a certificate and its key, in PEM, which the site has made;
    None: the director makes its own."""
    certificate_s: float = CERTIFICATE_S
    """How long the certificates of others are good, in seconds."""
    token_life_s: float = TOKEN_LIFE_S
    """How long the token of a running step is good, in seconds."""
    embedded: bool = False
    """The director and one worker belong to a command line and end with it."""
    moves_files: bool = True
    """Workers may come that do not see the project, and are sent its files."""
    ready_fd: int | None = None
    """A descriptor to be closed as soon as the director listens."""
    lifeline_fd: int | None = None
    """A descriptor at which the end of the file means that the command line is gone."""
    log_format: LogFormat = "json"
    """`json`: lines in .stepup/director.log; `console`: lines for people on standard error as well."""
    log_level: Level = "info"
    """The least severe level that is logged."""
    allowed_roots: tuple[str, ...] = ()
    """Directories besides the root beneath which outputs may lie; absolute."""
    joblog: bool = False
    """Write when each step began and ended to .stepup/joblog.csv."""
    lease_s: float | None = None
    """How long a worker may be out of touch before its attempts are given up, in seconds; None: not said."""
    loss_cap: int = LOSS_CAP_DEFAULT
    """How many workers a step may take down before it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectSettings:
    """What is to be shown of a project of which no director runs."""

    root: str
    """The project root, absolute."""
    subject: str
    """`status` or `graph`."""
    as_json: bool
    """Status for programs."""
    prefix: str
    """Graph: where the files go, relative to the root."""
    with_mermaid: bool = False
    """Graph: also for Mermaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSettings:
    """Which outputs are to be removed by hand."""

    root: str
    """The project root, absolute."""
    here: str
    """Where the user stands, absolute."""
    paths: tuple[str, ...]
    """Files and directories, relative to the root: what lies there, and what is made from it."""
    commit: bool
    """Remove, and do not only say what would be removed."""
    everything: bool
    """Also what steps still make."""
    unsafe: bool
    """Also what was changed by hand."""


def settings_from_arguments(arguments: Sequence[str]) -> Settings | InspectSettings | CleanSettings:
    """Read the command line of `stepup director`; exits with 2 and a message when it is wrong."""
    parser = make_parser()
    chosen = parser.parse_args(arguments)
    root = os.path.realpath(chosen.root or os.environ.get("STEPUP_ROOT") or os.getcwd())
    if not os.path.isdir(root):
        parser.error(f"the project root {root} is not a directory")
    if chosen.command == "clean":
        return CleanSettings(
            root=root,
            here=chosen.here or root,
            paths=tuple(os.path.normpath(path) for path in chosen.paths),
            commit=chosen.commit,
            everything=chosen.all,
            unsafe=chosen.unsafe,
        )
    if chosen.command == "inspect":
        if chosen.subject == "graph" and not chosen.prefix:
            parser.error("graph needs a PREFIX for its files")
        return InspectSettings(
            root=root,
            subject=chosen.subject,
            as_json=chosen.json,
            prefix=chosen.prefix or "",
            with_mermaid=chosen.mermaid,
        )
    return Settings(
        root=root,
        socket=chosen.socket,
        listen=chosen.listen,
        site_files=_site_files(parser, chosen),
        certificate_s=chosen.certificate_life,
        token_life_s=chosen.token_life,
        log_format=chosen.log_format,
        log_level=chosen.log_level,
        joblog=chosen.joblog,
        allowed_roots=absolute_roots(root, chosen.allow_root),
        lease_s=chosen.lease,
        loss_cap=chosen.loss_cap,
    )


def absolute_roots(root: str, directories: Iterable[str]) -> tuple[str, ...]:
    """Return directories that users name relative to the root, with their home as `~`."""
    return tuple(os.path.normpath(os.path.join(root, os.path.expanduser(path))) for path in directories)


def make_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="stepup director",
        description="Serve a project: own its step graph and hand its steps to workers.",
        epilog="'stepup director' here, 'stepup worker --jobs 4' in a second terminal, 'stepup build' in a third",
    )
    parser.add_argument("--root", help="project root (default: STEPUP_ROOT, else the current directory)")
    parser.add_argument("--socket", help="path of the Unix socket (default: in a new private directory below /tmp)")
    _add_trust(parser)
    parser.add_argument(
        "--log-format",
        choices=("json", "console"),
        default="console",
        help="console: .stepup/director.log and standard error (default); json: the file only",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument(
        "--allow-root",
        action="append",
        default=[],
        metavar="DIR",
        help="let outputs lie in this directory, too; relative to the root; may be repeated",
    )
    parser.add_argument(
        "--joblog", action="store_true", help="write when each step began and ended to .stepup/joblog.csv"
    )
    parser.add_argument(
        "--lease",
        type=float,
        metavar="SECONDS",
        help="how long workers may be out of touch before their steps are given to others"
        f" (default: {LEASE_S:.0f}, or as long as the director before has told them, if they still run its steps)",
    )
    parser.add_argument(
        "--loss-cap",
        type=_positive,
        default=LOSS_CAP_DEFAULT,
        metavar="N",
        help="how many workers a step may take down before it fails (default: %(default)s)",
    )
    commands = parser.add_subparsers(dest="command")
    inspect = commands.add_parser("inspect", help="show what is stored of a project of which no director runs")
    inspect.add_argument("subject", choices=("status", "graph"))
    inspect.add_argument("prefix", nargs="?", help="graph: where the files go, relative to the root")
    inspect.add_argument("--json", action="store_true", help="status: for programs")
    inspect.add_argument("--mermaid", action="store_true", help="graph: also for Mermaid")
    inspect.add_argument("--root", default=argparse.SUPPRESS, help="project root")
    _add_clean(commands.add_parser("clean", help="remove outputs by hand"))
    return parser


def _positive(text: str) -> int:
    """Read a number of times."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    """Describe who else is served, and how long what they show is good."""
    parser.add_argument(
        "--listen",
        type=_address,
        default="",
        metavar="HOST:PORT",
        help="also serve other machines, by TLS, to those who were invited: stepup director invite",
    )
    for name, text in _SITE_FILES.items():
        parser.add_argument(name, default="", metavar="FILE", help=text)
    parser.add_argument(
        "--certificate-life",
        type=float,
        default=CERTIFICATE_S,
        metavar="SECONDS",
        help="how long certificates are good; they are renewed by themselves before that (default: a day)",
    )
    parser.add_argument(
        "--token-life",
        type=_life,
        default=TOKEN_LIFE_S,
        metavar="SECONDS",
        help="how long the token of a running step is good; it is renewed in time (default: an hour)",
    )


def _site_files(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> tuple[str, str, str] | None:
    """Return the three files of the site's own; None when the director makes its certificates itself."""
    files = site_files_from(chosen, parser)
    if files is not None and not chosen.listen:
        parser.error("--tls-ca, --tls-cert and --tls-key are of use only with --listen HOST:PORT")
    return files


def _address(text: str) -> str:
    """Read where to listen; empty: nowhere."""
    if not text:
        return ""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < _PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address: write HOST:PORT, such as 0.0.0.0:7470")
    return text


_SITE_FILES = {
    "--tls-ca": "with --listen: certificates of your own, no invitations; FILE: the authorities of those who come",
    "--tls-cert": "the director's certificate in PEM, for the HOST by which others call it",
    "--tls-key": "its key in PEM, closed to others (mode 600)",
}
_PORTS = 65536


def _life(text: str) -> float:
    """Read how long something is good."""
    seconds = float(text)
    if not _LIFE_S_MIN <= seconds <= _LIFE_S_MAX:
        raise argparse.ArgumentTypeError(f"{text} s is out of range: from {_LIFE_S_MIN:.0f} to {_LIFE_S_MAX:.0f}")
    return seconds


_LIFE_S_MIN = 1.0
_LIFE_S_MAX = 30 * 24 * 3600.0
"""A month."""


def _add_clean(parser: argparse.ArgumentParser) -> None:
    """Describe `clean`."""
    parser.add_argument("paths", nargs="+", help="relative to the root")
    parser.add_argument("--commit", action="store_true", help="remove, and do not only say what would be removed")
    parser.add_argument("--all", action="store_true", help="also what steps still make")
    parser.add_argument("--unsafe", action="store_true", help="also what was changed by hand")
    parser.add_argument("--here", help="directory to which printed paths are relative")
    parser.add_argument("--root", default=argparse.SUPPRESS, help="project root")
