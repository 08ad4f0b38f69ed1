"""How machines become members, stay members, and cease to be: invitations, certificates, revocation (S-03)."""

from __future__ import annotations

import time

import grpc
import pytest

from stepup_shared.identity import Credential, guest_credential, make_authority
from tests.support.calls import METHODS, code_of
from tests.support.deadline import wait_until
from tests.support.impostor import Impostor
from tests.support.members import Listening, channel_with, enroll, identities, invite_code, join, listen
from tests.support.processes import is_alive
from tests.support.project_folder import Ended, Folder

Code = grpc.StatusCode


def test_an_invitation_works_once(director: Listening) -> None:
    code = invite_code(director)
    enroll(director, code)
    with pytest.raises(grpc.RpcError):
        enroll(director, code)


def test_a_guest_may_only_become_a_member(director: Listening) -> None:
    with channel_with(director.address, guest_credential(invite_code(director), time.time())) as channel:
        codes = {name: code_of(channel, method) for name, method in METHODS.items() if name != "TrustService.Enroll"}
    assert set(codes.values()) == {Code.PERMISSION_DENIED}, codes


def test_whoever_is_not_the_director_that_was_pinned_hears_nothing(director: Listening) -> None:
    credential = enroll(director, invite_code(director))
    _, anchor = make_authority(time.time())
    stranger = Credential(credential.key, credential.certificate, anchor)
    with channel_with(director.address, stranger) as channel:
        assert code_of(channel, METHODS["ControlService.GetStatus"]) is Code.UNAVAILABLE


# What people see who paste a line that does not work


def refused(folder: Folder, address: str, *code: str) -> str:
    """Try to join, and return the one line that says why that does not work."""
    ended: Ended = folder.run("worker", "join", address, *code, STEPUP_CREDENTIALS=str(folder.around / "credentials"))
    assert (ended.code, ended.output) == (1, "")
    (line,) = ended.errors.splitlines()
    assert not (folder.around / "credentials").exists()
    return line


@pytest.mark.parametrize("code", ["nonsense", "A" * 66])
def test_what_is_no_code_is_told_in_a_line(folder: Folder, code: str) -> None:
    assert "paste the whole line" in refused(folder, "127.0.0.1:1", code)


def test_a_line_without_its_code_is_told_how_it_looks(folder: Folder) -> None:
    ended = folder.run("worker", "join", "127.0.0.1:1")
    assert ended.code == 2
    assert "HOST:PORT CODE" in ended.errors


def test_a_code_that_was_used_is_told_in_a_line(director: Listening, folder: Folder) -> None:
    code = invite_code(director)
    enroll(director, code)
    assert "or has expired. Ask for another one: stepup director invite" in refused(folder, director.address, code)


def test_a_code_that_has_expired_is_told_in_a_line(director: Listening, folder: Folder) -> None:
    code = invite_code(director, life_s=0.001)
    wait_until(lambda: not is_let_in(director, code), "the invitation has expired")
    assert "or has expired. Ask for another one: stepup director invite" in refused(folder, director.address, code)


def is_let_in(director: Listening, code: str) -> bool:
    """Tell whether the holder of a code is heard."""
    with channel_with(director.address, guest_credential(code, time.time())) as channel:
        return code_of(channel, METHODS["ControlService.GetStatus"]) is Code.PERMISSION_DENIED


def test_the_code_of_another_director_is_told_in_a_line(director: Listening, folder: Folder) -> None:
    """A wrong fingerprint: the key in the code is not that of the director at the address."""
    secret = invite_code(director)[44:]
    wrong = invite_code_of_another(folder)[:44] + secret
    assert f"Whoever answers at {director.address} is not the director that made this code" in refused(
        folder, director.address, wrong
    )


def invite_code_of_another(folder: Folder) -> str:
    """Return a code that another director has made, which need not run."""
    from stepup_server.trust.registry import Registry

    registry = Registry(str(folder.around / "trust"), "elsewhere:1", time.time, certificate_s=60.0)
    return registry.invite("worker", "", 60.0).code


