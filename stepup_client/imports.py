"""Which modules a Python script has imported, as far as they are sources of the project: its automatic inputs.

Imported by workers, too, into the process that runs a script: that process is a step, and so a client. It therefore
needs nothing but what every interpreter has loaded anyway.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple

from stepup_client.errors import StepUpError

__all__ = ("PATH_FILTER", "PathFilter", "imported_files", "path_filter")

PATH_FILTER = "STEPUP_PATH_FILTER"
"""The variable that says which files count."""

_DEFAULT = "-.venv:-venv:-.tox:-.nox:-.direnv:-.pixi:-node_modules"
"""When the variable is not set: not what was installed below the project."""

_OWN_PARENT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_OWN = tuple(f"{_OWN_PARENT}/{name}/" for name in ("stepup_client", "stepup_proto", "stepup_server", "stepup_worker"))
"""Our own modules say nothing about the project, wherever they lie."""


class _Rule(NamedTuple):
    """One item of a filter."""

    prefix: str
    """Absolute, links followed."""
    accepts: bool
    """What becomes of paths that begin so."""


class PathFilter:
    """Tells sources of a project from everything else: the first rule with a matching prefix decides.

    Behind the rules that the user gives stand two more: everything below the root counts, and nothing else.
    """

    def __init__(self, text: str | None, root: str) -> None:
        """Read the value of the variable; prefixes are relative to `root`, which is absolute without links.

        Raises
        ------
        StepUpError
            An item begins neither with a plus nor with a minus.
        """
        self.root = root
        """The project."""
        items = (_DEFAULT if text is None else text).split(":")
        self._rules = [_rule(item, root) for item in items if item]
        self._rules.append(_Rule(root.rstrip("/") + "/", accepts=True))

    def accepts(self, path: str) -> bool:
        """Tell whether a file counts; its path is absolute, links followed."""
        if path.startswith(_OWN):
            return False
        return next((rule.accepts for rule in self._rules if path.startswith(rule.prefix)), path == self.root)


def _rule(item: str, root: str) -> _Rule:
    if item[0] not in "+-":
        raise StepUpError(f"Invalid filter item: {item} ({PATH_FILTER} is a list of +PREFIX and -PREFIX with colons).")
    return _Rule(os.path.realpath(os.path.join(root, item[1:])), accepts=item[0] == "+")


@lru_cache(maxsize=64)
def path_filter(text: str | None, root: str) -> PathFilter:
    """Return a filter, made once: a process that forks itself into scripts makes it for all of them."""
    return PathFilter(text, os.path.realpath(root))


def imported_files(modules: Iterable[ModuleType], accepted: PathFilter, script: str | None = None) -> list[str]:
    """Return the files of modules that count, relative to the root, sorted; not the script that imports them."""
    found: set[str] = set()
    for module in modules:
        file = getattr(module, "__file__", None)
        # Some modules invent a name for their file.
        if isinstance(file, str) and os.path.isfile(file):
            path = os.path.realpath(file)
            if path != script and accepted.accepts(path):
                found.add(os.path.relpath(path, accepted.root))
    return sorted(found)
