"""What a stop breaks off besides a process."""

from __future__ import annotations

import asyncio

import pytest

from stepup_worker.core.values import AttemptId, StopLevel
from stepup_worker.run.stops import BrokenOff, Stops

ATTEMPT = AttemptId(1, 1)


@pytest.fixture(name="stops")
def stops_with_one() -> Stops:
    stops = Stops()
    stops.begin(ATTEMPT)
    return stops


async def answer() -> str:
    return "done"


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def test_what_nobody_stops_comes_to_its_end(stops: Stops) -> None:
    stops.set(ATTEMPT, StopLevel.INTERRUPT)
    assert await stops.unless(StopLevel.KILL, ATTEMPT, answer()) == "done"


@pytest.mark.parametrize("level", [StopLevel.INTERRUPT, StopLevel.KILL])
async def test_a_stop_breaks_off_what_it_may(stops: Stops, level: StopLevel) -> None:
    waiting = asyncio.ensure_future(stops.unless(StopLevel.INTERRUPT, ATTEMPT, wait_for_ever()))
    await asyncio.sleep(0)
    stops.set(ATTEMPT, StopLevel.RECALL)
    await asyncio.sleep(0)
    assert not waiting.done()
    stops.set(ATTEMPT, level)
    with pytest.raises(BrokenOff):
        await waiting


async def test_a_stop_that_came_before_breaks_off_as_well(stops: Stops) -> None:
    stops.set(ATTEMPT, StopLevel.KILL)
    with pytest.raises(BrokenOff):
        await stops.unless(StopLevel.RECALL, ATTEMPT, wait_for_ever())


async def test_a_level_only_ever_rises(stops: Stops) -> None:
    stops.set(ATTEMPT, StopLevel.INTERRUPT)
    stops.set(ATTEMPT, StopLevel.RECALL)
    assert stops.level(ATTEMPT) is StopLevel.INTERRUPT


async def test_a_timeout_of_what_is_waited_for_is_passed_on(stops: Stops) -> None:
    async def fail() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await stops.unless(StopLevel.KILL, ATTEMPT, fail())
