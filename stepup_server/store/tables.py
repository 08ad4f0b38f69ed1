"""How the rows of the core lie in the tables: one description, from which reading and writing follow."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_type_hints

from stepup_server.core.commands import FileRow, OutputRow, StepRow, SubprocessRow, TreeRow

__all__ = ("FILES", "OUTPUTS", "STEPS", "SUBPROCESSES", "TREES", "Table")

_Row = TypeVar("_Row", StepRow, FileRow, TreeRow, OutputRow, SubprocessRow)


@dataclass(frozen=True, slots=True)
class Table(Generic[_Row]):
    """A table whose columns are the fields of a row type; the first ones are the key."""

    name: str
    """Of the table."""
    row: type[_Row]
    """What one line becomes."""
    unsigned: str = ""
    """The column that needs all 64 bits, if there is one; SQLite has 63 and a sign."""
    keys: int = 1
    """How many columns identify a row; the first of them alone identifies what it belongs to."""

    @property
    def key(self) -> str:
        """Name of the column that identifies a row, or the node that several rows are about."""
        return self.row._fields[0]

    def write(self, connection: sqlite3.Connection, rows: Iterable[_Row]) -> None:
        """Insert rows, or update those that are there."""
        names = [f'"{name}"' for name in self.row._fields]
        marks = ", ".join("?" * len(names))
        updates = ", ".join(f"{name} = excluded.{name}" for name in names[self.keys :])
        statement = (
            f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # names of our own
            f" ON CONFLICT ({', '.join(names[: self.keys])}) DO UPDATE SET {updates}"
        )
        wide = self._place_of_unsigned()
        connection.executemany(statement, rows if wide is None else (_as_signed(row, wide) for row in rows))

    def delete(self, connection: sqlite3.Connection, keys: Iterable[int]) -> None:
        """Delete the rows with these keys, as far as they are there."""
        statement = f"DELETE FROM {self.name} WHERE {self.key} = ?"  # noqa: S608  # names of our own
        connection.executemany(statement, ((key,) for key in keys))

    def read(self, connection: sqlite3.Connection, key: int | None = None) -> Iterator[_Row]:
        """Return all rows by ascending key, or only those with this key."""
        names = ", ".join(f'"{name}"' for name in self.row._fields)
        where = "" if key is None else f"WHERE {self.key} = :key"
        statement = f"SELECT {names} FROM {self.name} {where} ORDER BY {self.key}"  # noqa: S608  # names of our own
        questions = _places_of_bool(self.row)
        wide = self._place_of_unsigned()
        for line in connection.execute(statement, {"key": key}):
            values = list(line)
            for place in questions:
                values[place] = bool(values[place])
            if wide is not None and values[wide] < 0:
                values[wide] += 1 << 64
            yield self.row(*values)

    def _place_of_unsigned(self) -> int | None:
        """Return which field needs all 64 bits."""
        return self.row._fields.index(self.unsigned) if self.unsigned else None


STEPS = Table("step", StepRow)
FILES = Table("file", FileRow, unsigned="inode")
TREES = Table("tree", TreeRow)
OUTPUTS = Table("output", OutputRow)
SUBPROCESSES = Table("subprocess", SubprocessRow, keys=2)


def _as_signed(line: tuple[Any, ...], wide: int) -> tuple[Any, ...]:
    """Return a line that SQLite can hold."""
    value: int = line[wide]
    return line if value < 1 << 63 else (*line[:wide], value - (1 << 64), *line[wide + 1 :])


def _places_of_bool(row: type) -> tuple[int, ...]:
    """Return which fields are true or false, and not just 1 or 0."""
    return tuple(place for place, hint in enumerate(get_type_hints(row).values()) if hint is bool)
