"""The inside of a step that `call` declares: the driver of a script with functions."""

from __future__ import annotations

import argparse
import inspect
import json
import shlex
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from stepup_client.conversion import to_json, to_plain, to_type
from stepup_client.namespaces import loadns
from stepup_client.paths import short_path

__all__ = ("call_function", "driver", "list_functions")

_OF_ALL = ("inp", "out")
"""Arguments that every step may have; a function that does not take them need not."""


def driver() -> None:
    """Call the function that the command line names; the last line of a script whose functions are steps.

    Without arguments, the command lines of all functions are shown.
    `./script.py FUNCTION JSON` takes the arguments of the function from a JSON object,
    `./script.py FUNCTION --inp=FILE` from a file that `loadns` can read.
    They are converted to the types in the signature of the function.

    Raises
    ------
    AttributeError
        There is no such function.
    TypeError
        An argument is unknown, missing, or cannot be converted.

    Examples
    --------
    >>> from stepup.core.call import driver
    >>> def count(inp: list[str], out: list[str], word: str = "the"):
    ...     Path(out[0]).write_text(str(Path(inp[0]).read_text().count(word)))
    >>> if __name__ == "__main__":
    ...     driver()
    """
    namespace = sys._getframe(1).f_globals
    script = script_name(sys.argv[0])
    parser = argparse.ArgumentParser(prog=script, description=namespace.get("__doc__"))
    parser.add_argument("function", nargs="?", help="the function to call; without it, all functions are shown")
    parser.add_argument("json_inp", nargs="?", metavar="JSON", help="the arguments of the function, a JSON object")
    parser.add_argument("--inp", metavar="FILE", help="a JSON, YAML, TOML or Python file with the arguments")
    options = parser.parse_args()
    if options.function is None:
        sys.stdout.writelines(f"{line}\n" for line in list_functions(script, namespace))
        return
    if options.json_inp is not None and options.inp is not None:
        parser.error("Cannot use both positional JSON and --inp.")
    call_function(script, namespace, options.function, _arguments(script, options.json_inp, options.inp))


def script_name(program: str) -> str:
    """Return the name of a script as commands have it: with a slash, and relative if it is below this directory."""
    name = str(short_path(program)).removeprefix("./")
    return name if "/" in name else f"./{name}"


def list_functions(script: str, namespace: Mapping[str, Any]) -> Iterator[str]:
    """Yield a command line for each public function, with its defaults."""
    for name, function in _public_functions(namespace):
        yield f"{script} {name} {shlex.quote(to_json(_defaults(function)))}"


def _public_functions(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what `__all__` lists, or else the functions of this module without an underscore, in their order."""
    listed: list[str] | None = namespace.get("__all__")
    for name in namespace if listed is None else listed:
        value = namespace.get(name)
        is_own = inspect.isfunction(value) and value.__module__ == namespace.get("__name__")
        if callable(value) and (listed is not None or (is_own and not name.startswith("_"))):
            yield name, value


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the arguments of a function; None for those without a default."""
    empty, variadic = inspect.Parameter.empty, {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    parameters = inspect.signature(function).parameters.values()
    found = {one.name: None if one.default is empty else one.default for one in parameters if one.kind not in variadic}
    return {name: _shown(value) for name, value in found.items()}


def _shown(value: object) -> object:
    """Return a default as JSON can show it."""
    plain = to_plain(value)
    try:
        json.dumps(plain)
    except TypeError:
        return repr(value)
    return plain


def _arguments(script: str, text: str | None, file: str | None) -> dict[str, Any]:
    """Return the arguments that the command line gives."""
    if file is not None:
        return vars(loadns(file))
    if text is None:
        return {}
    try:
        values = json.loads(text)
    except ValueError as error:
        raise TypeError(f"{script}: the arguments are no JSON: {error}: {text:.80}") from None
    if not isinstance(values, dict):
        raise TypeError(f"{script}: the arguments must be a JSON object, not {type(values).__name__}: {text:.80}")
    return typing.cast("dict[str, Any]", values)


def call_function(script: str, namespace: Mapping[str, Any], name: str, arguments: Mapping[str, Any]) -> None:
    """Call a function with arguments of the types that it wants."""
    function = namespace.get(name)
    if not callable(function):
        # As Python does for a module without such a name.
        raise AttributeError(f"{script} does not define a function '{name}'")  # noqa: TRY004 # nothing is of a wrong type
    parameters = inspect.signature(function).parameters.values()
    takes_all = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
    known = {one.name for one in parameters if one.kind is not inspect.Parameter.VAR_POSITIONAL}
    taken = {key: value for key, value in arguments.items() if takes_all or key in known or key not in _OF_ALL}
    unexpected = sorted(key for key in taken if key not in known)
    if unexpected and not takes_all:
        raise TypeError(f"{script}: function '{name}' received unexpected arguments: {', '.join(unexpected)}")
    hints = _hints_of(function)
    function(**{key: _converted(script, key, value, hints.get(key, Any)) for key, value in taken.items()})


def _hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of the arguments, as far as their names are known when the script runs."""
    try:
        return typing.get_type_hints(function)
    except NameError:
        names = inspect.get_annotations(function)
        return {name: hint for one in names for name, hint in _hint_alone(function, one, names[one])}


def _hint_alone(function: Callable[..., Any], name: str, annotation: object) -> Iterator[tuple[str, Any]]:
    """Yield the type of one argument, if its names are known."""
    holder = SimpleNamespace(__annotations__={name: annotation})
    try:
        yield from typing.get_type_hints(holder, inspect.unwrap(function).__globals__).items()
    except NameError:
        return


def _converted(script: str, name: str, value: object, hint: Any) -> Any:  # noqa: ANN401 # arguments are of any type
    """Return an argument in the type that the function wants."""
    try:
        return to_type(value, hint)
    except Exception as error:
        what = f"argument '{name}' expected {hint}, got {type(value).__name__}: {value!r:.200}"
        raise TypeError(f"{script}: {what}") from error
