"""Whom a director believes, when the same is asked twice because an answer was lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_server.engine.identities import Caller, NotTrusted, Role
from stepup_server.trust.registry import Registry
from stepup_shared.identity import guest_credential, invitation_of_guest, make_key, make_request

NOW = 1_800_000_000.0


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(str(tmp_path / "trust"), "here:1", lambda: NOW, certificate_s=60.0)


def knock(registry: Registry) -> bytes:
    """Invite a worker and return the certificate with which it comes."""
    return guest_credential(registry.invite("worker", "w", 60.0).code, NOW).certificate


def invited(registry: Registry) -> str:
    """Invite a worker and return the name of the invitation."""
    return invitation_of_guest(knock(registry))


def test_whoever_was_let_in_may_still_knock_to_ask_again(registry: Registry) -> None:
    certificate, request = knock(registry), make_request(make_key())
    anchors = registry.configuration()[2]
    registry.enroll(invitation_of_guest(certificate), request)
    assert registry.configuration()[2] == anchors
    assert registry.caller_of(certificate) == Caller(Role.GUEST, invitation_of_guest(certificate))
    registry.revoke("w")
    assert registry.configuration()[2] != anchors


def test_whoever_asks_again_with_the_same_key_is_answered_again(registry: Registry) -> None:
    id_, request = invited(registry), make_request(make_key())
    first, second = registry.enroll(id_, request), registry.enroll(id_, request)
    assert first[1:] == second[1:]
    assert registry.caller_of(first[0]) == registry.caller_of(second[0]) == Caller(Role.WORKER, "w")
    assert [member.state for member in registry.members()] == ["member"]


def test_an_invitation_is_of_no_use_for_another_key(registry: Registry) -> None:
    id_ = invited(registry)
    registry.enroll(id_, make_request(make_key()))
    with pytest.raises(NotTrusted):
        registry.enroll(id_, make_request(make_key()))


def test_whoever_was_revoked_does_not_come_back_by_asking_again(registry: Registry) -> None:
    id_, request = invited(registry), make_request(make_key())
    registry.enroll(id_, request)
    assert (registry.revoke("w"), registry.revoke("w")) == (1, 1)
    with pytest.raises(NotTrusted):
        registry.enroll(id_, request)


def test_a_certificate_may_be_renewed_twice(registry: Registry) -> None:
    request = make_request(make_key())
    registry.enroll(invited(registry), request)
    caller = Caller(Role.WORKER, "w")
    renewed = [registry.renew(caller, request) for _ in range(2)]
    assert [registry.caller_of(certificate) for certificate in renewed] == [caller, caller]
