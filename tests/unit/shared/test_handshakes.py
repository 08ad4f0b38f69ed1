"""What gRPC says about TLS, in words that tell what to do."""

from __future__ import annotations

import pytest

from stepup_shared.handshakes import Failure, Means, failure_in, told


@pytest.mark.parametrize(
    ("details", "failure"),
    [
        (
            "Custom verification check failed with error: Hostname Verification Check failed.",
            "OTHER_NAME",
        ),
        ("Tls handshake failed: OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: unable to get issuer", "STRANGER"),
        ("Tls handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: INVALID_SIGNATURE", "STRANGER"),
        ("Tls handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: tlsv1 alert unknown ca", "REJECTED"),
        ("SSL_ERROR_SSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", "STRANGER"),
        ("last error: UNAVAILABLE: ipv4:127.0.0.1:37923: Socket closed", "REJECTED"),
        ("Failed to connect to remote host: Connection refused", "NOBODY"),
        ("", "NOBODY"),
    ],
)
def test_the_words_of_grpc_are_understood(details: str, failure: str) -> None:
    assert failure_in(details) is Failure[failure]


@pytest.mark.parametrize("means", Means)
@pytest.mark.parametrize("failure", Failure)
def test_each_failure_has_a_line_that_names_the_address(failure: Failure, means: Means) -> None:
    text = told(failure, means, "there:7470")
    assert "there:7470" in text
    assert "\n" not in text
    assert text.startswith("Nobody answers") is (failure is Failure.NOBODY)
