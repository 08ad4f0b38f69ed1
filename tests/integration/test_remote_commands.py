"""Looking on and operating from another machine: `stepup connect`, and `--director` of commands."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest

from stepup_shared.identity import Authority, life_of, make_request
from tests.support.deadline import wait_until
from tests.support.members import listen
from tests.support.project_folder import Folder, Program
from tests.support.site import Site

HOUR_S = 3600.0


def machine(folder: Folder, name: str) -> dict[str, str]:
    """Return the variables of another machine, which knows nothing of the project."""
    home = folder.around / name
    (home / "elsewhere").mkdir(parents=True)
    return {"STEPUP_CREDENTIALS": str(home / "credentials"), "STEPUP_ROOT": str(home / "elsewhere")}


def connect(folder: Folder, role: str, variables: dict[str, str]) -> None:
    """Invite somebody, and paste the line on another machine."""
    words = folder.run("director", "invite", "--role", role, "--name", f"the-{role}").checked().output.split()
    assert words[:2] == ["stepup", "connect"]
    said = folder.run(*words[1:], **variables).checked().output
    assert said == f"Connected to {words[2]} as {role} the-{role}. For example: stepup status --director {words[2]}\n"


def end(program: Program) -> None:
    program.process.terminate()
    program.process.wait(60)


def test_viewers_look_on_and_admins_operate_from_another_machine(folder: Folder) -> None:
    folder.plan('run("echo said; touch begun; exec sleep 600", shell=True)\nrun("touch done", out="done")')
    director = listen(folder)
    worker = folder.start("worker", "-j", "2")
    folder.start("build", "-k")
    wait_until(lambda: folder.has("begun"), "the step runs")
    viewer, admin = machine(folder, "viewer"), machine(folder, "admin")
    connect(folder, "viewer", viewer)
    connect(folder, "admin", admin)
    there = ("--director", director.address)

    status = json.loads(folder.run("status", "--json", *there, **viewer).checked().output)
    assert [step["label"] for step in status["running"]] == ["echo said; touch begun; exec sleep 600"]
    assert folder.run("logs", "said", *there, **viewer).output == "said\n"
    assert "touch done" in folder.run("why", "done", *there, **viewer).checked().output
    assert "holds 1" in folder.run("worker", "list", *there, **viewer).checked().output
    folder.run("graph", str(folder.around / "graph"), *there, **viewer).checked()
    assert "touch done" in (folder.around / "graph.txt").read_text()
    for words in (["cancel", "said"], ["shutdown"], ["director", "invite"]):
        refused = folder.run(*words, *there, **viewer)
        assert (refused.code, refused.output, refused.errors.count("\n")) == (1, "", 1), refused
        assert refused.errors.startswith("ERROR: Viewer the-viewer may not call ")

    attached = folder.start("attach", *there, **viewer)
    attached.wait_output("Attached to")
    assert folder.run("cancel", "said", *there, **admin).checked().output.startswith("Cancelling echo said")
    assert attached.end().code == 4
    assert "FAIL" in attached.output
    again = folder.run("attach", *there, **viewer)
    assert (again.code, again.output) == (4, "No build is going on. The last one ended with exit code 4.\n")
    folder.run("director", "revoke", "the-viewer", *there, **admin).checked()
    assert "not good any more" in folder.run("status", *there, **viewer).errors
    folder.run("shutdown", *there, **admin).checked()
    director.program.end()
    assert "Nobody answers at" in folder.run("status", *there, **admin).errors
    end(worker)


def test_what_is_kept_is_closed_to_others_renewed_in_time_and_told_when_it_has_expired(folder: Folder) -> None:
    director = listen(folder)
    viewer = machine(folder, "viewer")
    connect(folder, "viewer", viewer)
    (kept,) = Path(viewer["STEPUP_CREDENTIALS"]).iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    there = ("--director", director.address)
    folder.run("status", *there, **viewer).checked()

    old = put(folder, kept, age_s=3 * HOUR_S, life_s=4 * HOUR_S)
    folder.run("status", *there, **viewer).checked()
    assert life_of((kept / "certificate.pem").read_bytes())[1] > life_of(old)[1] + HOUR_S
    folder.run("status", *there, **viewer).checked()

    put(folder, kept, age_s=3 * HOUR_S, life_s=2 * HOUR_S)
    refused = folder.run("status", *there, **viewer)
    assert (refused.code, refused.errors.count("\n")) == (1, 1)
    assert "stepup director invite --role viewer --name the-viewer" in refused.errors

    check_other_roles(folder, director.address)
    end(director.program)


def put(folder: Folder, kept: Path, *, age_s: float, life_s: float) -> bytes:
    """Put a certificate in the place of another that is as old as one likes, and return it."""
    trust = folder.root / ".stepup/trust"
    authority = Authority((trust / "authority.key").read_bytes(), (trust / "authority.pem").read_bytes())
    request = make_request((kept / "key.pem").read_bytes())
    certificate = authority.issue(request, ("viewer", "the-viewer"), time.time() - age_s, life_s)
    (kept / "certificate.pem").write_bytes(certificate)
    return certificate


def check_other_roles(folder: Folder, address: str) -> None:
    """Use invitations in the wrong way: they are not lost."""
    other = machine(folder, "other")
    code = folder.run("director", "invite").checked().output.split()[-1]
    ended = folder.run("connect", address, code, **other)
    assert f"Start it: stepup worker --director {address}" in ended.errors
    worker = folder.start("worker", "--director", address, "--workspace", str(folder.around / "workspace"), **other)
    folder.wait_status(lambda status: bool(status["workers"]), "the worker is there")
    code = folder.run("director", "invite", "--role", "viewer").checked().output.split()[-1]
    ended = folder.run("worker", "join", address, code, **other)
    assert f"stepup status --director {address}" in ended.errors
    folder.run("status", "--director", address, **other).checked()
    end(worker)


def test_certificates_of_a_site_will_do(folder: Folder) -> None:
    site = Site(folder.around / "site")
    director = listen(folder, *site.options("director", "127.0.0.1"))
    admin = machine(folder, "admin")
    files = site.options("a", "stepup://admin/adam")
    assert "as admin adam" in folder.run("connect", director.address, *files, **admin).checked().output
    there = ("--director", director.address)
    assert "idle" in folder.run("status", *there, **admin).checked().output
    stranger = Site(folder.around / "other", "Other").options("a", "stepup://admin/eve")
    refused = folder.run("connect", director.address, *files[:2], *stranger[2:], **admin)
    assert "does not accept the certificate of --tls-cert" in refused.errors
    wrong = folder.run("connect", director.address, *site.options("w", "stepup://worker/w"), **admin)
    assert "it is for the worker w. It needs the URI stepup://viewer/NAME" in wrong.errors
    folder.run("shutdown", *there, **admin).checked()
    director.program.end()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["status", "--director", "127.0.0.1:9"], "stepup director invite --role viewer"),
        (["connect", "127.0.0.1:9"], "Give the CODE"),
        (["connect", "127.0.0.1:9", "nonsense"], "paste the whole line"),
        (["connect", "127.0.0.1:9", "--tls-ca", "ca.pem"], "belong together"),
    ],
)
def test_what_is_missing_is_told_in_a_line(folder: Folder, words: list[str], text: str) -> None:
    ended = folder.run(*words, **machine(folder, "other"))
    assert (ended.code, ended.output, ended.errors.count("\n")) == (1, "", 1), ended
    assert text in ended.errors
