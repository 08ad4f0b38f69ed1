"""Contents by digest."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from stepup_server.engine.blobs import Content
from stepup_server.files.arrival import BlobCorrupt, BlobTooLarge
from stepup_server.files.blobs import BlobStore


def content_of(data: bytes) -> Content:
    return Content(hashlib.sha256(data).digest(), len(data))


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(str(tmp_path))


def test_what_was_put_is_read(store: BlobStore) -> None:
    content = content_of(b"data")
    assert store.missing([content]) == [content]
    store.put(content, b"data")
    assert store.missing([content]) == []
    assert store.read(content) == b"data"


def test_what_is_not_what_it_was_said_to_be_is_not_put(store: BlobStore) -> None:
    with pytest.raises(BlobCorrupt):
        store.put(content_of(b"data"), b"atad")
    assert store.missing([content_of(b"data")])


def test_a_file_of_the_project_is_read_where_it_is(store: BlobStore) -> None:
    Path(store.root, "a").write_bytes(b"data")
    store.offer([("a", content_of(b"data").digest)])
    assert store.read(content_of(b"data")) == b"data"


def test_a_file_has_only_what_it_was_last_seen_to_have(store: BlobStore) -> None:
    """Or the memory of all that files ever had would grow for as long as a director lives."""
    Path(store.root, "a").write_bytes(b"new!")
    for data in (b"old!", b"new!"):
        store.offer([("a", content_of(data).digest)])
    assert not store.has(content_of(b"old!"))
    assert store.has(content_of(b"new!"))


def test_a_file_that_has_changed_is_never_served(store: BlobStore) -> None:
    Path(store.root, "a").write_bytes(b"atad")
    store.offer([("a", content_of(b"data").digest)])
    assert store.read(content_of(b"data")) is None
    assert not store.has(content_of(b"data"))


def test_a_stored_content_that_was_damaged_is_forgotten(store: BlobStore) -> None:
    content = content_of(b"data")
    store.put(content, b"data")
    Path(store.path_of(content)).write_bytes(b"dada")
    assert store.read(content) is None
    assert store.missing([content]) == [content]


def test_an_upload_is_seen_only_when_it_is_whole(store: BlobStore) -> None:
    content = content_of(b"onetwo")
    upload = store.begin("u1", content)
    upload.write(b"one")
    assert not store.has(content)
    upload.write(b"two")
    store.finish(upload, content)
    upload.close()
    assert store.read(content) == b"onetwo"


@pytest.mark.parametrize("way", ["put", "upload"])
def test_what_is_damaged_as_soon_as_it_is_seen_is_noticed(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    content, replace = content_of(b"data"), os.replace

    def replace_and_damage(source: str, target: str) -> None:
        replace(source, target)
        with Path(target).open("r+b") as file:
            file.write(b"D")

    monkeypatch.setattr(os, "replace", replace_and_damage)
    if way == "put":
        store.put(content, b"data")
    else:
        upload = store.begin("u1", content)
        upload.write(b"data")
        store.finish(upload, content)
    assert store.verified(content) is None


def test_an_upload_goes_on_where_it_was_broken_off(store: BlobStore) -> None:
    content = content_of(b"onetwo")
    upload = store.begin("u1", content)
    upload.write(b"one")
    upload.close()
    assert store.arrived("u1", content) == 3
    again = BlobStore(store.root).begin("u1", content)
    assert again.size == 3
    again.write(b"two")
    store.finish(again, content)
    again.close()
    assert store.read(content) == b"onetwo"


def test_a_corrupt_upload_leaves_nothing(store: BlobStore) -> None:
    content = content_of(b"data")
    upload = store.begin("u1", content)
    upload.write(b"atad")
    with pytest.raises(BlobCorrupt):
        store.finish(upload, content)
    upload.close()
    assert (store.has(content), store.arrived("u1", content)) == (False, None)


def test_more_than_was_announced_is_refused(store: BlobStore) -> None:
    upload = store.begin("u1", content_of(b"data"))
    with pytest.raises(BlobTooLarge):
        upload.write(b"data!")
    upload.close()
