"""What authors of commands of `stepup` get."""

from __future__ import annotations

import argparse
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from stepup.core import tool as compat
from stepup_client.cli import tool
from stepup_client.errors import ToolError


def test_both_import_names_give_the_same() -> None:
    assert compat.__all__ == tool.__all__


def test_the_database_is_opened_for_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPUP_ROOT", str(tmp_path))
    with pytest.raises(ToolError, match="Build the project first"):
        tool.connect_graph_db()
    (tmp_path / ".stepup").mkdir()
    with sqlite3.connect(tmp_path / ".stepup/graph.db") as made:
        made.execute("CREATE TABLE a (b)")
    made.close()
    opened = tool.connect_graph_db()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        opened.execute("INSERT INTO a VALUES (1)")
    opened.close()
    assert tool.get_graph_db_path() == str(tmp_path / ".stepup/graph.db")


def test_numbers_in_arguments_are_positive() -> None:
    assert (tool.positive_int("3"), tool.positive_decimal("1.50")) == (3, Decimal("1.50"))
    for read, texts in ((tool.positive_int, ("0", "x", "1.5")), (tool.positive_decimal, ("-1", "x", "nan"))):
        for text in texts:
            with pytest.raises(argparse.ArgumentTypeError, match="must be a positive"):
                read(text)


def test_errors_look_like_those_of_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    tool.print_error("no")
    assert capsys.readouterr().err == "ERROR: no\n"
