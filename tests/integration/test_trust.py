"""Who may say what to a director, on its machine and from others (S-01 to S-05, in short)."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

from stepup_proto.reapi import bytestream_pb2, remote_execution_pb2
from stepup_proto.v1 import control_pb2, dispatch_pb2, plan_pb2, trust_pb2
from stepup_server.engine.identities import Role
from stepup_server.rpc.roles import ROLES
from stepup_shared.identity import Credential, guest_credential, make_authority
from tests.support.deadline import wait_until
from tests.support.members import Listening, channel_with, enroll, identities, invite_code, listen
from tests.support.project_folder import Folder
from tests.support.tokens import open_channel

Code = grpc.StatusCode
CALL_S_MAX = 30
SERVED = {
    name.rpartition(".")[2]: service
    for module in (plan_pb2, dispatch_pb2, control_pb2, trust_pb2, bytestream_pb2)
    for name, service in module.DESCRIPTOR.services_by_name.items()
} | {
    name: remote_execution_pb2.DESCRIPTOR.services_by_name[name]
    for name in ("ContentAddressableStorage", "Capabilities")
}
METHODS: dict[str, MethodDescriptor] = {
    f"{name}.{method.name}": method for name, service in SERVED.items() for method in service.methods
}


@pytest.fixture
def director(folder: Folder) -> Generator[Listening]:
    folder.plan('run("echo $$ > pid; exec sleep 600", shell=True)')
    started = listen(folder)
    yield started
    for _ in range(3):
        folder.run("shutdown")
    started.program.end()


def code_of(channel: grpc.Channel, method: MethodDescriptor, metadata: tuple[tuple[str, str], ...] = ()) -> Code:
    """Call a method with an empty request; return how it ended, OK when it would have gone on."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    empty = GetMessageClass(method.input_type)().SerializeToString()
    shapes: dict[tuple[bool, bool], Callable[..., Any]] = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }
    call = shapes[method.client_streaming, method.server_streaming](path)
    request = iter([empty]) if method.client_streaming else empty
    try:
        answer = call(request, timeout=CALL_S_MAX, metadata=metadata)
        if method.server_streaming:
            next(iter(answer), None)
            answer.cancel()
    except grpc.RpcError as error:
        return cast("grpc.Call", error).code()
    return Code.OK


def test_the_table_of_roles_names_all_methods_and_no_others() -> None:
    assert set(ROLES) == set(METHODS)


def test_the_manual_shows_the_table_of_roles() -> None:
    page = (Path(__file__).parents[2] / "docs/concepts/trust/README.md").read_text()
    shown = dict(re.findall(r"^\| `(\w+\.\w+)` \| ([^|]*) \|$", page, re.MULTILINE))
    assert shown == {method: ", ".join(role.value for role in Role if role in roles) for method, roles in ROLES.items()}


def test_nobody_without_a_token_is_heard_on_this_machine(director: Listening) -> None:
    with grpc.insecure_channel(f"unix:{director.socket}") as channel:
        for token in ("", "owner.wrong", "attempt.AAAA"):
            shown = (("stepup-token", token),) if token else ()
            codes = {name: code_of(channel, method, shown) for name, method in METHODS.items()}
            assert set(codes.values()) == {Code.UNAUTHENTICATED}, codes


def test_a_member_may_do_what_its_role_says_and_nothing_else(director: Listening) -> None:
    harmless = [name for name in METHODS if name not in {"ControlService.Wait", "ControlService.Events"}]
    for role in (Role.WORKER, Role.VIEWER):
        credential = enroll(director, invite_code(director, role.value))
        with channel_with(director.address, credential) as channel:
            for name in harmless:
                is_refused = code_of(channel, METHODS[name]) is Code.PERMISSION_DENIED
                assert is_refused is (role not in ROLES[name]), (role, name)


