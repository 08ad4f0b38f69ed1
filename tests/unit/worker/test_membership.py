"""How a worker finds its director, and what is told when it cannot be reached."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from stepup_shared.identity import Authority, Credential, make_authority, make_key, make_request, save_credential
from stepup_worker.membership import Membership, NoDirector, NotAMember
from stepup_worker.rpc.endpoint import Endpoint
from stepup_worker.settings import Settings
from tests.support.site import Site

CLOSED = "last error: UNAVAILABLE: Socket closed"
STRANGER = "Tls handshake failed: CERTIFICATE_VERIFY_FAILED"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEPUP_CREDENTIALS", str(tmp_path / "credentials"))


def put_credential(tmp_path: Path, life_s: float) -> None:
    key, (authority_key, anchor) = make_key(), make_authority(time.time())
    certificate = Authority(authority_key, anchor).issue(make_request(key), ("worker", "w"), time.time(), life_s)
    (tmp_path / "credentials").mkdir()
    save_credential(str(tmp_path / "credentials/there_1"), Credential(key, certificate, anchor))


def membership(director: str = "there:1", site_files: tuple[str, str, str] | None = None) -> Membership:
    settings = Settings(root="/nowhere", name="w", director=director, site_files=site_files, workspace="/w")
    return Membership(settings)


def find(one: Membership) -> Endpoint:
    return asyncio.run(one.find())


def test_on_this_machine_a_director_is_there_or_not() -> None:
    with pytest.raises(NoDirector, match="no director serves /nowhere"):
        find(membership(""))


def test_whoever_was_never_let_in_is_told_how_to_get_in() -> None:
    with pytest.raises(NotAMember, match="stepup director invite"):
        find(membership())


def test_a_certificate_that_has_expired_is_not_shown_to_anybody(tmp_path: Path) -> None:
    put_credential(tmp_path, life_s=-1.0)
    with pytest.raises(NotAMember, match="has expired: it was not renewed in time"):
        find(membership())


def test_only_what_does_not_pass_ends_the_attempts(tmp_path: Path) -> None:
    put_credential(tmp_path, life_s=60.0)
    one = membership()
    assert find(one).server_name == "stepup-director"
    for _ in range(5):
        one.explain("Connection refused")
        one.explain(CLOSED)
    with pytest.raises(NotAMember, match="is not the director that has let this machine in"):
        one.explain(STRANGER)


def test_a_director_that_hangs_up_again_and_again_does_not_want_us(tmp_path: Path) -> None:
    put_credential(tmp_path, life_s=60.0)
    one = membership()
    find(one)
    for _ in range(7):
        one.explain(CLOSED)
    with pytest.raises(NotAMember, match="does not accept this machine's certificate any more"):
        one.explain(CLOSED)


def test_files_of_a_site_are_read_again_and_kept_while_new_ones_are_no_good(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    ca, certificate, key = site.options("w", "stepup://worker/w")[1::2]
    one = membership(site_files=(ca, certificate, key))
    first = find(one)
    assert first.server_name == ""
    Path(key).write_text("")
    assert find(one) == first
    site.options("w", "stepup://worker/w")
    assert find(one).certificate == Path(certificate).read_bytes() != first.certificate
    with pytest.raises(NotAMember, match="says no role"):
        find(membership(site_files=(ca, *site.issue("nobody"))))


def test_whoever_is_to_leave_waits_for_no_director(monkeypatch: pytest.MonkeyPatch) -> None:
    async def leave() -> Endpoint | None:
        one, leaving = membership(""), asyncio.Event()

        async def never() -> Endpoint:
            await asyncio.Event().wait()
            raise AssertionError

        monkeypatch.setattr(one, "find", never)
        asyncio.get_running_loop().call_soon(leaving.set)
        return await one.find_unless(leaving)

    assert asyncio.run(leave()) is None
