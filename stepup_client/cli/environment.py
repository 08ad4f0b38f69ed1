"""What the command line reads from its environment; nobody else in this package looks there."""

from __future__ import annotations

import os
from collections.abc import Mapping

from stepup_client.cli.failures import UsageError

__all__ = ("enter_root", "is_debugging", "path_from_root", "project_root", "terminal_width")

_WIDTH = 80
"""The width of what is not a terminal."""


def project_root(environ: Mapping[str, str] = os.environ) -> str:
    """Return the absolute path of the project: STEPUP_ROOT, or the current directory."""
    root = os.path.abspath(environ.get("STEPUP_ROOT") or ".")
    if not os.path.isdir(root):
        raise UsageError(f"The project root {root} is not a directory (see STEPUP_ROOT).")
    return os.path.realpath(root)


def enter_root(root: str) -> bool:
    """Make the root the current directory; return whether it was another one."""
    if os.path.realpath(".") == root:
        return False
    os.chdir(root)
    return True


def path_from_root(path: str, root: str) -> str:
    """Return a path that is relative to the current directory as seen from the root; a slash at its end is kept."""
    seen = os.path.relpath(os.path.join(os.path.realpath("."), path), root)
    return f"{seen}/" if path.endswith("/") else seen


def is_debugging(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether STEPUP_DEBUG asks for all there is to know."""
    return environ.get("STEPUP_DEBUG", "") not in ("", "0")


def terminal_width(descriptor: int, environ: Mapping[str, str] = os.environ) -> int:
    """Return COLUMNS, else the width of the terminal behind the descriptor, else 80."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(descriptor).columns or _WIDTH
    except OSError:
        return _WIDTH
