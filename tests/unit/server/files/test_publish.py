"""Putting outputs in their places."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

import pytest

from stepup_server.core.values import FileHash, PathKind
from stepup_server.engine.blobs import Content
from stepup_server.files.blobs import BlobStore, Verified
from stepup_server.files.publish import publish_files
from stepup_server.files.tray import Tray


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    (tmp_path / "project").mkdir()
    return BlobStore(str(tmp_path / "project"))


def stored(store: BlobStore, data: bytes, mode: int = 0o100644) -> FileHash:
    """Store a content and return what a worker would claim about the file."""
    claim = claimed(data, mode)
    store.put(Content(claim.digest, claim.size), data)
    return claim


def claimed(data: bytes, mode: int = 0o100644) -> FileHash:
    return FileHash(hashlib.sha256(data).digest(), mode, len(data), 0, 0)


def test_a_stored_content_becomes_a_file_with_its_mode(store: BlobStore) -> None:
    published = publish_files(store, [("sub/x", stored(store, b"one", 0o100755))])
    path = Path(store.root, "sub/x")
    assert path.read_bytes() == b"one"
    (seen,) = published.observations
    status = path.stat()
    assert (seen.path, seen.kind) == ("sub/x", PathKind.FILE)
    assert seen.hash == FileHash(claimed(b"one").digest, 0o100755, 3, status.st_mtime_ns, status.st_ino)


def test_one_content_may_become_several_files(store: BlobStore) -> None:
    claim = stored(store, b"same")
    published = publish_files(store, [("a", claim), ("b", claim), ("c", claim)])
    assert [seen.path for seen in published.observations] == ["a", "b", "c"]
    assert len({Path(store.root, name).stat().st_ino for name in "abc"}) == 3


def test_publishing_again_changes_nothing(store: BlobStore) -> None:
    files = [("x", stored(store, b"one"))]
    first = publish_files(store, files)
    assert publish_files(store, files) == first


@pytest.mark.parametrize("director", ["the same", "another"])
def test_what_is_damaged_right_after_it_was_verified_is_not_published(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch, director: str
) -> None:
    claim = stored(store, b"one")
    if director == "another":
        store = BlobStore(store.root)
    verified = BlobStore.verified

    def damaged_afterwards(store: BlobStore, content: Content) -> Verified | None:
        found = verified(store, content)
        assert found is not None
        Path(found.path).write_bytes(b"two")
        return found

    monkeypatch.setattr(BlobStore, "verified", damaged_afterwards)
    assert publish_files(store, [("x", claim)]).lost == ("x",)


def test_a_content_that_a_file_of_the_project_has_need_not_be_stored(store: BlobStore) -> None:
    Path(store.root, "in").write_bytes(b"data")
    store.offer([("in", claimed(b"data").digest)])
    published = publish_files(store, [("out", claimed(b"data"))])
    assert Path(store.root, "out").read_bytes() == b"data"
    assert not published.lost


def test_a_file_that_has_changed_since_is_not_copied(store: BlobStore) -> None:
    Path(store.root, "in").write_bytes(b"atad")
    store.offer([("in", claimed(b"data").digest)])
    published = publish_files(store, [("out", claimed(b"data"))])
    assert published.lost == ("out",)
    assert [path.name for path in Path(store.root).rglob("*") if path.is_file()] == ["in"]


def test_what_is_nowhere_is_lost(store: BlobStore) -> None:
    assert publish_files(store, [("x", claimed(b"?"))]).lost == ("x",)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("../x", "lies outside"), ("link/x", "passes through the symbolic link"), (".stepup/x", "StepUp")],
)
def test_nothing_is_published_outside_of_the_root(store: BlobStore, tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "outside").mkdir()
    Path(store.root, "link").symlink_to(tmp_path / "outside")
    published = publish_files(store, [(path, stored(store, b"evil"))])
    assert reason in published.problems[0]
    assert not published.observations
    assert list((tmp_path / "outside").iterdir()) == []
    assert not (tmp_path / "x").exists()


def test_a_directory_that_was_granted_may_hold_outputs(store: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    path = str(tmp_path / "outside/x")
    published = publish_files(store, [(path, stored(store, b"fine"))], [str(tmp_path / "outside")])
    assert Path(path).read_bytes() == b"fine"
    assert not published.problems


# whatever happens to a stored content, a file with another content never gets the name of the output


def flip_a_bit(path: Path, at: int = 0) -> None:
    """Change one bit, within the tick in which the file was written."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_a_content_that_was_damaged_before_it_is_published_is_lost(store: BlobStore) -> None:
    for number in range(50):
        data = os.urandom(1000) + bytes([number])
        claim = stored(store, data)
        flip_a_bit(Path(store.path_of(Content(claim.digest, claim.size))), number)
        published = publish_files(store, [("x", claim)])
        assert (published.lost, published.observations) == (("x",), ())
        assert not Path(store.root, "x").exists()


