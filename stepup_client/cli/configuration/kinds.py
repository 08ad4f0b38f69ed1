"""Kinds of values: how each is written on the command line, in a variable and in TOML.

There is one text for each value, whatever the place: what TOML gives is first turned into that text.
So the three places cannot understand different things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, cast

from stepup_client.cli.failures import UsageError

__all__ = (
    "COUNT",
    "DIRECTORIES",
    "JOBS",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "NAMES",
    "PORT",
    "RESOURCES",
    "SWITCH",
    "TEXT",
    "WORKERS",
    "Kind",
    "LogFormat",
    "LogLevel",
    "toml_text",
)

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["json", "console"]

_Value = TypeVar("_Value")

_TRUE = frozenset(("yes", "true", "t", "y", "1", "on"))
_FALSE = frozenset(("no", "false", "f", "n", "0", "off"))
_LOG_LEVELS: dict[str, LogLevel] = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    # A level of its own in Python's logging, which nothing of ours uses.
    "critical": "error",
}
_LOG_FORMATS: dict[str, LogFormat] = {"json": "json", "console": "console"}
_JOBS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_JOBS_MAX = 10_000
_WORKERS_MAX = 100
_PORT_MAX = 65535
_RESOURCE = re.compile(r"\s*([^\s:,=]+)\s*(?::\s*(-?[0-9]+)\s*)?")

Resources = tuple[tuple[str, int], ...]
"""Capacities by name, sorted."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Value]):
    """One kind of values."""

    read: Callable[[str], _Value]
    """Take a text; ValueError says what is wrong with it."""
    toml_types: tuple[type, ...]
    """The types of TOML in which it may be written."""
    write: Callable[[_Value], object]
    """Turn a value into what TOML can hold."""
    metavar: str | None = None
    """Stands for the value in help; None for a switch."""
    merge: Callable[[_Value, _Value], _Value] = lambda _older, newer: newer
    """Combine what two layers say."""

    def read_toml(self, raw: object) -> _Value:
        """Take what TOML gives."""
        if type(raw) not in self.toml_types:
            expected = " or ".join(_TOML_NAMES[type_] for type_ in self.toml_types)
            raise ValueError(f"Expected {expected}, not {_TOML_NAMES.get(type(raw), type(raw).__name__)}.")
        return self.read(_text_of(raw))


_TOML_NAMES: dict[type, str] = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "a list of strings",
    dict: "a table",
}


def _text_of(raw: object) -> str:
    """Write a value of TOML as on the command line."""
    match raw:
        case bool():
            return "yes" if raw else "no"
        case list():
            return ",".join(str(item) for item in cast("list[object]", raw))
        case dict():
            return ",".join(f"{name}:{units}" for name, units in cast("dict[str, object]", raw).items())
        case _:
            return str(raw)


def toml_text(raw: object) -> str:
    """Write any value in TOML, on one line."""
    # Here because most commands write none.
    import json

    match raw:
        case bool():
            return "true" if raw else "false"
        case int() | float():
            return str(raw)
        case list() | tuple():
            return f"[{', '.join(toml_text(item) for item in cast('list[object]', raw))}]"
        case Mapping():
            entries = cast("Mapping[str, object]", raw).items()
            return f"{{{', '.join(f'{json.dumps(name)} = {toml_text(item)}' for name, item in entries)}}}"
        case _:
            # TOML's strings are those of JSON, but for one character.
            return json.dumps(str(raw), ensure_ascii=False).replace("\x7f", "\\u007f")


def _read_switch(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"Cannot interpret {text!r} as a boolean value: write yes or no.")


def _read_jobs(text: str) -> str:
    """Check a number of jobs and return it as written: `4` is a count, `1.5` a multiple of the cores."""
    if _JOBS.fullmatch(text.strip()) is None:
        raise ValueError(f"{text!r} is not a number.")
    if not 0 < float(text) <= _JOBS_MAX:
        raise ValueError(f"{text!r} must be more than zero, and sensible.")
    return text.strip()


def _read_count(text: str) -> int:
    return _bounded(text, 1, None)


def _read_workers(text: str) -> int:
    return _bounded(text, 1, _WORKERS_MAX)


def _read_port(text: str) -> int:
    return _bounded(text, 0, _PORT_MAX)


def _bounded(text: str, least: int, most: int | None) -> int:
    if not text.strip().isdecimal() or not least <= int(text) <= (int(text) if most is None else most):
        limits = f"of at least {least}" if most is None else f"between {least} and {most}"
        raise ValueError(f"{text!r} is not a whole number {limits}.")
    return int(text)


def _read_log_level(text: str) -> LogLevel:
    level = _LOG_LEVELS.get(text.strip().lower())
    if level is None:
        raise ValueError(f"{text!r} is not one of {', '.join(_LOG_LEVELS)}.")
    return level


def _read_log_format(text: str) -> LogFormat:
    log_format = _LOG_FORMATS.get(text.strip().lower())
    if log_format is None:
        raise ValueError(f"{text!r} is not one of {', '.join(_LOG_FORMATS)}.")
    return log_format


def _read_names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _read_resources(text: str) -> Resources:
    """Read `name:units,name`; a name alone has one unit."""
    if not text.strip():
        return ()
    return tuple(sorted(dict(_read_resource(part) for part in text.split(",")).items()))


def _read_resource(text: str) -> tuple[str, int]:
    match = _RESOURCE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text.strip()!r} is not of the form NAME:UNITS.")
    if (units := int(match[2] or 1)) < 0:
        raise UsageError(f"Resource value cannot be negative: {text.strip()}")
    return match[1], units


def _merge_names(older: tuple[str, ...], newer: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*older, *newer)))


def _write_resources(value: Resources) -> str:
    return ",".join(f"{name}:{units}" for name, units in value)


def _merge_resources(older: Resources, newer: Resources) -> Resources:
    return tuple(sorted((dict(older) | dict(newer)).items()))


SWITCH = Kind(_read_switch, (bool, str), bool)
JOBS = Kind(_read_jobs, (int, float, str), str, "N")
COUNT = Kind(_read_count, (int, str), int, "N")
WORKERS = Kind(_read_workers, (int, str), int, "N")
PORT = Kind(_read_port, (int, str), int, "PORT")
TEXT = Kind(str, (str,), str, "NAME")
NAMES = Kind(_read_names, (str, list), list[str], "A,B")
DIRECTORIES = Kind(_read_names, (str, list), list[str], "DIR", _merge_names)
LOG_LEVEL = Kind(_read_log_level, (str,), str, "LEVEL")
LOG_FORMAT = Kind(_read_log_format, (str,), str, "FORMAT")
RESOURCES = Kind(_read_resources, (str, dict), _write_resources, "NAME:N,..", _merge_resources)
