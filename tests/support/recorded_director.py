"""The director, with a recorder: `python -m tests.support.recorded_director MARKS RECORDS OPTION...`.

Each time that somebody is about to hear of what is durable, a line is written to the first file: how many groups of
records had been committed, and how many facts are about to be told. The groups themselves are kept in the second file.
"""

from __future__ import annotations

import os
import pickle
import sys

import stepup_server.__main__ as program
from stepup_server.core.commands import Answer, Command, OrderWorker, Record
from stepup_server.engine.engine import Engine

__all__ = ("facts_in", "main")


class RecordedEngine(Engine):
    """Writes down what it makes durable, and when it tells somebody."""

    marks = -1
    records = -1
    groups = 0

    async def _commit(self, records: list[Record]) -> bool:
        is_done = await super()._commit(records)
        if records and is_done:
            self.groups += 1
            os.write(self.records, pickle.dumps(records))
        return is_done

    def _perform(self, command: Command) -> None:
        facts = facts_in(command)
        if facts:
            os.write(self.marks, f"{self.groups} {facts}\n".encode())
        super()._perform(command)


def facts_in(command: Command) -> int:
    """Return how much a command tells: an answer, results that are acknowledged, attempts that are handed out."""
    match command:
        case Answer():
            return 1
        case OrderWorker(orders=orders, acknowledged=acknowledged):
            return len(acknowledged) + sum(order.assignment is not None for order in orders)
        case _:
            return 0


def main(marks: str, records: str, *options: str) -> int:
    """Run a director."""
    RecordedEngine.marks = os.open(marks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    RecordedEngine.records = os.open(records, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    setattr(program, Engine.__name__, RecordedEngine)
    return program.main(options)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
