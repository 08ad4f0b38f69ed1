"""Members of a director on other machines, without the machines: invited, enrolled, and given a channel."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import cast

import grpc

from stepup_client.rpc.trust import invite
from stepup_proto.v1 import trust_pb2
from stepup_proto.v1.trust_pb2_grpc import TrustServiceStub
from stepup_shared.identity import SERVER_NAME, Credential, guest_credential, make_key, make_request
from tests.support.project_folder import Folder, Program

__all__ = (
    "Listening",
    "channel_with",
    "enroll",
    "free_address",
    "identities",
    "invite_code",
    "join",
    "listen",
)

CALL_S_MAX = 30


class Listening:
    """A director that serves other machines."""

    def __init__(
        self, folder: Folder, *options: str, address: str = "", start: Callable[..., Program] | None = None
    ) -> None:
        """Start it, at a free port unless it is told where, possibly in a way of one's own."""
        self.address = address or free_address()
        """Where it listens."""
        self.program: Program = (start or folder.start)("director", "--listen", self.address, *options)
        """The director."""
        self.program.wait_output("Listening on")
        self.socket: str = folder.note()["socket"]
        """For its owner."""
        self.folder = folder
        """The project that it serves."""

    def stop(self) -> None:
        """End it together with what runs, as a service manager does that has no time."""
        self.program.interrupt_until_ended()


def free_address() -> str:
    """Return an address on this machine at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def listen(folder: Folder, *options: str, address: str = "") -> Listening:
    """Start a director that serves other machines, at a free port unless it is told where."""
    return Listening(folder, *options, address=address)


def invite_code(director: Listening, role: str = "worker", life_s: float = 60.0, name: str = "") -> str:
    """Return the code of a new invitation."""
    return invite(director.socket, role, name, life_s).code


def join(director: Listening, *options: str) -> Program:
    """Start a worker by the two commands that make one of another machine; wait until the director knows it."""
    folder = director.folder
    variables = {"STEPUP_CREDENTIALS": str(folder.around / "credentials")}
    known = len(folder.status()["workers"])
    words = folder.run("director", "invite").checked().output.split()[1:]
    assert words[2] == director.address
    worker = folder.start(*words, "--workspace", str(folder.around / "workspace"), *options, **variables)
    folder.wait_status(lambda status: len(status["workers"]) > known, "the worker is there")
    return worker


def channel_with(address: str, credential: Credential) -> grpc.Channel:
    """Return a channel that shows a certificate."""
    credentials = grpc.ssl_channel_credentials(credential.anchor, credential.key, credential.certificate)
    return grpc.secure_channel(address, credentials, options=(("grpc.ssl_target_name_override", SERVER_NAME),))


def enroll(director: Listening, code: str) -> Credential:
    """Become a member with a key of one's own; raises `grpc.RpcError` when that is refused."""
    key = make_key()
    with channel_with(director.address, guest_credential(code, time.time())) as channel:
        request = trust_pb2.EnrollRequest(certificate_request=make_request(key))
        made = TrustServiceStub(channel).Enroll(request, timeout=CALL_S_MAX)
    return Credential(key, made.certificate, made.anchor)


def identities(folder: Folder) -> list[dict[str, object]]:
    """Return who is known to the director of a project."""
    return cast("list[dict[str, object]]", json.loads(folder.run("director", "identities", "--json").checked().output))
