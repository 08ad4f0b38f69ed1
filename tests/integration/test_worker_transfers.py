"""Contents on their way from a worker: bugs, tokens of yesterday and links that lead elsewhere do not lose them."""

from __future__ import annotations

import asyncio
import hashlib
import random
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc.aio
import pytest
import pytest_asyncio

from stepup_server.engine.blobs import Content as StoredContent
from stepup_server.files.blobs import BlobStore
from stepup_worker.core.contents import Content, Stored, StoreRefused
from stepup_worker.core.pace import SAMPLE_BYTES, Pace
from stepup_worker.rpc.blobs import BlobClient
from stepup_worker.rpc.channel import Link
from stepup_worker.rpc.endpoint import Endpoint
from tests.support.contents import Site, digest_of, observation_of, site_at
from tests.support.fault_proxy import FaultProxy
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


async def test_a_call_that_nobody_waits_for_any_more_is_ended(site: Site) -> None:
    link, data = Link(), b"made by a step"
    (site.root / "made").write_bytes(data)
    made = Stored(Content(hashlib.sha256(data).digest(), len(data)), str(site.root / "made"))
    before = asyncio.all_tasks()
    storing = asyncio.create_task(BlobClient(link).store([made]))
    for _ in range(5):
        await asyncio.sleep(0)
    calls = asyncio.all_tasks() - before - {storing}
    assert calls
    storing.cancel()
    await asyncio.wait(calls)
    await link.use(Endpoint(f"unix:{site.root}/socket", token=OWNER))
    assert await site.missing(digest_of(data)) != []
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


LARGE = random.Random(1).randbytes(10_000_000).hex().encode()
"""20 MB, which packing makes half as large."""


def slow_after(size: int) -> Pace:
    """Return what is known of a slow link, once so many more bytes have travelled."""
    pace = Pace()
    pace.begin(0.0)
    pace.note(SAMPLE_BYTES - size, 1000.0)
    pace.end(1000.0)
    return pace


@pytest.fixture(name="proxy")
def proxy_before(site: Site) -> Iterator[FaultProxy]:
    with FaultProxy(f"unix:{site.root}/proxy", f"unix:{site.root}/socket") as proxy:
        yield proxy


async def client_behind(proxy: FaultProxy, pace: Pace) -> tuple[Link, BlobClient]:
    """Return a client at the near end of a proxy."""
    link = Link()
    await link.use(Endpoint(proxy.listen, token=OWNER))
    return link, BlobClient(link, pace)


# How many more bytes show that the link is slow, and what may travel then.
SLOW_LINKS = pytest.mark.parametrize(
    ("known_after", "share"), [(0, 0.6), (2 * 1024 * 1024, 0.8)], ids=["known", "found out"]
)


@SLOW_LINKS
@pytest.mark.parametrize("breaks", [[], [1_000_000, 5_000_000]], ids=["whole", "broken"])
async def test_what_goes_over_a_slow_link_is_packed(
    site: Site, proxy: FaultProxy, known_after: int, share: float, breaks: list[int]
) -> None:
    made = site.root / "made"
    made.write_bytes(LARGE)
    content = Content(hashlib.sha256(LARGE).digest(), len(LARGE))
    proxy.breaks = [*breaks]
    link, client = await client_behind(proxy, slow_after(known_after))
    await client.store([Stored(content, str(made))])
    made.unlink()
    assert await site.missing(digest_of(LARGE)) == []
    assert not proxy.breaks
    assert proxy.passed < share * len(LARGE) + sum(breaks)
    await link.close()


@SLOW_LINKS
@pytest.mark.parametrize("breaks", [[], [1_000_000, 5_000_000]], ids=["whole", "broken"])
async def test_what_comes_over_a_slow_link_is_packed(
    site: Site, proxy: FaultProxy, known_after: int, share: float, breaks: list[int]
) -> None:
    (site.root / "given").write_bytes(LARGE)
    site.blobs.offer([observation_of("given", LARGE)])
    proxy.breaks = [*breaks]
    link, client = await client_behind(proxy, slow_after(known_after))
    await client.fetch(Content(hashlib.sha256(LARGE).digest(), len(LARGE)), str(site.root / "here"))
    assert (site.root / "here").read_bytes() == LARGE
    assert not proxy.breaks
    assert proxy.passed < share * len(LARGE) + sum(breaks)
    await link.close()


async def test_small_ones_are_packed_together_on_a_slow_link(site: Site, proxy: FaultProxy) -> None:
    link, client = await client_behind(proxy, slow_after(0))
    texts = [LARGE[start : start + 30_000] for start in range(0, 1_500_000, 30_000)]
    for number, text in enumerate(texts):
        (site.root / str(number)).write_bytes(text)
    contents = [Content(hashlib.sha256(text).digest(), len(text)) for text in texts]
    await client.store([Stored(content, str(site.root / str(number))) for number, content in enumerate(contents)])
    assert await asyncio.gather(*map(client.read, contents)) == texts
    assert proxy.passed < 1.3 * sum(map(len, texts))
    await link.close()


async def test_a_file_that_becomes_shorter_on_its_way_is_refused(site: Site, proxy: FaultProxy) -> None:
    made = site.root / "made"
    made.write_bytes(LARGE[:1_000_000])
    content = Content(hashlib.sha256(LARGE).digest(), len(LARGE))
    for pace in (Pace(), slow_after(0)):
        link, client = await client_behind(proxy, pace)
        with pytest.raises(StoreRefused, match="has become shorter"):
            await client.store([Stored(content, str(made))])
        await link.close()
    assert await site.missing(digest_of(LARGE)) != []
