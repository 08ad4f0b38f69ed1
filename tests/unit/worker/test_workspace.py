"""The cache of a worker with a workspace of its own, and the private files of its attempts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Sequence
from pathlib import Path

import pytest

from stepup_worker.core.contents import BlobMissing, Content, Stored
from stepup_worker.core.values import Amendment, Assignment, Exited, FileHash, Observation, Outcome, PathKind
from stepup_worker.run.site import SiteRefused
from stepup_worker.workspace.cache import Cache
from stepup_worker.workspace.folders import Folders
from stepup_worker.workspace.shelf import SMALL_BYTES_MAX, Shelf
from stepup_worker.workspace.tree import WITH_OUTCOME_COUNT_MAX, Place, Tree


class FakeDepot:
    """Gives and takes contents, and remembers which."""

    def __init__(self, *texts: str) -> None:
        self.texts = {content_of(text): text for text in texts}
        self.fetched: list[str] = []
        self.stored: dict[str, str] = {}

    async def fetch(self, content: Content, path: str) -> None:
        if content not in self.texts:
            raise BlobMissing
        self.fetched.append(self.texts[content])
        await asyncio.to_thread(Path(path).write_text, self.texts[content])

    async def read(self, content: Content) -> bytes:
        if content not in self.texts:
            raise BlobMissing
        self.fetched.append(self.texts[content])
        return self.texts[content].encode()

    def hurry(self) -> None:
        pass

    async def store(self, files: Sequence[Stored]) -> None:
        self.stored |= {Path(file.path).name: await asyncio.to_thread(Path(file.path).read_text) for file in files}

    def moved(self, content: Content) -> int:
        del content
        return 0


def content_of(text: str) -> Content:
    return Content(hashlib.sha256(text.encode()).digest(), len(text))


def seen(path: str, text: str, mode: int = 0o644) -> Observation:
    content = content_of(text)
    return Observation(path, PathKind.FILE, FileHash(content.digest, 0o100000 | mode, content.size, 1, 1))


def take(cache: Cache, *texts: str) -> None:
    """Let an attempt use contents, and end."""

    async def use() -> None:
        for text in texts:
            await cache.require(content_of(text))
            cache.release(content_of(text).digest)

    asyncio.run(use())


def large(text: str) -> str:
    """Return a text that is kept in a file, and travels by itself."""
    return text * (2 * SMALL_BYTES_MAX // len(text) + 1)


def test_a_large_content_is_fetched_once_and_kept_for_the_next_worker(tmp_path: Path) -> None:
    depot = FakeDepot(large("a"), large("b"))
    take(Cache(str(tmp_path), 10**6, depot), large("a"), large("b"), large("a"))
    take(Cache(str(tmp_path), 10**6, depot), large("a"))
    assert depot.fetched == [large("a"), large("b")]


def test_what_was_damaged_meanwhile_is_fetched_again(tmp_path: Path) -> None:
    depot = FakeDepot(large("g"))
    cache = Cache(str(tmp_path), 10**6, depot)
    take(cache, large("g"))
    Path(cache.path_of(content_of(large("g")).digest)).write_text(large("e"))
    take(Cache(str(tmp_path), 10**6, depot), large("g"))
    assert depot.fetched == [large("g")] * 2


def test_what_was_not_used_for_the_longest_time_goes_first(tmp_path: Path) -> None:
    depot = FakeDepot(*map(large, "abcd"))
    cache = Cache(str(tmp_path), 3 * (2 * SMALL_BYTES_MAX + 1), depot)
    take(cache, *map(large, "abcadab"))
    assert depot.fetched == [*map(large, "abcdb")]


async def test_a_content_that_nobody_needs_any_more_comes_no_further(tmp_path: Path) -> None:
    text, began, ended = large("a"), asyncio.Event(), asyncio.Event()

    class SlowDepot(FakeDepot):
        async def fetch(self, content: Content, path: str) -> None:
            del content, path
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    cache = Cache(str(tmp_path), 10**7, SlowDepot(text))
    needs = [asyncio.ensure_future(cache.require(content_of(text))) for _ in range(2)]
    await began.wait()
    for need in needs:
        assert not ended.is_set()
        need.cancel()
        await asyncio.wait([need])
    await ended.wait()


def test_a_full_disk_costs_half_of_what_nobody_needs(tmp_path: Path) -> None:
    texts = [large(letter) for letter in "abcde"]
    cache = Cache(str(tmp_path), 10**7, FakeDepot(*texts))
    take(cache, *texts)
    asyncio.run(cache.require(content_of(texts[0])))
    kept = [text[0] for text in texts if Path(cache.path_of(content_of(text).digest)).exists()]
    assert kept == ["a", "b", "c", "d", "e"]
    assert cache.drop_half()
    kept = [text[0] for text in texts if Path(cache.path_of(content_of(text).digest)).exists()]
    assert kept == ["a", "d", "e"]
    assert cache.drop_half()
    assert cache.drop_half()
    assert not cache.drop_half()
    assert Path(cache.path_of(content_of(texts[0]).digest)).exists()


def test_a_small_content_is_fetched_once_and_never_lies_on_the_disk(tmp_path: Path) -> None:
    depot = FakeDepot("a", "")
    cache = Cache(str(tmp_path), 10**6, depot)
    texts = [asyncio.run(cache.small(content_of(text))) for text in ("a", "", "a", "")]
    assert texts == [b"a", b"", b"a", b""]
    assert depot.fetched == ["a", ""]
    assert not list(tmp_path.iterdir())


def test_a_shelf_keeps_what_was_used_last() -> None:
    shelf = Shelf(6)
    for digest, data in ((b"1", b"aaa"), (b"2", b"bbb"), (b"1", b"aaa"), (b"3", b"ccc"), (b"4", b"too long")):
        shelf.put(digest, data)
        if digest == b"3":
            assert [shelf.get(one) for one in (b"1", b"2", b"3")] == [b"aaa", None, b"ccc"]
    assert shelf.get(b"4") is None


def test_the_way_to_the_root_is_used_again_unless_something_lies_beside_it(tmp_path: Path) -> None:
    folders = Folders(str(tmp_path / "attempts"))
    first = folders.take()
    for stray in ("", "srv/stray"):
        (Path(first) / "srv/p/sub").mkdir(parents=True)
        if stray:
            (Path(first) / stray).write_text("left by a step")
        folders.give_back(first, "/srv/p")
        assert Path(first).exists() == (not stray)
        assert (folders.take() == first) == (not stray)


def test_what_had_not_arrived_as_a_whole_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / ("0" * 64 + ".new")).write_text("half")
    Cache(str(tmp_path), 9, FakeDepot())
    assert not list(tmp_path.iterdir())


class Site:
    """A tree with its surroundings."""

    def __init__(self, around: Path, *inputs: Observation, outputs: tuple[str, ...] = (), texts: str = "") -> None:
        self.depot = FakeDepot(*texts.split(), "x" * 100_000)
        assignment = Assignment(command="", workdir="sub", shell=False, inputs=inputs, outputs=outputs)
        self.folder = around / "tree"
        self.cache = Cache(str(around / "cache"), 10**6, self.depot)
        self.tree = Tree(assignment, Place(str(self.folder), "/srv/p", "socket"), self.cache, lambda: None)

    @property
    def root(self) -> Path:
        return self.folder / "srv/p"

    def run(self, *works: Awaitable[object]) -> list[object]:
        async def work() -> list[object]:
            return [await one for one in works]

        return asyncio.run(work())


def test_inputs_are_laid_out_as_in_the_project_also_above_its_root(tmp_path: Path) -> None:
    site = Site(tmp_path, seen("sub/a", "aa", 0o751), seen("../above", "bb"), texts="aa bb")
    site.run(site.tree.prepare())
    assert (site.root / "sub/a").read_text() == "aa"
    assert (site.root / "sub/a").stat().st_mode & 0o777 == 0o751
    assert (site.folder / "srv/above").read_text() == "bb"


def test_an_input_that_is_not_to_be_had_is_named(tmp_path: Path) -> None:
    site = Site(tmp_path, seen("a", "nobody has it"))
    with pytest.raises(SiteRefused) as refused:
        site.run(site.tree.prepare())
    assert refused.value.missing_inputs == ("a",)


def test_a_step_that_writes_to_a_linked_input_spoils_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path, seen("large", "x" * 100_000))
    site.run(site.tree.prepare())
    (site.root / "large").write_text("spoiled")
    site.run(site.tree.finish(Outcome(end=Exited(0))))
    site.tree.close()
    take(site.cache, "x" * 100_000)
    assert len(site.depot.fetched) == 2


def test_amended_files_are_brought_and_sent(tmp_path: Path) -> None:
    site = Site(tmp_path, texts="aa")
    amendment = Amendment("", ("deep/out", "../other"), ("vol",), (seen("sub/in", "aa"),))
    site.run(site.tree.prepare(), site.tree.amend(amendment))
    assert (site.root / "sub/in").read_text() == "aa"
    for name in ("sub/deep/out", "other", "sub/vol"):
        (site.root / name).write_text(large(name))
    (outcome,) = site.run(site.tree.finish(Outcome(end=Exited(0))))
    assert isinstance(outcome, Outcome)
    assert [one.path for one in outcome.outputs] == ["sub/deep/out", "other"]
    assert [one.path for one in outcome.volatiles] == ["sub/vol"]
    assert site.depot.stored == {"out": large("sub/deep/out"), "vol": large("sub/vol"), "other": large("other")}


def test_small_outputs_travel_with_the_outcome_as_far_as_there_is_room(tmp_path: Path) -> None:
    texts = {"a": "a", "b": "b" * 60_000, "c": "c" * 70_000, "same": "a", "input": "aa"}
    site = Site(tmp_path, seen("in", "aa"), outputs=tuple(texts), texts="aa")
    site.run(site.tree.prepare())
    for name, text in texts.items():
        (site.root / name).write_text(text)
    (outcome,) = site.run(
        site.tree.finish(Outcome(end=Exited(0), outputs=tuple(seen(name, text) for name, text in texts.items())))
    )
    assert isinstance(outcome, Outcome)
    assert [data.decode() for data in outcome.contents] == [texts["a"], texts["b"], texts["c"]]
    (site.root / "c").write_text("c" * 72_000)
    again = Outcome(end=Exited(0), outputs=(*outcome.outputs[:2], seen("c", "c" * 72_000)))
    (outcome,) = site.run(site.tree.finish(again))
    assert isinstance(outcome, Outcome)
    assert [len(data) for data in outcome.contents] == [1, 60_000]
    assert list(site.depot.stored) == ["c"]


def test_very_many_small_outputs_do_not_all_travel_with_the_outcome(tmp_path: Path) -> None:
    names = [f"{number:05}" for number in range(WITH_OUTCOME_COUNT_MAX + 2)]
    site = Site(tmp_path, outputs=tuple(names))
    site.run(site.tree.prepare())
    for name in names:
        (site.root / name).write_text(name)
    # One goes on growing after somebody has looked at it.
    (site.root / names[0]).write_text(names[0] + "more")
    done = Outcome(end=Exited(0), outputs=tuple(seen(name, name) for name in names))
    (outcome,) = site.run(site.tree.finish(done))
    assert isinstance(outcome, Outcome)
    assert len(outcome.contents) == WITH_OUTCOME_COUNT_MAX
    assert max(map(len, outcome.contents)) == len(names[0])
    assert len(site.depot.stored) == 2


def test_what_is_there_is_not_replaced_by_what_is_shown(tmp_path: Path) -> None:
    site = Site(tmp_path, seen("a.py", "aa"), texts="aa bb cc")
    shown = [seen("a.py", "bb"), seen("b.py", "cc"), Observation("package", PathKind.DIRECTORY, None)]
    site.run(site.tree.prepare(), site.tree.show(shown))
    assert [(site.root / name).read_text() for name in ("a.py", "b.py")] == ["aa", "cc"]
    assert (site.root / "package").is_dir()


def test_outputs_that_are_reached_through_links_are_none(tmp_path: Path) -> None:
    site = Site(tmp_path, outputs=("link", "missing"))
    site.run(site.tree.prepare())
    (tmp_path / "secret").write_text("secret")
    (site.root / "link").symlink_to(tmp_path / "secret")
    found = (seen("link", "secret"), Observation("missing", PathKind.MISSING, None))
    (outcome,) = site.run(site.tree.finish(Outcome(end=Exited(0), outputs=found)))
    assert isinstance(outcome, Outcome)
    assert [one.kind for one in outcome.outputs] == [PathKind.SPECIAL, PathKind.MISSING]
    assert not site.depot.stored
