"""R-10: whatever is asked of TrustService is lost, doubled and said again, also to the next director."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.protobuf.message import Message

from stepup_proto.v1 import trust_pb2
from stepup_shared.identity import Credential, guest_credential, make_key, make_request
from tests.support.counts import Counts, number_from
from tests.support.members import Listening, enroll, identities, invite_code, listen
from tests.support.project_folder import Folder
from tests.support.rpc_proxy import Fault, RpcProxy
from tests.support.tokens import open_channel

__all__ = ("TRUST_METHODS",)

TRUST = "stepup_proto.v1.TrustService"
OK, LOST = grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE
UNKNOWN_TOKEN = grpc.StatusCode.UNAUTHENTICATED


@dataclass(frozen=True, slots=True)
class Plea:
    """What is asked, and by whom."""

    make: Callable[[], Message]
    """The request."""
    role: str = ""
    """With whose certificate; empty: the owner asks, on the director's machine."""
    next_answer: grpc.StatusCode = UNKNOWN_TOKEN
    """What the next director answers: it knows members, but neither tokens nor invitations that were used."""


def csr() -> bytes:
    """Return a request for a certificate."""
    return make_request(make_key())


PLEAS = {
    "ListIdentities": Plea(trust_pb2.ListIdentitiesRequest),
    "Invite": Plea(lambda: trust_pb2.InviteRequest(role="viewer", name="invited")),
    "Renew": Plea(lambda: trust_pb2.RenewRequest(certificate_request=csr()), "member", OK),
    "Enroll": Plea(lambda: trust_pb2.EnrollRequest(certificate_request=csr()), "guest", LOST),
    "Revoke": Plea(lambda: trust_pb2.RevokeRequest(name="worker3")),
}
TRUST_METHODS = frozenset(f"{TRUST}/{name}" for name in PLEAS)


@pytest.fixture
def run() -> Generator[Path]:
    """Return a directory for sockets, whose paths must be short."""
    made = tempfile.mkdtemp(prefix="trust-", dir="/tmp")
    yield Path(made)
    shutil.rmtree(made)


def test_what_is_asked_of_trust_is_lost_doubled_and_said_again(folder: Folder, run: Path, counts: Counts) -> None:
    repeat(folder, run, counts, times=1)


@pytest.mark.chaos
def test_what_is_asked_of_trust_suffers_again_and_again(folder: Folder, run: Path, counts: Counts) -> None:
    repeat(folder, run, counts, times=number_from("R10_TIMES", 5))


def repeat(folder: Folder, run: Path, counts: Counts, *, times: int) -> None:
    """Let all faults strike all that can be asked; who is believed has to be the same as if each was asked once."""
    director = listen(folder, "--socket", str(run / "director"))
    member, credentials = "worker1", {"member": enroll(director, invite_code(director))}
    credentials["guest"] = guest_credential(invite_code(director), time.time())
    enroll(director, invite_code(director))
    assert believed(folder) == {member: "member", "worker2": "invited", "worker3": "member"}
    with ExitStack() as stack:
        proxies = {
            name: stack.enter_context(proxy_for(director, run / name, credentials.get(plea.role)))
            for name, plea in PLEAS.items()
        }
        for name, plea in PLEAS.items():
            suffer(run / name, proxies[name], f"{TRUST}/{name}", plea.make(), times)
        wanted = {member: "member", "worker2": "member", "worker3": "revoked", "invited": "invited"}
        assert believed(folder) == wanted
        late = {name: list(proxy.recorded) for name, proxy in proxies.items()}
        assert {name: set(proxy.replay()) for name, proxy in proxies.items()} == {name: {OK} for name in PLEAS}
        assert believed(folder) == wanted
        director.program.process.kill()
        director.program.process.wait(60)
        again = listen(folder, "--socket", director.socket, address=director.address)
        for name, proxy in proxies.items():
            proxy.recorded = late[name]
        answers = {name: set(proxy.replay()) for name, proxy in proxies.items()}
        assert answers == {name: {plea.next_answer} for name, plea in PLEAS.items()}
        assert believed(folder) == wanted
        faults = sum(proxy.struck.total() for proxy in proxies.values())
    folder.run("shutdown").checked()
    again.program.end()
    said_late = 2 * sum(map(len, late.values()))
    counts.tell("R-10 trust", faults=faults, rpcs=len(PLEAS), said_late=said_late, wrongly_believed=0)


def proxy_for(director: Listening, socket: Path, credential: Credential | None) -> RpcProxy:
    """Return a proxy that asks a director as its owner, or by TLS with a credential."""
    streams = [(method, False, False) for method in TRUST_METHODS]
    upstream = director.socket if credential is None else director.address
    return RpcProxy(str(socket), upstream, streams, credential)


def suffer(socket: Path, proxy: RpcProxy, method: str, request: Message, times: int) -> None:
    """Ask the same once for each fault."""
    answers = {Fault.DROP_REQUEST: LOST, Fault.DROP_REPLY: LOST, Fault.DUPLICATE: OK, Fault.REPLAY: OK}
    for fault, answer in times * list(answers.items()):
        proxy.plan(method, fault)
        assert ask(socket, method, request) is answer, (method, fault)


def ask(socket: Path, method: str, request: Message) -> grpc.StatusCode:
    """Make a call through a proxy; return how it ended."""
    with open_channel(str(socket)) as channel:
        make = cast("Callable[..., Any]", channel.unary_unary(f"/{method}"))
        try:
            make(request.SerializeToString(), timeout=30)
        except grpc.RpcError as error:
            return cast("grpc.Call", error).code()
    return OK


def believed(folder: Folder) -> dict[str, str]:
    """Return what is thought of whom."""
    return {str(one["name"]): str(one["state"]) for one in identities(folder)}
