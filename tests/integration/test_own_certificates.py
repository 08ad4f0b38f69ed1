"""Certificates that a site has made itself, instead of invitations."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import grpc
import pytest

from stepup_proto.v1 import control_pb2, control_pb2_grpc
from tests.support.deadline import wait_until
from tests.support.members import Listening, identities, listen
from tests.support.project_folder import Folder, Program
from tests.support.site import Site

CALL_S_MAX = 30


@pytest.fixture
def site(folder: Folder) -> Site:
    return Site(folder.around / "site")


@pytest.fixture
def director(folder: Folder, site: Site) -> Generator[Listening]:
    started = listen(folder, *site.options("director", "127.0.0.1"))
    yield started
    end(started.program)


def start_worker(folder: Folder, director: Listening, *options: str) -> Program:
    """Start a worker with a workspace of its own."""
    workspace = str(folder.around / "workspace")
    return folder.start("worker", "--director", director.address, "--workspace", workspace, *options)


def end(program: Program) -> None:
    program.process.terminate()
    program.process.wait(60)


def call(director: Listening, site: Site, options: list[str]) -> str:
    """Ask for the status with the files of some options; return what was refused."""
    certificate, key = (Path(options[number]).read_bytes() for number in (3, 5))
    credentials = grpc.ssl_channel_credentials(Path(site.ca).read_bytes(), key, certificate)
    with grpc.secure_channel(director.address, credentials) as channel:
        try:
            control_pb2_grpc.ControlServiceStub(channel).GetStatus(control_pb2.GetStatusRequest(), timeout=CALL_S_MAX)
        except grpc.RpcError as error:
            return f"{error.code().name}: {error.details()}"
    return ""


def test_a_build_runs_on_a_worker_with_certificates_of_the_site(
    folder: Folder, site: Site, director: Listening
) -> None:
    folder.plan('run("echo made > out.txt", out="out.txt", shell=True)')
    worker = start_worker(folder, director, *site.options("w", "stepup://worker/node7"))
    assert folder.run("build").code == 0, folder.story()
    assert folder.read("out.txt") == "made\n"
    assert [(one["role"], one["name"], one["state"]) for one in identities(folder)] == [("worker", "node7", "member")]
    folder.run("director", "revoke", "node7").checked()
    wait_until(lambda: not folder.status()["workers"][0].get("connected"), "its stream has ended")
    assert [one["state"] for one in identities(folder)] == ["revoked"]
    end(worker)


def test_a_role_is_what_the_certificate_says(site: Site, director: Listening) -> None:
    assert call(director, site, site.options("v", "stepup://viewer/eve")) == ""
    refused = call(director, site, site.options("w", "stepup://worker/w"))
    assert refused.startswith("PERMISSION_DENIED: Worker w may not call ControlService.GetStatus.")
    for stem, names in {"none": (), "other": ("https://example.org/w",), "unknown": ("stepup://king/x",)}.items():
        refused = call(director, site, site.options(stem, *names))
        assert refused.startswith("UNAUTHENTICATED: Your certificate says no role. It needs the URI stepup://"), refused


def test_certificates_are_replaced_while_the_director_runs_which_invites_nobody(
    folder: Folder, site: Site, director: Listening
) -> None:
    old = site.options("v", "stepup://viewer/eve")
    other = Site(Path(site.ca).parent / "next", "Next")
    new = other.options("v", "stepup://viewer/adam")
    assert call(director, other, new).startswith("UNAVAILABLE")
    Path(site.ca).write_bytes(Path(site.ca).read_bytes() + Path(other.ca).read_bytes())
    assert call(director, site, old) == ""
    assert call(director, site, new) == ""
    assert "certificates that its site makes" in told(folder, "director", "invite")


def test_wrong_files_are_told_in_a_line_by_either_program(folder: Folder, site: Site) -> None:
    options = site.options("open", "stepup://worker/w", "127.0.0.1")
    Path(options[5]).chmod(0o644)
    for words in (["director", "--listen", "127.0.0.1:9"], ["worker", "--director", "127.0.0.1:9"]):
        assert told(folder, *words, *options) == (
            f"ERROR: --tls-key {options[5]}: others may read it (mode 644). Close it: chmod 600 {options[5]}"
        )


def test_a_worker_that_is_not_believed_or_does_not_believe_says_so(folder: Folder, site: Site) -> None:
    director = listen(folder, *site.options("director", "127.0.0.2"))
    other = Site(folder.around / "other", "Other")
    mine = site.options("w", "stepup://worker/w")
    address = ("worker", "--director", director.address, "--workspace", str(folder.around / "workspace"))
    assert "shows a certificate for another name" in told(folder, *address, *mine)
    assert "shows a certificate that none of" in told(folder, *address, "--tls-ca", other.ca, *mine[2:])
    end(director.program)


def told(folder: Folder, *words: str) -> str:
    """Return the one line in which a program says why it does not begin."""
    ended = folder.run(*words)
    assert (ended.code, ended.output, ended.errors.count("\n")) == (1, "", 1), ended
    return ended.errors.strip()