def test_nobody_listens_beyond_the_machine_but_by_tls(folder: Folder, director: Listening) -> None:
    assert listening_ports(director.program.pid) == {int(director.address.rpartition(":")[2])}
    with grpc.insecure_channel(director.address) as channel:
        assert code_of(channel, METHODS["ControlService.GetStatus"]) is Code.UNAVAILABLE
    assert folder.status()["phase"] == "idle"


def listening_ports(pid: int) -> set[int]:
    """Return the TCP ports at which a process listens, on whichever address."""
    sockets = {path.readlink().name for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}
    ports: set[int] = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == _LISTENING and f"socket:[{words[9]}]" in sockets:
                ports.add(int(words[1].rpartition(":")[2], 16))
    return ports


_LISTENING = "0A"
"""The state of a socket, as the kernel's table spells it."""


def test_an_invitation_works_once(director: Listening) -> None:
    code = invite_code(director)
    enroll(director, code)
    with pytest.raises(grpc.RpcError):
        enroll(director, code)


def test_a_guest_may_only_become_a_member(director: Listening) -> None:
    with channel_with(director.address, guest_credential(invite_code(director), time.time())) as channel:
        codes = {name: code_of(channel, method) for name, method in METHODS.items() if name != "TrustService.Enroll"}
    assert set(codes.values()) == {Code.PERMISSION_DENIED}, codes


def test_an_invitation_expires(director: Listening) -> None:
    code = invite_code(director, life_s=1.0)
    wait_until(lambda: not is_let_in(director, code), "the invitation has expired")


def is_let_in(director: Listening, code: str) -> bool:
    """Tell whether the holder of a code is heard."""
    with channel_with(director.address, guest_credential(code, time.time())) as channel:
        return code_of(channel, METHODS["ControlService.GetStatus"]) is Code.PERMISSION_DENIED


def test_whoever_is_not_the_director_that_was_pinned_hears_nothing(director: Listening) -> None:
    credential = enroll(director, invite_code(director))
    _, anchor = make_authority(time.time())
    stranger = Credential(credential.key, credential.certificate, anchor)
    with channel_with(director.address, stranger) as channel:
        assert code_of(channel, METHODS["ControlService.GetStatus"]) is Code.UNAVAILABLE


@pytest.mark.parametrize(
    ("code", "advice"),
    [("nonsense", "paste the whole line"), ("A" * 66, "paste the whole line"), ("", "HOST:PORT CODE")],
)
def test_what_is_no_code_is_told_in_a_line(folder: Folder, code: str, advice: str) -> None:
    ended = folder.run("worker", "join", "127.0.0.1:1", *([code] if code else []))
    assert ended.code in (0, 1, 2)
    assert advice in ended.errors + ended.output
    assert "Traceback" not in ended.errors


def test_whoever_is_revoked_is_heard_no_more_from_that_moment_on(folder: Folder) -> None:
    folder.plan('run("exec sleep 600", shell=True)')
    director = listen(folder, "--lease", "1")
    worker = join(folder, director)
    (member,) = identities(folder)
    build = folder.start("build")
    folder.wait_status(lambda status: any("sleep" in step["label"] for step in status["running"]), "the step runs")
    folder.run("director", "revoke", str(member["name"])).checked()
    wait_until(lambda: not folder.status()["workers"][0].get("connected"), "its stream has ended")
    assert identities(folder)[0]["state"] == "revoked"
    worker.process.terminate()
    worker.process.wait(60)
    build.process.terminate()
    build.process.wait(60)
    for _ in range(3):
        folder.run("shutdown")
    director.program.end()


def join(folder: Folder, director: Listening, *options: str) -> Any:  # noqa: ANN401 -- a program of the folder
    """Start a worker that joins as one on another machine would."""
    variables = {"STEPUP_CREDENTIALS": str(folder.around / "credentials")}
    workspace = str(folder.around / "workspace")
    words = folder.run("director", "invite").checked().output.split()[1:]
    worker = folder.start(*words, "--workspace", workspace, *options, **variables)
    folder.wait_status(lambda status: bool(status["workers"]), "the worker is there")
    assert words[2] == director.address
    return worker


