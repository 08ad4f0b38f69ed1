"""The kernel tells what was touched, wherever it lies, and nothing gets lost."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from stepup_server.core.events import PathsTouched
from stepup_server.core.values import EVERYTHING, Hint, Reach, WatchedDirectory
from stepup_server.engine.ports import WatcherFailed
from stepup_server.files.watch import ProjectWatcher

PATIENCE_S = 10.0
QUEUE_MAX = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


class Listener:
    """A watcher with somebody who listens."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.watcher = ProjectWatcher(str(root))
        self.heard: list[Hint] = []
        self.failures: asyncio.Queue[str] = asyncio.Queue()
        self._news = asyncio.Event()

    async def watch(self, **levels: int) -> None:
        """Watch directories; a double underscore stands for a slash."""
        await self.watch_all({name.replace("__", "/"): depth for name, depth in levels.items()})

    async def watch_all(self, levels: dict[str, int]) -> None:
        directories = [WatchedDirectory(path, depth) for path, depth in levels.items()]
        await self.watcher.watch(directories, self._on_news, self.failures.put_nowait)

    def forget(self) -> None:
        self.heard.clear()

    async def hear(self, *expected: Hint) -> None:
        """Wait until all of these hints were heard."""
        async with asyncio.timeout(PATIENCE_S):
            while not set(expected) <= set(self.heard):
                self._news.clear()
                await self._news.wait()

    def _on_news(self, news: PathsTouched) -> None:
        self.heard += news.hints
        self._news.set()


@pytest_asyncio.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listener]:
    (tmp_path / "project").mkdir()
    made = Listener(tmp_path / "project")
    yield made
    made.watcher.close()


def entry(path: str) -> Hint:
    return Hint(path, Reach.ENTRY)


def subtree(path: str) -> Hint:
    return Hint(path, Reach.SUBTREE)


def write(path: Path, text: str = "new") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def test_at_first_everything_counts_as_touched(listener: Listener) -> None:
    await listener.watch_all({".": 0})
    assert listener.heard == [EVERYTHING]


async def test_what_is_written_removed_or_renamed_is_told(listener: Listener) -> None:
    for name in ("a", "b", "c"):
        write(listener.root / name)
    await listener.watch_all({".": 0})
    write(listener.root / "a")
    (listener.root / "b").unlink()
    (listener.root / "c").rename(listener.root / "d")
    (listener.root / "a").chmod(0o700)
    await listener.hear(entry("a"), entry("b"), entry("c"), entry("d"))


async def test_hints_are_in_the_order_of_what_happened(listener: Listener) -> None:
    (listener.root / "old").mkdir()
    await listener.watch_all({".": 0})
    listener.forget()
    (listener.root / "old").rename(listener.root / "new")
    write(listener.root / "a")
    await listener.hear(entry("a"))
    assert [hint.path for hint in dict.fromkeys(listener.heard)] == ["old", "new", "a"]


async def test_the_directors_own_files_are_nobodys_business(listener: Listener) -> None:
    await listener.watch_all({".": 1000})
    listener.forget()
    write(listener.root / ".stepup/graph.db")
    write(listener.root / "a")
    await listener.hear(entry("a"))
    assert not any(hint.path.startswith(".stepup") for hint in listener.heard)


async def test_a_directory_that_appears_later_is_watched_then(listener: Listener) -> None:
    await listener.watch_all({"sub/deep": 0})
    (listener.root / "sub").mkdir()
    await listener.hear(subtree("sub"))
    (listener.root / "sub/deep").mkdir()
    await listener.hear(subtree("sub/deep"))
    write(listener.root / "sub/deep/a")
    await listener.hear(entry("sub/deep/a"))


async def test_a_tree_that_moves_away_and_back_is_watched_all_the_time(listener: Listener) -> None:
    write(listener.root / "x/y/z/a")
    await listener.watch_all({"x/y/z": 0})
    listener.forget()
    (listener.root / "x").rename(listener.root / "elsewhere")
    await listener.hear(subtree("x"))
    write(listener.root / "elsewhere/y/z/a")
    (listener.root / "elsewhere").rename(listener.root / "x")
    listener.forget()
    await listener.hear(subtree("x"))
    write(listener.root / "x/y/z/a")
    await listener.hear(entry("x/y/z/a"))


async def test_another_directory_in_its_place_is_watched(listener: Listener) -> None:
    write(listener.root / "x/a")
    write(listener.root / "other/a")
    await listener.watch_all({"x": 0})
    (listener.root / "x").rename(listener.root / "gone")
    (listener.root / "other").rename(listener.root / "x")
    await listener.hear(subtree("x"))
    listener.forget()
    write(listener.root / "gone/a")
    write(listener.root / "x/b")
    await listener.hear(entry("x/b"))
    assert entry("x/a") not in listener.heard