def test_whoever_stands_in_between_with_an_authority_of_his_own_hears_no_secret(
    director: Listening, folder: Folder
) -> None:
    code = invite_code(director)
    with Impostor() as impostor:
        line = refused(folder, impostor.address, code)
        assert f"Whoever answers at {impostor.address} is not the director that made this code." in line
        assert "somebody is in between" in line
        assert impostor.connections > 0
        assert impostor.heard == 0
    # The invitation is as good as before: nothing of it was told to him.
    enroll(director, code)


# Members


def test_two_commands_make_a_worker_of_another_machine(director: Listening) -> None:
    worker = join(director, "--name", "two-commands")
    worker.interrupt_until_ended()


def test_whoever_is_revoked_is_heard_no_more_from_that_moment_on(folder: Folder) -> None:
    pids = folder.around / "pids"
    folder.plan(f'run("echo $$ >> {pids}; test $(wc -l < {pids}) = 2 || exec sleep 600; touch x", out="x", shell=True)')
    director = listen(folder)
    worker = join(director)
    (member,) = identities(folder)
    build = folder.start("build")
    wait_until(lambda: pids.exists() and pids.read_text().endswith("\n"), "the step runs")
    heir = folder.start("worker", "--name", "heir")
    folder.wait_status(lambda status: len(status["workers"]) == 2, "the other worker is there")
    revoked = folder.run("director", "revoke", str(member["name"])).checked()
    assert "is not believed any more. 1 step(s) will run elsewhere." in revoked.output
    # The lease is 40 minutes: nobody waits for it.
    assert "Worker 0 was revoked" in build.end().checked().output
    assert folder.has("x")
    assert identities(folder)[0]["state"] == "revoked"
    ended = worker.end()
    assert ended.code == 1
    assert "The director refuses this worker: This certificate is not good" in ended.errors
    assert not is_alive(int(pids.read_text().split()[0]))
    director.stop()
    heir.end().checked()


def test_whoever_is_invited_again_at_once_after_a_revocation_is_heard(director: Listening) -> None:
    """Several times, so that most of it happens within one second, which is all that certificates tell apart."""
    name = "phoenix"
    doomed: list[Credential] = []
    for _ in range(3):
        credential = enroll(director, invite_code(director, name=name))
        with channel_with(director.address, credential) as channel:
            assert code_of(channel, METHODS["ControlService.GetStatus"]) is Code.PERMISSION_DENIED
        director.folder.run("director", "revoke", name).checked()
        doomed.append(credential)
        for past in doomed:
            with channel_with(director.address, past) as channel:
                assert code_of(channel, METHODS["ControlService.GetStatus"]) is Code.UNAUTHENTICATED


def test_a_name_that_a_member_has_is_given_to_nobody_else(director: Listening) -> None:
    enroll(director, invite_code(director, name="mine"))
    ended = director.folder.run("director", "invite", "--name", "mine")
    assert ended.code == 1
    assert ended.errors.startswith("ERROR: 'mine' is the name of a member. Choose another one, or end that one first:")
    assert ended.errors.endswith(" stepup director revoke mine\n")


@pytest.mark.parametrize("renewals", [2, pytest.param(5, marks=pytest.mark.chaos)])
def test_a_certificate_is_renewed_again_and_again(folder: Folder, renewals: int) -> None:
    """Each is good for 3 seconds and renewed after 2: 5 renewals are more than 3 lives."""
    director = listen(folder, "--certificate-life", "3")
    worker = join(director)
    log = next((folder.around / "workspace").glob("worker*.log"))
    wait_until(lambda: log.read_text().count("renewed the certificate") >= renewals, "it is renewed in time")
    folder.plan('run("echo made > out.txt", out="out.txt", shell=True)')
    assert folder.run("build").code == 0, folder.story()
    assert folder.read("out.txt") == "made\n"
    worker.interrupt_until_ended()
    director.stop()
