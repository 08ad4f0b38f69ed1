"""How large things may be that come over the wire: one table, which the manual shows as it stands here.

A name is `Message.field`, or `Service.Method`; an empty name is what holds for all others.
In the last table names are words: what it tells of files is enforced in `files/`, which does not see this module, and a
test holds the two together; what it tells of plans comes from `core/`.
The numbers are generous to honest projects and keep the director's memory and time linear in what it is sent.
`checks.py` enforces them, before anybody looks at a request.
"""

from __future__ import annotations

from typing import NamedTuple

from stepup_server.core import grants, quotas, steps, where

__all__ = ("BATCH_BYTES_MAX", "SIZE_MAX", "TABLES", "WIRE_BYTES_MAX", "Table", "most_of")

KIB = 1024
MIB = 1024 * KIB


class Table(NamedTuple):
    """Limits of one kind."""

    title: str
    unit: str
    """What is counted, in the plural."""
    rows: dict[str, tuple[int, str]]
    """By name: the largest number that is allowed, and what it is about."""


MESSAGES = Table(
    "One message",
    "bytes",
    {
        "PlanService.Declare": (16 * MIB, "clients send batches of 1 MiB; a single statement may be as long as this"),
        "PlanService.Amend": (16 * MIB, "one call of `amend()`"),
        "DispatchService.Synchronize": (32 * MIB, "the result of a step with very many outputs"),
        "ControlService.Explain": (5 * MIB, "the name of a step is its command"),
        "ControlService.CancelStep": (5 * MIB, "the name of a step is its command"),
        "ControlService.FollowOutput": (5 * MIB, "the name of a step is its command"),
        "ContentAddressableStorage.FindMissingBlobs": (16 * MIB, "digests"),
        "ContentAddressableStorage.BatchUpdateBlobs": (8 * MIB, "contents; REAPI clients stay below 4 MiB"),
        "ContentAddressableStorage.BatchReadBlobs": (16 * MIB, "digests"),
        "ByteStream.Write": (8 * MIB, "one piece of a content"),
        "": (MIB, "any other request"),
    },
)

WIRE_BYTES_MAX = max(most for most, _ in MESSAGES.rows.values())
"""gRPC itself refuses what is longer."""

COUNTS = Table(
    "Entries of one list",
    "entries",
    {
        "DeclareRequest.declarations": (10_000, "statements in one batch; clients send 256 to 4096"),
        "StaticPaths.paths": (100_000, "paths of one `static()`"),
        "StepDeclaration.inputs": (100_000, "inputs of one step"),
        "StepDeclaration.outputs": (100_000, "outputs of one step"),
        "StepDeclaration.volatiles": (100_000, "volatile outputs of one step"),
        "AmendRequest.inputs": (100_000, "inputs of one `amend()`"),
        "AmendRequest.outputs": (100_000, "outputs of one `amend()`"),
        "AmendRequest.volatiles": (100_000, "volatile outputs of one `amend()`"),
        "AttemptResult.outputs": (200_000, "declared and amended outputs of one attempt"),
        "AttemptResult.changed_inputs": (200_000, "inputs of one attempt that moved"),
        "AttemptResult.volatiles": (200_000, "volatile outputs of one attempt"),
        "AttemptResult.used_inputs": (100_000, "files that the modules of a script come from"),
        "SynchronizeRequest.holding": (20_000, "attempts on one worker"),
        "SynchronizeRequest.started": (20_000, "attempts on one worker"),
        "SynchronizeRequest.finished": (20_000, "attempts on one worker"),
        "FindMissingBlobsRequest.blob_digests": (20_000, "digests in one question"),
        "BatchReadBlobsRequest.digests": (8_000, "contents in one batch: their names fit into a message beside them"),
        "BatchUpdateBlobsRequest.requests": (
            8_000,
            "contents in one batch: their names fit into a message beside them",
        ),
        "LocateRequest.paths": (1_000, "files that a step may import"),
        "LocateRequest.patterns": (100, "patterns of files that a step may import"),
        "StaticPaths.substitutions": (100, "named wildcards of one pattern"),
        "GlobRequest.substitutions": (100, "named wildcards of one pattern"),
        "StepDeclaration.resources": (100, "resources of one step"),
        "": (10_000, "any other list or map"),
    },
)

