"""Why steps run: values with the reason inside, made when something is decided, and stored with the graph.

A cause says what was found, not where it came from: that an input changed because another step had run
is found later, in `why.py`, from the causes of that other step.
"""

from __future__ import annotations

import enum
import stat
from dataclasses import dataclass, fields
from typing import Any, cast

from .values import FileHash

__all__ = (
    "FIRST_RUN",
    "Aspect",
    "Cause",
    "Change",
    "DeferredBefore",
    "Difference",
    "Ending",
    "FailedBefore",
    "FirstRun",
    "GaveWay",
    "InputsMoved",
    "Interrupted",
    "MatchesChanged",
    "Redeclared",
    "Story",
    "TakenOver",
    "Unwanted",
    "cause_from_json",
    "cause_to_json",
    "hash_change",
    "value_text",
)


@enum.unique
class Aspect(enum.Enum):
    """What two executions of a step may differ in; the value is how people are told."""

    INPUT = "inp hash"
    """An input: content, size or permissions."""
    VARIABLE = "env var"
    """A variable that the step asked for."""
    OVERRIDE = "env override"
    """A variable that its declaration sets."""
    SHELL = "shell"
    """Whether a shell executes the command."""
    OUTPUT = "out hash"
    """An output: content, size or permissions."""


@enum.unique
class Change(enum.Enum):
    """How something compares with the last success; the value is how people are told."""

    ADDED = "Added"
    """It was not there."""
    DELETED = "Deleted"
    """It was there."""
    MODIFIED = "Modified"
    """It was another."""
    SAME = "Same"
    """It is what it was."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing, compared with the last success."""

    aspect: Aspect
    change: Change
    name: str
    """A path or the name of a variable; empty where there is but one thing."""
    before: FileHash | str | None
    """None: not there, or a variable that is not set."""
    after: FileHash | str | None
    """As `before`."""


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The step is new."""


@dataclass(frozen=True, slots=True)
class FailedBefore:
    """The last attempt ended badly."""


@dataclass(frozen=True, slots=True)
class DeferredBefore:
    """The last attempt asked for what was not there yet."""

    missed: tuple[str, ...]
    """Paths that were not there."""
    unfresh: tuple[str, ...]
    """Paths that were made while the attempt was already running."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The last attempt never came to its end."""

    reason: str
    """What ended it; empty when the director itself was."""


@dataclass(frozen=True, slots=True)
class InputsMoved:
    """Something that the step depends on changed while it was running."""


@dataclass(frozen=True, slots=True)
class MatchesChanged:
    """A pattern that the step asked for matches something else now."""

    pattern: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redeclared:
    """The plan declared the step differently, and only running it can declare anew what it had declared."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Something that the step had made or declared belongs to another step now."""

    name: str
    """A path, or the label of a step."""


@dataclass(frozen=True, slots=True)
class GaveWay:
    """What the step depended on would have closed a circle with what another step declared, so it was forgotten."""

    to: str
    """The label of the other step."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Nobody had wanted the step any more, so what it had made was removed."""


Cause = (
    Difference
    | FirstRun
    | FailedBefore
    | DeferredBefore
    | Interrupted
    | InputsMoved
    | MatchesChanged
    | Redeclared
    | TakenOver
    | GaveWay
    | Unwanted
)

FIRST_RUN = (FirstRun(),)
"""The causes of most attempts of a first build."""


@enum.unique
class Ending(enum.Enum):
    """What became of a step when it last had its turn."""

    STARTED = "started"
    """It was handed out, and has not ended."""
    SUCCEEDED = "succeeded"
    """It ran and ended well."""
    SKIPPED = "skipped"
    """It was found to be up to date."""
    DEFERRED = "deferred"
    """It ran until it asked for what was not there yet."""
    FAILED = "failed"
    """It ran and ended badly."""
    LOST = "lost"
    """It ran and never came to its end."""


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to a step when it last had its turn, and why."""

    build: int
    """Counts the builds of the project."""
    ending: Ending
    causes: tuple[Cause, ...]
    """Why it ran; empty for a step that did not."""
    remark: str = ""
    """More about its end: how it failed, what it waits for."""


# As JSON


def cause_to_json(cause: Cause) -> dict[str, Any]:
    """Return a cause as a dictionary of plain values."""
    facts = {field.name: _plain(getattr(cause, field.name)) for field in fields(cause)}
    return {"kind": _KIND_OF[type(cause)], **facts}


def cause_from_json(facts: dict[str, Any]) -> Cause:
    """Return the cause that a dictionary tells of."""
    make = _KINDS[facts["kind"]]
    return make(**{field.name: _READERS.get(field.name, _listed)(facts[field.name]) for field in fields(make)})


_KINDS: dict[str, type[Cause]] = {
    "difference": Difference,
    "first_run": FirstRun,
    "failed_before": FailedBefore,
    "deferred_before": DeferredBefore,
    "interrupted": Interrupted,
    "inputs_moved": InputsMoved,
    "matches_changed": MatchesChanged,
    "redeclared": Redeclared,
    "taken_over": TakenOver,
    "gave_way": GaveWay,
    "unwanted": Unwanted,
}
_KIND_OF: dict[type, str] = {make: kind for kind, make in _KINDS.items()}


def _plain(value: object) -> object:
    """Return the value of a field as JSON has it."""
    if isinstance(value, FileHash):
        return [value.digest.hex(), value.mode, value.size]
    return value.value if isinstance(value, enum.Enum) else value


def _listed(value: object) -> object:
    """Return a value as frozen causes have it."""
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value


def _content(value: object) -> FileHash | str | None:
    """Return one side of a difference."""
    if isinstance(value, list):
        digest, mode, size = cast("tuple[str, int, int]", value)
        return FileHash(bytes.fromhex(digest), mode, size, 0, 0)
    return None if value is None else str(value)


_READERS: dict[str, Any] = {"aspect": Aspect, "change": Change, "before": _content, "after": _content}
"""How fields are read that are not what they look like."""


# In words


def hash_change(before: FileHash | None, after: FileHash | None) -> str:
    """Describe what has changed between two hashes of a file; empty when nothing has."""
    old, new = before or _NOTHING, after or _NOTHING
    parts: list[str] = []
    if old.digest != new.digest:
        parts.append(f"digest {_short(old)} ➜ {_short(new)}")
    if old.size != new.size:
        parts.append(f"size {old.size} ➜ {new.size}")
    if old.mode != new.mode:
        parts.append(f"mode {stat.filemode(old.mode)} ➜ {stat.filemode(new.mode)}")
    return ", ".join(parts)


_NOTHING = FileHash(b"", 0, 0, 0, 0)


def _short(hash_: FileHash) -> str:
    """Return the beginning of a digest."""
    return hash_.digest.hex()[:8] or "UNKNOWN"


def value_text(value: FileHash | str | None) -> str:
    """Show the value of a variable."""
    return "(unset)" if value is None else f"='{value}'"
