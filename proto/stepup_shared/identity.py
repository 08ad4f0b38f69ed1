"""Who is who on a network: keys, certificates, invitations, and the folders that hold them.

Each director is its own certificate authority (ECDSA on P-256). A certificate says a role and a name, as the URI
`stepup://ROLE/NAME` among its alternative names (RFC 5280, 4.2.1.6).

An invitation is a code of 49 bytes: the authority's public key, compressed (SEC 1, 2.3.3), and a secret. From the key
the guest rebuilds the authority's certificate, which only has to carry that key to be a trust anchor, so nobody else
can stand in for the director. From the secret both sides derive the same key pair (HKDF, RFC 5869): the director trusts
certificates signed by it as long as the invitation holds, and the guest signs one for itself. So there is one port, and
no moment at which a stranger may speak to it.

Import this module where it is needed: whoever works on one machine shall not pay for `cryptography`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from stepup_shared.durable import replace_durably, sync_directory
from stepup_shared.private import check_own, make_own

__all__ = (
    "NAME",
    "ROLES",
    "SERVER_NAME",
    "Authority",
    "BadCode",
    "Credential",
    "Identity",
    "credential_folder",
    "guest_credential",
    "identity_from",
    "invitation_anchor",
    "invitation_of_guest",
    "life_of",
    "load_credential",
    "make_authority",
    "make_code",
    "make_key",
    "make_request",
    "save_credential",
)

ROLES = ("worker", "viewer", "admin")
"""What somebody with a certificate may be."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
"""What somebody with a certificate may be called."""

SERVER_NAME = "stepup-director"
"""The name in every director's certificate: addresses may change, and differ inside and outside of a network."""

_AUTHORITY = "StepUp director"
_INVITATION = "StepUp invitation "
_KEY_BYTES = 33
_SECRET_BYTES = 16
_SCHEME = "stepup://"
_LEEWAY = dt.timedelta(hours=1)
"""Clocks of hosts differ."""
_YEARS = dt.timedelta(days=3650)


class BadCode(Exception):
    """A code is not one that a director has made."""


class Credential(NamedTuple):
    """What a machine needs to be believed, and to know whom to believe; all in PEM."""

    key: bytes
    """Private; never leaves the machine on which it was made."""
    certificate: bytes
    """Of that key, signed by the authority."""
    anchor: bytes
    """Of the authority."""


class Identity(NamedTuple):
    """What a certificate says."""

    role: str
    """One of `ROLES`."""
    name: str
    """Unique among those of a role."""
    serial: str
    """Hexadecimal."""
    expires: float
    """Unix seconds."""
    begins: float
    """Unix seconds."""


