"""Values of Python and what files can hold: plain values out, values of a type back in.

cattrs does what is not plain already. It takes longer to import than many a plan takes to run, so it waits.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter
    from cattrs.preconf.pyyaml import PyyamlConverter

__all__ = ("json_converter_of_process", "to_json", "to_plain", "to_type", "yaml_converter_of_process")

_PLAIN = (bool, int, float, type(None))
_SIMPLE: tuple[object, ...] = (str, int, float, bool, dict, list)


@functools.cache
def json_converter_of_process() -> JsonConverter:
    """Return the converter for what JSON holds."""
    from cattrs.preconf.json import make_converter

    return make_converter()


@functools.cache
def yaml_converter_of_process() -> PyyamlConverter:
    """Return the converter for what YAML holds."""
    from cattrs.preconf.pyyaml import make_converter

    return make_converter()


def to_plain(value: object, *, dates: bool = False) -> Any:  # noqa: ANN401 # a file may hold anything
    """Return a value as lists, dictionaries with texts as keys, texts and numbers; sets are sorted.

    Parameters
    ----------
    value
        Also an object that knows its fields, such as a dataclass or a `SimpleNamespace`.
    dates
        Leave dates as they are: YAML has them.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, str):
        # A path is a text, too.
        return str(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {str(key): to_plain(one, dates=dates) for key, one in pairs.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [to_plain(one, dates=dates) for one in cast("Iterable[object]", value)]
        return sorted(items, key=repr) if isinstance(value, set | frozenset) else items
    if isinstance(value, SimpleNamespace):
        return to_plain(vars(value), dates=dates)
    return _unstructured(value, dates=dates)


def _unstructured(value: object, *, dates: bool) -> object:
    """Return a value that knows its fields as a dictionary, and the like; one that nobody knows as it is."""
    converter = yaml_converter_of_process() if dates else json_converter_of_process()
    changed: object = converter.unstructure(value)
    return changed if changed is value or type(changed) is type(value) else to_plain(changed, dates=dates)


def to_json(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON.

    Raises
    ------
    TypeError
        A part of it is no data.
    """
    import json

    return json.dumps(to_plain(value), indent=indent)


def to_type(value: object, hint: Any) -> Any:  # noqa: ANN401 # a hint may be anything
    """Return a plain value as one of a type.

    Raises
    ------
    Exception
        It cannot be one; cattrs and constructors raise what they like.
    """
    if hint is Any or (hint in _SIMPLE and hint == value.__class__):
        return value
    return json_converter_of_process().structure(value, hint)
