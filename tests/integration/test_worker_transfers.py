"""Contents on their way from a worker: bugs, tokens of yesterday and links that lead elsewhere do not lose them."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import grpc.aio
import pytest
import pytest_asyncio

from stepup_server.engine.blobs import Content as StoredContent
from stepup_server.files.blobs import BlobStore
from stepup_worker.core.contents import Content, Stored, StoreRefused
from stepup_worker.rpc.blobs import BlobClient
from stepup_worker.rpc.channel import Link
from stepup_worker.rpc.endpoint import Endpoint
from tests.support.contents import Site, digest_of, site_at
from tests.support.tokens import OWNER


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_at(tmp_path) as there:
        yield there


async def test_an_upload_that_met_a_bug_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    link, data = Link(), b"made by a step"
    (site.root / "made").write_bytes(data)
    made = Stored(Content(hashlib.sha256(data).digest(), len(data)), str(site.root / "made"))
    await link.use(Endpoint(f"unix:{site.root}/socket", token=OWNER))
    with monkeypatch.context() as patch:
        patch.setattr(BlobStore, "put", None)
        with pytest.raises(StoreRefused, match="has met a bug"):
            await BlobClient(link).store([made])
    bugs, put = [1, 2], BlobStore.put

    def stumble(store: BlobStore, content: StoredContent, data: bytes) -> None:
        if bugs:
            bugs.pop()
            raise RuntimeError
        put(store, content, data)

    monkeypatch.setattr(BlobStore, "put", stumble)
    await BlobClient(link).store([made])
    assert await site.missing(digest_of(data)) == []
    await link.close()


async def test_a_call_that_the_link_breaks_off_is_made_again(site: Site) -> None:
    link, data = Link(), b"made by a step"
    (site.root / "made").write_bytes(data)
    made = Stored(Content(hashlib.sha256(data).digest(), len(data)), str(site.root / "made"))
    with socket.socket(socket.AF_UNIX) as silent:
        silent.setblocking(False)
        silent.bind(str(site.root / "silent"))
        silent.listen()
        await link.use(Endpoint(f"unix:{site.root}/silent", token=OWNER))
        storing = asyncio.create_task(BlobClient(link).store([made]))
        connection, _ = await asyncio.get_running_loop().sock_accept(silent)
        await link.use(Endpoint(f"unix:{site.root}/socket", token=OWNER))
        await storing
        connection.close()
    assert await site.missing(digest_of(data)) == []
    await link.close()


class CountingLink(Link):
    """Tells when somebody asks for the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.again = asyncio.Event()

    async def channel(self) -> grpc.aio.Channel:
        self.asked += 1
        if self.asked > 1:
            self.again.set()
        return await super().channel()


async def test_a_worker_that_shows_the_token_of_the_last_director_waits_for_the_next_one(site: Site) -> None:
    link, address, data = CountingLink(), f"unix:{site.root}/socket", b"made by a step"
    (site.root / "made").write_bytes(data)
    made = Stored(Content(hashlib.sha256(data).digest(), len(data)), str(site.root / "made"))
    await link.use(Endpoint(address, token="owner.of-the-last-one"))
    storing = asyncio.create_task(BlobClient(link).store([made]))
    await link.again.wait()
    assert await site.missing(digest_of(data)) != []
    await link.use(Endpoint(address, token=OWNER))
    await storing
    assert await site.missing(digest_of(data)) == []
    await link.close()
