"""The conditions that steps set for their workers."""

from __future__ import annotations

import pytest

from stepup_server.core.values import WorkerDescription
from stepup_server.core.where import WrongCondition, parse_where

WORKER = WorkerDescription(
    name="w1",
    incarnation="1",
    host="node7",
    pid=1,
    slots=1,
    root=".",
    labels={"gpu": "", "zone": "east", "slow": ""},
    cpus=4,
    memory_bytes=8 << 30,
)


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("gpu", []),
        ("fast", ["lacks label fast"]),
        ("zone", []),
        ("zone == east and zone = 'east' and zone == \"east\"", []),
        ("zone == 'west'", ["lacks label zone=west (it is east)"]),
        ("rack == 7", ["lacks label rack=7"]),
        ("zone != east", ["has label zone=east"]),
        ("rack != 7", []),
        ("not slow", ["has label slow"]),
        ("not not slow", []),
        ("not (slow or gpu)", ["has label slow", "has label gpu"]),
        ("fast or zone == west", ["lacks label fast", "lacks label zone=west (it is east)"]),
        ("fast or gpu and slow", []),
        ("(fast or gpu) and not slow", ["has label slow"]),
        ("cpus >= 4 and cpus < 5 and cpus != 3", []),
        ("cpus > 4", ["has cpus 4"]),
        ("memory >= 8G and memory >= 8GiB and memory > 8191M", []),
        ("memory >= 1.5T", ["has memory 8.0G"]),
        ("host == node7 and name == 'w1'", []),
        ("host == node8", ["lacks host=node8 (it is node7)"]),
    ],
)
def test_a_condition_holds_or_says_what_is_lacking(text: str, lacks: list[str]) -> None:
    condition = parse_where(text)
    assert list(condition.lacks(WORKER)) == lacks
    assert condition.holds(WORKER) == (not lacks)


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("gpu and", "The name of a label is expected here", 7),
        ("gpu zone", "`and`, `or` or the end is expected here", 4),
        ("(gpu", "`)` is expected here", 4),
        ("gpu)", "`and`, `or` or the end is expected here", 3),
        ("memory >= 8X", "A number, or one with K, M, G or T, as in 8G, is expected here", 10),
        ("cpus >= 8G", "A number is expected here", 8),
        ("cpus", "`cpus` has to be compared with something", 4),
        ("zone <= 3", "`<=` compares numbers: cpus and memory", 5),
        ("gpu & x", "'&' means nothing here", 4),
        ("zone == 'we", "The end of this text is missing", 8),
        ("zone == and", "A value is expected here", 8),
        ("__import__('os')", "`and`, `or` or the end is expected here", 10),
        ("7 == 7", "The name of a label is expected here", 0),
        ("(" * 50 + "gpu" + ")" * 50, "Too many brackets and `not`", 40),
        ("x" * 3000, "A condition has at most 2000 characters", 0),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, reason: str, position: int) -> None:
    with pytest.raises(WrongCondition) as caught:
        parse_where(text)
    assert (caught.value.reason, caught.value.position) == (reason, position)
    assert str(caught.value).splitlines()[-1] == " " * (position + 2) + "^"
