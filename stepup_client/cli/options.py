"""What the user asked for, as frozen values: the outcome of reading arguments and environment."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from stepup_client.cli.configuration.kinds import LogFormat, LogLevel

__all__ = (
    "AttachCommand",
    "BrowseCommand",
    "BuildCommand",
    "CancelCommand",
    "CleanCommand",
    "CompletionCommand",
    "ConfigCommand",
    "ConnectCommand",
    "GraphCommand",
    "Invocation",
    "LogFormat",
    "LogLevel",
    "LogsCommand",
    "Look",
    "Member",
    "PlainCommand",
    "Program",
    "ProgramCommand",
    "StatusCommand",
    "TrustCommand",
    "WaitCommand",
    "WhyCommand",
    "WorkerDrainCommand",
    "WorkerListCommand",
)


@enum.unique
class Program(enum.Enum):
    """The programs beside the command line."""

    DIRECTOR = "director"
    """Owns the graph of steps."""
    WORKER = "worker"
    """Runs steps."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the programs of an embedded build."""

    program: Program
    """What it is."""
    number: int = 0
    """Which of the workers."""

    @property
    def name(self) -> str:
        """Return what it is called: `director`, `worker0`."""
        return f"worker{self.number}" if self.program is Program.WORKER else self.program.value

    @property
    def title(self) -> str:
        """Return what begins a sentence about it."""
        return f"Worker {self.number}" if self.program is Program.WORKER else "The director"


@dataclass(frozen=True, slots=True)
class Look:
    """What the user wants to see."""

    progress: bool = True
    """What runs, below the log, on a terminal."""
    verbose: bool = False
    """Details, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCommand:
    """`stepup build`."""

    targets: tuple[str, ...] = ()
    """What to build, as it was written; empty: everything."""
    jobs: str = "1.0"
    """Steps at a time as written: a count, or with a decimal point a multiple of the cores."""
    are_jobs_given: bool = False
    """The command line says how many, rather than a default."""
    workers: int = 1
    """Workers of a build that has its own."""
    keep_going: bool = False
    """Go on after a failure."""
    watch: bool = False
    """Stay and watch the files."""
    watch_first: bool = False
    """Watch, and build again soon after a change."""
    clean: bool = True
    """Remove outputs that nobody makes any more."""
    resources: tuple[tuple[str, int], ...] = ()
    """Capacities by name."""
    defer_cap: int = 100
    """How often a step may be deferred."""
    explain_rerun: bool = False
    """Say why steps run again."""
    duration: bool = True
    """Order steps by measured durations."""
    look: Look = Look()
    """What is shown of it."""
    fix_epoch: bool = True
    """Give steps a fixed SOURCE_DATE_EPOCH."""
    forkserver: bool = True
    """Run Python scripts in forks of a warm process."""
    preload_modules: tuple[str, ...] = ()
    """What this process imports beforehand."""
    allow_root: tuple[str, ...] = ()
    """Directories besides the root in which outputs may lie, relative to the root."""
    joblog: bool = False
    """Write when each step began and ended to .stepup/joblog.csv."""
    log_level: LogLevel = "info"
    """How much director and worker write to their logs."""
    log_format: LogFormat = "json"
    """How they write it."""
    detach: bool = False
    """Let the build go on in the background."""


@dataclass(frozen=True, slots=True)
class AttachCommand:
    """`stepup attach`."""

    look: Look = Look()
    """What is shown of the build."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class ProgramCommand:
    """`stepup director` and `stepup worker`: programs of their own, which read their arguments themselves."""

    program: Program
    """Which of the two."""
    argv: tuple[str, ...]
    """What they are given."""


@dataclass(frozen=True, slots=True)
class TrustCommand:
    """`stepup director invite`, `revoke` and `identities`."""

    argv: tuple[str, ...]
    """From the word behind `director` on."""


@dataclass(frozen=True, slots=True)
class ConnectCommand:
    """`stepup connect`: a code or files, never both."""

    address: str
    """HOST:PORT of the director."""
    code: str = ""
    """Of an invitation."""
    site_files: tuple[str, ...] = ()
    """Paths of authorities, of a certificate and its key, in PEM, which the site has made."""


@dataclass(frozen=True, slots=True)
class PlainCommand:
    """A command without options: rebuild, join, drain, shutdown."""

    name: str
    """Which of them."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class WaitCommand:
    """`stepup wait`: at most one of the two is given."""

    update: str | None = None
    """A path that is to be written or to appear."""
    delete: str | None = None
    """A path that is to disappear."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class StatusCommand:
    """`stepup status`."""

    as_json: bool
    """For programs rather than people."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class WorkerListCommand:
    """Show the workers."""

    as_json: bool = False
    """For programs."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class WorkerDrainCommand:
    """Let workers leave."""

    workers: tuple[str, ...]
    """Names, numbers, or `all`."""
    wait: bool = False
    """Return when they have left."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class WhyCommand:
    """`stepup why`."""

    step: str
    """Its label, its command, something that it makes, or a part of one of these."""
    as_json: bool
    """For programs rather than people."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class CancelCommand:
    """`stepup cancel`."""

    step: str
    """As for `stepup why`."""
    as_json: bool
    """For programs rather than people."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class LogsCommand:
    """`stepup logs`."""

    step: str
    """As for `stepup why`."""
    follow: bool = False
    """Until the running attempt has ended."""
    streams: frozenset[str] = frozenset({"stdout", "stderr"})
    """What is shown."""
    as_json: bool = False
    """For programs rather than people."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True)
class BrowseCommand:
    """`stepup browse`."""

    port: int
    """Where the server listens."""
    open_browser: bool
    """Show the first page at once."""
    browser: str
    """In which browser; empty: that of the system."""


@dataclass(frozen=True, slots=True)
class GraphCommand:
    """`stepup graph`."""

    prefix: str
    """Begins the names of the files; relative to the root."""
    with_mermaid: bool = False
    """Also for Mermaid."""
    director: str = ""
    """HOST:PORT of a director on another machine; empty: the project's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanCommand:
    """`stepup clean`."""

    paths: tuple[str, ...] = (".",)
    """As they were written."""
    commit: bool = False
    """Remove, and do not only show what would be removed."""
    everything: bool = False
    """Also what steps still make."""
    unsafe: bool = False
    """Also what was changed by hand."""


@dataclass(frozen=True, slots=True)
class ConfigCommand:
    """`stepup config`."""

    is_all_shown: bool
    """Also options of which nobody has said anything."""


@dataclass(frozen=True, slots=True)
class CompletionCommand:
    """`stepup completion`."""

    shell: str
    """For which shell."""


Invocation = (
    AttachCommand
    | BuildCommand
    | CleanCommand
    | ProgramCommand
    | PlainCommand
    | WaitCommand
    | StatusCommand
    | TrustCommand
    | ConnectCommand
    | WorkerListCommand
    | WorkerDrainCommand
    | WhyCommand
    | CancelCommand
    | LogsCommand
    | BrowseCommand
    | GraphCommand
    | ConfigCommand
    | CompletionCommand
)
"""Everything that `stepup` can be asked to do."""
