"""The arguments of a step that are no paths: checked, and brought into one form."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from stepup_client.errors import StepUpError

from .declarations import Need
from .variables import RESERVED

__all__ = (
    "BLOCKED",
    "Resources",
    "check_overrides",
    "need_of",
    "normalise_duration",
    "normalise_names",
    "normalise_resources",
    "normalise_retry",
    "normalise_timeout",
    "normalise_where",
    "with_limits",
)

Resources = Mapping[str, int] | str
"""Units by name, or text such as `a:2,b`."""

RETRIES_MAX = 1000
"""More would hide what is wrong with a step."""

BLOCKED = "blocked"
"""A resource of which there is none, unless somebody defines it."""


def need_of(need: Need, *, optional: bool) -> Need:
    """Return how much a step is wanted; `optional=True` is another way to say OPTIONAL."""
    if not isinstance(need, Need):
        raise TypeError(f"need must be a Need, not {type(need).__name__}: {need!r:.80}")
    if need is Need.TARGET:
        raise StepUpError("Need.TARGET cannot be declared.")
    if not optional:
        return need
    if need is Need.PLAN:
        raise StepUpError("A planning step cannot be optional.")
    return Need.OPTIONAL


def normalise_names(names: str | Iterable[str]) -> list[str]:
    """Return names of variables, sorted, each once."""
    wanted = [names] if isinstance(names, str) else list(names)
    if len(wanted) > 1:
        wanted = sorted(set(wanted))
    for name in wanted:
        _check_name(name)
    return wanted


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"The name of a variable must be a string, not {type(name).__name__}: {name!r:.80}")
    if not name or "=" in name or "\0" in name:
        raise StepUpError(f"Not the name of an environment variable: {name!r}")


def check_overrides(overrides: Mapping[str, str], names: Iterable[str]) -> None:
    """Refuse values for variables that the step also depends on, or that the worker sets."""
    for name, value in overrides.items():
        _check_name(name)
        if not isinstance(value, str):
            raise TypeError(f"The value of variable {name} must be a string, not {type(value).__name__}.")
        if "\0" in value:
            raise StepUpError(f"The value of variable {name} contains a NUL byte.")
    if reserved := sorted(RESERVED.intersection(overrides)):
        raise StepUpError(f"Variable(s) set by StepUp cannot be overridden: {', '.join(reserved)}")
    if both := sorted(overrides.keys() & set(names)):
        raise StepUpError(f"Variable(s) cannot be both an env dependency and an env_overrides value: {', '.join(both)}")


def normalise_resources(resources: Resources | None) -> Mapping[str, int]:
    """Return units by name."""
    if not resources:
        return {}
    units = _parsed(resources) if isinstance(resources, str) else resources
    if not isinstance(units, Mapping):
        raise TypeError(f"The resources argument must be a dict, a string or None, not {type(units).__name__}.")
    for name, number in units.items():
        _check_units(name, number)
    return units


def _check_units(name: object, number: object) -> None:
    if not isinstance(name, str) or not name:
        raise StepUpError(f"Invalid name of a resource: {name!r}. Must be a string that is not empty.")
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        raise StepUpError(f"Invalid quantity for resource {name!r}: {number!r}. Must be a strictly positive integer.")


def _parsed(text: str) -> dict[str, int]:
    units: dict[str, int] = {}
    for part in text.split(","):
        name, colon, number = (word.strip() for word in part.partition(":"))
        if not name or name in units:
            raise StepUpError(f"Resources must look like 'a:2,b', each name once, not {text!r}.")
        if colon and not number.lstrip("-").isdecimal():
            raise StepUpError(f"Resource value is not a valid integer: {part.strip()}")
        units[name] = int(number) if colon else 1
    return units


def normalise_duration(duration: float | None) -> float:
    """Return the expected duration in seconds, 0 for unknown."""
    if duration is None:
        return 0.0
    if not _is_number(duration) or not math.isfinite(duration) or duration < 0:
        raise StepUpError(f"Invalid duration: {duration!r:.80}. Must be a non-negative number.")
    return float(duration)


def normalise_where(where: str) -> str:
    """Return a condition for workers; the director reads it."""
    if not isinstance(where, str):
        raise TypeError(f"The where argument must be a string, not {type(where).__name__}: {where!r:.80}")
    return where.strip()


def normalise_timeout(timeout: float | None) -> float:
    """Return how many seconds a step may run, 0 for ever."""
    if timeout is None:
        return 0.0
    if not _is_number(timeout) or not math.isfinite(timeout) or timeout <= 0:
        raise StepUpError(f"Invalid timeout: {timeout!r:.80}. Must be a positive number of seconds.")
    return float(timeout)


def normalise_retry(retry: object) -> int:
    """Return how many more times a step may be tried after a failure."""
    if not isinstance(retry, int) or isinstance(retry, bool) or not 0 <= retry <= RETRIES_MAX:
        raise StepUpError(f"Invalid retry: {retry!r:.80}. Must be a whole number from 0 to {RETRIES_MAX}.")
    return retry


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def with_limits(resources: Resources | None, *, pool: str | None, block: bool) -> Resources | None:
    """Return the resources of a step that also says, as in version 1, that it belongs to a pool or is blocked."""
    extra = {name: 1 for name in (pool, BLOCKED if block else None) if name is not None}
    return {**normalise_resources(resources), **extra} if extra else resources
