"""Following what happens, at any speed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from itertools import count
from typing import Any

from stepup_server.engine.ports import NumberedReport, Reporter
from stepup_server.report.feed import BUDGET_CHARS, EventFeed

from .reports import a_line

__all__ = ()


def a_feed(capacity: int = 10, reports: int = 0) -> EventFeed:
    ticks = count(100)
    feed = EventFeed(lambda: float(next(ticks)), capacity)
    for number in range(1, reports + 1):
        feed.report(a_line(str(number)))
    return feed


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


async def follow(feed: EventFeed, after: int = 0) -> AsyncIterator[NumberedReport]:
    """Yield the reports of a feed one by one."""
    async for group in feed.subscribe(after):
        for numbered in group:
            yield numbered


async def take(follower: AsyncIterator[NumberedReport], number: int) -> list[tuple[int, int]]:
    """Return number and losses of the next reports."""
    taken: list[tuple[int, int]] = []
    for _ in range(number):
        numbered = await anext(follower)
        taken.append((numbered.sequence, numbered.missed))
    return taken


async def rest(follower: AsyncIterator[NumberedReport]) -> list[tuple[int, int]]:
    """Return number and losses of all reports up to the end of the stream."""
    return [(numbered.sequence, numbered.missed) async for numbered in follower]


def test_it_is_a_reporter() -> None:
    feed = a_feed()
    port: Reporter = feed
    assert port is feed


def test_reports_are_numbered_and_get_the_time_of_their_arrival() -> None:
    async def story() -> None:
        feed = a_feed(reports=2)
        feed.close()
        assert [numbered async for numbered in follow(feed)] == [
            NumberedReport(1, 100.0, a_line("1"), 0),
            NumberedReport(2, 101.0, a_line("2"), 0),
        ]
        assert feed.last_sequence == 2

    run(story)


def test_a_follower_gets_what_is_remembered_and_then_what_happens() -> None:
    async def story() -> None:
        feed = a_feed(reports=2)
        follower = follow(feed)
        assert await take(follower, 2) == [(1, 0), (2, 0)]
        waiting = asyncio.create_task(take(follower, 2))
        await asyncio.sleep(0)
        feed.report(a_line("3"))
        feed.report(a_line("4"))
        assert await waiting == [(3, 0), (4, 0)]

    run(story)


def test_a_follower_goes_on_after_the_number_that_it_knows() -> None:
    async def story() -> None:
        feed = a_feed(reports=5)
        feed.close()
        assert await rest(follow(feed, after=3)) == [(4, 0), (5, 0)]
        assert await rest(follow(feed, after=5)) == []

    run(story)


def test_a_number_of_an_earlier_director_stands_for_the_beginning() -> None:
    async def story() -> None:
        feed = a_feed(reports=2)
        feed.close()
        assert await rest(follow(feed, after=500)) == [(1, 0), (2, 0)]

    run(story)


def test_a_follower_that_comes_too_late_is_told_what_it_missed() -> None:
    async def story() -> None:
        feed = a_feed(capacity=3, reports=10)
        feed.close()
        assert await rest(follow(feed, after=2)) == [(8, 5), (9, 0), (10, 0)]

    run(story)


def test_a_slow_follower_loses_the_oldest_and_is_told() -> None:
    async def story() -> None:
        feed = a_feed(capacity=3, reports=1)
        follower = follow(feed)
        assert await take(follower, 1) == [(1, 0)]
        for number in range(2, 9):
            feed.report(a_line(str(number)))
        assert await take(follower, 2) == [(6, 4), (7, 0)]
        feed.report(a_line("9"))
        feed.close()
        assert await rest(follower) == [(8, 0), (9, 0)]

    run(story)


def test_reports_that_are_there_together_come_together() -> None:
    async def story() -> None:
        feed = a_feed(reports=3)
        groups = feed.subscribe(after=1)
        assert [numbered.sequence for numbered in await anext(groups)] == [2, 3]

    run(story)


def test_long_texts_are_forgotten_sooner() -> None:
    async def story() -> None:
        feed = a_feed(capacity=100)
        for _ in range(5):
            feed.report(a_line("x" * (BUDGET_CHARS // 2)))
        feed.close()
        assert await rest(follow(feed)) == [(4, 3), (5, 0)]

    run(story)


def test_followers_do_not_disturb_each_other() -> None:
    async def story() -> None:
        feed = a_feed()
        given_up, faithful = (asyncio.create_task(rest(follow(feed))) for _ in range(2))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        feed.report(a_line("1"))
        feed.close()
        assert await faithful == [(1, 0)]
        assert given_up.cancelled()

    run(story)


def test_the_end_wakes_all_followers() -> None:
    async def story() -> None:
        feed = a_feed()
        followers = [asyncio.create_task(rest(follow(feed))) for _ in range(3)]
        await asyncio.sleep(0)
        feed.close()
        assert [await follower for follower in followers] == [[], [], []]

    run(story)


def test_nothing_follows_the_end() -> None:
    async def story() -> None:
        feed = a_feed(reports=1)
        feed.close()
        feed.report(a_line("2"))
        assert await rest(follow(feed)) == [(1, 0)]
        assert feed.last_sequence == 1

    run(story)
