"""Whom a director believes: also when something is asked twice, in one second, or while clocks are set."""

from __future__ import annotations

from pathlib import Path

import pytest

from stepup_server.engine.identities import Caller, NameTaken, NotTrusted, Role
from stepup_server.trust.registry import Registry
from stepup_shared.identity import guest_credential, invitation_of_guest, make_key, make_request

NOW = 1_800_000_000.0


class Clock:
    """Shows what it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path, clock: Clock) -> Registry:
    return Registry(str(tmp_path / "trust"), "here:1", clock, certificate_s=60.0)


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


def test_whoever_is_invited_again_within_a_second_is_believed_and_nobody_of_before(
    registry: Registry, clock: Clock
) -> None:
    doomed: list[bytes] = []
    for _ in range(5):
        certificate, _, _ = registry.enroll(invited(registry), make_request(make_key()))
        assert registry.caller_of(certificate) == Caller(Role.WORKER, "w")
        assert [registry.caller_of(past) for past in doomed] == [None] * len(doomed)
        registry.revoke("w")
        doomed.append(certificate)
        assert registry.caller_of(certificate) is None
        clock.now += 0.1


def test_a_clock_that_was_set_back_saves_nobody_from_being_revoked(registry: Registry, clock: Clock) -> None:
    request = make_request(make_key())
    first, _, _ = registry.enroll(invited(registry), request)
    clock.now -= 20.0
    second = registry.renew(Caller(Role.WORKER, "w"), request)
    registry.revoke("w")
    assert [registry.caller_of(first), registry.caller_of(second)] == [None, None]
    assert [member.state for member in registry.members()] == ["revoked"]


def test_what_was_decided_holds_for_the_next_director(registry: Registry, clock: Clock, tmp_path: Path) -> None:
    certificate, _, _ = registry.enroll(invited(registry), make_request(make_key()))
    registry.revoke("w")
    again = Registry(str(tmp_path / "trust"), "here:1", clock, certificate_s=10.0)
    assert again.caller_of(certificate) is None
    assert again.members() == registry.members()


def test_the_name_of_a_member_is_free_when_it_was_revoked_or_has_expired(registry: Registry, clock: Clock) -> None:
    registry.enroll(invited(registry), make_request(make_key()))
    for end in (lambda: registry.revoke("w"), lambda: setattr(clock, "now", clock.now + 100.0)):
        with pytest.raises(NameTaken, match="stepup director revoke w"):
            registry.invite("viewer", "w", 60.0)
        end()
        registry.enroll(invited(registry), make_request(make_key()))


def test_the_last_of_several_invitations_for_one_name_is_the_one_that_works(registry: Registry) -> None:
    first, second = invited(registry), invited(registry)
    with pytest.raises(NotTrusted):
        registry.enroll(first, make_request(make_key()))
    registry.enroll(second, make_request(make_key()))
