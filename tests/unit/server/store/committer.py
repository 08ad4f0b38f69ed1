"""Commits one group after the other until it is killed; says so after each. Started by the crash test."""

from __future__ import annotations

import asyncio
import sys

from stepup_server.core.commands import Record
from stepup_server.store.journal import SqliteJournal
from stepup_server.store.restore import load
from tests.unit.server.store.rows import a_file, a_step, an_output

__all__ = ()


async def main(path: str) -> None:
    journal = SqliteJournal(path)
    number = int(load(path).facts.get("groups", "0"))
    while True:
        number += 1
        first = 10 * number
        record = Record(
            steps=tuple(map(a_step, range(first, first + 3))),
            files=tuple(map(a_file, range(first + 3, first + 9))),
            outputs=(an_output(first),),
            facts=(("groups", str(number)),),
        )
        await journal.commit([record])
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
