"""Why TLS has failed: what gRPC says about it, in words that tell what to do."""

from __future__ import annotations

import enum

__all__ = ("Failure", "Means", "failure_in", "told")


@enum.unique
class Failure(enum.Enum):
    """What is wrong between two ends."""

    STRANGER = "stranger"
    """Whoever answers is not who was meant."""
    OTHER_NAME = "other name"
    """Whoever answers has a certificate for another address."""
    REJECTED = "rejected"
    """Whoever answers does not accept our certificate, and says so by hanging up."""
    NOBODY = "nobody"
    """There is no answer."""


@enum.unique
class Means(enum.Enum):
    """By what a caller wants to be believed."""

    CODE = "code"
    """That of an invitation."""
    CREDENTIAL = "credential"
    """What an invitation has brought."""
    SITE = "site"
    """Files that the site has made."""


_SIGNS = (
    ("Hostname Verification Check failed", Failure.OTHER_NAME),
    ("CERTIFICATE_VERIFY_FAILED", Failure.STRANGER),
    ("tlsv1 alert", Failure.REJECTED),
    ("handshake failed", Failure.STRANGER),
    ("WRONG_VERSION_NUMBER", Failure.STRANGER),
    ("Socket closed", Failure.REJECTED),
    ("Connection reset", Failure.REJECTED),
)
"""What gRPC's words mean; the first that fits counts."""

_INVITE = "On the director's machine: stepup director invite"

_STRANGER = (
    "Whoever answers at {address} is not the director that made this code."
    " Check the address; if it is right, somebody is in between, or the director was set up anew."
)
_TEXTS: dict[tuple[Failure, Means], str] = {
    (Failure.STRANGER, Means.CODE): _STRANGER,
    (Failure.OTHER_NAME, Means.CODE): _STRANGER,
    (Failure.REJECTED, Means.CODE): (
        "The director at {address} does not know this invitation: it was used already, or has expired."
        " Ask for another one: stepup director invite"
    ),
    (Failure.STRANGER, Means.CREDENTIAL): (
        "Whoever answers at {address} is not the director that has let this machine in."
        f" Check the address; if it is right, somebody is in between, or the director was set up anew. {_INVITE}"
    ),
    (Failure.OTHER_NAME, Means.CREDENTIAL): (
        "Whoever answers at {address} shows a certificate that is not a director's of StepUp."
        f" Check the address. {_INVITE}"
    ),
    (Failure.REJECTED, Means.CREDENTIAL): (
        f"The director at {{address}} does not accept this machine's certificate any more. {_INVITE}"
    ),
    (Failure.STRANGER, Means.SITE): (
        "Whoever answers at {address} shows a certificate that none of the authorities of --tls-ca has signed, or that"
        " has expired."
    ),
    (Failure.OTHER_NAME, Means.SITE): (
        "Whoever answers at {address} shows a certificate for another name:"
        " the host has to stand among the subject alternative names of the director's certificate."
    ),
    (Failure.REJECTED, Means.SITE): (
        "The director at {address} does not accept the certificate of --tls-cert:"
        " none of the authorities of the director's own --tls-ca has signed it."
    ),
}
_NOBODY = "Nobody answers at {address}: is the director running, with --listen, and is the port open?"


def failure_in(details: str) -> Failure:
    """Return what gRPC's words about a connection that did not come about mean."""
    return next((failure for sign, failure in _SIGNS if sign.lower() in details.lower()), Failure.NOBODY)


def told(failure: Failure, means: Means, address: str) -> str:
    """Say in a sentence or two what is wrong, and what to do."""
    return _TEXTS.get((failure, means), _NOBODY).format(address=address)
