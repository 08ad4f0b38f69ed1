"""Keys, certificates and invitations."""

from __future__ import annotations

import pytest

from stepup_shared.identity import (
    Authority,
    BadCode,
    Credential,
    guest_credential,
    identity_from,
    invitation_of_guest,
    load_credential,
    make_authority,
    make_code,
    make_key,
    make_request,
    save_credential,
)

NOW = 1_800_000_000.0


@pytest.fixture
def authority() -> Authority:
    return Authority(*make_authority(NOW))


def test_a_certificate_says_role_and_name(authority: Authority) -> None:
    certificate = authority.issue(make_request(make_key()), ("worker", "w1"), NOW, 60.0)
    identity = identity_from(certificate, authority)
    assert identity is not None
    assert (identity.role, identity.name, identity.expires) == ("worker", "w1", NOW + 60)


def test_what_another_authority_has_signed_says_nothing(authority: Authority) -> None:
    other = Authority(*make_authority(NOW))
    certificate = other.issue(make_request(make_key()), ("admin", "me"), NOW, 60.0)
    assert identity_from(certificate, authority) is None


def test_a_guest_is_known_by_the_invitation_and_is_nobody_else(authority: Authority) -> None:
    code, id_, _ = make_code(authority)
    guest = guest_credential(code, NOW)
    assert invitation_of_guest(guest.certificate) == id_
    assert identity_from(guest.certificate, authority) is None


def test_a_member_was_not_invited_for_now(authority: Authority) -> None:
    certificate = authority.issue(make_request(make_key()), ("worker", "w1"), NOW, 60.0)
    assert invitation_of_guest(certificate) == ""


@pytest.mark.parametrize("code", ["", "abc", "A" * 66, "!" * 66])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(BadCode):
        guest_credential(code, NOW)


def test_a_code_of_which_a_part_is_missing_is_refused(authority: Authority) -> None:
    code, _, _ = make_code(authority)
    with pytest.raises(BadCode, match="incomplete"):
        guest_credential(code[:-4], NOW)


def test_a_credential_is_kept_from_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("home") / "credentials"
    credential = Credential(b"key", b"certificate", b"anchor")
    assert load_credential(str(folder)) is None
    save_credential(str(folder), credential)
    assert load_credential(str(folder)) == credential
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