TEXTS = Table(
    "One text",
    "characters",
    {
        "StepDeclaration.command": (4 * MIB, "a command; Linux runs what is shorter than about 2 MiB"),
        "SubprocessRecord.command": (4 * MIB, "a command"),
        "ExplainRequest.name": (4 * MIB + 8 * KIB, "a command with its working directory"),
        "CancelStepRequest.name": (4 * MIB + 8 * KIB, "a command with its working directory"),
        "FollowOutputRequest.name": (4 * MIB + 8 * KIB, "a command with its working directory"),
        "StepDeclaration.environment_overrides": (128 * KIB, "the value of a variable, which is what Linux takes"),
        "SubprocessRecord.environment_overrides": (128 * KIB, "the value of a variable"),
        "SubprocessRecord.stdin": (MIB, "what a program read"),
        "SubprocessRecord.stdout": (MIB, "what a program wrote"),
        "SubprocessRecord.stderr": (MIB, "what a program wrote"),
        "AttemptResult.not_started": (64 * KIB, "why an attempt was not started"),
        "AttemptResult.hindered": (64 * KIB, "what the machine of an attempt lacked"),
        "Source.file": (1024, "the file of a plan, which refusals repeat"),
        "WorkerDescription.name": (255, "the name of a worker"),
        "WorkerDescription.incarnation": (255, "which process of a worker"),
        "WorkerDescription.host": (255, "the name of a host"),
        "ReadRequest.resource_name": (1024, "the name of a content in ByteStream"),
        "WriteRequest.resource_name": (1024, "the name of an upload"),
        "QueryWriteStatusRequest.resource_name": (1024, "the name of an upload"),
        "": (4096, "any other: paths, patterns, names"),
    },
)

BYTES = Table(
    "One piece of bytes",
    "bytes",
    {
        "AttemptResult.stdout": (16 * MIB, "what a step wrote; workers cut it at 1 MiB"),
        "AttemptResult.stderr": (16 * MIB, "what a step wrote; workers cut it at 1 MiB"),
        "AttemptResult.contents": (128 * KIB, "a small output that travels with the result"),
        "SendOutputRequest.stdout": (64 * KIB, "a piece of what a running step writes"),
        "SendOutputRequest.stderr": (64 * KIB, "a piece of what a running step writes"),
        "FileHash.digest": (32, "a SHA-256 digest"),
        "": (4 * MIB, "any other"),
    },
)

NUMBERS = Table(
    "One number",
    "",
    {
        "WorkerDescription.slots": (10_000, "attempts that a worker runs at a time"),
        "BuildRequest.workers_min": (10_000, "workers that a build waits for"),
        "Digest.size_bytes": (1 << 43, "bytes of one content, also where its size stands in a name: 8 TiB"),
        "": (2**63 - 1, "any other integer"),
    },
)

CALLS = Table(
    "Calls that are open at the same time",
    "calls",
    {
        "ControlService.Events": (512, "displays of progress"),
        "DispatchService.Synchronize": (2_000, "workers"),
        "": (4_000, "any other method"),
    },
)

_BATCH_BYTES = "bytes of content in one batch"

OTHERS = Table(
    "Contents, outputs and plans",
    "",
    {
        _BATCH_BYTES: (3 * MIB, "fits with names and framing into the 4 MiB that clients of gRPC take by default"),
        "unfinished uploads": (256, "until one is finished, or was not touched for an hour"),
        "bytes of the window of a zstd stream": (8 * MIB, "as the format recommends"),
        "bytes of holes in an output": (1 << 38, "a sparse file; it is filled where it is stored"),
        "bytes of the path of an output": (grants.PATH_BYTES_MAX, "what Linux takes"),
        "bytes of a name in the path of an output": (grants.NAME_BYTES_MAX, "what Linux takes"),
        "declarations of one execution of a step": (quotas.PRODUCTS_MAX, "what goes beyond seems to go on for ever"),
        "plans that declare each other": (quotas.DEPTH_MAX, "from the first one downwards"),
        "further tries of a step": (steps.RETRIES_MAX, "`retry=`"),
        "characters of a condition": (where.CHARACTERS_MAX, "`where=`"),
        "brackets and `not` in a condition, one in the other": (where.DEPTH_MAX, "`where=`"),
    },
)

TABLES = (MESSAGES, COUNTS, TEXTS, BYTES, NUMBERS, CALLS, OTHERS)
"""In the order of the manual."""


def most_of(table: Table, name: str) -> int:
    """Return the limit for a name."""
    return table.rows.get(name, table.rows[""])[0]


BATCH_BYTES_MAX = OTHERS.rows[_BATCH_BYTES][0]
SIZE_MAX = most_of(NUMBERS, "Digest.size_bytes")
