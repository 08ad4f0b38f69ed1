"""The messages of the Remote Execution API are the published ones, byte by byte.

The bytes are written by hand.
A tag is the field number times 8 plus the wire type, which is 0 for a number and 2 for what has a length.
"""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from stepup_proto.reapi import bytestream_pb2, semver_pb2
from stepup_proto.reapi import remote_execution_pb2 as reapi

DIGEST = reapi.Digest(hash="ab", size_bytes=300)
DIGEST_BYTES = b"\x0a\x02ab\x10\xac\x02"

EXAMPLES: dict[str, tuple[Message, bytes]] = {
    "Digest": (DIGEST, DIGEST_BYTES),
    "FindMissingBlobsRequest": (
        reapi.FindMissingBlobsRequest(
            instance_name="i", blob_digests=[DIGEST], digest_function=reapi.DigestFunction.SHA256
        ),
        b"\x0a\x01i" + b"\x12\x07" + DIGEST_BYTES + b"\x18\x01",
    ),
    "FindMissingBlobsResponse": (
        reapi.FindMissingBlobsResponse(missing_blob_digests=[DIGEST]),
        b"\x12\x07" + DIGEST_BYTES,
    ),
    "BatchUpdateBlobsRequest": (
        reapi.BatchUpdateBlobsRequest(
            requests=[{"digest": DIGEST, "data": b"xyz", "compressor": reapi.Compressor.ZSTD}],
            digest_function=reapi.DigestFunction.SHA256,
        ),
        b"\x12\x10" + b"\x0a\x07" + DIGEST_BYTES + b"\x12\x03xyz\x18\x01" + b"\x28\x01",
    ),
    "BatchUpdateBlobsResponse": (
        reapi.BatchUpdateBlobsResponse(responses=[{"digest": DIGEST, "status": {"code": 8, "message": "no"}}]),
        b"\x0a\x11" + b"\x0a\x07" + DIGEST_BYTES + b"\x12\x06" + b"\x08\x08\x12\x02no",
    ),
    "BatchReadBlobsRequest": (
        reapi.BatchReadBlobsRequest(digests=[DIGEST], acceptable_compressors=[reapi.Compressor.ZSTD]),
        b"\x12\x07" + DIGEST_BYTES + b"\x1a\x01\x01",
    ),
    "BatchReadBlobsResponse": (
        reapi.BatchReadBlobsResponse(
            responses=[{"data": b"d", "status": {"code": 5}, "compressor": reapi.Compressor.ZSTD}]
        ),
        b"\x0a\x09" + b"\x12\x01d" + b"\x1a\x02\x08\x05" + b"\x20\x01",
    ),
    "Action": (
        reapi.Action(command_digest=DIGEST, input_root_digest=DIGEST, do_not_cache=True, salt=b"s"),
        b"\x0a\x07" + DIGEST_BYTES + b"\x12\x07" + DIGEST_BYTES + b"\x38\x01" + b"\x4a\x01s",
    ),
    "Command": (
        reapi.Command(
            arguments=["cp"],
            environment_variables=[{"name": "A", "value": "1"}],
            working_directory="w",
            output_paths=["o"],
        ),
        b"\x0a\x02cp" + b"\x12\x06\x0a\x01A\x12\x011" + b"\x32\x01w" + b"\x3a\x01o",
    ),
    "Directory": (
        reapi.Directory(
            files=[reapi.FileNode(name="f", is_executable=True)],
            directories=[reapi.DirectoryNode(name="d")],
            symlinks=[reapi.SymlinkNode(name="l", target="t")],
        ),
        b"\x0a\x05\x0a\x01f\x20\x01" + b"\x12\x03\x0a\x01d" + b"\x1a\x06\x0a\x01l\x12\x01t",
    ),
    "ActionResult": (
        reapi.ActionResult(
            output_files=[reapi.OutputFile(path="o", is_executable=True, contents=b"c")],
            exit_code=3,
            stdout_raw=b"out",
            stderr_digest=DIGEST,
        ),
        b"\x12\x08\x0a\x01o\x20\x01\x2a\x01c" + b"\x20\x03" + b"\x2a\x03out" + b"\x42\x07" + DIGEST_BYTES,
    ),
    "GetActionResultRequest": (
        reapi.GetActionResultRequest(
            action_digest=DIGEST,
            inline_stdout=True,
            inline_stderr=True,
            inline_output_files=["o"],
            digest_function=reapi.DigestFunction.SHA256,
        ),
        b"\x12\x07" + DIGEST_BYTES + b"\x18\x01" + b"\x20\x01" + b"\x2a\x01o" + b"\x30\x01",
    ),
    "UpdateActionResultRequest": (
        reapi.UpdateActionResultRequest(
            action_digest=DIGEST,
            action_result=reapi.ActionResult(exit_code=1),
            digest_function=reapi.DigestFunction.SHA256,
        ),
        b"\x12\x07" + DIGEST_BYTES + b"\x1a\x02\x20\x01" + b"\x28\x01",
    ),
    "ServerCapabilities": (
        reapi.ServerCapabilities(
            cache_capabilities=reapi.CacheCapabilities(
                digest_functions=[reapi.DigestFunction.SHA256],
                action_cache_update_capabilities=reapi.ActionCacheUpdateCapabilities(update_enabled=True),
                max_batch_total_size_bytes=300,
                supported_compressors=[reapi.Compressor.ZSTD],
                supported_batch_update_compressors=[reapi.Compressor.ZSTD],
            ),
            low_api_version=semver_pb2.SemVer(major=2),
            high_api_version=semver_pb2.SemVer(major=2, minor=3),
        ),
        (
            b"\x0a\x10\x0a\x01\x01\x12\x02\x08\x01\x20\xac\x02\x32\x01\x01\x3a\x01\x01"
            b"\x22\x02\x08\x02\x2a\x04\x08\x02\x10\x03"
        ),
    ),
    "ReadRequest": (
        bytestream_pb2.ReadRequest(resource_name="r", read_offset=1, read_limit=2),
        b"\x0a\x01r\x10\x01\x18\x02",
    ),
    "ReadResponse": (bytestream_pb2.ReadResponse(data=b"d"), b"\x52\x01d"),
    "WriteRequest": (
        bytestream_pb2.WriteRequest(resource_name="r", write_offset=1, finish_write=True, data=b"d"),
        b"\x0a\x01r\x10\x01\x18\x01\x52\x01d",
    ),
    "WriteResponse": (bytestream_pb2.WriteResponse(committed_size=-1), b"\x08" + b"\xff" * 9 + b"\x01"),
    "QueryWriteStatusResponse": (
        bytestream_pb2.QueryWriteStatusResponse(committed_size=5, complete=True),
        b"\x08\x05\x10\x01",
    ),
}

