"""Who may say what to a director, on its machine and from others (S-02, S-04, S-13 in part)."""

from __future__ import annotations

import re
from pathlib import Path

import grpc

from stepup_server.engine.identities import Role
from stepup_server.rpc.roles import ROLES
from tests.support.calls import METHODS, code_of
from tests.support.members import Listening, channel_with, enroll, invite_code, join, listen
from tests.support.project_folder import Folder

Code = grpc.StatusCode


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


def test_secrets_are_in_no_log_and_on_no_command_line(folder: Folder) -> None:
    director = listen(folder)
    owner = Path(f"{director.socket}.token").read_text().strip()
    worker = join(director, "--log-level", "debug")
    worker.interrupt_until_ended()
    logs = [path.read_text() for path in (folder.root / ".stepup").glob("*.log")]
    lines = [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline")]
    database = (folder.root / ".stepup/graph.db").read_bytes().decode(errors="replace")
    assert not [text for text in (*logs, *lines, database) if owner in text]
    director.stop()