def test_a_content_that_was_damaged_while_no_director_was_there_is_lost(store: BlobStore) -> None:
    good, bad = stored(store, b"good"), stored(store, b"bad")
    flip_a_bit(Path(store.path_of(Content(bad.digest, bad.size))))
    published = publish_files(BlobStore(store.root), [("good", good), ("bad", bad)])
    assert published.lost == ("bad",)
    assert Path(store.root, "good").read_bytes() == b"good"


def test_a_content_that_was_removed_is_taken_from_a_file_that_has_it(store: BlobStore) -> None:
    claim = stored(store, b"data")
    Path(store.path_of(Content(claim.digest, claim.size))).unlink()
    Path(store.root, "twin").write_bytes(b"data")
    store.offer([("twin", claim.digest)])
    assert publish_files(store, [("x", claim)]).lost == ()
    assert Path(store.root, "x").read_bytes() == b"data"


def test_what_was_stored_before_a_moment_is_forgotten(store: BlobStore) -> None:
    claim = stored(store, b"data")
    content = Content(claim.digest, claim.size)
    store.forget_older(0.0)
    assert store.has(content)
    store.forget_older(float("inf"))
    assert not store.has(content)


def test_what_came_with_a_result_is_written_from_memory_and_then_forgotten(store: BlobStore) -> None:
    claim = claimed(b"small")
    for _ in range(2):
        store.take(b"small")
    assert publish_files(store, [("x", claim), ("sub/y", claim)]).lost == ()
    assert store.tray.get(claim.digest) == b"small"
    assert publish_files(store, [("z", claim)]).lost == ()
    assert store.tray.get(claim.digest) is None
    assert [(Path(store.root) / name).read_bytes() for name in ("x", "sub/y", "z")] == [b"small"] * 3
    assert [path for path in Path(store.folder).rglob("*") if path.is_file()] == []


def test_what_a_director_was_about_to_publish_when_it_died_is_removed(store: BlobStore) -> None:
    descriptor, path = store.make_outgoing()
    os.close(descriptor)
    assert publish_files(store, [("x", stored(store, b"one"))]).lost == ()
    assert Path(path).exists()
    another = BlobStore(store.root)
    another.take(b"small")
    publish_files(another, [("y", claimed(b"small"))])
    assert not Path(path).exists()


def test_a_place_on_another_file_system_is_taken_all_the_same(store: BlobStore) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        beyond = Path(directory)
        if beyond.stat().st_dev == Path(store.root).stat().st_dev:
            pytest.skip("/dev/shm is on the same file system")
        store.take(b"small")
        published = publish_files(store, [(f"{beyond}/x", claimed(b"small", 0o100755))], [str(beyond)])
        assert published.problems == ()
        assert (beyond / "x").read_bytes() == b"small"
        assert (beyond / "x").stat().st_mode & 0o777 == 0o755
        assert [path.name for path in beyond.iterdir()] == ["x"]


def test_what_finds_no_room_in_memory_is_stored(store: BlobStore) -> None:
    store.tray = Tray(4)
    store.take(b"1234")
    store.take(b"56")
    assert (store.tray.get(claimed(b"1234").digest), store.tray.get(claimed(b"56").digest)) == (b"1234", None)
    assert publish_files(store, [("a", claimed(b"1234")), ("b", claimed(b"56"))]).lost == ()
    store.take(b"late")
    store.forget_older(time.time() + 1)
    assert store.tray.get(claimed(b"late").digest) is None