class Authority:
    """Signs certificates for one director."""

    def __init__(self, key: bytes, certificate: bytes) -> None:
        """Use a key and its certificate, both in PEM."""
        self._key = _load_key(key)
        self.certificate = certificate
        """PEM."""
        self._certificate = x509.load_pem_x509_certificate(certificate)

    def issue(self, request: bytes, identity: tuple[str, str], now: float, life_s: float) -> bytes:
        """Return a certificate in PEM for the key of a request (PKCS 10, PEM) with a role and a name.

        Raises
        ------
        ValueError
            The request is none, or not signed by its own key.
        """
        asked = x509.load_pem_x509_csr(request)
        if not asked.is_signature_valid:
            raise ValueError("the request is not signed by its key")
        public = asked.public_key()
        role, name = identity
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(f"{_SCHEME}{role}/{name}")]
        return self._sign(f"{role}/{name}", public, names, now, life_s)

    def issue_server(self, key: bytes, now: float, life_s: float) -> bytes:
        """Return a certificate in PEM for the director's own port."""
        return self._sign(SERVER_NAME, _load_key(key).public_key(), [x509.DNSName(SERVER_NAME)], now, life_s)

    def has_issued(self, certificate: x509.Certificate) -> bool:
        """Tell whether a certificate was signed by this authority itself."""
        try:
            certificate.verify_directly_issued_by(self._certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def code_for(self, secret: bytes) -> str:
        """Return the code of an invitation."""
        return base64.urlsafe_b64encode(_compressed(self._key.public_key()) + secret).decode().rstrip("=")

    def _sign(
        self, subject: str, public: CertificatePublicKeyTypes, names: list[x509.GeneralName], now: float, life_s: float
    ) -> bytes:

        moment = _moment(now)
        builder = (
            _builder(subject, _AUTHORITY, public)
            .not_valid_before(moment - _LEEWAY)
            .not_valid_after(moment + dt.timedelta(seconds=life_s))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )
        return _signed(builder, self._key)


def make_authority(now: float) -> tuple[bytes, bytes]:
    """Return the key and the certificate of a new authority, in PEM."""
    key = make_key()
    private = _load_key(key)
    return key, _make_anchor(private.public_key(), private, _AUTHORITY, now)


def make_key() -> bytes:
    """Return a new private key in PEM."""
    return _key_to_pem(ec.generate_private_key(ec.SECP256R1()))


def make_request(key: bytes) -> bytes:
    """Return a request for a certificate in PEM (PKCS 10); who asks is told by whom the connection is from."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name("me"))
    return builder.sign(_load_key(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make_code(authority: Authority) -> tuple[str, str, bytes]:
    """Return the code of a new invitation, its id, and the anchor that lets the guest in, in PEM."""
    secret = os.urandom(_SECRET_BYTES)
    id_, anchor = invitation_anchor(secret, 0.0)
    return authority.code_for(secret), id_, anchor


def invitation_anchor(secret: bytes, now: float) -> tuple[str, bytes]:
    """Return the id of an invitation, and the anchor to which its guest's certificate leads."""
    key = _derive_key(secret)
    id_ = _compressed(key.public_key())[1:9].hex()
    return id_, _make_anchor(key.public_key(), key, _INVITATION + id_, now)


def guest_credential(code: str, now: float) -> Credential:
    """Return what the holder of a code knocks with.

    Raises
    ------
    BadCode
        The code is incomplete or no code.
    """
    public, secret = _parse_code(code)
    signer = _derive_key(secret)
    id_ = _compressed(signer.public_key())[1:9].hex()
    key = make_key()
    moment = _moment(now)
    builder = (
        _builder("guest", _INVITATION + id_, _load_key(key).public_key())
        .not_valid_before(moment - _LEEWAY)
        .not_valid_after(moment + _LEEWAY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    # The anchor's own signature is never looked at: what counts is whose key it carries.
    return Credential(key, _signed(builder, signer), _make_anchor(public, signer, _AUTHORITY, now))


def invitation_of_guest(certificate: bytes) -> str:
    """Return the id of the invitation with which a certificate was made; empty when with none."""
    issuer = x509.load_pem_x509_certificate(certificate).issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(issuer[0].value) if issuer else ""
    return name.removeprefix(_INVITATION) if name.startswith(_INVITATION) else ""


def identity_from(certificate: bytes, authority: Authority | None) -> Identity | None:
    """Return what a certificate in PEM says; None when it says nothing, or was not signed by the authority."""
    loaded = x509.load_pem_x509_certificate(certificate)
    if authority is not None and not authority.has_issued(loaded):
        return None
    for role, name in filter(None, map(_role_and_name, _uris(loaded))):
        begins, expires = loaded.not_valid_before_utc.timestamp(), loaded.not_valid_after_utc.timestamp()
        return Identity(role, name, f"{loaded.serial_number:x}", expires, begins)
    return None


def _role_and_name(uri: str) -> tuple[str, str] | None:
    """Return what a URI says; None when it is none of ours."""
    role, _, name = uri.removeprefix(_SCHEME).partition("/")
    is_ours = uri.startswith(_SCHEME) and role in ROLES and NAME.fullmatch(name) is not None
    return (role, name) if is_ours else None


def life_of(certificate: bytes) -> tuple[float, float]:
    """Return when a certificate was issued and when it expires, in Unix seconds."""
    loaded = x509.load_pem_x509_certificate(certificate)
    return (loaded.not_valid_before_utc + _LEEWAY).timestamp(), loaded.not_valid_after_utc.timestamp()


def credential_folder(address: str, user: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return where a credential for a director is kept, for a user on this machine: `worker` or `operator`."""
    home = environment.get("STEPUP_CREDENTIALS") or os.path.join(
        environment.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config"), "stepup/credentials"
    )
    name = address.replace(":", "_").replace("/", "_")
    return os.path.join(home, name if user == "worker" else f"{name}.{user}")


def save_credential(folder: str, credential: Credential) -> None:
    """Keep a credential in a folder that only this user may enter; each file is replaced as a whole, durably.

    The invitation by which it was had is used up.
    """
    os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
    make_own(folder, "a credential")
    for name, content in zip(_FILES, credential, strict=True):
        replace_durably(os.path.join(folder, name), content)
    sync_directory(os.path.dirname(folder))


def load_credential(folder: str) -> Credential | None:
    """Return the credential in a folder; None when there is none; OSError when others could have put it there."""
    try:
        check_own(folder, "a credential")
        return Credential(*(_read(os.path.join(folder, name)) for name in _FILES))
    except FileNotFoundError:
        return None


_FILES = ("key.pem", "certificate.pem", "anchor.pem")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _uris(certificate: x509.Certificate) -> list[str]:
    """Return the URIs among the alternative names of a certificate."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def _parse_code(code: str) -> tuple[EllipticCurvePublicKey, bytes]:
    """Return the authority's key and the secret."""
    try:
        data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[:_KEY_BYTES])
    except (ValueError, binascii.Error) as error:
        raise BadCode("The code is not one of `stepup director invite`: paste the whole line.") from error
    if len(data) != _KEY_BYTES + _SECRET_BYTES:
        raise BadCode("The code is incomplete: paste the whole line of `stepup director invite`.")
    return public, data[_KEY_BYTES:]


def _derive_key(secret: bytes) -> EllipticCurvePrivateKey:
    """Return the key pair that a secret stands for (48 bytes, so that the bias of the remainder is negligible)."""
    material = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=b"stepup invitation").derive(secret)
    return ec.derive_private_key(int.from_bytes(material, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (SEC 2, 2.4.2)."""


def _make_anchor(public: EllipticCurvePublicKey, signer: EllipticCurvePrivateKey, name: str, now: float) -> bytes:
    """Return a certificate that others may lead to; nobody may stand in between."""
    moment = _moment(now)
    builder = (
        _builder(name, name, public)
        .not_valid_before(moment - _YEARS)
        .not_valid_after(moment + 10 * _YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    return _signed(builder, signer)


def _builder(subject: str, issuer: str, public: CertificatePublicKeyTypes) -> x509.CertificateBuilder:

    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    return builder.serial_number(x509.random_serial_number()).public_key(public)


def _signed(builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey) -> bytes:

    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _moment(now: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(now, dt.UTC)


def _load_key(pem: bytes) -> EllipticCurvePrivateKey:

    key = load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("not a key on P-256")
    return key


def _key_to_pem(key: EllipticCurvePrivateKey) -> bytes:

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _compressed(key: EllipticCurvePublicKey) -> bytes:

    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
