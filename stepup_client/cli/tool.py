"""For those who write commands of `stepup`: where the graph is stored, and values in arguments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from stepup_client.cli.environment import project_root
from stepup_client.core.paths import as_path
from stepup_client.errors import ToolError
from stepup_shared.visible import in_text

if TYPE_CHECKING:
    import sqlite3

    from path import Path

__all__ = ("ToolFunc", "connect_graph_db", "get_graph_db_path", "positive_decimal", "positive_int", "print_error")

ToolFunc = Callable[[argparse.Namespace], Any]
"""What a command does with its arguments."""


def get_graph_db_path() -> Path:
    """Return the absolute path of the database of the project that is in STEPUP_ROOT, or here."""
    return as_path(f"{project_root()}/.stepup/graph.db")


def connect_graph_db() -> sqlite3.Connection:
    """Open the database of the project for reading; its tables are not those of StepUp 4.

    Raises
    ------
    ToolError
        Nothing was ever built here.
    """
    import sqlite3

    path = get_graph_db_path()
    try:
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    except sqlite3.OperationalError as error:
        raise ToolError(f"{path} cannot be opened: {error}. Build the project first.") from None


def positive_int(value: str | int) -> int:
    """Return a whole number above zero, for `type=` of argparse.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number <= 0:
        raise argparse.ArgumentTypeError(f"must be a positive whole number, not {value}")
    return number


def positive_decimal(value: str | float) -> Decimal:
    """Return a number above zero as it is written, for `type=` of argparse.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal(0)
    if not number.is_finite() or number <= 0:
        raise argparse.ArgumentTypeError(f"must be a positive number, not {value}")
    return number


def print_error(message: object) -> None:
    """Write a message to standard error as all commands do."""
    print(f"ERROR: {in_text(message)}", file=sys.stderr)