async def test_new_directories_below_are_watched_as_deep_as_asked(listener: Listener) -> None:
    (listener.root / "tree").mkdir()
    await listener.watch_all({"tree": 2})
    write(listener.root / "tree/1/2/3/a")
    await listener.hear(subtree("tree/1"))
    listener.forget()
    write(listener.root / "tree/1/2/3/b")
    write(listener.root / "tree/1/2/b")
    await listener.hear(entry("tree/1/2/b"))
    assert entry("tree/1/2/3/b") not in listener.heard


async def test_places_outside_of_the_project_are_told_under_their_own_names(listener: Listener) -> None:
    outside = listener.root.parent / "outside"
    outside.mkdir()
    await listener.watch_all({"../outside": 0, str(outside): 0})
    write(outside / "a")
    await listener.hear(entry("../outside/a"), entry(f"{outside}/a"))


async def test_a_link_to_a_directory_has_its_own_name(listener: Listener) -> None:
    (listener.root / "real").mkdir()
    (listener.root / "link").symlink_to("real")
    await listener.watch(real=0, link=0)
    write(listener.root / "real/a")
    await listener.hear(entry("real/a"), entry("link/a"))


async def test_links_in_circles_come_to_an_end(listener: Listener) -> None:
    (listener.root / "tree").mkdir()
    (listener.root / "tree/self").symlink_to(".")
    await listener.watch_all({".": 1000})
    write(listener.root / "tree/a")
    await listener.hear(entry("tree/a"))


async def test_what_happens_in_a_pause_is_told_afterwards(listener: Listener) -> None:
    await listener.watch_all({".": 0})
    write(listener.root / "a")
    last = await listener.watcher.pause()
    assert entry("a") in last.hints
    listener.forget()
    write(listener.root / "b")
    await listener.watch_all({".": 0})
    assert set(listener.heard) == {entry("b")}


async def test_only_a_directory_that_is_new_counts_as_touched(listener: Listener) -> None:
    (listener.root / "sub").mkdir()
    await listener.watch_all({".": 0})
    await listener.watcher.pause()
    listener.forget()
    await listener.watch_all({".": 0, "sub": 0})
    assert listener.heard == [Hint("sub", Reach.DIRECTORY)]


async def test_a_directory_that_does_not_matter_any_more_is_left_alone(listener: Listener) -> None:
    (listener.root / "sub").mkdir()
    await listener.watch_all({".": 0, "sub": 0})
    await listener.watch_all({".": 0})
    listener.forget()
    write(listener.root / "sub/a")
    write(listener.root / "b")
    await listener.hear(entry("b"))
    assert entry("sub/a") not in listener.heard


async def test_two_hundred_files_at_once(listener: Listener) -> None:
    (listener.root / "in").mkdir()
    await listener.watch_all({"in": 0})
    names = [f"in/{number}" for number in range(200)]
    for name in names:
        write(listener.root / name)
    await listener.hear(*map(entry, names))


@pytest.mark.skipif(QUEUE_MAX > 100_000, reason="the queue is too long to be filled")
async def test_when_the_kernel_loses_something_everything_counts_as_touched(listener: Listener) -> None:
    await listener.watch_all({".": 0})
    await listener.watcher.pause()
    for number in range(QUEUE_MAX + 1):
        # Alternating, because the kernel merges what repeats itself.
        os.close(os.open(listener.root / str(number % 2), os.O_WRONLY | os.O_CREAT))
    listener.forget()
    await listener.watch_all({".": 0})
    assert listener.heard == [EVERYTHING]
    write(listener.root / "a")
    await listener.hear(entry("a"))


async def test_a_limit_of_the_kernel_is_one_clear_error(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stepup_server.files.inotify.Inotify", _fail_with(errno.EMFILE))
    with pytest.raises(WatcherFailed, match=r"max_user_instances.*Changes are not noticed"):
        await listener.watch_all({".": 0})
    assert (await listener.watcher.pause()).hints == (EVERYTHING,)


async def test_a_limit_that_is_hit_later_is_told(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    await listener.watch_all({"sub": 0})
    monkeypatch.setattr("asyncinotify.Inotify.add_watch", _fail_with(errno.ENOSPC))
    (listener.root / "sub").mkdir()
    async with asyncio.timeout(PATIENCE_S):
        assert "max_user_watches" in await listener.failures.get()
    monkeypatch.undo()
    await listener.watch_all({"sub": 0})
    write(listener.root / "sub/a")
    await listener.hear(entry("sub/a"))


def _fail_with(number: int) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise OSError(number, os.strerror(number))

    return fail
