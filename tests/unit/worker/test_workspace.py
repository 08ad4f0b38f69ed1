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
from stepup_worker.workspace.tree import Place, Tree


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


def test_a_content_is_fetched_once_and_kept_for_the_next_worker(tmp_path: Path) -> None:
    depot = FakeDepot("a", "b")
    take(Cache(str(tmp_path), 100, depot), "a", "b", "a")
    take(Cache(str(tmp_path), 100, depot), "a")
    assert depot.fetched == ["a", "b"]


def test_what_was_damaged_meanwhile_is_fetched_again(tmp_path: Path) -> None:
    depot = FakeDepot("good" * 100)
    cache = Cache(str(tmp_path), 1000, depot)
    take(cache, "good" * 100)
    Path(cache.path_of(content_of("good" * 100).digest)).write_text("evil" * 100)
    take(Cache(str(tmp_path), 1000, depot), "good" * 100)
    assert depot.fetched == ["good" * 100] * 2


def test_what_was_not_used_for_the_longest_time_goes_first(tmp_path: Path) -> None:
    depot = FakeDepot("aaa", "bbb", "ccc", "ddd")
    cache = Cache(str(tmp_path), 9, depot)
    take(cache, "aaa", "bbb", "ccc", "aaa", "ddd", "aaa", "bbb")
    assert depot.fetched == ["aaa", "bbb", "ccc", "ddd", "bbb"]


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
    site.tree.close()
    assert not site.folder.exists()


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
        (site.root / name).write_text(name)
    (outcome,) = site.run(site.tree.finish(Outcome(end=Exited(0))))
    assert isinstance(outcome, Outcome)
    assert [one.path for one in outcome.outputs] == ["sub/deep/out", "other"]
    assert [one.path for one in outcome.volatiles] == ["sub/vol"]
    assert site.depot.stored == {"out": "sub/deep/out", "other": "other", "vol": "sub/vol"}


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
