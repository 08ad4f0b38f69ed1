"""How long news waits for more of it."""

from __future__ import annotations

import asyncio

import pytest

from stepup_worker.rpc import gathering


@pytest.mark.parametrize(
    ("waiting", "turns"), [((0, 0), 1), ((1, 1), 1), ((9, 9, 9, 9, 9, 9), 4), ((9, 9, 4, 9), 2), ((6, 2), 1)]
)
def test_news_waits_as_long_as_there_is_enough_to_do(
    waiting: tuple[int, ...], turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    counts = iter(waiting)
    asyncio.run(gathering.gather(lambda: next(counts)))
    assert len(slept) == turns
    assert (slept[0] == 0.0) == (waiting[0] == 0)