METHODS = {
    "build.bazel.remote.execution.v2.ContentAddressableStorage": (
        "FindMissingBlobs",
        "BatchUpdateBlobs",
        "BatchReadBlobs",
    ),
    "build.bazel.remote.execution.v2.ActionCache": ("GetActionResult", "UpdateActionResult"),
    "build.bazel.remote.execution.v2.Capabilities": ("GetCapabilities",),
    "google.bytestream.ByteStream": ("Read", "Write", "QueryWriteStatus"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_message_has_the_published_bytes(name: str) -> None:
    message, expected = EXAMPLES[name]
    assert message.SerializeToString(deterministic=True) == expected
    assert type(message).FromString(expected) == message


def test_services_have_the_published_names() -> None:
    services = [
        *reapi.DESCRIPTOR.services_by_name.values(),
        *bytestream_pb2.DESCRIPTOR.services_by_name.values(),
    ]
    found = {service.full_name: tuple(method.name for method in service.methods) for service in services}
    assert found == METHODS


def test_fields_that_we_do_not_know_are_kept() -> None:
    execution_metadata = b"\x4a\x04\x0a\x02w1"
    result = reapi.ActionResult.FromString(b"\x20\x03" + execution_metadata)
    assert result.exit_code == 3
    assert execution_metadata in result.SerializeToString()
