"""The private tree of an attempt: what a step has made of it meanwhile leads nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from stepup_worker.core.contents import Content, Stored
from stepup_worker.core.values import Assignment, FileHash, Observation, PathKind
from stepup_worker.run.site import SiteRefused
from stepup_worker.workspace.cache import Cache
from stepup_worker.workspace.tree import Place, Tree


class NoDepot:
    """A director that is not asked."""

    async def fetch(self, content: Content, path: str) -> None:
        raise AssertionError((content, path))

    async def read(self, content: Content) -> bytes:
        raise AssertionError(content)

    def hurry(self) -> None:
        pass

    async def store(self, files: Sequence[Stored]) -> None:
        raise AssertionError(files)

    def moved(self, content: Content) -> int:
        raise AssertionError(content)


def test_an_input_is_not_laid_out_through_a_link_of_the_step(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    cache = Cache(str(tmp_path / "cache"), 1000, NoDepot())
    digest = hashlib.sha256(b"data").digest()
    place = Place(str(tmp_path / "attempt"), "/there/project", "")
    tree = Tree(Assignment(command="x", workdir=".", shell=False), place, cache, lambda: None)
    root = tmp_path / "attempt/there/project"
    root.mkdir(parents=True)
    (root / "link").symlink_to(tmp_path / "outside")
    seen = Observation("link/x", PathKind.FILE, FileHash(digest, 0o100644, 4, 0, 0))
    with pytest.raises(SiteRefused, match="symbolic link"):
        tree._lay_out(seen, b"data")
    tree._lay_out(seen._replace(path="sub/x"), b"data")
    assert (root / "sub/x").read_bytes() == b"data"
    assert list((tmp_path / "outside").iterdir()) == []
