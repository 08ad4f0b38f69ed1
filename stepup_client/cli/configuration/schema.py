"""All options: their names, kinds, defaults and help; the grammar of arguments, files and variables comes from here."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from stepup_client.cli.configuration import kinds
from stepup_client.cli.configuration.kinds import Kind

__all__ = ("SECTIONS", "Browse", "Build", "Clean", "Group", "Option", "Section", "Values")

_Value = TypeVar("_Value")


@enum.unique
class Group(enum.Enum):
    """Headings in help."""

    CONTROL = "what is built"
    SHOWN = "what is shown"
    ENVIRONMENT = "how steps are run"
    DIAGNOSTICS = "diagnostics and profiling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Generic[_Value]):
    """One thing that users may choose."""

    key: str
    """Its name in files; with dashes on the command line, in capitals in the environment."""
    kind: Kind[_Value]
    """How its value is written."""
    default: _Value
    """What holds when nobody says anything."""
    text: str
    """What it does, for help."""
    short: tuple[str, ...] = ()
    """Other spellings on the command line."""
    group: Group = Group.CONTROL
    """Where help lists it."""
    refusal: str = ""
    """Why it cannot be chosen here, and what to do instead; empty when it can."""

    @property
    def flag(self) -> str:
        """Return how it is written on the command line."""
        return f"--{self.key.replace('_', '-')}"


AnyOption = Option[Any]
"""An option whose kind does not matter."""


class Build:
    """The options of `stepup build`."""

    JOBS = Option(
        key="jobs", kind=kinds.JOBS, default="1.0", short=("-j",),
        text="steps at a time; with a decimal point, times the number of cores (default: 1.0)",
    )  # fmt: skip
    WORKERS = Option(
        key="workers", kind=kinds.WORKERS, default=1,
        text="how many local workers there are, each with that many steps at a time (default: 1)",
    )  # fmt: skip
    KEEP_GOING = Option(
        key="keep_going", kind=kinds.SWITCH, default=False, short=("-k",),
        text="go on after a failure with all that does not depend on it",
    )  # fmt: skip
    WATCH = Option(
        key="watch", kind=kinds.SWITCH, default=False, short=("-w",),
        text="stay after the build and watch the files; `r` or `stepup rebuild` builds again, `stepup join` ends it",
    )  # fmt: skip
    WATCH_FIRST = Option(
        key="watch_first", kind=kinds.SWITCH, default=False, short=("-W",),
        text="as --watch, and build again by itself soon after a change",
    )  # fmt: skip
    CLEAN = Option(
        key="clean", kind=kinds.SWITCH, default=True,
        text="remove outputs that nobody makes any more (default: yes)",
    )  # fmt: skip
    RESOURCES = Option(
        key="resources", kind=kinds.RESOURCES, default=(), short=("-r",),
        text="capacities of named resources, added to those of files and variables; may be repeated",
    )  # fmt: skip
    ALLOW_ROOT = Option(
        key="allow_root", kind=kinds.DIRECTORIES, default=(),
        text="let outputs lie in this directory, too; relative to the root; may be repeated, in files and here",
    )  # fmt: skip
    DEFER_CAP = Option(
        key="defer_cap", kind=kinds.COUNT, default=100,
        text="how often a step may be deferred before it fails (default: 100)",
    )  # fmt: skip
    DURATION = Option(
        key="duration", kind=kinds.SWITCH, default=True,
        text="start steps on the slowest path first, by measured durations (default: yes)",
    )  # fmt: skip
    DETACH = Option(
        key="detach", kind=kinds.SWITCH, default=False,
        text="let the build go on in the background: `stepup attach` shows it, `stepup shutdown` stops it",
    )  # fmt: skip
    EXPLAIN_RERUN = Option(
        key="explain_rerun", kind=kinds.SWITCH, default=False, short=("-e",), group=Group.SHOWN,
        text="say why steps run again",
    )  # fmt: skip
    PROGRESS = Option(
        key="progress", kind=kinds.SWITCH, default=True, group=Group.SHOWN,
        text="show what runs below the log, on a terminal (default: yes)",
    )  # fmt: skip
    VERBOSE = Option(
        key="verbose", kind=kinds.SWITCH, default=False, short=("-v",), group=Group.SHOWN,
        text="show details that otherwise go to .stepup/success.log only",
    )  # fmt: skip
    FIX_EPOCH = Option(
        key="fix_epoch", kind=kinds.SWITCH, default=True, group=Group.ENVIRONMENT,
        text="set SOURCE_DATE_EPOCH to 1980-01-01 for the steps, unless it is set (default: yes)",
    )  # fmt: skip
    FORKSERVER = Option(
        key="forkserver", kind=kinds.SWITCH, default=True, group=Group.ENVIRONMENT,
        text="run Python scripts in forks of a process that has the imports ready (default: yes)",
    )  # fmt: skip
    PRELOAD_MODULES = Option(
        key="preload_modules", kind=kinds.NAMES, default=(), group=Group.ENVIRONMENT,
        text="modules that this process imports beforehand",
    )  # fmt: skip
    LOG_LEVEL: Option[kinds.LogLevel] = Option(
        key="log_level", kind=kinds.LOG_LEVEL, default="info", short=("-l",), group=Group.DIAGNOSTICS,
        text="what director and workers write to .stepup: debug, info, warning, error, critical (default: info)",
    )  # fmt: skip
    LOG_FORMAT: Option[kinds.LogFormat] = Option(
        key="log_format", kind=kinds.LOG_FORMAT, default="json", group=Group.DIAGNOSTICS,
        text="how they write it: json, console (default: json)",
    )  # fmt: skip
    JOBLOG = Option(
        key="joblog", kind=kinds.SWITCH, default=False, group=Group.DIAGNOSTICS,
        text="write when each step was begun and ended to .stepup/joblog.csv",
    )  # fmt: skip
    CGROUP = Option(
        key="cgroup", kind=kinds.SWITCH, default=False, group=Group.DIAGNOSTICS,
        text="refused: start `systemd-run --user --scope stepup build` instead",
        refusal="Start the whole build in a control group instead: `systemd-run --user --scope stepup build`.",
    )  # fmt: skip
    PERF = Option(
        key="perf", kind=kinds.SWITCH, default=False, group=Group.DIAGNOSTICS,
        text="refused: point perf at the pid that `stepup status` shows instead",
        refusal="Profile the director from outside instead: `perf record -g -p PID`, with the pid of `stepup status`.",
    )  # fmt: skip
    SQLLOG = Option(
        key="sqllog", kind=kinds.SWITCH, default=False, group=Group.DIAGNOSTICS,
        text="refused: use --log-level debug instead",
        refusal="The graph lives in memory, not in queries. `--log-level debug` tells in director.log what is done.",
    )  # fmt: skip
    YAPPI = Option(
        key="yappi", kind=kinds.SWITCH, default=False, group=Group.DIAGNOSTICS,
        text="refused: point py-spy at the pid that `stepup status` shows instead",
        refusal="Profile the director from outside instead: `py-spy record -p PID`, with the pid of `stepup status`.",
    )  # fmt: skip


class Clean:
    """The options of `stepup clean`."""

    COMMIT = Option(
        key="commit", kind=kinds.SWITCH, default=False, short=("-c",),
        text="remove the files, instead of only showing what would be removed",
    )  # fmt: skip
    ALL = Option(
        key="all", kind=kinds.SWITCH, default=False, short=("-a",),
        text="remove outputs of all steps, not only those that nobody makes any more",
    )  # fmt: skip
    UNSAFE = Option(
        key="unsafe", kind=kinds.SWITCH, default=False, short=("-u",),
        text="also remove outputs that were changed by hand",
    )  # fmt: skip


class Browse:
    """The options of `stepup browse`."""

    PORT = Option(key="port", kind=kinds.PORT, default=7837, text="where the server listens (default: 7837)")
    OPEN_BROWSER = Option(key="open_browser", kind=kinds.SWITCH, default=True, text="open a browser (default: yes)")
    BROWSER = Option(key="browser", kind=kinds.TEXT, default="", text="which browser (default: that of the system)")


@dataclass(frozen=True, slots=True)
class Section:
    """The options of one command."""

    name: str
    """The command, and the table in files."""
    options: Mapping[str, AnyOption]
    """All of them, by key."""


def _section(name: str, holder: type) -> Section:
    options = cast("list[AnyOption]", [value for value in vars(holder).values() if isinstance(value, Option)])
    return Section(name, {option.key: option for option in options})


SECTIONS = {name: _section(name, holder) for name, holder in (("build", Build), ("clean", Clean), ("browse", Browse))}
"""All sections, by name."""


class Values:
    """What holds for the options of one section."""

    def __init__(self, chosen: Mapping[str, object]) -> None:
        """Take what was chosen, by key; the rest is as usual."""
        self._chosen = chosen

    def __getitem__(self, option: Option[_Value]) -> _Value:
        """Return the value of an option."""
        return cast("_Value", self._chosen.get(option.key, option.default))

    def __contains__(self, option: Option[_Value]) -> bool:
        """Tell whether anybody has chosen a value."""
        return option.key in self._chosen
