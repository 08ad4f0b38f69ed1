"""Variables in files: `loadns` and `dumpns`."""

from __future__ import annotations

import contextlib
import os
import posixpath
import sys
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from stepup_client.amending import amend
from stepup_client.conversion import to_json, to_plain
from stepup_client.core.paths import StrPath, normalise
from stepup_client.errors import StepUpError
from stepup_client.rpc.current import caller

__all__ = ("dumpns", "format_variables", "load_variables", "loadns")


def loadns(*paths_variables: StrPath, dir_out: StrPath | None = None, do_amend: bool = True) -> SimpleNamespace:
    """Load variables from files.

    Parameters
    ----------
    paths_variables
        JSON, TOML, YAML and Python files, by their extensions. Later ones win.
        A Python file runs in its own directory, from which it may import;
        its names count which do not begin with an underscore and are no modules.
    dir_out
        The directory that variables are relative to which are `path.Path`s in a Python file; by default the current
        directory. In the file they are relative to the directory of the file.
    do_amend
        Let the calling step depend on the files.

    Returns
    -------
    A namespace with the variables as attributes.

    Raises
    ------
    InputNotFoundError
        A file is not available yet; the calling step runs again when it is.
    StepUpError
        A file has another extension, cannot be read as what its extension says, or holds something else than variables.
    FileNotFoundError
        A file does not exist, and nobody makes it.

    Examples
    --------
    >>> settings = loadns("defaults.json", "settings.toml")
    >>> settings.title
    'Results'
    """
    me = caller()
    variables = me.variables()
    files = [variables.path(path) for path in paths_variables]
    directory = "." if dir_out is None else variables.path(dir_out)
    me.record(variables)
    try:
        values = _load_all(files, directory)
    except FileNotFoundError:
        if not do_amend:
            raise
        # Asking for it defers this step if it is not there yet, and brings it here if it is elsewhere.
        amend(inp=files)
        return SimpleNamespace(**_load_all(files, directory))
    if do_amend and files:
        amend(inp=files)
    return SimpleNamespace(**values)


def _load_all(files: Iterable[str], dir_out: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for file in files:
        values.update(load_variables(file, dir_out))
    return values


def dumpns(path: StrPath, data: Mapping[str, Any] | SimpleNamespace, *, do_amend: bool = True) -> None:
    """Write variables to a file.

    Parameters
    ----------
    path
        A JSON or YAML file, by its extension.
    data
        The variables. Sets become sorted lists, paths become texts, and objects with fields become dictionaries.
    do_amend
        Make the file an output of the calling step.

    Raises
    ------
    StepUpError
        The file has another extension.
    TypeError
        A variable cannot be written.

    Examples
    --------
    >>> dumpns("settings.json", {"title": "Results", "columns": [1, 2]})
    """
    me = caller()
    variables = me.variables()
    file = variables.path(path)
    me.record(variables)
    if do_amend:
        amend(out=file)
    text = format_variables(file, data)
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(text)


def format_variables(file: str, data: Mapping[str, Any] | SimpleNamespace) -> str:
    """Return variables as the text of a file, in the notation that its extension names."""
    extension = posixpath.splitext(file)[1]
    if extension == ".json":
        return to_json(data, indent=2) + "\n"
    if extension in {".yaml", ".yml"}:
        import yaml

        try:
            return yaml.safe_dump(to_plain(data, dates=True))
        except yaml.representer.RepresenterError as error:
            raise TypeError(f"{file}: a value cannot be written as YAML: {error.args[-1]!r:.80}") from None
    raise StepUpError(f"dumpns: unsupported file format: {extension!r}. Use .json, .yaml or .yml: {file}")


def load_variables(file: str, dir_out: str) -> dict[str, Any]:
    """Return the variables in a file; `path.Path`s in a Python file are relative to `dir_out`."""
    extension = posixpath.splitext(file)[1]
    if extension == ".py":
        return _load_python(file, dir_out)
    load = _LOADERS.get(extension)
    if load is None:
        raise StepUpError(f"unsupported variable file format: {file}. Use .json, .toml, .yaml, .yml or .py.")
    with open(file, encoding="utf-8") as stream:
        text = stream.read()
    try:
        values = load(text)
    except ValueError as error:
        raise StepUpError(f"{file} cannot be read as {extension.removeprefix('.')}: {error}") from None
    if not isinstance(values, dict):
        raise StepUpError(f"{file} must hold names with values, not {type(values).__name__}.")
    return cast("dict[str, Any]", values)


def _load_json(text: str) -> object:
    import json

    return json.loads(text)


def _load_toml(text: str) -> object:
    import tomllib

    return tomllib.loads(text)


def _load_yaml(text: str) -> object:
    import yaml

    try:
        values: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(error) from None
    return {} if values is None else values


_LOADERS: dict[str, Callable[[str], object]] = {
    ".json": _load_json,
    ".toml": _load_toml,
    ".yaml": _load_yaml,
    ".yml": _load_yaml,
}


def _load_python(file: str, dir_out: str) -> dict[str, Any]:
    """Run a file in its directory and return the variables that it sets."""
    from runpy import run_path

    path = os.path.abspath(file)
    directory = os.path.dirname(path)
    target = os.path.abspath(dir_out)
    sys.path.insert(0, directory)
    try:
        with contextlib.chdir(directory):
            names = run_path(path)
    finally:
        sys.path.remove(directory)
    return {
        name: _moved(value, directory, target)
        for name, value in names.items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }


def _moved(value: object, directory: str, target: str) -> object:
    """Return a value; a path that is relative to a directory is made relative to another one."""
    from path import Path

    if not isinstance(value, Path) or value.startswith("/"):
        return value
    absolute = normalise(posixpath.join(directory, str(value)))
    moved = posixpath.relpath(absolute, target)
    return Path(moved + "/" if absolute.endswith("/") else moved)