def test_a_certificate_is_renewed_again_and_again(folder: Folder) -> None:
    director = listen(folder, "--certificate-life", "3")
    worker = join(folder, director)
    log = next((folder.around / "workspace").glob("worker*.log"))
    wait_until(lambda: log.read_text().count("renewed the certificate") >= 3, "it is renewed three times")
    folder.plan('run("echo made > out.txt", out="out.txt", shell=True)')
    assert folder.run("build").code == 0, folder.story()
    assert folder.read("out.txt") == "made\n"
    worker.process.terminate()
    worker.process.wait(60)
    folder.run("shutdown").checked()
    director.program.end()


def test_the_token_of_a_step_is_good_for_that_attempt_and_no_longer(folder: Folder, director: Listening) -> None:
    token_of = "cp $STEPUP_TOKEN_FILE {0}.token; echo $STEPUP_STEP_I $STEPUP_JOB_I > {0}.id"
    folder.plan(
        f'run("{token_of.format("one")}", shell=True)\nrun("{token_of.format("two")}; exec sleep 600", shell=True)'
    )
    worker = folder.start("worker", "-j", "2")
    build = folder.start("build")
    folder.wait_for("one.id", "two.id")
    folder.wait_status(lambda status: len(status["running"]) == 1, "one has ended")
    (one, two), (first, second) = (
        [folder.read(f"{name}.{kind}") for name in ("one", "two")] for kind in ("token", "id")
    )
    with open_channel(director.socket, one.strip()) as channel:
        assert step_info(channel, first) in (Code.UNAUTHENTICATED, Code.FAILED_PRECONDITION)
    with open_channel(director.socket, two.strip()) as channel:
        assert step_info(channel, second) is Code.OK
        assert step_info(channel, first) is Code.PERMISSION_DENIED
        assert code_of(channel, METHODS["ControlService.Shutdown"]) is Code.PERMISSION_DENIED
    build.process.terminate()
    build.process.wait(60)
    folder.run("shutdown").checked()
    folder.run("shutdown")
    worker.process.terminate()
    worker.process.wait(60)


def step_info(channel: grpc.Channel, ids: str) -> Code:
    """Ask what was declared for a step; return how that ended."""
    step, number = map(int, ids.split())
    path = "/stepup_proto.v1.PlanService/GetStepInfo"
    request = plan_pb2.GetStepInfoRequest(attempt={"step": step, "number": number})
    try:
        cast("Callable[..., Any]", channel.unary_unary(path))(request.SerializeToString(), timeout=CALL_S_MAX)
    except grpc.RpcError as error:
        return cast("grpc.Call", error).code()
    return Code.OK


def test_others_find_neither_socket_nor_token_nor_key(folder: Folder, director: Listening) -> None:
    kept = [director.socket, f"{director.socket}.token", *map(str, (folder.root / ".stepup/trust").iterdir())]
    for path in map(Path, kept):
        assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0, path
        assert path.is_socket() or stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_keys_that_others_could_read_are_not_used(folder: Folder) -> None:
    (folder.root / ".stepup/trust").mkdir(parents=True, mode=0o755)
    ended = folder.run("director", "--listen", "127.0.0.1:9")
    assert ended.code == 1
    assert "chmod 700" in ended.errors


def test_secrets_are_in_no_log_and_on_no_command_line(folder: Folder, director: Listening) -> None:
    owner = Path(f"{director.socket}.token").read_text().strip()
    join(folder, director, "--log-level", "debug").process.terminate()
    logs = [path.read_text() for path in (folder.root / ".stepup").glob("*.log")]
    lines = [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline")]
    database = (folder.root / ".stepup/graph.db").read_bytes().decode(errors="replace")
    assert not [text for text in (*logs, *lines, database) if owner in text]
