"""Programs of neighbouring versions understand each other: nothing that was promised changes its number or type."""

from __future__ import annotations

import re
from pathlib import Path

from stepup_proto.v1 import dispatch_pb2
from stepup_server.core.desk import DirectorSettings
from stepup_server.core.welcome import check_welcome
from stepup_server.rpc.convert import description_from_wire, facts_from_wire
from tests.tidy.baseline import lines_of_contract
from tests.tidy.repository import PROTO

CONTRACT = Path(__file__).with_name("contract.txt")
"""That of the last release."""
SETTINGS = DirectorSettings(root="/project", version="0.2.0", probe="p")


def test_what_was_released_is_still_there() -> None:
    lost = sorted(set(CONTRACT.read_text().splitlines()) - set(lines_of_contract()))
    assert not lost


def test_no_number_is_used_again() -> None:
    for path in PROTO.glob("stepup_proto/v1/*.proto"):
        assert not re.search(r"reserved\s+\d+\s*;(?!\s*//)", path.read_text()), "a removed field needs its reason"


def test_a_worker_that_only_knows_the_last_release_is_understood() -> None:
    said = dispatch_pb2.SynchronizeRequest(
        worker=dispatch_pb2.WorkerDescription(
            name="w", incarnation="1", host="h", pid=7, slots=2, root="/project", version="0.1.0"
        ),
        finished=[dispatch_pb2.AttemptResult(exit_code=0, at=1.0)],
    )
    description = description_from_wire(dispatch_pb2.SynchronizeRequest.FromString(said.SerializeToString()).worker)
    assert (description.own_workspace, description.labels, description.resources) == (False, {}, {})
    assert description.probe is None
    check_welcome(SETTINGS, description)
    assert len(facts_from_wire(said)) == 1


def test_what_a_later_version_says_besides_is_passed_over() -> None:
    later = b"\xfa\x3f\x03new"
    worker = dispatch_pb2.WorkerDescription(name="w", root="/elsewhere", probe="p", version="0.3.0")
    message = dispatch_pb2.WorkerDescription.FromString(worker.SerializeToString() + later)
    check_welcome(SETTINGS, description_from_wire(message))
    order = dispatch_pb2.SynchronizeResponse.FromString(later)
    assert order == dispatch_pb2.SynchronizeResponse.FromString(order.SerializeToString())
