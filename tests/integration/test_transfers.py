"""Contents by digest over real gRPC: fetched, stored, resumed, and refused when they are something else."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import random
import resource
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path

import grpc
import grpc.aio
import pytest
import pytest_asyncio
import zstandard

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_proto.reapi import remote_execution_pb2 as reapi
from stepup_server.engine.blobs import BlobRefused, Content
from stepup_server.files.arrival import Arrival
from stepup_server.rpc.limits import BATCH_BYTES_MAX
from tests.support.contents import PIECE, Site, digest_of, observation_of, site_at


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_at(tmp_path) as there:
        yield there


def blob_name(data: bytes, *, packed: bool = False) -> str:
    digest = digest_of(data)
    return f"{'compressed-blobs/zstd' if packed else 'blobs'}/{digest.hash}/{digest.size_bytes}"


def upload_name(data: bytes, *, packed: bool = False) -> str:
    return f"uploads/{uuid.uuid4()}/{blob_name(data, packed=packed)}"


def some_bytes(count: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(count)


async def refusal(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details() or ""


# Small ones


async def test_many_small_files_travel_in_one_message(site: Site) -> None:
    contents = [f"content {number}".encode() * 90 for number in range(100)]
    digests = [site.write(f"f{number}", data) for number, data in enumerate(contents)]
    response = await site.storage.BatchReadBlobs(reapi.BatchReadBlobsRequest(digests=digests))
    assert [one.data for one in response.responses] == contents
    request = reapi.BatchReadBlobsRequest(digests=digests, acceptable_compressors=[reapi.Compressor.ZSTD])
    packed = (await site.storage.BatchReadBlobs(request)).responses
    assert {one.compressor for one in packed} == {reapi.Compressor.ZSTD}
    assert [zstandard.decompress(one.data) for one in packed] == contents


async def test_what_does_not_become_smaller_travels_as_it_is(site: Site) -> None:
    digest = site.write("noise", some_bytes(5000))
    request = reapi.BatchReadBlobsRequest(digests=[digest], acceptable_compressors=[reapi.Compressor.ZSTD])
    (one,) = (await site.storage.BatchReadBlobs(request)).responses
    assert (one.compressor, one.data) == (reapi.Compressor.IDENTITY, some_bytes(5000))


async def test_small_files_are_stored_one_by_one_whatever_the_others_are(site: Site) -> None:
    good, packed, bad = b"good", b"packed " * 100, b"bad"
    requests = [
        reapi.BatchUpdateBlobsRequest.Request(digest=digest_of(good), data=good),
        reapi.BatchUpdateBlobsRequest.Request(
            digest=digest_of(packed), data=zstandard.compress(packed), compressor=reapi.Compressor.ZSTD
        ),
        reapi.BatchUpdateBlobsRequest.Request(digest=digest_of(bad), data=b"dab"),
    ]
    response = await site.storage.BatchUpdateBlobs(reapi.BatchUpdateBlobsRequest(requests=requests))
    assert [one.status.code for one in response.responses] == [0, 0, grpc.StatusCode.INVALID_ARGUMENT.value[0]]
    assert await site.missing(*map(digest_of, (good, packed, bad))) == [digest_of(bad)]


async def test_a_file_that_was_edited_is_never_served(site: Site) -> None:
    digest = site.write("a", b"before")
    (site.root / "a").write_bytes(b"behind")
    (one,) = (await site.storage.BatchReadBlobs(reapi.BatchReadBlobsRequest(digests=[digest]))).responses
    assert (one.status.code, one.data) == (grpc.StatusCode.NOT_FOUND.value[0], b"")


async def test_a_copy_is_served_when_the_first_file_was_edited(site: Site) -> None:
    digest = site.write("a", b"before")
    site.write("b", b"before")
    (site.root / "a").write_bytes(b"behind")
    (one,) = (await site.storage.BatchReadBlobs(reapi.BatchReadBlobsRequest(digests=[digest]))).responses
    assert one.data == b"before"


async def test_batches_have_limits(site: Site) -> None:
    half = BATCH_BYTES_MAX // 2 + 1
    digests = [reapi.Digest(hash=digest_of(bytes([number])).hash, size_bytes=half) for number in range(2)]
    many = [reapi.Digest(hash=f"{number:064x}", size_bytes=1) for number in range(8001)]
    for call, expected in (
        (site.storage.BatchReadBlobs(reapi.BatchReadBlobsRequest(digests=digests)), "INVALID_ARGUMENT"),
        (site.storage.BatchReadBlobs(reapi.BatchReadBlobsRequest(digests=many)), "RESOURCE_EXHAUSTED"),
        (site.storage.FindMissingBlobs(reapi.FindMissingBlobsRequest(blob_digests=many * 3)), "RESOURCE_EXHAUSTED"),
    ):
        code, text = await refusal(call)
        assert code.name == expected
        assert "at most" in text


@pytest.mark.parametrize(
    "digest",
    [
        reapi.Digest(hash="A" * 64, size_bytes=1),
        reapi.Digest(hash="a" * 63, size_bytes=1),
        reapi.Digest(hash="../" * 21 + "a", size_bytes=1),
        reapi.Digest(hash="a" * 64, size_bytes=-1),
    ],
)
async def test_what_is_no_digest_is_refused(site: Site, digest: reapi.Digest) -> None:
    code, _ = await refusal(site.storage.FindMissingBlobs(reapi.FindMissingBlobsRequest(blob_digests=[digest])))
    assert code is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_server_says_what_it_can_do(site: Site) -> None:
    told = (await site.capabilities.GetCapabilities(reapi.GetCapabilitiesRequest())).cache_capabilities
    assert list(told.digest_functions) == [reapi.DigestFunction.SHA256]
    assert list(told.supported_compressors) == [reapi.Compressor.ZSTD]
    assert told.max_batch_total_size_bytes == BATCH_BYTES_MAX


# Large ones


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, 3 * PIECE + 7])
async def test_a_file_is_read_in_pieces(site: Site, size: int) -> None:
    data = some_bytes(size)
    site.write("a", data)
    assert await site.read(blob_name(data)) == data
    packed = await site.read(blob_name(data, packed=True))
    assert zstandard.ZstdDecompressor().decompress(packed, max_output_size=size or 1) == data


async def test_reading_goes_on_where_it_was_broken_off(site: Site) -> None:
    data = some_bytes(3 * PIECE)
    site.write("a", data)
    assert await site.read(blob_name(data), offset=PIECE + 5) == data[PIECE + 5 :]
    assert await site.read(blob_name(data), offset=5, limit=10) == data[5:15]
    assert await site.read(blob_name(data), offset=len(data)) == b""
    code, _ = await refusal(site.read(blob_name(data), offset=len(data) + 1))
    assert code is grpc.StatusCode.OUT_OF_RANGE


async def test_a_large_file_that_was_edited_never_arrives_as_a_whole(site: Site) -> None:
    data = some_bytes(3 * PIECE)
    site.write("a", data)
    (site.root / "a").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    code, text = await refusal(site.read(blob_name(data)))
    assert code is grpc.StatusCode.DATA_LOSS
    assert "has changed" in text
    assert (await refusal(site.read(blob_name(data))))[0] is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("size", [0, 1, PIECE, 3 * PIECE + 7])
async def test_a_file_is_stored_in_pieces(site: Site, size: int) -> None:
    data = some_bytes(size)
    assert await site.upload(upload_name(data), data) == size
    assert await site.missing(digest_of(data)) == []
    assert await site.read(blob_name(data)) == data


async def test_a_file_is_stored_packed(site: Site) -> None:
    data = b"text " * PIECE
    packed = zstandard.compress(data)
    assert await site.upload(upload_name(data, packed=True), packed, piece=100) == len(packed)
    assert await site.read(blob_name(data)) == data


async def test_what_is_here_is_not_sent_again(site: Site) -> None:
    data = some_bytes(10)
    site.write("a", data)
    assert await site.upload(upload_name(data), data) == 10
    assert await site.upload(upload_name(data, packed=True), zstandard.compress(data)) == -1


async def test_an_upload_goes_on_where_it_was_broken_off(site: Site) -> None:
    data = some_bytes(3 * PIECE)
    name = upload_name(data)
    question = bytestream.QueryWriteStatusRequest(resource_name=name)
    assert (await refusal(site.stream.QueryWriteStatus(question)))[0] is grpc.StatusCode.NOT_FOUND
    await site.begin(name, data[:PIECE])
    status = await site.stream.QueryWriteStatus(question)
    assert (status.committed_size, status.complete) == (PIECE, False)
    assert await site.missing(digest_of(data))
    assert await site.upload(name, data, start=PIECE) == len(data)
    status = await site.stream.QueryWriteStatus(question)
    assert (status.committed_size, status.complete) == (len(data), True)
    assert await site.read(blob_name(data)) == data


async def test_a_packed_upload_goes_on_where_it_was_broken_off(site: Site) -> None:
    data = b"text " * PIECE
    packed = zstandard.compress(data)
    name = upload_name(data, packed=True)
    await site.begin(name, packed[:50])
    status = await site.stream.QueryWriteStatus(bytestream.QueryWriteStatusRequest(resource_name=name))
    assert status.committed_size == 50
    assert await site.upload(name, packed, start=50) == len(packed)
    assert await site.read(blob_name(data)) == data


async def test_an_upload_outlives_the_director(site: Site) -> None:
    data = some_bytes(2 * PIECE)
    name = upload_name(data)
    await site.begin(name, data[:PIECE])
    site.blobs._uploads.clear()
    status = await site.stream.QueryWriteStatus(bytestream.QueryWriteStatusRequest(resource_name=name))
    assert status.committed_size == PIECE
    assert await site.upload(name, data, start=PIECE) == len(data)
    assert await site.read(blob_name(data)) == data


async def test_an_upload_can_begin_again(site: Site) -> None:
    data = some_bytes(2 * PIECE)
    name = upload_name(data)
    await site.begin(name, b"something else")
    assert await site.upload(name, data) == len(data)


async def test_a_piece_in_the_wrong_place_is_refused(site: Site) -> None:
    data = some_bytes(100)
    code, text = await refusal(site.upload(upload_name(data), data, start=50))
    assert code is grpc.StatusCode.ABORTED
    assert "0 bytes have arrived" in text


async def test_a_newer_call_takes_an_upload_over(site: Site) -> None:
    data, name = some_bytes(2 * PIECE), "an upload"
    content = Content(hashlib.sha256(data).digest(), len(data))
    older = await site.blobs.begin(name, content, compressed=False)
    assert older is not None
    await older.append(0, data[:PIECE])
    newer = await site.blobs.begin(name, content, compressed=False)
    assert newer is not None
    with pytest.raises(BlobRefused, match="A newer call goes on with this upload"):
        await older.append(PIECE, data[PIECE:])
    await older.pause()
    await newer.append(newer.arrived, data[PIECE:])
    await newer.finish()
    assert await site.missing(digest_of(data)) == []


async def test_a_call_that_is_broken_off_leaves_its_piece_to_the_next_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, name = some_bytes(2 * PIECE), "an upload"
    content = Content(hashlib.sha256(data).digest(), len(data))
    may_write, write, writing = threading.Event(), Arrival.write, list[int]()

    def write_late(arrival: Arrival, piece: bytes) -> int:
        writing.append(len(writing))
        may_write.wait()
        return write(arrival, piece)

    monkeypatch.setattr(Arrival, "write", write_late)
    upload = await site.blobs.begin(name, content, compressed=False)
    assert upload is not None
    await upload.append(0, data[:PIECE])
    call = asyncio.ensure_future(upload.append(PIECE, data[PIECE:]))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])
    following = asyncio.ensure_future(site.blobs.arrived(name, content, compressed=False))
    await asyncio.sleep(0)
    assert len(writing) <= 1
    may_write.set()
    assert (await following).size == len(data)
    await upload.finish()
    assert await site.missing(digest_of(data)) == []


async def test_what_is_not_what_it_was_said_to_be_is_not_stored(site: Site) -> None:
    data = some_bytes(2 * PIECE)
    wrong = data[:-1] + bytes([data[-1] ^ 1])
    for name, sent in ((upload_name(data), wrong), (upload_name(data), data + b"more"), (upload_name(data), data[:9])):
        code, text = await refusal(site.upload(name, sent))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert "nothing of it is kept" in text
        assert await site.missing(digest_of(data))
    assert [path.name for path in (site.root / ".stepup/blobs").rglob("*") if path.is_file()] == []


async def test_there_must_be_room(site: Site) -> None:
    name = f"uploads/{uuid.uuid4()}/blobs/{'a' * 64}/{1 << 42}"
    code, text = await refusal(site.upload(name, b"x"))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(1 << 42) in text
    assert ".stepup/blobs" in text
    code, _ = await refusal(site.upload(name.replace(str(1 << 42), str(1 << 62)), b"x"))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


# Names


def strange_names() -> Iterator[str]:
    good = f"uploads/{uuid.UUID(int=7)}/blobs/{'a' * 64}/5"
    yield from ("", "/", "blobs", good[:-1], good + "x", "/" + good, good.upper(), good.replace("blobs", "../blobs"))
    yield from (good.replace("aaaa", "AAAA"), good.replace("/5", "/05"), good.replace("/5", "/-5"), good + "\n")
    yield from (good.replace("uploads", "uploads/.."), good.replace("blobs", "compressed-blobs/brotli"), "a" * 4_000)
    chance = random.Random(6)
    alphabet = ["/", "..", ".", "\0", "é", " ", "a", "0", "-", "blobs", "uploads", "zstd", "compressed-blobs", "\udfff"]
    for _ in range(200):
        text = list(good)
        for _ in range(chance.randint(1, 3)):
            text[chance.randrange(len(text))] = chance.choice(alphabet[:-1])
        yield "".join(text)


async def test_strange_names_are_refused_and_lead_nowhere(site: Site) -> None:
    # What stands before the name may be an instance, so reading may find the name right and nothing behind it.
    for name in strange_names():
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await site.upload(name, b"")
        assert caught.value.code().name in {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}, name
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await site.read(name)
        assert caught.value.code().name in {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "NOT_FOUND"}, name
    there = [path.relative_to(site.root).as_posix() for path in site.root.rglob("*") if path.is_file()]
    assert [path for path in there if not path.startswith(".stepup/blobs/incoming/")] == []


# S-12: bombs


def frame_with_window(log: int) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=log, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(b"x" * 1000) + packer.flush()


@functools.cache
def bombs() -> dict[str, tuple[bytes, int]]:
    zeros = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(bytes(256 * PIECE))
    text = zstandard.compress(b"x" * 1000)
    return {
        "a bomb": (zeros, 1000),
        "a bomb behind what was announced": (text + zeros, 1000),
        "a window of 1 GiB": (frame_with_window(30), 1000),
        "a truncated frame": (text[:-5], 1000),
        "garbage behind the frame": (text + b"garbage", 1000),
        "an empty stream": (b"", 1000),
        "no zstd": (b"x" * 1000, 1000),
    }


@pytest.mark.parametrize("bomb", bombs())
async def test_bombs_are_refused_in_little_memory(site: Site, bomb: str) -> None:
    packed, size = bombs()[bomb]
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    digest = reapi.Digest(hash=hashlib.sha256(b"x" * size).hexdigest(), size_bytes=size)
    name = f"uploads/{uuid.uuid4()}/compressed-blobs/zstd/{digest.hash}/{digest.size_bytes}"
    code, text = await refusal(site.upload(name, packed))
    assert code is grpc.StatusCode.INVALID_ARGUMENT, text
    one = reapi.BatchUpdateBlobsRequest.Request(digest=digest, data=packed, compressor=reapi.Compressor.ZSTD)
    (told,) = (await site.storage.BatchUpdateBlobs(reapi.BatchUpdateBlobsRequest(requests=[one]))).responses
    assert told.status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert await site.missing(digest)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 32 * 1024


async def test_memory_is_bounded_whatever_the_size(site: Site) -> None:
    data = some_bytes(PIECE) * 96
    (site.root / "large").write_bytes(data)
    site.blobs.offer([observation_of("large", data)])
    name = blob_name(data)
    digest = hashlib.sha256()
    del data
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async for response in site.stream.Read(bytestream.ReadRequest(resource_name=name)):
        digest.update(response.data)
    assert digest.hexdigest() in name
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 64 * 1024


def open_files() -> list[str]:
    """Return what this process has open."""
    files: list[str] = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            files.append(str(descriptor.readlink()))
    return files


async def test_no_descriptor_is_left_open(site: Site) -> None:
    data = some_bytes(3 * PIECE)
    site.write("a", data)
    await site.read(blob_name(data))
    other = some_bytes(2 * PIECE, seed=2)
    await site.begin(upload_name(other), other[:PIECE])
    files = open_files()
    assert [path for path in files if path.startswith(str(site.root)) and "socket" not in path] == []
