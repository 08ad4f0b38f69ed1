"""What the machine keeps a worker from is told once, tried again, and given up when nobody wants it any more."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterator

import pytest

from stepup_worker.core.values import AttemptId
from stepup_worker.run import troubles as module
from stepup_worker.run.troubles import GivenUp, Troubles

A, B = AttemptId(1, 1), AttemptId(2, 2)


def full(place: str = "/x") -> OSError:
    return OSError(errno.ENOSPC, "", place)


class Work:
    """Fails in certain ways, then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self._failures: Iterator[Exception] = iter(failures)

    async def __call__(self) -> str:
        for failure in self._failures:
            raise failure
        return "done"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_S", 0.0)


def test_what_is_hindered_is_tried_until_it_works() -> None:
    troubles = Troubles()
    told: list[tuple[str, ...]] = []
    troubles.on_change = lambda: told.append(troubles.told())
    assert asyncio.run(troubles.overcome(A, Work(full(), full(), full()), lambda: True)) == "done"
    assert told == [("/x: the disk is full. Make room there.",), ()]


def test_another_error_is_raised_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(Troubles().overcome(A, Work(FileNotFoundError(errno.ENOENT, "")), lambda: True))


def test_what_several_attempts_meet_is_told_once() -> None:
    troubles = Troubles()
    wanted = {A, B}

    async def meet() -> tuple[str, ...]:
        works = (troubles.overcome(id_, Work(*[full()] * 1000), lambda: bool(wanted)) for id_ in (A, B))
        tasks = [asyncio.ensure_future(work) for work in works]
        await asyncio.sleep(0)
        told = troubles.told()
        wanted.clear()
        await asyncio.gather(*tasks, return_exceptions=True)
        return told

    assert asyncio.run(meet()) == ("/x: the disk is full. Make room there.",)
    assert troubles.told() == ()


def test_who_waits_is_woken_when_it_is_not_wanted_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_S", 1000.0)
    troubles = Troubles()
    wanted = {A}

    async def wait() -> None:
        task = asyncio.ensure_future(troubles.overcome(A, Work(full()), lambda: A in wanted))
        await asyncio.sleep(0)
        wanted.clear()
        troubles.wake(A)
        troubles.wake(B)
        await task

    with pytest.raises(GivenUp, match="the disk is full"):
        asyncio.run(wait())
    assert troubles.told() == ()
