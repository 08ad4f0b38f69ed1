"""The director, with a recorder: `python -m tests.support.recorded_director MARKS RECORDS OPTION...`.

Each time that somebody is about to hear of what is durable, a line is written to the first file: how many groups of
records had been committed, and how many facts are about to be told; or who is trusted from now on.
The groups themselves are kept in the second file.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sys
from dataclasses import asdict

import stepup_server.__main__ as program
import stepup_server.trust.registry as trust
from stepup_server.core.commands import Answer, Command, OrderWorker, Record
from stepup_server.engine.engine import Engine
from stepup_server.engine.identities import Invitation
from stepup_server.trust.registry import Registry

__all__ = ("facts_in", "main", "trust_in")


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


class RecordedRegistry(Registry):
    """Writes down whom it trusts before it tells anybody."""

    def invite(self, role: str, name: str, life_s: float) -> Invitation:
        invitation = super().invite(role, name, life_s)
        self._tell()
        return invitation

    def revoke(self, name: str) -> int:
        count = super().revoke(name)
        self._tell()
        return count

    def _tell(self) -> None:
        os.write(RecordedEngine.marks, f"trust {trust_in(self)}\n".encode())


def trust_in(registry: Registry | None) -> str:
    """Return what tells who is trusted, and who is not any more; None is nobody."""
    state = trust._State() if registry is None else registry._state
    return hashlib.sha256(json.dumps(asdict(state), sort_keys=True).encode()).hexdigest()


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
    setattr(trust, Registry.__name__, RecordedRegistry)
    return program.main(options)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
