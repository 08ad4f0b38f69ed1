"""The statements of a plan as values, before they become messages.

They are named tuples because a plan may make a hundred thousand of them: cheap to import, to build and to compare.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import NamedTuple

__all__ = (
    "AmendAnswer",
    "Amendment",
    "DeferredGlobs",
    "DirectoryPaths",
    "EnvironmentUse",
    "GlobMatch",
    "GlobQuery",
    "GraphTexts",
    "HoldChange",
    "Need",
    "Pool",
    "Source",
    "Statement",
    "StaticPaths",
    "StepDeclaration",
    "SubprocessRecord",
)


@enum.unique
class Need(enum.IntEnum):
    """How much a step is wanted."""

    OPTIONAL = 31
    """Runs only when a step that runs uses one of its outputs."""
    DEFAULT = 32
    """Runs in every build that is not restricted to targets."""
    TARGET = 33
    """A target asks for it; cannot be declared."""
    PLAN = 34
    """Declares further steps."""


class Source(NamedTuple):
    """A place in a plan."""

    file: str
    """As the plan's interpreter names it; empty when unknown."""
    line: int
    """Counted from 1; 0 when unknown."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class StaticPaths(NamedTuple):
    """Files, trees and patterns that nobody builds."""

    paths: tuple[str, ...]
    """As the plan wrote them, variables substituted."""


class DirectoryPaths(NamedTuple):
    """Directories that hold products as well as static files."""

    paths: tuple[str, ...]
    """As the plan wrote them, variables substituted."""
    create: bool
    """Make them, with their parents."""


class DeferredGlobs(NamedTuple):
    """Patterns whose matches become static when they are used."""

    patterns: tuple[str, ...]
    """As the plan wrote them, variables substituted."""


class Pool(NamedTuple):
    """How much there is of a resource."""

    name: str
    """Of the resource."""
    units: int
    """Not negative."""


class EnvironmentUse(NamedTuple):
    """Variables whose values the calling step depends on."""

    names: tuple[str, ...]
    """In the order of their first use."""


class HoldChange(NamedTuple):
    """The begin or end of a hold."""

    open: bool
    """It begins."""


class StepDeclaration(NamedTuple):
    """A new step; its paths are relative to its own workdir."""

    command: str
    """Verbatim, without the variables that were set in front of it."""
    workdir: str
    """As the plan wrote it; empty for the caller's own."""
    inputs: list[str]
    """Sorted, each once."""
    outputs: list[str]
    """Sorted, each once."""
    volatiles: list[str]
    """Sorted, each once."""
    environment: list[str]
    """Sorted names, each once."""
    need: Need
    """How much it is wanted."""
    resources: Mapping[str, int]
    """Units by name, positive."""
    shell: bool
    """Run it by `/bin/sh -c`."""
    overrides: Mapping[str, str]
    """Variables that are set for this step only."""
    duration_s: float
    """How long it is expected to run; 0 when unknown."""
    where: str = ""
    """Which workers may run it; empty for any."""
    timeout_s: float = 0.0
    """How long it may run; 0 for ever."""
    retries: int = 0
    """How many more times it may be tried."""


class SubprocessRecord(NamedTuple):
    """A program that the step has run by itself."""

    command: str
    """Quoted as for a shell."""
    workdir: str
    """As the plan wrote it."""
    shell: bool
    """A shell ran it."""
    overrides: Mapping[str, str]
    """Variables that were set for it."""
    exit_code: int
    """Minus the number of a signal that ended it."""
    stdin: str
    """What it read."""
    stdout: str
    """What it wrote."""
    stderr: str
    """What it wrote."""


Statement = (
    SubprocessRecord
    | StaticPaths
    | DirectoryPaths
    | DeferredGlobs
    | Pool
    | EnvironmentUse
    | HoldChange
    | StepDeclaration
)


class Amendment(NamedTuple):
    """What a running step adds to itself."""

    inputs: list[str]
    """As the plan wrote them, variables substituted."""
    environment: list[str]
    """Names of variables."""
    outputs: list[str]
    """As the plan wrote them, variables substituted."""
    volatiles: list[str]
    """As the plan wrote them, variables substituted."""


class AmendAnswer(NamedTuple):
    """Which amended inputs cannot be used by this attempt."""

    unavailable: tuple[str, ...]
    """Not there yet, or out of date."""
    unfresh: tuple[str, ...]
    """Made while the step was already running."""


class GlobQuery(NamedTuple):
    """A pattern to be expanded."""

    pattern: str
    """Relative to the current directory, variables substituted."""
    substitutions: Mapping[str, str]
    """Sub-patterns of named wildcards."""


class GlobMatch(NamedTuple):
    """One path that a pattern matches."""

    path: str
    """Relative to the current directory; directories end in a slash."""
    captures: Mapping[str, str]
    """What each named wildcard matched."""


class GraphTexts(NamedTuple):
    """The whole graph in three notations."""

    text: str
    """One paragraph for each part."""
    provenance_dot: str
    """Who declared what."""
    dependency_dot: str
    """What depends on what."""
