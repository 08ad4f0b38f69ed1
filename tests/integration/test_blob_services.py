"""Contents by digest over real gRPC, as workers and other tools of the Remote Execution API ask for them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import zstandard

from stepup_proto.reapi import bytestream_pb2 as bytestream
from stepup_proto.reapi import bytestream_pb2_grpc, remote_execution_pb2_grpc
from stepup_proto.reapi import remote_execution_pb2 as reapi
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

PIECE = 1024 * 1024
Code = grpc.StatusCode


class Client:
    """The three services."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.storage: Any = remote_execution_pb2_grpc.ContentAddressableStorageStub(channel)
        self.capabilities: Any = remote_execution_pb2_grpc.CapabilitiesStub(channel)
        self.stream: Any = bytestream_pb2_grpc.ByteStreamStub(channel)

    def write(self, data: bytes, size: int | None = None, digest: str = "", form: str = "blobs") -> int:
        name = f"uploads/{uuid.uuid4()}/{form}/{digest or sha(data)}/{len(data) if size is None else size}"
        return self.write_to(name, data)

    def write_to(self, name: str, data: bytes, offset: int = 0) -> int:
        committed: int = self.stream.Write(pieces(name, data, offset)).committed_size
        return committed

    def read(self, data: bytes, form: str = "blobs", **range_: int) -> bytes:
        name = f"{form}/{sha(data)}/{len(data)}"
        return b"".join(one.data for one in self.stream.Read(bytestream.ReadRequest(resource_name=name, **range_)))


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of(data: bytes) -> reapi.Digest:
    return reapi.Digest(hash=sha(data), size_bytes=len(data))


def pieces(name: str, data: bytes, offset: int = 0) -> Iterator[bytestream.WriteRequest]:
    places = range(offset, len(data), PIECE) or [offset]
    for place in places:
        piece = data[place : place + PIECE]
        is_last = place + len(piece) == len(data)
        yield bytestream.WriteRequest(resource_name=name, write_offset=place, finish_write=is_last, data=piece)


@pytest.fixture
def client(folder: Folder) -> Iterator[Client]:
    folder.plan("")
    director = folder.start("director")
    with open_channel(folder.note()["socket"]) as channel:
        yield Client(channel)
    folder.run("shutdown").checked()
    director.end()


def refused(error: pytest.ExceptionInfo[Any]) -> grpc.StatusCode:
    code: grpc.StatusCode = error.value.code()
    return code


DATA = bytes(range(256)) * (12 * PIECE // 256) + b"end"


def test_a_large_content_is_stored_and_read_in_pieces(client: Client) -> None:
    assert client.write(DATA) == len(DATA)
    assert client.read(DATA) == DATA
    assert client.read(DATA, read_offset=PIECE + 1, read_limit=PIECE) == DATA[PIECE + 1 : 2 * PIECE + 1]


def test_a_content_travels_compressed_both_ways(client: Client) -> None:
    packed = zstandard.compress(DATA)
    assert client.write(packed, len(DATA), sha(DATA), "compressed-blobs/zstd") == len(packed)
    frames = client.read(DATA, "compressed-blobs/zstd")
    assert len(frames) < len(DATA) // 10
    assert zstandard.ZstdDecompressor().stream_reader(frames, read_across_frames=True).read() == DATA


def test_an_upload_goes_on_where_it_was_broken_off(client: Client) -> None:
    name = f"uploads/{uuid.uuid4()}/blobs/{sha(DATA)}/{len(DATA)}"
    part = [one for one in pieces(name, DATA) if one.write_offset < 5 * PIECE]
    with pytest.raises(grpc.RpcError):
        client.stream.Write(iter(part))
    status = client.stream.QueryWriteStatus(bytestream.QueryWriteStatusRequest(resource_name=name))
    assert (status.committed_size, status.complete) == (5 * PIECE, False)
    client.write_to(name, DATA, 5 * PIECE)
    assert client.stream.QueryWriteStatus(bytestream.QueryWriteStatusRequest(resource_name=name)).complete
    assert client.read(DATA) == DATA


def test_many_small_contents_travel_in_one_message(client: Client) -> None:
    contents = [f"{number}".encode() * 10 for number in range(500)]
    requests = [reapi.BatchUpdateBlobsRequest.Request(digest=digest_of(one), data=one) for one in contents]
    digests = [digest_of(one) for one in contents]
    find = reapi.FindMissingBlobsRequest(blob_digests=digests)
    assert len(client.storage.FindMissingBlobs(find).missing_blob_digests) == len(contents)
    stored = client.storage.BatchUpdateBlobs(reapi.BatchUpdateBlobsRequest(requests=requests))
    assert {one.status.code for one in stored.responses} == {0}
    assert not client.storage.FindMissingBlobs(find).missing_blob_digests
    found = client.storage.BatchReadBlobs(reapi.BatchReadBlobsRequest(digests=digests))
    assert [one.data for one in found.responses] == contents


@pytest.mark.parametrize(
    ("size", "digest", "code"),
    [(None, sha(b"other"), Code.INVALID_ARGUMENT), (3, "", Code.INVALID_ARGUMENT), (9, "", Code.INVALID_ARGUMENT)],
)
def test_what_is_not_what_it_was_said_to_be_is_refused(
    client: Client, size: int | None, digest: str, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.RpcError) as error:
        client.write(b"data", size, digest)
    assert refused(error) is code


@pytest.mark.parametrize("name", ["", "blobs/x/1", "uploads/u/blobs/00/1", f"../blobs/{sha(b'')}/-1", "x" * 1000])
def test_what_is_no_name_is_refused(client: Client, name: str) -> None:
    for call in (
        lambda: list(client.stream.Read(bytestream.ReadRequest(resource_name=name))),
        lambda: client.write_to(name, b"data"),
        lambda: client.stream.QueryWriteStatus(bytestream.QueryWriteStatusRequest(resource_name=name)),
    ):
        with pytest.raises(grpc.RpcError) as error:
            call()
        assert refused(error) is Code.INVALID_ARGUMENT


def test_a_bomb_is_not_unpacked_further_than_its_name_says(client: Client) -> None:
    bomb = zstandard.compress(bytes(256 * PIECE))
    with pytest.raises(grpc.RpcError) as error:
        client.write(bomb, 10, sha(bytes(10)), "compressed-blobs/zstd")
    assert refused(error) is Code.INVALID_ARGUMENT
    request = reapi.BatchUpdateBlobsRequest.Request(
        digest=digest_of(bytes(10)), data=bomb, compressor=reapi.Compressor.ZSTD
    )
    stored = client.storage.BatchUpdateBlobs(reapi.BatchUpdateBlobsRequest(requests=[request]))
    assert stored.responses[0].status.code == Code.INVALID_ARGUMENT.value[0]


def test_what_is_not_here_is_not_found(client: Client) -> None:
    with pytest.raises(grpc.RpcError) as error:
        client.read(b"nobody has this")
    assert refused(error) is Code.NOT_FOUND


def test_a_client_learns_what_it_may_expect(client: Client) -> None:
    told = client.capabilities.GetCapabilities(reapi.GetCapabilitiesRequest())
    assert list(told.cache_capabilities.digest_functions) == [reapi.DigestFunction.SHA256]
    assert told.cache_capabilities.max_batch_total_size_bytes == 3 * PIECE
